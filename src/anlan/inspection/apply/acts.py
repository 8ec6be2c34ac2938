"""Folds of what is added to a hazard beside the steps of its loop; `apply` names them all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from anlan.kernel.entry import Entry

Row = dict[str, Any]


def photos_of(row: Row, entry: Entry, stage: str, turn: int) -> Row:
    """The row's photos with those of the entry; the texts (and so the photos) of a redacted entry are gone."""
    facts: Mapping[str, Any] = entry.text.get("photo_facts") or {}
    held = dict(row.get("photos") or {})
    for sha256 in entry.text.get("photos") or ():
        taken_at = (facts.get(sha256) or {}).get("taken_at")
        held[f"{stage}{turn}-{sha256}"] = {
            "stage": stage, "round": turn, "sha256": sha256, "taken_at": taken_at, "added_at": entry.time,
        }  # fmt: skip
    return held


def tags_of(keys: Iterable[str]) -> Row:
    """The child rows of these campaigns."""
    return {key: {} for key in keys}


def fold_judged(row: Row | None, entry: Entry) -> Row:
    """The grade was judged by ticking criteria."""
    held = {name: entry.data[name] for name in ("grade", "major_criteria", "major_unlisted")}
    return (row or {}) | held | {"major_basis": entry.text.get("major_basis", "")}


def _extension(row: Row, key: str, values: Row) -> Row:
    held = row.get("extensions") or {}
    return {**held, key: {**held.get(key, {}), **values}}


def fold_extension_applied(row: Row | None, entry: Entry) -> Row:
    """The enterprise asked for more time; the deadline stands."""
    held = row or {}
    asked = {
        "state": "applied",
        "days": entry.data["days"],
        "reason": entry.text.get("note", ""),
        "applied_at": entry.time,
        "applied_by": entry.actor,
    }
    return held | {"extensions": _extension(held, entry.data["extension"], asked)}


def _decided(held: Row, entry: Entry, state: str) -> Row:
    answer = {
        "state": state,
        "decided_at": entry.time,
        "decided_by": entry.actor,
        "answer": entry.text.get("note", ""),
    }
    moved = {name: entry.data[name] for name in ("days", "due_before") if name in entry.data}
    if "due_at" in entry.data:
        moved["due_after"] = entry.data["due_at"]
    return {"extensions": _extension(held, entry.data["extension"], answer | moved)}


def fold_extension_granted(row: Row | None, entry: Entry) -> Row:
    """The deadline moved."""
    held, data = row or {}, entry.data
    return (
        held
        | _decided(held, entry, "granted")
        | {"due_at": data["due_at"], "due_provisional": 0, "extended_count": held.get("extended_count", 0) + 1}
    )


def fold_extension_refused(row: Row | None, entry: Entry) -> Row:
    """The deadline stands."""
    held = row or {}
    return held | _decided(held, entry, "refused")


def fold_transferred(row: Row | None, entry: Entry) -> Row:
    """Handed to enforcement; the state stays."""
    return (row or {}) | {
        "transferred": 1,
        "transferred_at": entry.time,
        "transferred_by": entry.actor,
        "transfer_violated": entry.data["violated"],
        "transfer_reason": entry.text.get("note", ""),
    }


def _ended(entry: Entry, state: str) -> Row:
    # `closed_at` says that no work is left, so that an ended hazard stands in no list of open ones.
    return {
        "state": state,
        "closed_at": entry.time,
        "dismissed_at": entry.time,
        "dismissed_by": entry.actor,
        "dismiss_reason": entry.text.get("note", ""),
        "stepped_at": entry.time,
    }


def fold_dismissed(row: Row | None, entry: Entry) -> Row:
    """It was no hazard."""
    return (row or {}) | _ended(entry, "dismissed")


def fold_merged(row: Row | None, entry: Entry) -> Row:
    """It was the same matter as another hazard."""
    return (row or {}) | _ended(entry, "merged") | {"merged_into_id": entry.data["into"]}


def fold_absorbed(row: Row | None, entry: Entry) -> Row:
    """Another hazard turned out to be this one: it counts for that one's campaigns too."""
    held = row or {}
    return held | {"tags": (held.get("tags") or {}) | tags_of(entry.data["campaigns"])}


def fold_looked_back(row: Row | None, entry: Entry) -> Row:
    """The site was seen again after closing; found again, the new hazard is named."""
    held = row or {}
    return held | {
        "looked_back_at": entry.time,
        "looked_back_by": entry.actor,
        "look_back_result": entry.data["result"],
        "look_back_note": entry.text.get("note", ""),
        "reopened_as_id": entry.data.get("reopened_as"),
        "photos": photos_of(held, entry, "lookback", entry.data["turn"]),
    }


def fold_withdrawn(row: Row | None, entry: Entry) -> Row:
    """The last entry was taken back: the columns and children that it changed are as before."""
    data, words = entry.data, entry.text.get("restored") or {}
    back = {k: v for k, v in (row or {}).items() if k not in set(data["unset"])}
    back |= data["columns"] | {name: words.get(name, "") for name in data["words"]}
    for name, dropped in (data.get("dropped") or {}).items():
        back[name] = {k: v for k, v in (back.get(name) or {}).items() if k not in set(dropped)}
    for name, changed in (data.get("children") or {}).items():
        held = dict(back.get(name) or {})
        for key, values in changed.items():
            kept = {k: v for k, v in held.get(key, {}).items() if k not in set(values["unset"])}
            held[key] = kept | values["set"]
        back[name] = held
    return back


__all__ = ["ACT_FOLDS", "photos_of", "tags_of"]

ACT_FOLDS = {
    "hazard.judged": fold_judged,
    "hazard.extension_applied": fold_extension_applied,
    "hazard.extension_granted": fold_extension_granted,
    "hazard.extension_refused": fold_extension_refused,
    "hazard.transferred": fold_transferred,
    "hazard.dismissed": fold_dismissed,
    "hazard.merged": fold_merged,
    "hazard.absorbed": fold_absorbed,
    "hazard.looked_back": fold_looked_back,
    "hazard.withdrawn": fold_withdrawn,
}
