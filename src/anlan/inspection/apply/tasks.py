"""Folds of inspection tasks: (row, entry) -> row, pure."""

from __future__ import annotations

from typing import Any

from anlan.inspection.apply.hazards import fold_rescoped
from anlan.kernel.entry import Entry

Row = dict[str, Any]
_ASSIGNED = (
    "number", "enterprise_id", "office_id", "plan_id", "plan_line", "campaign_id", "checklist_id", "kind", "source", "batch",
)  # fmt: skip


def _people(entry: Entry) -> Row:
    """Who shall do it, and by when."""
    data = entry.data
    return {
        "state": "assigned",
        "team_id": data.get("team_id"),
        "officers": {post: {"position": n} for n, post in enumerate(data.get("officers") or (), start=1)},
        "due_at": data["due_at"],
        "due_from": entry.time,
        "assigned_by": entry.actor,
        "reason": "",
        "returned_by": "",
    }


def fold_assigned(row: Row | None, entry: Entry) -> Row:
    """A task was given out."""
    data = entry.data
    return (
        {name: data[name] for name in _ASSIGNED if data.get(name) is not None}
        | {"guests": {key: {} for key in data.get("guests") or ()}, "note": entry.text.get("note", "")}
        | {"assigned_at": entry.time}
        | _people(entry)
    )


def fold_reassigned(row: Row | None, entry: Entry) -> Row:
    """Others shall do it."""
    return (row or {}) | _people(entry)


def fold_started(row: Row | None, entry: Entry) -> Row:
    """The visit began."""
    return (row or {}) | {
        "state": "started", "inspection_id": entry.data["inspection_id"], "started_at": entry.time,
    }  # fmt: skip


def fold_completed(row: Row | None, entry: Entry) -> Row:
    """The visit is over."""
    return (row or {}) | {"state": "done", "ended_at": entry.time}


def fold_returned(row: Row | None, entry: Entry) -> Row:
    """Those who were named can't do it."""
    return (row or {}) | {"state": "returned", "reason": entry.text.get("note", ""), "returned_by": entry.actor}


def fold_cancelled(row: Row | None, entry: Entry) -> Row:
    """It shall not be done any more."""
    return (row or {}) | {"state": "cancelled", "reason": entry.text.get("note", ""), "ended_at": entry.time}


TASK_FOLDS = {
    "task.assigned": fold_assigned,
    "task.reassigned": fold_reassigned,
    "task.started": fold_started,
    "task.completed": fold_completed,
    "task.returned": fold_returned,
    "task.cancelled": fold_cancelled,
    "task.rescoped": fold_rescoped,
}
