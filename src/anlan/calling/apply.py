"""Folds of calling: (row, entry) -> row, pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from anlan.kernel.entry import Entry
from anlan.kernel.ledger_fold import plain_folds

Row = dict[str, Any]


def _callees(people: Iterable[Iterable[str]]) -> str:
    return " ".join(":".join(one) for one in people)


def _round(held: Row, entry: Entry) -> Row:
    """The call at the step that the entry names, with the people it means."""
    data = entry.data
    step = data["step"]
    turn = {
        "step": step,
        "at": entry.time,
        "until": data.get("until"),
        "callees": _callees(data.get("callees") or ()),
    }
    rounds = held.get("rounds") or {}
    return {"state": "calling", "step": step, "until": data.get("until"), "rounds": rounds | {f"{step:02d}": turn}}


def fold_opened(row: Row | None, entry: Entry) -> Row:
    """A call was opened for a stage of a matter."""
    data = entry.data
    names = ("matter", "kind", "stage", "urgency", "address", "chain_name")
    held = {name: data.get(name, "") for name in names} | {
        "title": entry.text.get("title", ""),
        "text": entry.text.get("text", ""),
        "steps": json.dumps(data["steps"], ensure_ascii=False, sort_keys=True, separators=(",", ":")),
        "participants": " ".join(data.get("participants") or ()),
        "office_id": data.get("office_id"),
        "opened_at": entry.time,
        "rounds": {},
        "answers": {},
    }
    return held | _round(held, entry)


def fold_escalated(row: Row | None, entry: Entry) -> Row:
    """Nobody answered in time: the next step's people are called."""
    held = row or {}
    return held | _round(held, entry)


def fold_exhausted(row: Row | None, entry: Entry) -> Row:
    """Nobody is left to be called."""
    return (row or {}) | {"state": "exhausted", "until": None, "ended_at": entry.time}


def _answer(row: Row | None, entry: Entry, repeated: int) -> Row:
    data = entry.data
    held = row or {}
    answer = {
        "person_id": data["person"],
        "word": data["word"],
        "channel": data["channel"],
        "at": data["at"],
        "by": data.get("by") or "",
        "reason": entry.text.get("reason", ""),
        "repeated": repeated,
    }
    return held | {"answers": (held.get("answers") or {}) | {entry.id: answer}}


def fold_answered(row: Row | None, entry: Entry) -> Row:
    """Somebody answered: nobody is called any more."""
    data = entry.data
    return _answer(row, entry, 0) | {
        "state": "answered", "until": None, "answered_at": data["at"], "answered_by": data["person"],
        "word": data["word"], "channel": data["channel"], "ended_at": entry.time,
    }  # fmt: skip


def fold_repeated(row: Row | None, entry: Entry) -> Row:
    """Somebody answered after another had, or after the matter was closed."""
    return _answer(row, entry, 1)


def fold_closed(row: Row | None, entry: Entry) -> Row:
    """The matter needs nobody any more."""
    return (row or {}) | {
        "state": "closed", "until": None, "ended_at": entry.time, "reason": entry.text.get("reason", ""),
    }  # fmt: skip


FOLDS = {
    **plain_folds("chain"),
    **plain_folds("link"),
    **plain_folds("shift"),
    **plain_folds("roster_line"),
    "call.opened": fold_opened,
    "call.escalated": fold_escalated,
    "call.exhausted": fold_exhausted,
    "call.answered": fold_answered,
    "call.repeated": fold_repeated,
    "call.closed": fold_closed,
}
