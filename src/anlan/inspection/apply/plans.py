"""Folds of annual plans: (row, entry) -> row, pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from anlan.kernel.entry import Entry

Row = dict[str, Any]
_CAPACITY = ("officers", "legal_days", "other_days", "idle_days")


def _lines(version: int, lines: Iterable[Mapping[str, Any]]) -> Row:
    return {
        f"{version}-{line['line']}": dict(line) | {"version": version, "position": n}
        for n, line in enumerate(lines, start=1)
    }


def _written(held: Row, entry: Entry, version: int) -> Row:
    """The paper under preparation as the entry has it; lines of other versions stay."""
    others = {k: v for k, v in (held.get("lines") or {}).items() if v["version"] != version}
    numbers = {name: entry.data[name] for name in (*_CAPACITY, "year", "name", "office_id") if name in entry.data}
    return held | numbers | {"lines": others | _lines(version, entry.data["lines"])}


def fold_drafted(row: Row | None, entry: Entry) -> Row:
    """A plan was drafted."""
    return _written({"state": "draft", "version": 0, "working": 1, "lines": {}}, entry, 1)


def fold_edited(row: Row | None, entry: Entry) -> Row:
    """The version under preparation was written anew."""
    held = row or {}
    return _written(held, entry, held.get("working", 1))


def fold_submitted(row: Row | None, entry: Entry) -> Row:
    """The plan waits for the leader."""
    return (row or {}) | {"state": "submitted", "submitted_at": entry.time, "submitted_by": entry.actor}


def fold_approved(row: Row | None, entry: Entry) -> Row:
    """The version under preparation is in force."""
    held = row or {}
    return held | {
        "state": "approved",
        "version": held.get("working", 1),
        "approved_at": entry.time,
        "approved_by": entry.actor,
        "opinion": entry.text.get("note", ""),
    }


def fold_sent_back(row: Row | None, entry: Entry) -> Row:
    """The leader wants it changed."""
    return (row or {}) | {"state": "draft", "opinion": entry.text.get("note", "")}


def fold_revised(row: Row | None, entry: Entry) -> Row:
    """A new version is being prepared; the one before stays in force until it is approved."""
    held = (row or {}) | {
        "state": "draft", "working": entry.data["version"], "reason": entry.text.get("note", ""), "opinion": "",
    }  # fmt: skip
    return _written(held, entry, entry.data["version"])


PLAN_FOLDS = {
    "plan.drafted": fold_drafted,
    "plan.edited": fold_edited,
    "plan.submitted": fold_submitted,
    "plan.approved": fold_approved,
    "plan.sent_back": fold_sent_back,
    "plan.revised": fold_revised,
}
