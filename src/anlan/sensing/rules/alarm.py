"""The alarm loop: what may follow what, who may do it, with which words. Pure.

Source: house rule (报警闭环: every alarm reaches a person and ends with a finding).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from anlan.kernel.errors import Violation
from anlan.kernel.loops import Action, Loop, State
from anlan.kernel.text import blank, check_hidden

__all__ = [
    "ABOVE", "ALARM_LOOP", "OPEN_STATES", "SEVERITIES", "TAKEN_OVER", "TAKEN_OVER_STATE", "URGENCY", "WORDS", "AlarmFacts",
    "Excursion", "check_alarm_step", "takes_over",
]  # fmt: skip

SEVERITIES: tuple[tuple[str, str], ...] = (("critical", "紧急"), ("urgent", "重要"), ("routine", "一般"))
URGENCY = {"critical": "critical", "urgent": "urgent", "routine": "routine"}
"""Severity -> urgency of the call."""
WORDS: tuple[tuple[str, str], ...] = (("on_my_way", "正在前往"), ("seen", "已知悉"), ("false_alarm", "认为是误报"))
"""What was answered to a call."""
ABOVE = {"high": "high_high", "low": "low_low"}
"""Kind of rule -> the further limit of the same channel, whose alarm takes its place."""

TAKEN_OVER = "由另一条报警一并叫应"
"""What is said of an alarm that another one took over, where that one's number is not at hand."""
TAKEN_OVER_STATE = f"已触发，{TAKEN_OVER}"
"""What such an alarm's state is called while nobody has taken it up: nobody is called for it."""

_WORKING = ("triggered", "answered", "handling")

ALARM_LOOP = Loop(
    id="alarm",
    subject="sensing.alarm",
    label="报警",
    states=(
        State("triggered", "已触发"),
        State("answered", "已叫应"),
        State("handling", "处置中"),
        State("recovered", "已恢复"),
        State("false_alarm", "误报"),
        State("to_hazard", "转隐患"),
        State("archived", "已归档", terminal=True),
    ),
    actions=(
        Action("trigger", "触发", "sensing.alarm.triggered", (), "triggered", "sensing.view", (),
               "由监测规则触发。", automatic="alarms_raise"),
        Action("answer", "叫应", "sensing.alarm.answered", ("triggered",), "answered", "sensing.alarm.answer", (),
               "确认已收到报警并开始处理。"),
        Action("handle", "开始处置", "sensing.alarm.handled", ("triggered", "answered"), "handling",
               "sensing.alarm.handle", (), "到场或远程开始处置。"),
        Action("recover", "确认恢复", "sensing.alarm.recovered", ("answered", "handling"), "recovered",
               "sensing.alarm.end", ("note",), "现场已恢复正常，写明处置情况。"),
        # Taken by the system alone, for rules whose alarms end by themselves.
        Action("subside", "自动恢复", "sensing.alarm.subsided", _WORKING, "recovered", "sensing.view", (),
               "监测值已恢复正常，一般级别的报警自动结束。", automatic="alarms_raise"),
        Action("false-alarm", "认定误报", "sensing.alarm.dismissed", _WORKING, "false_alarm", "sensing.alarm.end",
               ("note",), "经核实不是真实异常，写明原因。"),
        Action("to-hazard", "转为隐患", "sensing.alarm.made_hazard", _WORKING, "to_hazard", "sensing.alarm.end",
               ("note",), "登记为隐患，由隐患闭环继续办理。"),
        Action("archive", "归档", "sensing.alarm.archived", ("recovered", "false_alarm", "to_hazard"), "archived",
               "sensing.alarm.end", (), "办理完毕，归档。"),
    ),
    initial_action="trigger",
)  # fmt: skip

OPEN_STATES = _WORKING
_BY_SYSTEM = frozenset(action.id for action in ALARM_LOOP.actions if action.automatic)


@dataclass(frozen=True, slots=True)
class Excursion:
    """One alarm of a channel as `takes_over` sees it.

    Attributes:
        kind, severity, ends_itself: as of the alarm. since: when its alarm began, epoch ms. until: when the value was back
        within the limit, epoch ms; None while it is not. delay_ms: how long its value was beyond before the alarm began.
    """

    kind: str
    severity: str
    ends_itself: bool
    since: int
    until: int | None = None
    delay_ms: int = 0


def takes_over(upper: Excursion, lower: Excursion) -> bool:
    """Whether people are called for the further limit alone, both being crossed in one excursion of one channel.

    Never where that would tell less: the upper one must be as severe, and must not end by itself when the lower one waits for
    a person.

    Source: ISA-18.2-2016 (IEC 62682), suppression by design; EEMUA 191 (3rd edition), grouping of alarms of one cause;
    ADR 0020.
    """
    if ABOVE.get(lower.kind) != upper.kind or (upper.ends_itself and not lower.ends_itself):
        return False
    ranks = [word for word, _ in SEVERITIES]
    if ranks.index(upper.severity) > ranks.index(lower.severity):
        return False
    begun = lower.until is None or upper.since <= lower.until
    return begun and (upper.until is None or upper.until >= lower.since - lower.delay_ms)


@dataclass(frozen=True, slots=True)
class AlarmFacts:
    """What a step is judged by.

    Attributes:
        state: where the alarm stands. rights: the person's. is_enterprise: the person acts for an enterprise.
        note: what is said of it. has_enterprise: the alarm belongs to an enterprise on file.
        at: when it happened, where stated (a call answered earlier); triggered_at, now: the bounds of that.
    """

    state: str
    rights: frozenset[str]
    now: datetime
    is_enterprise: bool = False
    note: str = ""
    has_enterprise: bool = True
    at: datetime | None = None
    triggered_at: datetime | None = None


def check_alarm_step(action_id: str, facts: AlarmFacts) -> list[Violation]:
    """Every reason why this step can't be taken; empty when it can.

    Returns:
        "kernel.loop.not_from_here", "sensing.alarm.right_missing", "sensing.alarm.note_missing",
        "sensing.alarm.enterprise_never_ends", "sensing.alarm.no_enterprise", "sensing.alarm.at_in_future",
        "sensing.alarm.at_too_early".
    Source: house rule: the enterprise answers and handles; whether it was false or is over is the authority's finding.
    """
    found = ALARM_LOOP.check_step(action_id, facts.state)
    action = ALARM_LOOP.action(action_id)
    if action_id in _BY_SYSTEM or action.right not in facts.rights:
        found.append(Violation("sensing.alarm.right_missing", {"action": action.label}))
    if facts.is_enterprise and action.right == "sensing.alarm.end":
        found.append(Violation("sensing.alarm.enterprise_never_ends", {"action": action.label}))
    if "note" in action.evidence and blank(facts.note):
        found.append(Violation("sensing.alarm.note_missing", {"action": action.label}, "note"))
    if action_id == "to-hazard" and not facts.has_enterprise:
        found.append(Violation("sensing.alarm.no_enterprise", {}))
    if facts.at is not None and facts.at > facts.now:
        found.append(Violation("sensing.alarm.at_in_future", {}, "at"))
    if facts.at is not None and facts.triggered_at is not None and facts.at < facts.triggered_at:
        found.append(Violation("sensing.alarm.at_too_early", {}, "at"))
    return found + check_hidden(facts.note, "note")
