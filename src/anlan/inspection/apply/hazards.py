"""Folds of the hazard loop: (row, entry) -> row, pure. What was decided stands in the entry; nothing is decided here."""

from __future__ import annotations

from typing import Any

from anlan.inspection.apply.acts import photos_of, tags_of
from anlan.kernel.entry import Entry

Row = dict[str, Any]


_FOUND_DATA = (
    "number", "enterprise_id", "office_id", "inspection_id", "item_key", "basis", "grade", "source", "lon", "lat",
    "major_criteria", "major_unlisted", "reopened_from_id", "self_check_id",
    "planned_on",
)  # fmt: skip
_FOUND_TEXT = ("description", "place", "major_basis", "planned_measure", "general_reason")


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
        "photos": photos_of({}, entry, "before", 0),
        "tags": tags_of(data.get("campaigns") or ()),
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
        "submitted_late": int(entry.data.get("late", False)),
        "rectification": entry.text.get("note", ""),
        "stepped_at": entry.time,
        "photos": photos_of(held, entry, "after", held.get("returned_count", 0) + 1),
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
            "photos": photos_of(held, entry, "review", turn),
        }
    )


def _reviewed(held: Row, entry: Entry) -> Row:
    """What a passed review leaves, whether it closes the hazard or its photos are doubted."""
    return {
        "co_reviewer": entry.data.get("co_reviewer", ""),
        "co_review": "",
        "co_confirmed_at": None,
        "disputed_at": None,
        "dispute_reason": "",
        "review_note": entry.text.get("note", ""),
        "stepped_at": entry.time,
        "photos": photos_of(held, entry, "review", held.get("returned_count", 0) + 1),
    }


def fold_closed(row: Row | None, entry: Entry) -> Row:
    """A review passed: closed."""
    held = row or {}
    closed = {"state": "closed", "closed_at": entry.time, "closed_by": entry.actor}
    return held | _reviewed(held, entry) | closed | _asked(entry.data.get("co_reviewer", ""))


def _asked(co_reviewer: str) -> Row:
    """The second officer, where one is named, has to answer now."""
    return {"co_review": "waiting"} if co_reviewer else {}


def fold_doubted(row: Row | None, entry: Entry) -> Row:
    """A review passed, but its photos are doubtful: another officer decides. The findings stand in the entry."""
    held = row or {}
    return held | _reviewed(held, entry) | {"state": "doubted", "doubted_at": entry.time, "doubted_by": entry.actor}


def fold_confirmed(row: Row | None, entry: Entry) -> Row:
    """The photos are honest: closed by the two officers who reviewed, at the moment of the decision."""
    held = row or {}
    # Who has objected is not asked again: somebody else has decided.
    asked = {} if held.get("co_review") else _asked(held.get("co_reviewer", ""))
    return held | asked | {
        "state": "closed",
        "closed_at": entry.time,
        "closed_by": held.get("doubted_by", ""),
        "decided_by": entry.actor,
        "decision_note": entry.text.get("note", ""),
        "stepped_at": entry.time,
        "photos": photos_of(held, entry, "review", held.get("returned_count", 0) + 1),
    }


def fold_co_confirmed(row: Row | None, entry: Entry) -> Row:
    """The named second officer says that he took part in the review."""
    return (row or {}) | {"co_confirmed_at": entry.time, "co_review": "confirmed"}


def fold_disputed(row: Row | None, entry: Entry) -> Row:
    """The named second officer objects: the closing is in doubt, somebody else decides on it."""
    held = row or {}
    return held | {
        "state": "doubted",
        "doubted_at": entry.time,
        "doubted_by": held.get("closed_by", ""),
        "closed_at": None,
        "closed_by": "",
        "disputed_at": entry.time,
        "co_review": "disputed",
        "dispute_reason": entry.text.get("note", ""),
        "stepped_at": entry.time,
    }


def fold_rejected(row: Row | None, entry: Entry) -> Row:
    """The closing does not stand: back to the enterprise as after a failed review."""
    return fold_returned(row, entry) | {"decided_by": entry.actor}


def fold_tagged(row: Row | None, entry: Entry) -> Row:
    """Put under further campaigns."""
    held = row or {}
    return held | {"tags": (held.get("tags") or {}) | tags_of(entry.data["campaigns"])}


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


HAZARD_FOLDS = {
    "hazard.found": fold_found,
    "hazard.ordered": fold_ordered,
    "hazard.submitted": fold_submitted,
    "hazard.returned": fold_returned,
    "hazard.closed": fold_closed,
    "hazard.doubted": fold_doubted,
    "hazard.confirmed": fold_confirmed,
    "hazard.rejected": fold_rejected,
    "hazard.co_confirmed": fold_co_confirmed,
    "hazard.disputed": fold_disputed,
    "hazard.tagged": fold_tagged,
    "hazard.untagged": fold_untagged,
    "hazard.rescoped": fold_rescoped,
    "hazard.due_recomputed": fold_due_recomputed,
}
