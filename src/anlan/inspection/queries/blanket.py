"""A campaign firm by firm: who is a target, who was visited; of a blanket one (地毯式检查) the progress by town and village.

Every number is counted from the very firms that the list below it shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import Exists, OuterRef

from anlan.inspection.models import Campaign, Inspection, InspectionTag
from anlan.inspection.queries.hazards import hazard_list
from anlan.kernel.codes import region_prefix
from anlan.platform import regions
from anlan.platform.scope import Scope
from anlan.registry import queries as registry

__all__ = ["GridRow", "TargetFirm", "blanket_firms", "blanket_rows", "grid_total"]

_TOWN = 9


@dataclass(frozen=True, slots=True)
class TargetFirm:
    """One target: `visited_at`: when it was first inspected under the campaign, None: not yet."""

    id: str
    name: str
    address: str
    region: str
    status: str
    visited_at: datetime | None


@dataclass(frozen=True, slots=True)
class GridRow:
    """One town (nine digits) or village (twelve): its targets, those visited, the hazards found and closed there.

    `unplaced`: firms of a town that are in no village's books.
    """

    key: str
    label: str
    targets: int
    visited: int
    found: int
    closed: int
    unplaced: bool = False

    @property
    def waiting(self) -> int:
        """Targets not yet visited."""
        return self.targets - self.visited

    @property
    def rate_ratio(self) -> float | None:
        """Visited of targets, 0..1; None without any target."""
        return self.visited / self.targets if self.targets else None


def blanket_firms(
    scope: Scope, campaign: Campaign, *, region: str = "", visited: bool | None = None
) -> list[TargetFirm]:
    """The targets in scope by region and name: standing enterprises of the campaign's region, class, tag and scale.

    What is closed down is no target unless it was visited; a visit to a merged enterprise is one to what it has become.

    Args:
        region: only those whose code begins so. visited: only those visited, or not yet; None: all.
    Raises:
        NotAllowed: "platform.not_allowed".
    """
    prefix = region_prefix(campaign.region)
    rows = registry.enterprise_list(scope, region=prefix, class_=campaign.target_class, tag=campaign.target_tag)
    rows = rows.filter(region__startswith=region) if region else rows
    rows = rows.filter(scale=campaign.target_scale) if campaign.target_scale else rows
    rows = rows.prefetch_related(None).select_related(None).order_by("region", "name", "id")
    seen = _visits(campaign)
    firms = [
        TargetFirm(str(key), *values, seen.get(str(key)))
        for key, *values in rows.values_list("id", "name", "address", "region", "status")
    ]
    targets = [firm for firm in firms if firm.status != "closed" or firm.visited_at]
    return targets if visited is None else [firm for firm in targets if (firm.visited_at is not None) == visited]


def _visits(campaign: Campaign) -> dict[str, datetime]:
    """When each enterprise, as it stands today, was first inspected under the campaign. Unscoped: for scoped firms."""
    tagged = InspectionTag._default_manager.filter(parent=OuterRef("pk"), key=str(campaign.id))
    rows = Inspection._default_manager.filter(Exists(tagged), finished_at__isnull=False, drill=0)
    merged = set(rows.filter(enterprise__merged_into__isnull=False).values_list("enterprise_id", flat=True))
    current = cache(registry.enterprise_current)
    found: dict[str, datetime] = {}
    for key, at in rows.order_by("-finished_at").values_list("enterprise_id", "finished_at"):
        found[current(key) if key in merged else str(key)] = at
    return found


def blanket_rows(scope: Scope, campaign: Campaign, *, under: str = "") -> list[GridRow]:
    """The progress by town, or by village where `under` is a town or the scope lies within one.

    Args:
        under: nine digits of a town; "": all that the scope sees.
    Raises:
        NotAllowed: "platform.not_allowed".
    """
    wide = max((under, scope.region, region_prefix(campaign.region)), key=len)
    digits = 12 if len(wide) >= _TOWN else _TOWN
    firms: dict[str, list[TargetFirm]] = {}
    for firm in blanket_firms(scope, campaign, region=under):
        firms.setdefault(firm.region[:digits], []).append(firm)
    found: dict[str, list[str]] = {}
    hazards = hazard_list(scope, campaigns=[str(campaign.id)], region=under, real=True).order_by()
    for place, state in hazards.values_list("region", "state"):
        found.setdefault(place[:digits], []).append(state)
    return [_row(key, firms.get(key, ()), found.get(key, ())) for key in sorted({*firms, *found})]


def _row(key: str, firms: Sequence[TargetFirm], states: Sequence[str]) -> GridRow:
    visited = sum(firm.visited_at is not None for firm in firms)
    unplaced = len(key) == 12 and key.endswith("000")
    label = regions.name(key.ljust(12, "0"))
    return GridRow(key, label, len(firms), visited, len(states), states.count("closed"), unplaced)


def grid_total(rows: Iterable[GridRow]) -> GridRow:
    """The sum of the rows."""
    held = list(rows)

    def total(name: str) -> Any:
        return sum(getattr(row, name) for row in held)

    return GridRow("", "", total("targets"), total("visited"), total("found"), total("closed"))
