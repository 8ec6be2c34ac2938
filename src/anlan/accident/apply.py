"""Folds of accident: (row, entry) -> row, pure. What was decided stands in the entry; nothing is decided here."""

from __future__ import annotations

from typing import Any

from anlan.kernel.entry import Entry

Row = dict[str, Any]

_DATA = (
    "number", "category", "sector", "grade", "occurred_at", "learned_at", "received_at", "lon", "lat", "enterprise_id",
    "office_id", "deaths", "serious_injuries", "minor_injuries", "loss_yuan", "supplement_until", "up_due_at",
    "investigation_due_at",
)  # fmt: skip
_WORDS = ("place", "unit_name", "summary")
_FOUND = ("direct_cause", "indirect_cause", "liability", "measures")


def _files(held: Row, entry: Entry, stage: str) -> Row:
    added = {
        f"{stage}-{sha256}": {"stage": stage, "sha256": sha256, "added_at": entry.time}
        for sha256 in entry.text.get("files") or ()
    }
    return {**(held.get("files") or {}), **added}


def _counts(row: Row) -> Row:
    """What is neither a production accident nor a standing entry is in no figure."""
    return row | {"counted": int(row["nature"] == "production" and row["state"] != "revoked")}


def fold_reported(row: Row | None, entry: Entry) -> Row:
    """A new accident."""
    held = {name: entry.data[name] for name in _DATA if entry.data.get(name) is not None}
    words = {name: entry.text.get(name, "") for name in _WORDS}
    return held | words | {
        "state": "reported", "nature": "production", "counted": 1, "entered_by": entry.actor, "stepped_at": entry.time,
        "files": _files({}, entry, "scene"),
    }  # fmt: skip


def fold_recorded(row: Row | None, entry: Entry) -> Row:
    """An accident of former times, its case closed long ago."""
    said = {name: entry.text.get(name, "") for name in _FOUND}
    found = {"nature": entry.data["nature"], "nature_reason": entry.text.get("note", "")}
    closed = {"state": "closed", "closed_on": entry.data["closed_on"], "closed_by": entry.actor}
    return _counts(fold_reported(row, entry) | said | found | closed)


def fold_amended(row: Row | None, entry: Entry) -> Row:
    """Plain facts changed; deadlines that follow from them stand in the entry, the region is the entry's."""
    changed = {name: entry.data["set"][name] for name in entry.data["set"]}
    words = {name: entry.text.get(name, "") for name in entry.data["said"]}
    return (row or {}) | changed | words | {"region": entry.region}


def fold_corrected(row: Row | None, entry: Entry) -> Row:
    """Other casualties or another loss; the numbers before stand in the entry."""
    return (row or {}) | entry.data["new"] | {"grade": entry.data["grade"], "corrected_at": entry.time}


def fold_reported_up(row: Row | None, entry: Entry) -> Row:
    """Reported to the level above; the earliest of its times stands, what is said of it is the last."""
    return (row or {}) | {"reported_up_at": entry.data["first"], "reported_up_note": entry.text.get("note", "")}


def fold_judged(row: Row | None, entry: Entry) -> Row:
    """Found to be a production accident, or none."""
    found = {"nature": entry.data["nature"], "nature_reason": entry.text.get("note", "")}
    return _counts((row or {}) | found)


def fold_extended(row: Row | None, entry: Entry) -> Row:
    """The investigation got more days."""
    data = entry.data
    return (row or {}) | {"extended_days": data["extended_days"], "investigation_due_at": data["investigation_due_at"]}


def fold_investigated(row: Row | None, entry: Entry) -> Row:
    """The investigation has begun."""
    said = {"team": entry.text.get("team", ""), "investigated_at": entry.time}
    return (row or {}) | said | {"state": "investigating", "stepped_at": entry.time}


def fold_closed(row: Row | None, entry: Entry) -> Row:
    """The report stands: causes, liability, nature."""
    held = row or {}
    said = {name: entry.text.get(name, "") for name in _FOUND}
    found = {"nature": entry.data["nature"], "nature_reason": entry.text.get("note", "")}
    closed = {
        "state": "closed",
        "closed_on": entry.data["closed_on"],
        "closed_by": entry.actor,
        "stepped_at": entry.time,
    }
    return _counts(held | said | found | closed | {"files": _files(held, entry, "report")})


def fold_revoked(row: Row | None, entry: Entry) -> Row:
    """It was no accident, or stands in another entry."""
    return _counts(
        (row or {})
        | {
            "state": "revoked",
            "revoked_at": entry.time,
            "revocation": entry.data["kind"],
            "revoke_reason": entry.text.get("note", ""),
            "duplicate_of": entry.data.get("duplicate_of", ""),
            "stepped_at": entry.time,
        }
    )


def fold_rescoped(row: Row | None, entry: Entry) -> Row:
    """Its enterprise got another office: who sees it follows."""
    return (row or {}) | {"office_id": entry.data["office_id"]}


FOLDS = {
    "accident.reported": fold_reported,
    "accident.recorded": fold_recorded,
    "accident.amended": fold_amended,
    "accident.corrected": fold_corrected,
    "accident.reported_up": fold_reported_up,
    "accident.judged": fold_judged,
    "accident.extended": fold_extended,
    "accident.investigated": fold_investigated,
    "accident.closed": fold_closed,
    "accident.revoked": fold_revoked,
    "accident.rescoped": fold_rescoped,
}
