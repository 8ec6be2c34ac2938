"""Folds of 挂牌督办, and what a listing leaves on its hazard: (row, entry) -> row, pure."""

from __future__ import annotations

from typing import Any

from anlan.inspection.apply.acts import fold_withdrawn
from anlan.inspection.apply.hazards import fold_rescoped
from anlan.kernel.entry import Entry

Row = dict[str, Any]

_DATA = (
    "number", "hazard_id", "enterprise_id", "office_id", "level", "due_at", "follower", "issuer", "notice_number",
    "notice_on", "follow_due_at",
)  # fmt: skip


def _photos(row: Row, entry: Entry, stage: str, turn: int = 0) -> Row:
    added = {
        f"{stage}{turn}-{sha256}": {"stage": stage, "turn": turn, "sha256": sha256, "added_at": entry.time}
        for sha256 in entry.text.get("photos") or ()
    }
    return {**(row.get("photos") or {}), **added}


def _new(entry: Entry, state: str) -> Row:
    text = {"reason": entry.text.get("note", ""), "requirement": entry.text.get("requirement", "")}
    held = {name: entry.data[name] for name in _DATA if entry.data.get(name) is not None}
    who = {"proposed_at": entry.time, "proposed_by": entry.actor, "stepped_at": entry.time}
    return held | text | who | {"state": state, "follow_ups": {}, "photos": {}}


def fold_proposed(row: Row | None, entry: Entry) -> Row:
    """Proposed to the leader."""
    return _new(entry, "proposed")


def fold_received(row: Row | None, entry: Entry) -> Row:
    """The upper level listed it; its notice was recorded."""
    held = _new(entry, "listed")
    return held | {"listed_at": entry.time, "photos": _photos(held, entry, "notice")}


def fold_signed(row: Row | None, entry: Entry) -> Row:
    """The leader signed."""
    return (row or {}) | {
        "state": "listed",
        "listed_at": entry.time,
        "listed_by": entry.actor,
        "sign_note": entry.text.get("note", ""),
        "follow_due_at": entry.data["follow_due_at"],
        "stepped_at": entry.time,
    }


def fold_followed(row: Row | None, entry: Entry) -> Row:
    """A follow-up visit; one that was recorded late does not bring the next one forward."""
    held, data = row or {}, entry.data
    visit = {
        "visited_at": entry.time, "visited_by": entry.actor, "note": entry.text.get("note", ""), "late": int(data["late"]),
    }  # fmt: skip
    return held | {
        "follow_ups": {**(held.get("follow_ups") or {}), str(data["turn"]): visit},
        "followed_at": entry.time,
        "follow_due_at": data["follow_due_at"],
        "photos": _photos(held, entry, "follow", data["turn"]),
    }


def fold_unlisting_applied(row: Row | None, entry: Entry) -> Row:
    """Unlisting was applied for; no visit is due until it is answered."""
    return (row or {}) | {
        "state": "unlisting_applied",
        "applied_at": entry.time,
        "applied_by": entry.actor,
        "apply_note": entry.text.get("note", ""),
        "follow_due_at": None,
        "stepped_at": entry.time,
    }


def fold_unlisting_refused(row: Row | None, entry: Entry) -> Row:
    """It stays listed, and is followed up anew."""
    return (row or {}) | {
        "state": "listed",
        "returned_at": entry.time,
        "return_reason": entry.text.get("note", ""),
        "follow_due_at": entry.data["follow_due_at"],
        "stepped_at": entry.time,
    }


def _ended(row: Row | None, entry: Entry, state: str) -> Row:
    return (row or {}) | {
        "state": state,
        "ended_at": entry.time,
        "ended_by": entry.actor,
        "end_note": entry.text.get("note", ""),
        "follow_due_at": None,
        "stepped_at": entry.time,
    }


def fold_declined(row: Row | None, entry: Entry) -> Row:
    """The leader did not sign."""
    return _ended(row, entry, "refused")


def fold_cancelled(row: Row | None, entry: Entry) -> Row:
    """The leader took the listing back."""
    return _ended(row, entry, "cancelled")


def fold_unlisted(row: Row | None, entry: Entry) -> Row:
    """Two officers reviewed it: the listing ended."""
    held = _ended(row, entry, "unlisted")
    return held | {"co_reviewer": entry.data["co_reviewer"], "photos": _photos(held, entry, "review")}


def fold_upper_unlisted(row: Row | None, entry: Entry) -> Row:
    """The upper level ended the listing; its notice was recorded."""
    held = _ended(row, entry, "unlisted")
    paper = {"end_number": entry.data["notice_number"], "end_on": entry.data["notice_on"]}
    return held | paper | {"photos": _photos(held, entry, "end")}


def fold_taken_back(row: Row | None, entry: Entry) -> Row:
    """The last entry was taken back; a listing whose beginning it was has ended with that."""
    return _ended(row, entry, "cancelled") if entry.data.get("begun") else fold_withdrawn(row, entry)


def fold_noticed(row: Row | None, entry: Entry) -> Row:
    """A notice was issued: of the listing, or of its end."""
    stem, data = ("end" if entry.data["of_end"] else "notice"), entry.data
    return (row or {}) | {
        f"{stem}_document": data["document"],
        f"{stem}_number": data["number"],
        f"{stem}_on": data["issued_on"],
    }


def fold_reassigned(row: Row | None, entry: Entry) -> Row:
    """Another officer follows it up."""
    return (row or {}) | {"follower": entry.data["follower"]}


def fold_due_moved(row: Row | None, entry: Entry) -> Row:
    """The hazard's deadline was extended, and the listing's with it."""
    return (row or {}) | {"due_at": entry.data["due_at"]}


def fold_hazard_listing_opened(row: Row | None, entry: Entry) -> Row:
    """The hazard has an open listing at one level more."""
    held = row or {}
    return held | {"listed": " ".join(sorted({*(held.get("listed") or "").split(), entry.data["level"]}))}


def fold_hazard_listing_ended(row: Row | None, entry: Entry) -> Row:
    """The hazard's listing at this level ended."""
    held = row or {}
    return held | {"listed": " ".join(sorted({*(held.get("listed") or "").split()} - {entry.data["level"]}))}


LISTING_FOLDS = {
    "listing.proposed": fold_proposed,
    "listing.received": fold_received,
    "listing.signed": fold_signed,
    "listing.declined": fold_declined,
    "listing.followed": fold_followed,
    "listing.unlisting_applied": fold_unlisting_applied,
    "listing.unlisting_refused": fold_unlisting_refused,
    "listing.unlisted": fold_unlisted,
    "listing.upper_unlisted": fold_upper_unlisted,
    "listing.cancelled": fold_cancelled,
    "listing.noticed": fold_noticed,
    "listing.reassigned": fold_reassigned,
    "listing.due_moved": fold_due_moved,
    "listing.withdrawn": fold_taken_back,
    "listing.rescoped": fold_rescoped,
    "hazard.listing_opened": fold_hazard_listing_opened,
    "hazard.listing_ended": fold_hazard_listing_ended,
}
