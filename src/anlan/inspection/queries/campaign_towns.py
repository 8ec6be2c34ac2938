"""A campaign's progress by town, its teams and its rounds of peer visits; all asked, none stored."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from anlan.data import region_name
from anlan.inspection.models import Campaign, Team
from anlan.inspection.queries.assigning import campaign_tasks
from anlan.inspection.queries.campaign_aims import campaign_aims
from anlan.inspection.queries.teams import work_rows
from anlan.platform.scope import Scope

__all__ = ["TownRow", "campaign_rounds", "campaign_teams", "campaign_towns"]


@dataclass(frozen=True, slots=True)
class TownRow:
    """A town's part (9 digits): enterprises to inspect and those of them inspected; tasks given out, done and late."""

    town: str
    name: str
    targets: int
    inspected: int
    assigned: int
    done: int
    late: int

    @property
    def rate_ratio(self) -> float | None:
        """Inspected of targets, 0..1; None without any target."""
        return self.inspected / self.targets if self.targets else None


def campaign_towns(scope: Scope, campaign: Campaign, now: datetime) -> list[TownRow]:
    """One row for each town that has targets or tasks, of what the scope sees."""
    aims = campaign_aims(scope, campaign)
    targets = Counter(aims.targets.values())
    inspected = Counter(aims.targets[key] for key in aims.inspected)
    open_late = Q(ended_at__isnull=True, due_at__lt=now)
    rows = campaign_tasks(scope, campaign).exclude(state="cancelled").order_by().values("region9")
    tasks = {
        r["region9"]: (r["assigned"], r["done"], r["late"])
        for r in rows.annotate(
            assigned=Count("id"), done=Count("id", filter=Q(state="done")), late=Count("id", filter=open_late)
        )
    }
    towns = sorted({*targets, *tasks})
    return [
        TownRow(t, region_name(t.ljust(12, "0")) or t, targets[t], inspected[t], *tasks.get(t, (0, 0, 0)))
        for t in towns
    ]


def campaign_teams(scope: Scope, campaign: Campaign) -> QuerySet[Team]:
    """The teams made for a campaign that stand, by name."""
    found: QuerySet[Team] = work_rows(Team, scope).filter(campaign_id=campaign.pk, retired_at__isnull=True)
    return found.order_by("name", "id")


def campaign_rounds(scope: Scope, campaign: Campaign) -> list[tuple[str, list[str]]]:
    """(group, names of its firms) of the peer visits under a campaign, in the order they were given out."""
    groups: dict[str, list[str]] = {}
    rows = campaign_tasks(scope, campaign).exclude(batch="").exclude(state="cancelled")
    for batch, name in rows.order_by("number").values_list("batch", "enterprise__name"):
        groups.setdefault(batch, []).append(name)
    return list(groups.items())
