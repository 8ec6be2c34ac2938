"""The loops of a reporting round (报送) and of a town's form in it (报送表): what may follow what. Pure.

Source: house rule (ADR 0032); that figures are reported in time, and corrected by whoever reported them: 统计法（2024修正）
第七条.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from anlan.kernel.errors import Violation
from anlan.kernel.loops import Action, Loop, State
from anlan.kernel.text import blank, shown_length

__all__ = [
    "CHASE", "FILING_LOOP", "KINDS", "LONGEST_NOTE", "MANAGE", "ROUND_LOOP", "SUBMIT", "TO_FILE", "chased_lately",
    "check_chase", "check_filing", "check_note", "check_round",
]  # fmt: skip

MANAGE, SUBMIT = "reporting.round.manage", "reporting.round.submit"
LONGEST_NOTE = 500
KINDS: tuple[tuple[str, str], ...] = (
    ("week", "周报"), ("month", "月报"), ("quarter", "季报"), ("meeting", "会议"), ("drive", "专班"), ("other", "其他"),
)  # fmt: skip
TO_FILE = ("asked", "returned")
"""States of a form that the town still owes."""
_DOUBLE_CLICK = timedelta(minutes=1)

ROUND_LOOP = Loop(
    id="round",
    subject="reporting.round",
    label="报送",
    states=(State("open", "报送中"), State("closed", "已结束", terminal=True)),
    actions=(
        Action("open", "发起报送", "reporting.round.opened", (), "open", MANAGE, ("items", "due_at"),
               "向乡镇（街道）下发报送表；台账已有的数据自动带出，不再要求填写。"),
        Action("close", "结束报送", "reporting.round.closed", ("open",), "closed", MANAGE, (),
               "结束后不再接收报送，未报的乡镇（街道）在汇总中注明。"),
        Action("reopen", "重新开放", "reporting.round.reopened", ("closed",), "open", MANAGE, ("note",),
               "确需补报、更正的，写明理由后重新开放。"),
    ),
    initial_action="open",
)  # fmt: skip

FILING_LOOP = Loop(
    id="filing",
    subject="reporting.filing",
    label="报送表",
    states=(
        State("asked", "待报"), State("submitted", "已报"), State("returned", "已退回"),
        State("approved", "审核通过", terminal=True),
    ),
    actions=(
        Action("ask", "下发", "reporting.filing.asked", (), "asked", MANAGE, (), "随发起报送下发。",
               automatic="round_open"),
        Action("submit", "上报", "reporting.filing.submitted", ("asked", "returned", "submitted"), "submitted", SUBMIT,
               ("values",), "提交报送表；审核通过前可以更正后再次上报，各次上报均留存。"),
        Action("return", "退回", "reporting.filing.returned", ("submitted", "approved"), "returned", MANAGE, ("note",),
               "数据有误、不完整的，写明原因退回乡镇（街道）重新上报。"),
        Action("approve", "审核通过", "reporting.filing.approved", ("submitted",), "approved", MANAGE, (),
               "数据无误的，审核通过。"),
    ),
    initial_action="ask",
)  # fmt: skip

CHASE = Action(
    "chase", "催报", "reporting.filing.chased", TO_FILE, "", MANAGE, (), "向尚未上报的乡镇（街道）发出催报通知，并记入履历。"
)


def check_round(action: str, state: str) -> list[Violation]:
    """Why this can't be done with the round as it stands. Source: the loop."""
    return ROUND_LOOP.check_step(action, state)


def check_filing(action: str, state: str, round_state: str) -> list[Violation]:
    """Why this can't be done with a town's form: its own state, or that its round is over. Source: the loop; house rule."""
    found = FILING_LOOP.check_step(action, state)
    if round_state != "open":
        found.append(Violation("reporting.round.over", {"action": FILING_LOOP.action(action).label}))
    return found


def check_note(note: str, *, needed: bool) -> list[Violation]:
    """What is wrong with a reason or remark. Source: house rule."""
    found = [Violation("reporting.round.note_missing", {}, "note")] if needed and blank(note) else []
    if shown_length(note) > LONGEST_NOTE:
        found.append(Violation("reporting.round.long", {"most": LONGEST_NOTE}, "note"))
    return found


def check_chase(state: str, round_state: str) -> list[Violation]:
    """Why a town can't be chased: it has filed, or the round is over. Source: house rule."""
    found = []
    if state not in CHASE.from_:
        said = dict(FILING_LOOP.choices).get(state, state)
        found.append(Violation("kernel.loop.not_from_here", {"action": CHASE.label, "state": said}))
    if round_state != "open":
        found.append(Violation("reporting.round.over", {"action": CHASE.label}))
    return found


def chased_lately(chased_at: datetime | None, now: datetime) -> bool:
    """Whether it was chased within the minute: a second click is no second message. Source: house rule."""
    return chased_at is not None and timedelta(0) <= now - chased_at < _DOUBLE_CLICK
