"""Reading annual plans and how far each line has come. Progress is asked of the tasks, never stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from anlan.inspection.errors import PlanNotFound
from anlan.inspection.models import Plan, PlanLine, Task
from anlan.inspection.queries.campaigns import target_choices
from anlan.inspection.queries.scoped import as_uuid
from anlan.inspection.queries.teams import work_rows
from anlan.inspection.rules.plan import IMPORTANCES, PLAN_LOOP, Capacity, LineFacts, capacity_days, days_needed
from anlan.kernel.loops import Action
from anlan.kernel.region_codes import region_prefix
from anlan.platform.scope import Scope
from anlan.registry import queries as registry

__all__ = [
    "IMPORTANCES", "LineProgress", "facts_of_line", "line_label", "plan_actions", "plan_budget", "plan_capacity",
    "plan_choices",
    "plan_get", "plan_lines", "plan_list", "plan_mine", "plan_progress", "plan_total", "plan_twin", "plan_words",
    "plans_to_approve",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class LineProgress:
    """One line in numbers, of what the reader may see: enterprises that fit it, visits planned, tasks, done, late."""

    line: PlanLine
    label: str
    fitting: int
    planned: int
    assigned: int
    done: int
    late: int

    @property
    def rate_ratio(self) -> float | None:
        """Done of planned, 0..1."""
        return self.done / self.planned if self.planned else None


def plan_mine(scope: Scope, plan: Plan) -> bool:
    """Whether the person works at the level and, if bound to one, in the office that draws the plan up."""
    level = region_prefix(plan.region).startswith(scope.region)
    return level and (scope.office is None or str(plan.office_id or "") == scope.office)


def plan_list(scope: Scope) -> QuerySet[Plan]:
    """Plans that the scope may read, newest year first; below the plan's own level only what was published."""
    own = Q(region__startswith=scope.region)
    return work_rows(Plan, scope).filter(own | Q(version__gt=0)).select_related("office").order_by("-year", "id")


def plan_get(scope: Scope, plan_id: Any) -> Plan:
    """One plan.

    Raises:
        PlanNotFound: "inspection.plan.not_found".
    """
    key = as_uuid(plan_id)
    found = plan_list(scope).filter(pk=key).first() if key else None
    if found is None:
        raise PlanNotFound
    return found


def plan_lines(plan: Plan, version: int) -> list[PlanLine]:
    """The lines of one version, in their order."""
    return list(PlanLine._default_manager.filter(parent_id=plan.pk, version=version).order_by("position", "key"))


def plan_words(plan: Plan) -> list[PlanLine]:
    """The lines of every version: none of their words may name another line."""
    return list(PlanLine._default_manager.filter(parent_id=plan.pk))


def plan_twin(region: str, office: str | None, year: int, plan_id: str = "", *states: str) -> bool:
    """Whether the office has another plan of this year. Unscoped: for an office that the caller works in.

    Args:
        region: 12 digits of the plan. plan_id: the plan itself, "" for one not written yet. states: only in these.
    """
    rows = Plan._default_manager.filter(year=year, office_id=office or None, region=region, drill=0)
    if states:
        rows = rows.filter(Q(state__in=states) | Q(version__gt=0))
    return rows.exclude(pk=as_uuid(plan_id)).exists()


def facts_of_line(line: PlanLine) -> LineFacts:
    """A held line as the rules see it."""
    names = ("line", "target_class", "target_tag", "importance", "enterprises", "times", "person_days", "note")
    return LineFacts(**{name: getattr(line, name) for name in names})


def plan_capacity(plan: Plan) -> Capacity:
    """What the officers can do, as the plan reckons it."""
    return Capacity(plan.officers, plan.legal_days, plan.other_days, plan.idle_days)


def line_label(line: PlanLine) -> str:
    """What a line is called: its class and tag, else every enterprise, with its importance."""
    classes, tags = (dict(c) for c in target_choices())
    whom = [t for t in (classes.get(line.target_class, ""), tags.get(line.target_tag, "")) if t]
    return f"{'、'.join(whom) or '全部企业'}（{dict(IMPORTANCES).get(line.importance, '')}）"


def plan_progress(scope: Scope, plan: Plan, now: datetime) -> list[LineProgress]:
    """How far each line of the version in force has come."""
    open_ = Q(ended_at__isnull=True, due_at__lt=now)
    rows = work_rows(Task, scope).filter(plan_id=plan.pk, drill=0).exclude(state="cancelled").order_by()
    counts = {
        r["plan_line"]: r
        for r in rows.values("plan_line").annotate(
            assigned=Count("id"), done=Count("id", filter=Q(state="done")), late=Count("id", filter=open_)
        )
    }
    none = {"assigned": 0, "done": 0, "late": 0}
    prefix, found = region_prefix(plan.region), []
    for line in plan_lines(plan, plan.version):
        firms = registry.enterprise_list(scope, region=prefix, class_=line.target_class, tag=line.target_tag)
        held = counts.get(line.line, none)
        numbers = (held["assigned"], held["done"], held["late"])
        found.append(LineProgress(line, line_label(line), firms.count(), line.enterprises * line.times, *numbers))
    return found


@dataclass(frozen=True, slots=True)
class PlanTotal:
    """The sums of a plan's lines."""

    planned: int
    assigned: int
    done: int
    late: int

    @property
    def rate_ratio(self) -> float | None:
        """Done of planned, 0..1."""
        return self.done / self.planned if self.planned else None


def plan_total(progress: Sequence[LineProgress]) -> PlanTotal:
    """The sums over the lines; a task counts for one line, so nothing is counted twice."""
    return PlanTotal(*(sum(getattr(p, n) for p in progress) for n in ("planned", "assigned", "done", "late")))


def plan_budget(plan: Plan) -> tuple[int, int]:
    """(person-days that the version under preparation asks for, person-days there are)."""
    lines = [facts_of_line(line) for line in plan_lines(plan, plan.working)]
    return days_needed(lines), capacity_days(plan_capacity(plan))


def plan_choices(scope: Scope, year: int) -> list[tuple[str, str]]:
    """("<plan>/<line>", label) of the lines in force in a year and the one before, for assigning tasks."""
    rows = plan_list(scope).filter(version__gt=0, year__in=(year, year - 1))
    return [(f"{p.pk}/{x.line}", f"{p.year}年 {line_label(x)}") for p in rows for x in plan_lines(p, p.version)]


def plans_to_approve(scope: Scope) -> QuerySet[Plan]:
    """Plans that wait for the leader."""
    return plan_list(scope).filter(state="submitted", region__startswith=scope.region)


def plan_actions(scope: Scope, plan: Plan) -> list[Action]:
    """The actions that this person may take now."""
    if not plan_mine(scope, plan):
        return []
    return [a for a in PLAN_LOOP.actions_from(plan.state) if scope.may(a.right)]
