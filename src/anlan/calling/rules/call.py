"""The loop of a call (叫应) and what an answer must say. Pure.

Source: house rule (issue "One protocol end to end"): never called again after an answer, never for a closed matter.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta

from anlan.calling.rules.matter import WORDS
from anlan.kernel.errors import Violation
from anlan.kernel.loops import Action, Loop, State
from anlan.kernel.text import blank, check_hidden

__all__ = [
    "ANSWERED_BY", "CALL_LOOP", "LINK_HOURS", "check_answer", "check_proxy", "link_runs", "may_call", "word_of_key",
]  # fmt: skip

_ANSWER = "calling.call.answer"
ANSWERED_BY: tuple[tuple[str, str], ...] = (
    ("link", "短信链接"),
    ("sms", "短信回复"),
    ("keypad", "电话按键"),
    ("inapp", "站内"),
    ("desk", "代为答复"),
)
LINK_HOURS = 48

CALL_LOOP = Loop(
    id="call",
    subject="calling.call",
    label="叫应",
    states=(
        State("calling", "叫应中"),
        State("exhausted", "无人应答"),
        State("answered", "已应答", terminal=True),
        State("closed", "已终止", terminal=True),
    ),
    actions=(
        Action("open", "发起叫应", "calling.call.opened", (), "calling", "", (), "由报警、预警等事项自动发起。",
               automatic="call_open"),
        Action("escalate", "升级叫应", "calling.call.escalated", ("calling",), "calling", "", (), "到时无人应答，叫下一级。",
               automatic="call_escalate"),
        Action("exhaust", "叫应链用尽", "calling.call.exhausted", ("calling",), "exhausted", "", (),
               "叫应链上已无人可叫，转值班台人工处理。", automatic="call_escalate"),
        Action("answer", "答复", "calling.call.answered", ("calling", "exhausted"), "answered", _ANSWER, ("word",),
               "本人答复；值班台也可以凭电话、口头回复代为答复。"),
        Action("close", "终止叫应", "calling.call.closed", ("calling", "exhausted", "answered"), "closed", "", (),
               "事项办结后不再叫应。", automatic="call_close"),
    ),
    initial_action="open",
)  # fmt: skip

_KEYS = {"1": "on_my_way", "2": "seen", "3": "false_alarm"}
_SAYINGS = (("赶赴", "on_my_way"), ("知悉", "seen"), ("收到", "seen"), ("误报", "false_alarm"))
_KEYED = re.compile(r"(?s)\W*(?:回复)?\W*([123])号?(?:([\W_]+)(.*))?")
_CLAUSE = re.compile(r"[^\s，。、,.;:!?]+\??")
_DENIAL = re.compile(r"[没未不无别非勿]")
_QUESTION = re.compile(r"[吗么?]")
_LONGEST_REASON = 500


def may_call(state: str, step: int, now_at: int, matter_open: bool) -> bool:
    """Whether an attempt of the step `step` may still go out, the call standing in `state` at step `now_at`."""
    return matter_open and state == "calling" and step == now_at


def word_of_key(text: str) -> str:
    """The word of an answer from a key or a short message: "1", "回复1", "１。", "1，马上到" -> on_my_way; "" where unclear.

    A wrong guess would end the calling, so whatever may mean something else is unclear: "3人被困", "没有收到", "是误报吗".
    Source: house rule.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    match = _KEYED.fullmatch(plain)
    if match is None:
        return _word_said(plain)
    word, between, rest = _KEYS[match[1]], match[2] or "", match[3] or ""
    said = _word_said(rest)
    if not rest or said == word:
        return word
    remark = not said and bool(between.strip()) and not rest[0].isdigit()
    return word if remark else ""


def _word_said(plain: str) -> str:
    """The word that a sentence says, clause by clause; a clause that denies or asks says nothing. "" for two that differ."""
    said = {word for clause in _CLAUSE.findall(plain) for label, word in _SAYINGS if _affirmed(clause, label)}
    graver = said - {"seen"} or said
    return next(iter(graver)) if len(graver) == 1 else ""


def _affirmed(clause: str, label: str) -> bool:
    before, found, after = clause.partition(label)
    return bool(found) and not _DENIAL.search(before) and not _QUESTION.search(after)


def check_answer(word: str) -> list[Violation]:
    """Why this is no answer. Source: house rule."""
    return [] if word in dict(WORDS) else [Violation("calling.answer.word_unknown", {"word": word[:30]}, "word")]


def check_proxy(
    word: str, reason: str, at: datetime | None, opened_at: datetime, now: datetime, called: bool
) -> list[Violation]:
    """Why the desk can't answer on behalf: it says who, how it knows, and when it truly was.

    Args:
        at: the stated moment; opened_at, now: aware. called: the person was called, or may be named by the desk.
    Source: house rule.
    """
    found = check_answer(word)
    if blank(reason) or len(reason) > _LONGEST_REASON:
        found.append(Violation("calling.answer.reason_missing", {"most": _LONGEST_REASON}, "reason"))
    found += check_hidden(reason, "reason")
    if not called:
        found.append(Violation("calling.answer.person_missing", {}, "person"))
    if at is None:
        found.append(Violation("calling.answer.at_missing", {}, "at"))
    elif at > now:
        found.append(Violation("calling.answer.at_future", {}, "at"))
    elif at < opened_at - timedelta(minutes=1):
        found.append(Violation("calling.answer.at_early", {}, "at"))
    return found


def link_runs(sent_at: datetime, now: datetime) -> bool:
    """Whether the link of an attempt made at `sent_at` still opens. Source: house rule."""
    return now < sent_at + timedelta(hours=LINK_HOURS)
