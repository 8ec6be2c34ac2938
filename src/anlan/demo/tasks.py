"""The demo county's plan of visits: approved for the year, three teams, and some twenty tasks in every state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from anlan.demo.firms import COUNTY, FIRST_TOWN
from anlan.demo.play import Stage
from anlan.demo.times import opening
from anlan.demo.words import words
from anlan.inspection import queries
from anlan.inspection.services import inspections, plans, tasks
from anlan.inspection.services.stepping import Pressed
from anlan.kernel.deadlines import local_date
from anlan.platform.ledger.services import plain_create

__all__ = ["work_of"]

Act = tuple[datetime, Callable[[datetime], Any]]
_LINES, _TASKS = 4, 18
_KEY = frozenset({"metallurgy", "nonferrous", "mine_noncoal"})
# What becomes of the n-th task, given out so many days ago and due so many days after; the rest wait.
_FATES = ("done",) * 7 + ("started",) * 2 + ("returned", "cancelled", "reassigned") + ("late",) * 2 + ("assigned",) * 4


@dataclass
class _Work:
    stage: Stage
    plan: str = ""
    teams: dict[str, str] = field(default_factory=dict)
    tasks: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        cast = self.stage.cast
        self.chief, self.officer = cast.officer("basics", 0), cast.officer("basics", 1)
        self.mate, self.leader = cast.officer("squad", 0), cast.officer("bureau:leader", 0)
        self.texts: dict[str, Any] = words()["work"]
        self.firms = [f for f in self.stage.plan.firms if f.office == "basics"]


def work_of(stage: Stage) -> Iterator[Act]:
    """Plan, teams and tasks, each with its moment; no hazard is filed by these visits."""
    work, end = _Work(stage), stage.plan.end
    december = opening(end.replace(year=end.year - 1, month=12, day=12))
    drawn = max(december, opening(stage.plan.begin + timedelta(days=1)))
    yield drawn, lambda at: _draft(work, at)
    yield drawn + timedelta(days=1), lambda at: _approve(work, at)
    yield opening(end - timedelta(days=40)), lambda at: _teams(work, at)
    for n, firm in enumerate(work.firms[:_TASKS]):
        given = opening(end - timedelta(days=30 - n)) + timedelta(minutes=5 * n)
        yield given, lambda at, n=n, firm=firm: _assign(work, n, firm, at)
        fate = _FATES[n % len(_FATES)]
        if fate not in {"late", "assigned"}:
            yield given + timedelta(hours=4), lambda at, n=n, fate=fate: _follow(work, n, fate, at)
    yield opening(end - timedelta(days=9)), lambda at: _town(work, at)


def _draft(work: _Work, at: datetime) -> None:
    kinds = Counter(firm.trade.classes[0] for firm in work.firms).most_common(_LINES)
    lines = [
        {
            "line": "", "target_class": code, "target_tag": "", "importance": "key" if code in _KEY else "general",
            "enterprises": count, "times": 2 if code in _KEY else 1, "person_days": 1, "note": "",
        }
        for code, count in kinds
    ]  # fmt: skip
    year = work.stage.plan.end.year
    capacity = {"officers": 24, "legal_days": 248, "other_days": 2000, "idle_days": 1500}
    values = plans.plan_input(year, work.texts["plan"].format(year=year), capacity, lines)
    work.plan = plans.plan_draft(scope=work.chief, values=values, now=at)
    plans.plan_submit(scope=work.chief, plan_id=work.plan, pressed=Pressed(), now=at + timedelta(minutes=20))


def _approve(work: _Work, at: datetime) -> None:
    pressed = Pressed(note=work.texts["approved"])
    plans.plan_approve(scope=work.leader, plan_id=work.plan, pressed=pressed, now=at)


def _teams(work: _Work, at: datetime) -> None:
    cast = work.stage.cast
    expert = cast.officer("experts", 1)
    for kind, name in work.texts["teams"].items():
        people = [work.officer, work.mate, *([expert] if kind == "expert" else [])]
        if kind == "third_party":
            people = [work.chief, work.mate]
        values = {
            "name": name, "kind": kind, "region": COUNTY.ljust(12, "0"), "members": [p.post for p in people],
            "leader": people[0].post, "organisation": work.texts["organisation"] if kind == "third_party" else "",
        }  # fmt: skip
        work.teams[kind] = plain_create(scope=work.chief, ledger="inspection.team", values=values, now=at)


def _assign(work: _Work, n: int, firm: Any, at: datetime) -> None:
    lines = {x.target_class: x.line for x in queries.plan_lines(queries.plan_get(work.chief, work.plan), 1)}
    fate = _FATES[n % len(_FATES)]
    due = local_date(at) + timedelta(days=6 if fate == "late" else 45)
    team = work.teams["inspect"] if n % 3 == 0 else ""
    crew = tasks.Crew(due, () if team else (work.officer.post, work.mate.post), team)
    line = lines.get(firm.trade.classes[0], "")
    item = tasks.AssignInput(
        work.stage.enterprises[firm.index], crew, plan_id=work.plan if line else "", plan_line=line, source="county",
        note=work.texts["note"],
    )  # fmt: skip
    work.tasks += tasks.tasks_assign(scope=work.chief, items=[item], now=at)


def _follow(work: _Work, n: int, fate: str, at: datetime) -> None:
    key = work.tasks[n]
    if fate in {"returned", "reassigned"}:
        pressed = Pressed(note=work.texts["returned"])
        tasks.task_return(scope=work.officer, task_id=key, pressed=pressed, now=at)
    if fate == "reassigned":
        crew = tasks.Crew(local_date(at) + timedelta(days=30), (work.chief.post, work.mate.post))
        tasks.task_reassign(scope=work.chief, task_id=key, crew=crew, pressed=Pressed(), now=at + timedelta(hours=1))
    if fate == "cancelled":
        tasks.task_cancel(scope=work.chief, task_id=key, pressed=Pressed(note=work.texts["cancelled"]), now=at)
    if fate in {"started", "done"}:
        _visit(work, key, fate == "done", at)


def _visit(work: _Work, key: str, finished: bool, at: datetime) -> None:
    task = queries.task_get(work.officer, key)
    visit = inspections.inspection_start(
        scope=work.officer, enterprise_id=str(task.enterprise_id), checklist_id=str(task.checklist_id),
        officers=[work.mate.person], task_id=key, now=at,
    )  # fmt: skip
    if not finished:
        return
    sheet = queries.inspection_sheet(queries.inspection_get(work.officer, visit))
    answers = [inspections.ItemAnswer(item.key, "pass") for item in sheet]
    later = at + timedelta(minutes=50)
    inspections.inspection_items_set(scope=work.officer, inspection_id=visit, answers=answers, now=later)
    inspections.inspection_finish(
        scope=work.officer, inspection_id=visit, conclusion=work.texts["clean"], now=later + timedelta(minutes=5)
    )


def _town(work: _Work, at: datetime) -> None:
    """The first town sends its own two officers to two of its firms."""
    cast, stage = work.stage.cast, work.stage
    officers = [cast.officer(f"town:{FIRST_TOWN}", n) for n in (0, 1)]
    firms = [f for f in stage.plan.firms if f.region.startswith(FIRST_TOWN)][:2]
    crew = tasks.Crew(local_date(at) + timedelta(days=20), tuple(o.post for o in officers))
    items = [tasks.AssignInput(stage.enterprises[f.index], crew, note=work.texts["note"]) for f in firms]
    held = queries.tasks_open([i.enterprise_id for i in items])
    free = [i for i in items if (i.enterprise_id, "", "", "") not in held]
    if free:
        tasks.tasks_assign(scope=officers[0], items=free, now=at)
