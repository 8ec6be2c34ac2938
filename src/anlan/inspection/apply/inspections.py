"""Folds of inspections: (row, entry) -> row, pure. What was decided stands in the entry; nothing is decided here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anlan.inspection.apply.acts import tags_of
from anlan.inspection.apply.hazards import fold_rescoped
from anlan.kernel.entry import Entry

Row = dict[str, Any]


_STARTED = ("number", "enterprise_id", "office_id", "checklist_id", "checklist_version", "kind", "source", "task_id")


def fold_started(row: Row | None, entry: Entry) -> Row:
    """An inspection began."""
    data = entry.data
    return {name: data[name] for name in _STARTED if data.get(name) is not None} | {
        "state": "draft",
        "participants": entry.text.get("participants", ""),
        "started_at": entry.time,
        "started_by": entry.actor,
        "started_post": entry.post,
        "officers": {person: {"position": n} for n, person in enumerate(data.get("officers") or (), start=1)},
        "tags": tags_of(data.get("campaigns") or ()),
        "items": {},
        "photos": {},
    }


def fold_items_set(row: Row | None, entry: Entry) -> Row:
    """Items answered; an answer given again replaces the one before, its photos too."""
    held = row or {}
    items, photos = dict(held.get("items") or {}), dict(held.get("photos") or {})
    words: Mapping[str, Any] = entry.text.get("items") or {}
    for key, answer in entry.data["items"].items():
        said = words.get(key) or {}
        items[key] = {
            "result": answer["result"],
            "grade": answer.get("grade", "general"),
            "note": said.get("note", ""),
            "place": said.get("place", ""),
            "major_basis": said.get("major_basis", ""),
            "major_criteria": answer.get("major_criteria", ""),
            "general_reason": said.get("general_reason", ""),
        }
        photos = {k: v for k, v in photos.items() if v["item_key"] != key}
        photos |= {f"{key}-{sha256}": {"item_key": key, "sha256": sha256} for sha256 in said.get("photos") or ()}
    return held | {"items": items, "photos": photos}


def fold_finished(row: Row | None, entry: Entry) -> Row:
    """The inspection is complete."""
    return (row or {}) | {
        "state": "finished",
        "finished_at": entry.time,
        "conclusion": entry.text.get("note", ""),
    }


INSPECTION_FOLDS = {
    "inspection.started": fold_started,
    "inspection.items_set": fold_items_set,
    "inspection.finished": fold_finished,
    "inspection.rescoped": fold_rescoped,
}
