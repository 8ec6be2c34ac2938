"""Folds of inspection: (row, entry) -> row, pure. What was decided stands in the entry; nothing is decided here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anlan.inspection.apply_acts import ACT_FOLDS
from anlan.inspection.apply_acts import photos_of as _photos
from anlan.inspection.apply_acts import tags_of as _tags
from anlan.kernel.entry import Entry
from anlan.kernel.ledger_fold import plain_folds

Row = dict[str, Any]


# --- hazards ---------------------------------------------------------------------------------------------------------


_FOUND_DATA = (
    "number", "enterprise_id", "office_id", "inspection_id", "item_key", "basis", "grade", "source", "lon", "lat",
    "major_criteria", "major_unlisted", "reopened_from_id",
)  # fmt: skip
_FOUND_TEXT = ("description", "place", "major_basis")


def fold_found(row: Row | None, entry: Entry) -> Row:
    """A new hazard."""
    data, text = entry.data, entry.text
    folded: Row = {name: data[name] for name in _FOUND_DATA if data.get(name) is not None}
    folded |= {name: text[name] for name in _FOUND_TEXT if name in text}
    return folded | {
        "state": "found",
        "found_at": entry.time,
        "found_by": entry.actor,
        "found_post": entry.post,
        "stepped_at": entry.time,
        "photos": _photos({}, entry, "before", 0),
        "tags": _tags(data.get("campaigns") or ()),
    }


def _due(entry: Entry) -> Row:
    data = entry.data
    return {
        "due_at": data["due_at"],
        "due_from": entry.time,
        "due_provisional": int(data.get("due_provisional", False)),
        "due_unit": data.get("due_unit", "date"),
        "due_count": data.get("due_count"),
    }


def fold_ordered(row: Row | None, entry: Entry) -> Row:
    """The enterprise was ordered to mend it by a deadline."""
    return (
        (row or {})
        | _due(entry)
        | {
            "state": "ordered",
            "ordered_at": entry.time,
            "ordered_by": entry.actor,
            "requirement": entry.text.get("note", ""),
            "stepped_at": entry.time,
        }
        | _five(entry)
    )


def _five(entry: Entry) -> Row:
    """五落实 of an order on a major hazard."""
    if "five_funds_yuan" not in entry.data:
        return {}
    words = {f"five_{name}": entry.text.get(name, "") for name in ("measures", "responsible", "plan")}
    return words | {"five_funds_yuan": entry.data["five_funds_yuan"]}


def fold_submitted(row: Row | None, entry: Entry) -> Row:
    """The enterprise says it is mended."""
    held = row or {}
    return held | {
        "state": "submitted",
        "submitted_at": entry.time,
        "submitted_by": entry.actor,
        "rectification": entry.text.get("note", ""),
        "stepped_at": entry.time,
        "photos": _photos(held, entry, "after", held.get("returned_count", 0) + 1),
    }


def fold_returned(row: Row | None, entry: Entry) -> Row:
    """A review failed: back to the enterprise, with a new deadline where one was set."""
    held = row or {}
    turn = held.get("returned_count", 0) + 1
    return (
        held
        | (_due(entry) if "due_at" in entry.data else {})
        | {
            "state": "ordered",
            "returned_at": entry.time,
            "returned_count": turn,
            "return_reason": entry.text.get("note", ""),
            "stepped_at": entry.time,
            "photos": _photos(held, entry, "review", turn),
        }
    )


def _reviewed(held: Row, entry: Entry) -> Row:
    """What a passed review leaves, whether it closes the hazard or its photos are doubted."""
    return {
        "co_reviewer": entry.data.get("co_reviewer", ""),
        "review_note": entry.text.get("note", ""),
        "stepped_at": entry.time,
        "photos": _photos(held, entry, "review", held.get("returned_count", 0) + 1),
    }


def fold_closed(row: Row | None, entry: Entry) -> Row:
    """A review passed: closed."""
    held = row or {}
    return held | _reviewed(held, entry) | {"state": "closed", "closed_at": entry.time, "closed_by": entry.actor}


def fold_doubted(row: Row | None, entry: Entry) -> Row:
    """A review passed, but its photos are doubtful: another officer decides. The findings stand in the entry."""
    held = row or {}
    return held | _reviewed(held, entry) | {"state": "doubted", "doubted_at": entry.time, "doubted_by": entry.actor}


def fold_confirmed(row: Row | None, entry: Entry) -> Row:
    """The photos are honest: closed by the two officers who reviewed, at the moment of the decision."""
    held = row or {}
    return held | {
        "state": "closed",
        "closed_at": entry.time,
        "closed_by": held.get("doubted_by", ""),
        "decided_by": entry.actor,
        "decision_note": entry.text.get("note", ""),
        "stepped_at": entry.time,
        "photos": _photos(held, entry, "review", held.get("returned_count", 0) + 1),
    }


def fold_rejected(row: Row | None, entry: Entry) -> Row:
    """The closing does not stand: back to the enterprise as after a failed review."""
    return fold_returned(row, entry) | {"decided_by": entry.actor}


def fold_tagged(row: Row | None, entry: Entry) -> Row:
    """Put under further campaigns."""
    held = row or {}
    return held | {"tags": (held.get("tags") or {}) | _tags(entry.data["campaigns"])}


def fold_untagged(row: Row | None, entry: Entry) -> Row:
    """Taken out of campaigns."""
    held = row or {}
    gone = set(entry.data["campaigns"])
    return held | {"tags": {k: v for k, v in (held.get("tags") or {}).items() if k not in gone}}


def fold_rescoped(row: Row | None, entry: Entry) -> Row:
    """The enterprise moved or got another office: who may see this follows."""
    return (row or {}) | {"office_id": entry.data["office_id"], "region": entry.region}


def fold_due_recomputed(row: Row | None, entry: Entry) -> Row:
    """A holiday table arrived: the deadline counted anew."""
    due_at, provisional = entry.data["due_at"], int(entry.data["due_provisional"])
    return (row or {}) | {"due_at": due_at, "due_provisional": provisional}


# --- inspections -----------------------------------------------------------------------------------------------------

_STARTED = ("number", "enterprise_id", "office_id", "checklist_id", "checklist_version", "kind", "source")


def fold_started(row: Row | None, entry: Entry) -> Row:
    """An inspection began."""
    data = entry.data
    return {name: data[name] for name in _STARTED if data.get(name) is not None} | {
        "state": "draft",
        "started_at": entry.time,
        "started_by": entry.actor,
        "started_post": entry.post,
        "officers": {person: {"position": n} for n, person in enumerate(data.get("officers") or (), start=1)},
        "tags": _tags(data.get("campaigns") or ()),
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


# --- checklists ------------------------------------------------------------------------------------------------------


def fold_checklist(row: Row | None, entry: Entry) -> Row:
    """A checklist made or changed: items put anew begin with this version, dropped ones end with it."""
    data = entry.data
    held = row or {"items": {}, "retired_at": None}
    version = data["version"]
    items = dict(held.get("items") or {})
    ending = {i["key"] for i in data.get("put") or ()} | set(data.get("drop") or ())
    for row_key, item in items.items():
        if item["item_key"] in ending and item["until_version"] is None:
            items[row_key] = item | {"until_version": version}
    for item in data.get("put") or ():
        wording = {name: item[name] for name in ("position", "category", "text", "law", "article", "major")}
        items[f"{item['key']}@{version}"] = wording | {
            "item_key": item["key"], "since_version": version, "until_version": None,
        }  # fmt: skip
    named = {name: data[name] for name in ("code", "name", "applies", "packaged_version") if name in data}
    return held | named | {"version": version, "items": items}


def fold_checklist_retired(row: Row | None, entry: Entry) -> Row:
    """A checklist out of use; inspections made with it keep it."""
    return (row or {}) | {"retired_at": entry.time}


FOLDS = {
    "hazard.found": fold_found,
    "hazard.ordered": fold_ordered,
    "hazard.submitted": fold_submitted,
    "hazard.returned": fold_returned,
    "hazard.closed": fold_closed,
    "hazard.doubted": fold_doubted,
    "hazard.confirmed": fold_confirmed,
    "hazard.rejected": fold_rejected,
    "hazard.tagged": fold_tagged,
    "hazard.untagged": fold_untagged,
    "hazard.rescoped": fold_rescoped,
    "hazard.due_recomputed": fold_due_recomputed,
    **ACT_FOLDS,
    "inspection.started": fold_started,
    "inspection.items_set": fold_items_set,
    "inspection.finished": fold_finished,
    "inspection.rescoped": fold_rescoped,
    "checklist.created": fold_checklist,
    "checklist.changed": fold_checklist,
    "checklist.retired": fold_checklist_retired,
    **plain_folds("campaign"),
}
