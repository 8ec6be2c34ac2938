"""Giving tasks out: one or many, all or none; giving them to others, back, or up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from anlan.accounts.queries import PostCard
from anlan.inspection import queries
from anlan.inspection.errors import StepRefused
from anlan.inspection.models import Task
from anlan.inspection.queries.scoped import same_id
from anlan.inspection.rules.campaign import check_tag
from anlan.inspection.rules.task import (
    TASK_LOOP,
    OfficerFacts,
    TaskFacts,
    check_assign,
    check_due,
    check_note,
    check_officers,
)
from anlan.inspection.rules.words import check_words
from anlan.inspection.services.drafting import key_for, numbers_for, said
from anlan.inspection.services.hazards import allowed_sources, default_source
from anlan.inspection.services.stepping import Pressed, step_take, step_taken
from anlan.kernel.deadlines import end_of_day, local_date
from anlan.kernel.entry import Draft, Step
from anlan.kernel.errors import BadInput, NotAllowed, Violation
from anlan.platform.database import hold_keys, writing
from anlan.platform.journal.record import NEW, record_many
from anlan.platform.scope import Scope
from anlan.registry import queries as registry

__all__ = [
    "MOST_TASKS", "AssignInput", "Crew", "TaskLine", "task_cancel", "task_reassign", "task_return", "tasks_assign",
    "tasks_judge",
]  # fmt: skip

MOST_TASKS = 100
_SUBJECT = Task.SUBJECT
_ASSIGN = TASK_LOOP.action("assign")


@dataclass(frozen=True, slots=True)
class Crew:
    """Who does a task, and by which local day: posts named, or a team."""

    due_on: date | None
    officers: tuple[str, ...] = ()
    team_id: str = ""


@dataclass(frozen=True, slots=True)
class AssignInput:
    """One task to be given out.

    Attributes:
        plan_id, plan_line: the line of the annual plan it counts for, "" for none. campaign_id: likewise.
        checklist_id: "" takes the one that fits the enterprise best. source: "" takes the assigner's usual one.
        guests: ids of the enterprises that visit with the officers. batch: name of their group.
        once: the client's key of this task.
    """

    enterprise_id: str
    crew: Crew
    plan_id: str = ""
    plan_line: str = ""
    campaign_id: str = ""
    checklist_id: str = ""
    kind: str = "routine"
    source: str = ""
    note: str = ""
    guests: tuple[str, ...] = ()
    batch: str = ""
    once: str | None = None


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One task of a batch as it would be given out, and what stands against it."""

    item: AssignInput
    enterprise: Any
    checklist_id: str
    reasons: list[Violation]


def _crew(desk: queries.Desk, crew: Crew, enterprise: Any) -> dict[str, Any]:
    """The people of a task as the rules see them."""
    place = (enterprise.region, str(enterprise.office_id or ""))

    def facts(cards: Sequence[PostCard]) -> tuple[OfficerFacts, ...]:
        return tuple(queries.officer_of(card, *place) for card in cards)

    named = desk.officers(crew.officers)
    unknown = [OfficerFacts(post, "", False, False) for post in crew.officers if post not in named]
    found: dict[str, Any] = {"officers": (*facts(list(named.values())), *unknown), "team": None}
    if crew.team_id:
        _, members, stands = desk.team(crew.team_id)
        found |= {"team": facts(members), "team_ended": not stands}
    return found


def _judge(desk: queries.Desk, item: AssignInput, enterprise: Any, held: dict[Any, str]) -> TaskLine:
    scope, now = desk.scope, desk.now
    line = desk.line(item.plan_id, item.plan_line)
    key = (str(enterprise.pk), same_id(item.plan_id), item.plan_line, same_id(item.campaign_id))
    checklist = desk.checklist(item.checklist_id) if item.checklist_id else None
    facts = TaskFacts(
        kind=item.kind,
        source=item.source or default_source(scope),
        due_on=item.crew.due_on,
        today=local_date(now),
        sources=allowed_sources(scope),
        line_known=line is not None or not (item.plan_id or item.plan_line),
        line_outside=line.label if line and not line.takes(enterprise) else "",
        gone=enterprise.retired_at is not None or enterprise.merged_into_id is not None,
        checklist_retired=checklist is not None and checklist.retired_at is not None,
        busy=held.get(key, ""),
        guests=len(item.guests),
        note=item.note,
        **_crew(desk, item.crew, enterprise),
    )
    problems = check_assign(facts) + check_words({"code": item.batch}, "batch")
    if item.campaign_id:
        campaign = desk.campaign(item.campaign_id)
        problems += check_tag(campaign.retired_at is not None, campaign.region, enterprise.region)
    held.setdefault(key, "—")  # the same enterprise twice in one batch is refused like one that has a task already
    return TaskLine(item, enterprise, item.checklist_id or desk.fitting_checklist(enterprise), problems)


