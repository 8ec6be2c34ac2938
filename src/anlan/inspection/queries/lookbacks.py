"""How many closed hazards were seen again (回头看), and how many had come back, by town.

Definitions (house rule): closed = hazards closed in the period; looked back = those of them seen again since; again =
those of them found again; rate = looked back / closed. Drills never count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from anlan.inspection.queries.hazards import day_range, hazard_list
from anlan.inspection.queries.tally import tally
from anlan.kernel.codes import region_pad, region_prefix
from anlan.kernel.errors import BadInput
from anlan.platform import regions
from anlan.platform.scope import Scope

__all__ = ["LookBackRow", "look_back_rates"]


@dataclass(frozen=True, slots=True)
class LookBackRow:
    """One town (9 digits), or the whole with an empty key."""

    key: str
    label: str
    closed: int
    looked_back: int
    again: int

    @property
    def rate_ratio(self) -> float | None:
        """Looked back of closed, 0..1; None where nothing was closed."""
        return self.looked_back / self.closed if self.closed else None


def look_back_rates(scope: Scope, region: str, since: date, until: date) -> tuple[tuple[LookBackRow, ...], LookBackRow]:
    """(towns by code, the whole) for hazards closed from `since` to `until`, local days, both included.

    Args:
        region: prefix of 2 to 12 digits within the scope; "" means the scope's own region.
    Raises:
        BadInput: "inspection.counts.period". NotAllowed: "platform.region_outside".
    """
    region = region_prefix(region) if region else scope.region
    scope.require_region(region)
    if since > until or since.year < 1950 or until.year > 2200:
        raise BadInput("inspection.counts.period", since=str(since), until=str(until))
    begin, end = day_range(since, until)
    rows = hazard_list(scope, region=region, state="closed", real=True).filter(closed_at__gte=begin, closed_at__lt=end)
    counted = {"n": tally(), "seen": Count("looked_back_at"), "again": tally(Q(look_back_result="again"))}
    grouped = rows.order_by().values("region9").annotate(**counted).order_by("region9")
    lines = tuple(
        LookBackRow(g["region9"], regions.name(region_pad(g["region9"])), g["n"], g["seen"], g["again"])
        for g in grouped
    )
    total = LookBackRow(
        "", "", sum(r.closed for r in lines), sum(r.looked_back for r in lines), sum(r.again for r in lines)
    )
    return lines, total
