"""What an assignment of many tasks is judged by, read in a few statements for the whole batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from anlan.accounts import queries as accounts
from anlan.inspection.errors import PlanNotFound
from anlan.inspection.models import Campaign, InspectionTag, PlanLine, Task
from anlan.inspection.queries.blanket import blanket_firms
from anlan.inspection.queries.campaigns import campaign_get
from anlan.inspection.queries.checklists import checklist_choices, checklist_get
from anlan.inspection.queries.plans import line_label, plan_get
from anlan.inspection.queries.scoped import as_uuid
from anlan.inspection.queries.teams import team_get, team_members, team_running, work_rows
from anlan.kernel.codes import region_prefix
from anlan.kernel.deadlines import local_date
from anlan.platform.scope import Scope


@dataclass(frozen=True, slots=True)
class LineTarget:
    """Whom a line of a plan is for: its class, its tag, and the region (prefix of digits) of its plan."""

    line: PlanLine
    region: str
    label: str

    def takes(self, enterprise: Any) -> bool:
        """Whether the enterprise is among them. Source: house rule (as `plan_progress` counts those that fit)."""
        classes, tags = ({c.key for c in rows.all()} for rows in (enterprise.classes, enterprise.tags))
        fits = self.line.target_class in {"", *classes} and self.line.target_tag in {"", *tags}
        return fits and enterprise.region.startswith(self.region)


@dataclass
class Desk:
    """What the items of one batch share, looked up once each."""

    scope: Scope
    now: datetime

    def __post_init__(self) -> None:
        self._held: dict[tuple[str, str], Any] = {}

    def _once(self, what: str, key: str, look: Any) -> Any:
        if (what, key) not in self._held:
            self._held[what, key] = look()
        return self._held[what, key]

    def team(self, team_id: str) -> tuple[Any, list[accounts.PostCard], bool]:
        """(team, cards of its members, whether it stands today). Raises TeamNotFound."""

        def look() -> tuple[Any, list[accounts.PostCard], bool]:
            team = team_get(self.scope, team_id)
            members = team_members([team.pk]).get(str(team.pk), [])
            heirs = accounts.posts_succeeding(members)
            cards = accounts.post_cards(heirs.values(), self.now)
            return team, list(cards.values()), team_running(team, local_date(self.now))

        found: tuple[Any, list[accounts.PostCard], bool] = self._once("teams", team_id, look)
        return found

    def officers(self, posts: Sequence[str]) -> dict[str, accounts.PostCard]:
        """The posts that may be named: in scope, running, with the right to inspect."""
        cards: dict[str, accounts.PostCard] = self._once(
            "officers",
            "",
            lambda: {c.post_id: c for c in accounts.posts_holding(self.scope, "inspection.inspect", self.now)},
        )
        return {post: cards[post] for post in posts if post in cards}

    def line(self, plan_id: str, line: str) -> LineTarget | None:
        """The line of a plan in force; None where there is none."""

        def look() -> LineTarget | None:
            try:
                plan = plan_get(self.scope, plan_id)
            except PlanNotFound:
                return None
            rows = PlanLine._default_manager.filter(parent_id=plan.pk, version=plan.version, line=line)
            held = rows.first() if plan.version else None
            return LineTarget(held, region_prefix(plan.region), line_label(held)) if held else None

        found: LineTarget | None = self._once("lines", f"{plan_id}/{line}", look)
        return found

    def campaign(self, campaign_id: str) -> Campaign:
        """The campaign. Raises CampaignNotFound."""
        found: Campaign = self._once("campaigns", campaign_id, lambda: campaign_get(self.scope, campaign_id))
        return found

    def checklist(self, checklist_id: str) -> Any:
        """The checklist. Raises ChecklistNotFound."""
        return self._once("checklists", checklist_id, lambda: checklist_get(self.scope, checklist_id))

    def fitting_checklist(self, enterprise: Any) -> str:
        """Id of the checklist in use that fits the enterprise's classes and tags best; "" where there is none."""
        fits = [c.key for c in (*enterprise.classes.all(), *enterprise.tags.all())]
        choices = self._once("fits", " ".join(sorted(fits)), lambda: checklist_choices(self.scope, fits))
        return choices[0][0] if choices else ""


def tasks_open(enterprise_ids: Iterable[Any]) -> dict[tuple[str, str, str, str], str]:
    """Numbers of open tasks by (enterprise, plan, line, campaign). Unscoped: for enterprises that the caller has scoped."""
    keys = {k for i in enterprise_ids if (k := as_uuid(i))}
    rows = Task._default_manager.filter(enterprise_id__in=keys, ended_at__isnull=True)
    columns = ("enterprise_id", "plan_id", "plan_line", "campaign_id", "number")
    return {
        (str(firm), str(plan or ""), line, str(campaign or "")): number
        for firm, plan, line, campaign, number in rows.values_list(*columns)
    }


def campaign_waiting(scope: Scope, campaign: Campaign, town: str = "") -> list[str]:
    """Ids of a campaign's targets not visited, of which nobody is at one and no task names one, by town and name."""
    firms = blanket_firms(scope, campaign, region=town, visited=False)
    begun = InspectionTag._default_manager.filter(key=str(campaign.pk)).values_list("parent__enterprise_id", flat=True)
    tasks = Task._default_manager.filter(campaign_id=campaign.pk).exclude(state="cancelled")
    taken = {str(key) for key in (*begun, *tasks.values_list("enterprise_id", flat=True))}
    waiting = [firm for firm in firms if firm.id not in taken]
    return [firm.id for firm in sorted(waiting, key=lambda firm: (firm.region[:9], firm.name, firm.id))]


def campaign_tasks(scope: Scope, campaign: Campaign) -> QuerySet[Task]:
    """The tasks of a campaign in scope."""
    found: QuerySet[Task] = work_rows(Task, scope).filter(campaign_id=campaign.pk, drill=0)
    return found
