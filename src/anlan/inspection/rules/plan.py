"""The annual plan of inspections (年度监督检查计划): its loop, its lines, and the officers' capacity. Pure.

Source: 安全生产法(2021) 第六十二条第一款 (the department inspects by an annual plan, classified and graded).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from anlan.inspection.rules.words import check_words
from anlan.kernel.errors import Violation
from anlan.kernel.loops import Action, Loop, State
from anlan.kernel.text import blank

__all__ = [
    "IMPORTANCES", "PLAN_LOOP", "Capacity", "LineFacts", "capacity_days", "check_approve", "check_line_words", "check_lines",
    "check_reason", "check_submit", "days_needed", "is_word",
]  # fmt: skip

IMPORTANCES: tuple[tuple[str, str], ...] = (("key", "重点检查"), ("general", "一般检查"))
_CHANGE, _APPROVE = "inspection.plan.change", "inspection.plan.approve"
_MOST_TIMES, _MOST_LINES = 52, 60
_WORD = re.compile("[1-9][0-9]{0,5}")

PLAN_LOOP = Loop(
    id="plan",
    subject="inspection.plan",
    label="年度检查计划",
    states=(State("draft", "编制中"), State("submitted", "待批准"), State("approved", "已批准", terminal=True)),
    actions=(
        Action("draft", "起草计划", "inspection.plan.drafted", (), "draft", _CHANGE, (), "起草年度监督检查计划。"),
        Action("edit", "修改计划", "inspection.plan.edited", ("draft",), "draft", _CHANGE, (), "修改计划的条目。"),
        Action("submit", "报批", "inspection.plan.submitted", ("draft",), "submitted", _CHANGE, (), "报局领导批准。"),
        Action("approve", "批准计划", "inspection.plan.approved", ("submitted",), "approved", _APPROVE, (),
               "批准后公布到乡镇（街道）并开始执行。"),
        Action("send_back", "退回修改", "inspection.plan.sent_back", ("submitted",), "draft", _APPROVE, ("note",),
               "退回编制科室修改，写明意见。"),
        Action("revise", "修订计划", "inspection.plan.revised", ("approved",), "draft", _CHANGE, ("note",),
               "计划批准后只能修订为新的版本，写明理由；新版本批准前仍按原版本执行。"),
    ),
    initial_action="draft",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LineFacts:
    """One line: whom (class, tag), how important, how many enterprises, visits each, and person-days for one visit."""

    line: str
    target_class: str
    target_tag: str
    importance: str
    enterprises: int
    times: int
    person_days: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Capacity:
    """What the officers can do in the year: officers, statutory working days of each, and person-days spent otherwise."""

    officers: int
    legal_days: int
    other_days: int
    idle_days: int


def capacity_days(capacity: Capacity) -> int:
    """Person-days left for inspections: officers x statutory days, less other enforcement and days not worked.

    Source: house rule, by the usual reckoning of an annual inspection plan.
    """
    return capacity.officers * capacity.legal_days - capacity.other_days - capacity.idle_days


def days_needed(lines: Sequence[LineFacts]) -> int:
    """Person-days that the lines ask for. Source: house rule."""
    return sum(line.enterprises * line.times * line.person_days for line in lines)


def check_lines(lines: Sequence[LineFacts], classes: frozenset[str], tags: frozenset[str]) -> list[Violation]:
    """Why these lines can't be kept; empty when they can. `classes`, `tags`: the codes known. Source: house rule."""
    found: list[Violation] = []
    if len(lines) > _MOST_LINES:
        found.append(Violation("inspection.plan.lines_too_many", {"most": _MOST_LINES}, "lines"))
    seen: set[tuple[str, str, str]] = set()
    for n, line in enumerate(lines, start=1):
        where, field = {"line": n}, f"line-{n}"
        if (line.target_class and line.target_class not in classes) or (
            line.target_tag and line.target_tag not in tags
        ):
            found.append(Violation("inspection.plan.line.target_unknown", where, field))
        if line.importance not in dict(IMPORTANCES):
            found.append(Violation("inspection.plan.line.importance_unknown", where, field))
        if not 1 <= line.enterprises <= 99_999 or not 1 <= line.person_days <= 99:
            found.append(Violation("inspection.plan.line.count_invalid", where, field))
        if not 1 <= line.times <= _MOST_TIMES:
            found.append(Violation("inspection.plan.line.times_invalid", where | {"most": _MOST_TIMES}, field))
        key = (line.target_class, line.target_tag, line.importance)
        if key in seen:
            found.append(Violation("inspection.plan.line.repeated", where, field))
        seen.add(key)
        found += check_words({"place": line.note}, field)
    return found


def is_word(text: str) -> bool:
    """Whether a text can be the word of a line: a short number, as this platform gives them. Source: house rule."""
    return bool(_WORD.fullmatch(text))


def check_line_words(words: Sequence[str], known: frozenset[str] = frozenset()) -> list[Violation]:
    """Why these words of lines can't be kept; "" asks for a new one. `known`: those of the plan. Source: house rule."""
    return [
        Violation("inspection.plan.line.word_unknown", {"line": n}, f"line-{n}")
        for n, word in enumerate(words, start=1)
        if word and word not in known and not is_word(word)
    ]


def check_submit(state: str, lines: Sequence[LineFacts], capacity: Capacity) -> list[Violation]:
    """Why the plan can't go to the leader; empty when it can. Source: 安全生产法(2021) 第六十二条; house rule (capacity)."""
    found = PLAN_LOOP.check_step("submit", state)
    if not lines:
        found.append(Violation("inspection.plan.lines_missing", {}, "lines"))
    needed, able = days_needed(lines), capacity_days(capacity)
    if needed > able:
        found.append(Violation("inspection.plan.over_capacity", {"needed": needed, "able": able}, "officers"))
    return found


def check_reason(action: str, state: str, reason: str) -> list[Violation]:
    """Why the plan can't be sent back or revised; both say why. Source: house rule."""
    found = PLAN_LOOP.check_step(action, state)
    if blank(reason):
        found.append(Violation("inspection.plan.reason_missing", {}, "note"))
    return found + check_words({"note": reason})


def check_approve(state: str, submitted_by: str, person: str, note: str) -> list[Violation]:
    """Why this person can't approve: whoever handed it in never does. Source: house rule."""
    found = PLAN_LOOP.check_step("approve", state)
    if submitted_by == person:
        found.append(Violation("inspection.plan.same_person", {}))
    return found + check_words({"note": note})
