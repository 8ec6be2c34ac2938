"""Whom a campaign is aimed at and who was visited under it, as they stand today; every number of a campaign counts these.

Visited is who was inspected to the end: a visit begun and not finished is none, whether the campaign is blanket or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.db.models import Exists, OuterRef, QuerySet

from anlan.inspection.models import Campaign, Inspection, InspectionTag
from anlan.inspection.queries.blanket import blanket_firms
from anlan.inspection.queries.scoped import visible
from anlan.platform.scope import Scope
from anlan.registry import queries as registry

__all__ = ["Aims", "campaign_aims", "campaign_inspections"]


@dataclass(frozen=True, slots=True)
class Aims:
    """`targets`: town (9 digits) by enterprise id. `inspected`: those of them visited. `others`: visited, but no targets."""

    targets: dict[str, str]
    inspected: frozenset[str]
    others: frozenset[str]


def campaign_inspections(scope: Scope, campaign: Campaign, *, finished: bool = True) -> QuerySet[Inspection]:
    """The visits under a campaign in scope, drills left out; `finished`: those that count, else those still going on."""
    tagged = InspectionTag._default_manager.filter(parent=OuterRef("pk"), key=str(campaign.id))
    return visible(Inspection, scope).filter(Exists(tagged), drill=0, finished_at__isnull=not finished)


def campaign_aims(scope: Scope, campaign: Campaign) -> Aims:
    """Targets, those visited, and others visited; of every campaign as the grid of a blanket one counts them.

    Raises:
        NotAllowed: "platform.not_allowed".
    """
    firms = blanket_firms(scope, campaign)
    targets = {firm.id: firm.region[:9] for firm in firms}
    inspected = frozenset(firm.id for firm in firms if firm.visited_at)
    visited = _standing(campaign_inspections(scope, campaign).order_by())
    return Aims(targets, inspected, frozenset(visited - targets.keys()))


def _standing(visits: QuerySet[Inspection]) -> set[str]:
    """The enterprises visited, as they stand today: those that have merged are one."""
    rows = visits.values_list("enterprise_id", "enterprise__merged_into").distinct()
    current = cache(registry.enterprise_current)
    return {current(key) if into else str(key) for key, into in rows}