def tasks_judge(scope: Scope, items: Sequence[AssignInput], now: datetime) -> list[TaskLine]:
    """What giving these tasks out would do, one line each with every reason against it; nothing is written.

    Raises:
        NotAllowed: "platform.not_allowed". NotFound: "registry.enterprise.not_found", TeamNotFound, ChecklistNotFound,
        CampaignNotFound. BadInput: "inspection.task.none_chosen", "inspection.task.too_many".
    """
    scope.require(_ASSIGN.right)
    if not items:
        raise BadInput("inspection.task.none_chosen")
    if len(items) > MOST_TASKS:
        raise BadInput("inspection.task.too_many", most=MOST_TASKS)
    desk = queries.Desk(scope, now)
    firms = {i.enterprise_id: registry.enterprise_get(scope, i.enterprise_id) for i in items}
    registry.enterprises_get(scope, sorted({g for i in items for g in i.guests}))
    held = queries.tasks_open([f.pk for f in firms.values()])
    return [_judge(desk, item, firms[item.enterprise_id], held) for item in items]


def tasks_assign(*, scope: Scope, items: Sequence[AssignInput], now: datetime) -> list[str]:
    """Give tasks out, all or none; their ids in order. Repeated keys return what the first request made.

    Raises:
        As `tasks_judge`; StepRefused: "inspection.task.refused" with the enterprise's name and its reasons.
    Source: 安全生产法(2021) 第六十二条; 行政处罚法(2021) 第四十二条.
    """
    scope.require(_ASSIGN.right)
    keys = [key_for(scope, _SUBJECT, item.once, now) for item in items]
    with writing():
        # Before anything is judged: two requests at the same moment would both find the enterprise free.
        hold_keys(_SUBJECT, {same_id(item.enterprise_id) for item in items})
        known = queries.versions_of(f"{_SUBJECT}/{k}" for k, i in zip(keys, items, strict=True) if i.once)
        if items and len(known) == len(items):
            return keys
        lines = tasks_judge(scope, items, now)
        if bad := next((line for line in lines if line.reasons), None):
            raise StepRefused("inspection.task.refused", bad.reasons, name=bad.enterprise.name)
        numbers = numbers_for("RW", [now] * len(lines))
        drafts = [
            (_draft(scope, line, key, number), NEW) for line, key, number in zip(lines, keys, numbers, strict=True)
        ]
        record_many(drafts, scope=scope, now=now)
    return keys


def _draft(scope: Scope, line: TaskLine, key: str, number: str) -> Draft:
    item, firm = line.item, line.enterprise
    data = {
        "number": number, "enterprise_id": str(firm.pk), "office_id": str(firm.office_id) if firm.office_id else None,
        "plan_id": item.plan_id or None, "plan_line": item.plan_line, "campaign_id": item.campaign_id or None,
        "checklist_id": line.checklist_id or None, "kind": item.kind, "source": item.source or default_source(scope),
        "batch": item.batch.strip(), "guests": list(item.guests),
    }  # fmt: skip
    return Draft(
        kind=_ASSIGN.kind, subject=f"{_SUBJECT}/{key}", region=firm.region, data=data | _people(item.crew),
        text=said(note=item.note), step=Step("", _ASSIGN.to), once=item.once, drill=bool(firm.drill),
    )  # fmt: skip


def _people(crew: Crew) -> dict[str, Any]:
    due = end_of_day(crew.due_on).isoformat() if crew.due_on else None
    return {"team_id": crew.team_id or None, "officers": list(dict.fromkeys(crew.officers)), "due_at": due}


def task_reassign(*, scope: Scope, task_id: str, crew: Crew, pressed: Pressed, now: datetime) -> None:
    """Give an open task to others, with a new last day.

    Raises:
        TaskNotFound; NotAllowed: "platform.not_allowed"; StalePage: "inspection.stale";
        StepRefused: "inspection.task.step_refused" with every reason.
    Source: 行政处罚法(2021) 第四十二条.
    """
    action = TASK_LOOP.action("reassign")
    scope.require(action.right)
    task = queries.task_get(scope, task_id)
    if step_taken(scope, task, action, pressed):
        return
    desk, today = queries.Desk(scope, now), local_date(now)
    people = _crew(desk, crew, task.enterprise)
    facts = TaskFacts(task.kind, task.source, crew.due_on, today, sources=frozenset({task.source}), **people)
    problems = TASK_LOOP.check_step("reassign", task.state) + check_due(crew.due_on, today) + check_officers(facts)
    _refuse(task, problems + check_words({"note": pressed.note}))
    step_take(scope, task, action, pressed, now, _people(crew))


def task_return(*, scope: Scope, task_id: str, pressed: Pressed, now: datetime) -> None:
    """Give a task back, saying why; only those who shall do it.

    Raises:
        As `task_reassign`; NotAllowed: "inspection.task.not_yours".
    """
    action = TASK_LOOP.action("return")
    scope.require(action.right)
    task = queries.task_get(scope, task_id)
    if step_taken(scope, task, action, pressed):
        return
    if not queries.task_mine(scope, task):
        raise NotAllowed("inspection.task.not_yours", number=task.number)
    _refuse(task, check_note("return", task.state, pressed.note))
    step_take(scope, task, action, pressed, now)


def task_cancel(*, scope: Scope, task_id: str, pressed: Pressed, now: datetime) -> None:
    """Take a task off the list, saying why. Raises as `task_reassign`."""
    action = TASK_LOOP.action("cancel")
    scope.require(action.right)
    task = queries.task_get(scope, task_id)
    if not step_taken(scope, task, action, pressed):
        _refuse(task, check_note("cancel", task.state, pressed.note))
        step_take(scope, task, action, pressed, now)


def _refuse(task: Task, problems: list[Violation]) -> None:
    if problems:
        raise StepRefused("inspection.task.step_refused", problems, number=task.number)
