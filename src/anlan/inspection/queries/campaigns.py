"""Reading campaigns and their progress. Nothing is counted twice: a hazard of three campaigns is one hazard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from anlan.inspection.errors import CampaignNotFound
from anlan.inspection.models import Campaign
from anlan.inspection.queries.campaign_aims import campaign_aims, campaign_inspections
from anlan.inspection.queries.hazards import hazard_list
from anlan.inspection.queries.scoped import as_uuid, visible
from anlan.inspection.rules.campaign import CAMPAIGN_KINDS, covers_region
from anlan.kernel.codes import region_prefix
from anlan.platform.scope import Scope
from anlan.registry import queries as registry

SUBJECT = Campaign.SUBJECT
__all__ = [
    "CAMPAIGN_KINDS", "CampaignProgress", "campaign_choices", "campaign_get", "campaign_list", "campaign_names",
    "campaign_progress", "campaign_values", "campaigns_covering", "target_choices", "target_labels",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class CampaignProgress:
    """A campaign in numbers, of what the reader may see; all of them asked, none stored.

    `inspected`: of the targets. `others`: enterprises visited under it that are no targets. `inspections`: finished visits,
    the only ones that `inspected` and `others` count. `going_on`: visits begun and not finished.
    """

    targets: int
    inspected: int
    others: int
    inspections: int
    found: int
    closed: int
    overdue: int
    going_on: int = 0

    @property
    def rate_ratio(self) -> float | None:
        """Closed of found, 0..1; None when nothing was found."""
        return self.closed / self.found if self.found else None


def campaign_get(scope: Scope, campaign_id: Any) -> Campaign:
    """One campaign.

    Raises:
        CampaignNotFound: "inspection.campaign.not_found".
    """
    key = as_uuid(campaign_id)
    found = visible(Campaign, scope).filter(pk=key).first() if key else None
    if found is None:
        raise CampaignNotFound
    return found


def campaign_list(scope: Scope, on: date | None = None) -> QuerySet[Campaign]:
    """Campaigns that are not retired, newest first; `on`: only those running on this local day."""
    rows = visible(Campaign, scope).filter(retired_at__isnull=True)
    if on is not None:
        rows = rows.filter(since_on__lte=on, until_on__gte=on)
    return rows.order_by("-since_on", "-id")


def campaign_choices(scope: Scope, on: date | None = None, region: str = "") -> list[tuple[str, str]]:
    """(id, name) of campaigns whose part of the county meets the scope's region, or holds `region` (12 digits)."""
    rows = campaign_list(scope, on)
    near = [c for c in rows if (covers_region(c.region, region) if region else _meets(c.region, scope.region))]
    return [(str(c.id), c.name) for c in near]


def _meets(covers: str, scope_region: str) -> bool:
    return covers.startswith(scope_region) or scope_region.startswith(region_prefix(covers))


def campaigns_covering(ids: Iterable[str], region: str) -> set[str]:
    """Those among the campaigns that cover a region (12 digits). Unscoped: for rows that the caller has scoped."""
    keys = {k for i in ids if (k := as_uuid(i))}
    rows = Campaign._default_manager.filter(pk__in=keys).values_list("id", "region")
    return {str(pk) for pk, covers in rows if covers_region(covers, region)}


def campaign_names(ids: Iterable[str]) -> dict[str, str]:
    """Names by id; unknown ids are absent. Unscoped: for rows that the caller has scoped."""
    keys = {k for i in ids if (k := as_uuid(i))}
    return {str(pk): name for pk, name in Campaign._default_manager.filter(pk__in=keys).values_list("id", "name")}


def campaign_values(scope: Scope) -> dict[str, str]:
    """Names of all campaigns that the person sees, the retired ones too, by id: what indicators call them."""
    rows = visible(Campaign, scope).order_by().values_list("id", "name")
    return {str(pk): name for pk, name in rows}


def campaign_progress(scope: Scope, campaign: Campaign, now: datetime) -> CampaignProgress:
    """How far a campaign has come: its targets in the registry, those inspected, hazards found, closed and overdue."""
    aims = campaign_aims(scope, campaign)
    hazards = hazard_list(scope, campaigns=[str(campaign.id)], real=True)
    return CampaignProgress(
        targets=len(aims.targets),
        inspected=len(aims.inspected),
        others=len(aims.others),
        inspections=campaign_inspections(scope, campaign).count(),
        found=hazards.count(),
        closed=hazards.filter(state="closed").count(),
        overdue=hazard_list(scope, campaigns=[str(campaign.id)], overdue_at=now, real=True).count(),
        going_on=campaign_inspections(scope, campaign, finished=False).count(),
    )


def target_choices() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(code, label) of the supervision classes and of the risk tags that a campaign can be aimed at."""
    classes, tags = registry.codes("classes"), registry.codes("tags")
    return [(c.id, c.label) for c in classes], [(c.id, c.label) for c in tags]


def target_labels(campaign: Campaign) -> list[str]:
    """The labels of the class, the tag and the scale that a campaign is aimed at; empty: every enterprise of its region."""
    classes, tags = target_choices()
    scales = {c.id: c.label for c in registry.codes("scale")}
    wanted = (
        dict(classes).get(campaign.target_class, ""),
        dict(tags).get(campaign.target_tag, ""),
        scales.get(campaign.target_scale, ""),
    )
    return [label for label in wanted if label]
