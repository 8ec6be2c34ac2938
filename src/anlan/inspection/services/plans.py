"""Annual plans: drafted by an office, approved by the leader, changed by a new version only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from anlan.inspection import queries
from anlan.inspection.errors import StepRefused
from anlan.inspection.models import Plan
from anlan.inspection.rules.plan import (
    PLAN_LOOP,
    Capacity,
    LineFacts,
    check_approve,
    check_line_words,
    check_lines,
    check_reason,
    check_submit,
    is_word,
)
from anlan.inspection.rules.words import check_words
from anlan.inspection.services.drafting import key_for
from anlan.inspection.services.stepping import Pressed, step_take, step_taken
from anlan.kernel.codes import region_pad
from anlan.kernel.entry import Draft, Step
from anlan.kernel.errors import NotAllowed, Violation
from anlan.kernel.text import blank
from anlan.platform.database import hold_keys, writing
from anlan.platform.journal.record import NEW, record
from anlan.platform.scope import Scope

__all__ = [
    "PlanInput",
    "plan_approve",
    "plan_draft",
    "plan_edit",
    "plan_input",
    "plan_revise",
    "plan_send_back",
    "plan_submit",
]

_SUBJECT = Plan.SUBJECT
_FIRST, _LAST = 2000, 2100


@dataclass(frozen=True, slots=True)
class PlanInput:
    """A plan as written: year, name, what the officers can do, and its lines; a line without a word is new."""

    year: int
    name: str
    capacity: Capacity
    lines: tuple[LineFacts, ...]


def plan_input(year: int, name: str, capacity: Mapping[str, int], lines: Iterable[Mapping[str, Any]]) -> PlanInput:
    """A plan from the plain values of a form or a request; `lines` with the fields of rules.plan.LineFacts."""
    return PlanInput(year, name, Capacity(**capacity), tuple(LineFacts(**line) for line in lines))


def _check(values: PlanInput) -> list[Violation]:
    classes, tags = (frozenset(code for code, _ in c) for c in queries.target_choices())
    found = check_lines(values.lines, classes, tags) + check_words({"name": values.name})
    if blank(values.name):
        found.append(Violation("inspection.plan.name_missing", {}, "name"))
    if not _FIRST < values.year < _LAST:
        found.append(Violation("inspection.plan.year_invalid", {}, "year"))
    numbers = asdict(values.capacity)
    if not all(0 <= n <= 99_999 for n in numbers.values()):
        found.append(Violation("inspection.plan.capacity_invalid", {}, "officers"))
    return found


def _check_twin(region: str, office: str | None, year: int, plan_id: str = "", *states: str) -> list[Violation]:
    """One plan a year for an office: call it in the transaction that records, for it keeps others waiting until then."""
    hold_keys(_SUBJECT, [f"{region}\0{office or ''}\0{year}"])
    taken = queries.plan_twin(region, office, year, plan_id, *states)
    return [Violation("inspection.plan.year_taken", {"year": year}, "year")] if taken else []


def _twins_of(plan: Plan, year: int, *states: str) -> list[Violation]:
    office = str(plan.office_id) if plan.office_id else None
    return _check_twin(plan.region, office, year, str(plan.pk), *states)


def _data(values: PlanInput) -> dict[str, Any]:
    """The JSON of a written plan whose lines have their words."""
    lines = [asdict(replace(line, note=line.note.strip())) for line in values.lines]
    return {"year": values.year, "name": values.name.strip(), "lines": lines} | asdict(values.capacity)


def plan_draft(*, scope: Scope, values: PlanInput, now: datetime, once: str | None = None) -> str:
    """Draft the plan of a year for the office one works in; its id. A repeated `once` returns the first one's id.

    Raises:
        NotAllowed: "platform.not_allowed". StepRefused: "inspection.plan.refused" with every reason.
    Source: 安全生产法(2021) 第六十二条第一款.
    """
    action = PLAN_LOOP.action("draft")
    scope.require(action.right)
    key = key_for(scope, _SUBJECT, once, now)
    problems, region = check_line_words([line.line for line in values.lines]) + _check(values), region_pad(scope.region)
    # A new plan has no words yet: whatever was sent, its lines are numbered from 1.
    values = replace(values, lines=_numbered([replace(line, line="") for line in values.lines], 0))
    draft = Draft(
        kind=action.kind, subject=f"{_SUBJECT}/{key}", region=region,
        data=_data(values) | {"office_id": scope.office}, step=Step("", action.to), once=once,
    )  # fmt: skip
    with writing():
        problems += _check_twin(region, scope.office, values.year)
        if once and queries.versions_of([f"{_SUBJECT}/{key}"]):
            return key
        if problems:
            raise StepRefused("inspection.plan.refused", problems, name=values.name)
        record(draft, scope=scope, now=now, base=NEW)
    return key


def _own(scope: Scope, plan_id: str, act: str) -> Plan:
    """The plan, for those who draw it up or approve it.

    Raises:
        PlanNotFound; NotAllowed: "platform.not_allowed", "inspection.plan.not_yours".
    """
    scope.require(PLAN_LOOP.action(act).right)
    plan = queries.plan_get(scope, plan_id)
    if not queries.plan_mine(scope, plan):
        raise NotAllowed("inspection.plan.not_yours", name=plan.name)
    return plan


def _refuse(plan: Plan, problems: list[Violation]) -> None:
    if problems:
        raise StepRefused("inspection.plan.refused", problems, name=plan.name)


def plan_edit(*, scope: Scope, plan_id: str, values: PlanInput, pressed: Pressed, now: datetime) -> None:
    """Write the version under preparation anew; year and lines of approved versions stay.

    Raises:
        PlanNotFound; NotAllowed; StalePage: "inspection.stale"; StepRefused: "inspection.plan.refused".
    Source: house rule.
    """
    plan, action = _own(scope, plan_id, "edit"), PLAN_LOOP.action("edit")
    if step_taken(scope, plan, action, pressed):
        return
    known = {line.line for line in queries.plan_words(plan)}
    problems = check_line_words([x.line for x in values.lines], frozenset(known))
    lines = [replace(x, line=x.line if x.line in known else "") for x in values.lines]
    # Words of lines once dropped are never given to others: tasks name them.
    last = max((int(word) for word in known if is_word(word)), default=0)
    values = replace(values, lines=_numbered(lines, last), year=plan.year if plan.version else values.year)
    problems += PLAN_LOOP.check_step("edit", plan.state) + _check(values)
    with writing():
        _refuse(plan, problems + _twins_of(plan, values.year))
        step_take(scope, plan, action, pressed, now, _data(values))


def _numbered(lines: Iterable[LineFacts], last: int) -> tuple[LineFacts, ...]:
    """The lines, each with a word of its own; `last`: the highest number ever given in this plan."""
    found, used = [], set[str]()
    for line in lines:
        word = line.line
        if not word or word in used:
            last += 1
            word = str(last)
        used.add(word)
        found.append(replace(line, line=word))
    return tuple(found)


def plan_submit(*, scope: Scope, plan_id: str, pressed: Pressed, now: datetime) -> None:
    """Hand the plan to the leader. Raises as `plan_edit`. Source: rules.plan.check_submit."""
    plan, action = _own(scope, plan_id, "submit"), PLAN_LOOP.action("submit")
    if not step_taken(scope, plan, action, pressed):
        lines = [queries.facts_of_line(line) for line in queries.plan_lines(plan, plan.working)]
        problems = check_submit(plan.state, lines, queries.plan_capacity(plan))
        with writing():
            twins = [] if plan.version else _twins_of(plan, plan.year, "submitted", "approved")
            _refuse(plan, problems + twins)
            step_take(scope, plan, action, pressed, now)


def plan_approve(*, scope: Scope, plan_id: str, pressed: Pressed, now: datetime) -> None:
    """Approve the version handed in: it is in force and published to the towns. Raises as `plan_edit`."""
    plan, action = _own(scope, plan_id, "approve"), PLAN_LOOP.action("approve")
    if not step_taken(scope, plan, action, pressed):
        problems = check_approve(plan.state, scope.who(plan.submitted_by), scope.person, pressed.note)
        with writing():
            _refuse(plan, problems + ([] if plan.version else _twins_of(plan, plan.year, "approved")))
            step_take(scope, plan, action, pressed, now, {"version": plan.working})


def plan_send_back(*, scope: Scope, plan_id: str, pressed: Pressed, now: datetime) -> None:
    """Give the plan back to be changed, saying why. Raises as `plan_edit`."""
    plan, action = _own(scope, plan_id, "send_back"), PLAN_LOOP.action("send_back")
    if not step_taken(scope, plan, action, pressed):
        _refuse(plan, check_reason("send_back", plan.state, pressed.note))
        step_take(scope, plan, action, pressed, now)


def plan_revise(*, scope: Scope, plan_id: str, pressed: Pressed, now: datetime) -> None:
    """Begin a new version with the lines in force, saying why; they hold until it is approved. Raises as `plan_edit`."""
    plan, action = _own(scope, plan_id, "revise"), PLAN_LOOP.action("revise")
    if not step_taken(scope, plan, action, pressed):
        _refuse(plan, check_reason("revise", plan.state, pressed.note))
        lines = [asdict(queries.facts_of_line(line)) for line in queries.plan_lines(plan, plan.version)]
        step_take(scope, plan, action, pressed, now, {"version": plan.version + 1, "lines": lines})
