"""Folds of self-checks: (row, entry) -> row, pure. What was decided stands in the entry; nothing is decided here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anlan.inspection.apply.hazards import fold_rescoped
from anlan.kernel.entry import Entry

Row = dict[str, Any]

_STARTED = ("number", "enterprise_id", "office_id", "checklist_id", "checklist_version", "corrects_id")
_COUNTS = ("mended", "hazards", "zero", "seconds", "digest")
_WORDS = ("note", "place", "measure")


def _answered(held: Row, entry: Entry) -> Row:
    """The items of the entry in place of those answered before, their photos too."""
    items, photos = dict(held.get("items") or {}), dict(held.get("photos") or {})
    words: Mapping[str, Any] = entry.text.get("items") or {}
    for key, answer in (entry.data.get("items") or {}).items():
        said = words.get(key) or {}
        photos = {k: v for k, v in photos.items() if v["item_key"] != key}
        if answer is None:
            items.pop(key, None)
            continue
        items[key] = {name: said.get(name, "") for name in _WORDS} | {
            "result": answer["result"], "major": answer.get("major", ""), "planned_on": answer.get("planned_on"),
            "hazard_ref": answer.get("hazard_ref", ""),
        }  # fmt: skip
        for stage in ("before", "after"):
            for sha256 in said.get(stage) or ():
                row = {"item_key": key, "stage": stage, "sha256": sha256}
                photos[f"{key}-{stage[0]}-{sha256[:40]}"] = row
    return {"items": items, "photos": photos}


def fold_started(row: Row | None, entry: Entry) -> Row:
    """A self-check began; one that corrects a report begins with its answers."""
    data = entry.data
    return {name: data[name] for name in _STARTED if data.get(name) is not None} | {
        "state": "draft",
        "started_at": entry.time,
        "started_by": entry.actor,
        **_answered({}, entry),
    }


def fold_items_set(row: Row | None, entry: Entry) -> Row:
    """Items answered; an answer given again replaces the one before, an empty one takes it away."""
    held = row or {}
    return held | _answered(held, entry)


def fold_reported(row: Row | None, entry: Entry) -> Row:
    """Handed in: the hazards it filed are named by item."""
    held, data = row or {}, entry.data
    filed: Mapping[str, str] = data.get("filed") or {}
    items = {k: v | {"hazard_ref": filed.get(k, v["hazard_ref"])} for k, v in (held.get("items") or {}).items()}
    return held | {name: data[name] for name in _COUNTS} | {
        "state": "reported",
        "reported_at": entry.time,
        "reported_by": entry.actor,
        "counts_at": data.get("counts_at") or entry.time,
        "doubts": " ".join(data.get("doubts") or ()),
        "note": entry.text.get("note", ""),
        "items": items,
    }  # fmt: skip


def fold_corrected(row: Row | None, entry: Entry) -> Row:
    """Another report stands in its place; this one stays as it was handed in."""
    return (row or {}) | {"corrected_as_id": entry.data["by"]}


SELF_CHECK_FOLDS = {
    "self_check.started": fold_started,
    "self_check.items_set": fold_items_set,
    "self_check.reported": fold_reported,
    "self_check.corrected": fold_corrected,
    "self_check.rescoped": fold_rescoped,
}
