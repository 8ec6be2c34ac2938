"""The loop of an inspection task (检查任务) and what its assignment must name. Pure.

Source: 行政处罚法(2021) 第四十二条 (not fewer than two officers); house rule for the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from anlan.inspection.rules.hazard import SOURCES
from anlan.inspection.rules.inspection import KINDS, SOLO_SOURCES
from anlan.inspection.rules.words import check_words
from anlan.kernel.errors import Violation
from anlan.kernel.loops import Action, Loop, State
from anlan.kernel.text import blank

__all__ = [
    "TASK_LOOP",
    "OfficerFacts",
    "TaskFacts",
    "check_assign",
    "check_begin",
    "check_due",
    "check_note",
    "check_officers",
]

_ASSIGN, _INSPECT = "inspection.task.assign", "inspection.inspect"
_LONGEST_DAYS = 400

TASK_LOOP = Loop(
    id="task",
    subject="inspection.task",
    label="检查任务",
    states=(
        State("assigned", "已派发"),
        State("returned", "已退回"),
        State("started", "检查中"),
        State("done", "已完成", terminal=True),
        State("cancelled", "已取消", terminal=True),
    ),
    actions=(
        Action("assign", "派发", "inspection.task.assigned", (), "assigned", _ASSIGN, ("officers",), "派发检查任务。"),
        Action("start", "开始执行", "inspection.task.started", ("assigned",), "started", _INSPECT, (),
               "按任务开始检查，检查完成后任务自动完成。", automatic="inspection_start"),
        Action("complete", "完成任务", "inspection.task.completed", ("started",), "done", _INSPECT, (), "随检查完成。",
               automatic="inspection_finish"),
        Action("return", "退回任务", "inspection.task.returned", ("assigned",), "returned", _INSPECT, ("note",),
               "不能执行的，写明原因退回派发单位。"),
        Action("reassign", "改派", "inspection.task.reassigned", ("assigned", "returned"), "assigned", _ASSIGN,
               ("officers",), "改派其他人员或者检查组。"),
        Action("cancel", "取消任务", "inspection.task.cancelled", ("assigned", "returned"), "cancelled", _ASSIGN, ("note",),
               "不再执行的，写明原因取消。"),
    ),
    initial_action="assign",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OfficerFacts:
    """A post that shall do the task: whether it runs with the right to inspect, sees the enterprise, is an expert's."""

    post: str
    name: str
    able: bool
    covers: bool
    expert: bool = False


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """An assignment.

    Attributes:
        officers: posts named. team: its members' posts; None: no team. team_ended: retired or its period is over.
        due_on, today: local dates. sources: those that the assigner may name.
        line_known: the plan line exists in the version in force, or none is named. line_outside: the name of the line
            where the enterprise is not among those it is for, else "". busy: number of a task that the
            enterprise has open already under the same line and campaign, "" for none.
        guests: how many enterprises visit (互学互查).
    """

    kind: str
    source: str
    due_on: date | None
    today: date
    officers: tuple[OfficerFacts, ...]
    team: tuple[OfficerFacts, ...] | None
    sources: frozenset[str]
    team_ended: bool = False
    line_known: bool = True
    line_outside: str = ""
    gone: bool = False
    checklist_retired: bool = False
    busy: str = ""
    guests: int = 0
    note: str = ""


def check_officers(facts: TaskFacts) -> list[Violation]:
    """Why these people can't do the task; empty when they can.

    Source: 行政处罚法(2021) 第四十二条: two officers; an expert accompanies and is none. A grid worker patrols alone.
    """
    if not facts.officers and facts.team is None:
        return [Violation("inspection.task.officers_missing", {}, "officers")]
    found = []
    if facts.team_ended:
        found.append(Violation("inspection.task.team_ended", {}, "team"))
    for officer in facts.officers:
        if not officer.able:
            found.append(Violation("inspection.task.officer_unknown", {"name": officer.name}, "officers"))
        elif not officer.covers:
            found.append(Violation("inspection.task.officer_elsewhere", {"name": officer.name}, "officers"))
    among = facts.officers or facts.team or ()
    fit = [o for o in among if o.able and o.covers]
    if not found and not fit:
        found.append(Violation("inspection.task.team_elsewhere", {}, "team"))
    elif not found and facts.source not in SOLO_SOURCES and sum(not o.expert for o in fit) < 2:
        found.append(Violation("inspection.task.two_officers", {}, "officers"))
    return found


def check_due(due_on: date | None, today: date) -> list[Violation]:
    """Why a task can't be due on this local day. Source: house rule."""
    if due_on is None:
        return [Violation("inspection.task.due_missing", {}, "due_on")]
    if due_on < today:
        return [Violation("inspection.task.due_past", {"due": due_on.isoformat()}, "due_on")]
    if (due_on - today).days > _LONGEST_DAYS:
        return [Violation("inspection.task.due_far", {"days": _LONGEST_DAYS}, "due_on")]
    return []


def check_assign(facts: TaskFacts) -> list[Violation]:
    """Why this task can't be assigned; empty when it can. Source: 行政处罚法(2021) 第四十二条; house rule."""
    found = []
    if facts.kind not in dict(KINDS):
        found.append(Violation("inspection.start.kind_unknown", {"kind": facts.kind}, "kind"))
    if facts.source not in dict(SOURCES):
        found.append(Violation("inspection.start.source_unknown", {"source": facts.source}, "source"))
    elif facts.source not in facts.sources:
        label = dict(SOURCES)[facts.source]
        found.append(Violation("inspection.start.source_not_yours", {"source": label}, "source"))
    if facts.gone:
        found.append(Violation("inspection.task.enterprise_gone", {}))
    if facts.busy:
        found.append(Violation("inspection.task.open_already", {"number": facts.busy}))
    if not facts.line_known:
        found.append(Violation("inspection.task.line_unknown", {}, "plan_line"))
    if facts.line_outside:
        found.append(Violation("inspection.task.line_elsewhere", {"line": facts.line_outside}, "plan_line"))
    if facts.checklist_retired:
        found.append(Violation("inspection.task.checklist_retired", {}, "checklist"))
    if facts.kind == "peer" and not facts.guests:
        found.append(Violation("inspection.task.guests_missing", {}, "guests"))
    return [*found, *check_due(facts.due_on, facts.today), *check_officers(facts), *check_words({"note": facts.note})]


def check_note(action: str, state: str, note: str) -> list[Violation]:
    """Why a task can't be given back or cancelled; both say why. Source: house rule."""
    found = TASK_LOOP.check_step(action, state)
    if blank(note):
        found.append(Violation("inspection.task.note_missing", {}, "note"))
    return found + check_words({"note": note})


def check_begin(state: str, mine: bool, same_enterprise: bool) -> list[Violation]:
    """Why an inspection can't begin from this task; empty when it can. Source: house rule."""
    found = TASK_LOOP.check_step("start", state)
    if not mine:
        found.append(Violation("inspection.start.task_not_yours", {}, "task"))
    if not same_enterprise:
        found.append(Violation("inspection.start.task_elsewhere", {}, "task"))
    return found
