"""Folds of reporting: (row, entry) -> row, pure."""

from __future__ import annotations

from typing import Any

from anlan.kernel.entry import Entry
from anlan.kernel.ledger_fold import plain_folds

_ISSUED = (
    "title", "version", "period", "first_on", "last_on", "span", "planned", "numbers", "ledger_numbers", "reported_numbers",
    "rows", "document_hash", "figures_hash", "template_hash",
)  # fmt: skip


def fold_issued(row: dict[str, Any] | None, entry: Entry) -> dict[str, Any]:
    """A report that was issued; nothing changes it afterwards."""
    if row is not None:
        return row
    return {name: entry.data[name] for name in _ISSUED} | {
        "issued_at": entry.time, "reason": entry.text.get("reason", ""),
    }  # fmt: skip


def fold_template_stored(row: dict[str, Any] | None, entry: Entry) -> dict[str, Any]:
    """A template was kept, or replaced by another file."""
    values = {name: entry.data[name] for name in ("name", "file_hash", "file_name")}
    return values | {"stored_at": entry.time, "withdrawn_at": None}


def fold_template_withdrawn(row: dict[str, Any] | None, entry: Entry) -> dict[str, Any]:
    """It is offered no more."""
    return (row or {}) | {"withdrawn_at": entry.time}


_ROUND = ("title", "kind", "period", "first_on", "last_on", "span", "due_at")


def fold_round_opened(row: dict[str, Any] | None, entry: Entry) -> dict[str, Any]:
    """A round was opened: what is asked, by when."""
    items = {str(n): dict(item) | {"position": n} for n, item in enumerate(entry.data["items"], start=1)}
    return {name: entry.data[name] for name in _ROUND} | {
        "items": items, "note": entry.text.get("note", ""), "state": "open", "opened_at": entry.time,
        "opened_by": entry.actor,
    }  # fmt: skip


def fold_round_closed(row: dict[str, Any] | None, entry: Entry) -> dict[str, Any]:
    """It is over; who had not filed stays missing."""
    return (row or {}) | {
        "state": "closed", "closed_at": entry.time, "closed_by": entry.actor, "missing": ",".join(entry.data["missing"]),
    }  # fmt: skip


def fold_round_reopened(row: dict[str, Any] | None, entry: Entry) -> dict[str, Any]:
    """It takes forms again."""
    return (row or {}) | {
        "state": "open", "closed_at": None, "closed_by": "", "missing": "", "reason": entry.text.get("note", ""),
    }  # fmt: skip


def fold_filing_asked(row: dict[str, Any] | None, entry: Entry) -> dict[str, Any]:
    """A town was asked."""
    return {
        "round_id": entry.data["round"], "due_at": entry.data["due_at"], "state": "asked", "asked_at": entry.time,
        "values": {},
    }  # fmt: skip


def fold_filing_submitted(row: dict[str, Any] | None, entry: Entry) -> dict[str, Any]:
    """The town filed; what it filed before is in the history."""
    row, remarks = row or {}, entry.text.get("remarks") or {}
    values = {key: dict(held) | {"remark": remarks.get(key, "")} for key, held in entry.data["values"].items()}
    first = not row.get("turns")
    return row | {
        "state": "submitted", "values": values, "remark": entry.text.get("note", ""), "submitted_at": entry.time,
        "submitted_by": entry.actor, "turns": (row.get("turns") or 0) + 1,
        "late": int(entry.data["late"]) if first else row.get("late") or 0, "approved_at": None, "approved_by": "",
    }  # fmt: skip


def fold_filing_returned(row: dict[str, Any] | None, entry: Entry) -> dict[str, Any]:
    """It was sent back."""
    return (row or {}) | {
        "state": "returned", "returned_at": entry.time, "reason": entry.text.get("note", ""), "approved_at": None,
        "approved_by": "",
    }  # fmt: skip


def fold_filing_approved(row: dict[str, Any] | None, entry: Entry) -> dict[str, Any]:
    """It was found in order."""
    return (row or {}) | {"state": "approved", "approved_at": entry.time, "approved_by": entry.actor}


def fold_filing_chased(row: dict[str, Any] | None, entry: Entry) -> dict[str, Any]:
    """The town was chased."""
    row = row or {}
    return row | {"chased": (row.get("chased") or 0) + 1, "chased_at": entry.time}


FOLDS = {
    **plain_folds("value"),
    "report.issued": fold_issued,
    "template.stored": fold_template_stored,
    "template.withdrawn": fold_template_withdrawn,
    "round.opened": fold_round_opened,
    "round.closed": fold_round_closed,
    "round.reopened": fold_round_reopened,
    "filing.asked": fold_filing_asked,
    "filing.submitted": fold_filing_submitted,
    "filing.returned": fold_filing_returned,
    "filing.approved": fold_filing_approved,
    "filing.chased": fold_filing_chased,
}
