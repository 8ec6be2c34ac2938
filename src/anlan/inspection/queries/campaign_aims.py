"""Whom a campaign is aimed at and who was visited under it, as they stand today; every number of a campaign counts these."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from anlan.inspection.models import Campaign, Inspection, InspectionTag
from anlan.inspection.queries.blanket import blanket_firms
from anlan.inspection.queries.scoped import visible
from anlan.kernel.codes import region_prefix
from anlan.platform.scope import Scope
from anlan.registry import queries as registry

__all__ = ["Aims", "campaign_aims", "campaign_inspections", "campaign_targets"]


@dataclass(frozen=True, slots=True)
class Aims:
    """`targets`: town (9 digits) by enterprise id. `inspected`: those of them visited. `others`: visited, but no targets."""

    targets: dict[str, str]
    inspected: frozenset[str]
    others: frozenset[str]


def campaign_targets(scope: Scope, campaign: Campaign, region: str = "") -> QuerySet[Any]:
    """Standing enterprises in scope of the campaign's region (or within `region`), class, tag and scale."""
    prefix = region or region_prefix(campaign.region)
    firms = registry.enterprise_list(scope, region=prefix, class_=campaign.target_class, tag=campaign.target_tag)
    return firms.filter(scale=campaign.target_scale) if campaign.target_scale else firms


def campaign_inspections(scope: Scope, campaign: Campaign) -> QuerySet[Inspection]:
    """The visits under a campaign in scope, drills left out."""
    tagged = InspectionTag._default_manager.filter(parent=OuterRef("pk"), key=str(campaign.id))
    return visible(Inspection, scope).filter(Exists(tagged), drill=0)


def campaign_aims(scope: Scope, campaign: Campaign) -> Aims:
    """Targets, those visited, and others visited; of a blanket campaign as its grid counts them.

    Raises:
        NotAllowed: "platform.not_allowed".
    """
    visits = campaign_inspections(scope, campaign).order_by()
    if campaign.blanket:
        firms = blanket_firms(scope, campaign)
        targets = {firm.id: firm.region[:9] for firm in firms}
        inspected = frozenset(firm.id for firm in firms if firm.visited_at)
        visits = visits.filter(state="finished")
    else:
        rows = campaign_targets(scope, campaign).select_related(None).prefetch_related(None).order_by()
        targets = {str(key): town for key, town in rows.values_list("id", "region9")}
        inspected = _standing(visits) & targets.keys()
    return Aims(targets, frozenset(inspected), frozenset(_standing(visits) - targets.keys()))


def _standing(visits: QuerySet[Inspection]) -> set[str]:
    """The enterprises visited, as they stand today: those that have merged are one."""
    rows = visits.values_list("enterprise_id", "enterprise__merged_into").distinct()
    current = cache(registry.enterprise_current)
    return {current(key) if into else str(key) for key, into in rows}
