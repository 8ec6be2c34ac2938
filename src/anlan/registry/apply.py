"""Folds of the registry: (row, entry) -> row, pure. Plain edits come from kernel.ledger_fold; the rest is here.

An entry that replaces a name or code keeps the old one in `names`, whatever kind of entry it is: a plain edit, an
import and a formal renaming leave the same trace.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from anlan.kernel.entry import Entry
from anlan.kernel.ledger_fold import fold_changed, fold_created, fold_restored, fold_retired

Row = dict[str, Any]


def _with_child(row: Row, name: str, key: str, values: Mapping[str, Any] | None) -> Row:
    """The row with one child set (merged into what it held) or, for None, taken away; nothing is changed in place."""
    held = dict(row.get(name) or {})
    if values is None:
        held.pop(key, None)
    else:
        held[key] = {**held.get(key, {}), **values}
    return {**row, name: held}


def _held_since(row: Row, kind: str, until: datetime) -> datetime | None:
    """Since when the present value is known; None when that is stated to be later than its end."""
    ends = [n["until_at"] for n in (row.get("names") or {}).values() if n["kind"] == kind and n["until_at"]]
    since: datetime | None = max(ends, default=row.get("created_at"))
    return since if since is None or since <= until else None


def _with_former(row: Row, key: str, former: Row | None) -> Row:
    """The row with one former name or code added or taken away, and all of them as one text that lists search."""
    row = _with_child(row, "names", key, former)
    values = sorted({str(n["value"]) for n in row["names"].values()})
    return {**row, "former": "、".join(values)}


def fold_edited(row: Row | None, entry: Entry) -> Row:
    """A change of fields and sets; a name or code that is replaced goes to the former ones."""
    folded = fold_changed(row, entry)
    for kind in ("name", "uscc"):
        old = (row or {}).get(kind)
        if row and old and old != folded.get(kind):
            since = _held_since(row, kind, entry.time)
            former = {"kind": kind, "value": old, "from_at": since, "until_at": entry.time}
            folded = _with_former(folded, f"{kind}:{entry.id}", former)
    return folded


def fold_merged(row: Row | None, entry: Entry) -> Row:
    """Merged into another one: it leaves the ledger's lists and says where it went."""
    return {**fold_edited(row, entry), "retired_at": entry.time}


def fold_separated(row: Row | None, entry: Entry) -> Row:
    """The merging was taken back: it stands in the ledger again."""
    return {**fold_edited(row, entry), "retired_at": None}


def fold_back(row: Row | None, entry: Entry) -> Row:
    """A retirement was taken back; one that is merged away stays away until it is separated."""
    folded = fold_restored(row, entry)
    return {**folded, "retired_at": (row or {}).get("retired_at")} if folded.get("merged_into_id") else folded


def fold_absorbed(row: Row | None, entry: Entry) -> Row:
    """Another enterprise came in: its name and code lead here from now on, its classes and tags are added."""
    folded, source = fold_changed(row, entry), entry.data["from"]
    for kind in ("name", "uscc"):
        if value := source.get(kind):
            former = {"kind": f"merged_{kind}", "value": value, "from_at": None, "until_at": entry.time}
            folded = _with_former(folded, f"merged_{kind}:{source['id']}", former)
    return folded


def fold_released(row: Row | None, entry: Entry) -> Row:
    """A merging was taken back: the other's name and code no longer lead here."""
    folded = dict(row or {})
    for kind in ("merged_name", "merged_uscc"):
        folded = _with_former(folded, f"{kind}:{entry.data['from']['id']}", None)
    return folded


def fold_premises_set(row: Row | None, entry: Entry) -> Row:
    """Premises added or changed, under the key the service gave them."""
    return _with_child(row or {}, "premises", entry.data["key"], entry.data["set"])


def fold_premises_removed(row: Row | None, entry: Entry) -> Row:
    """Premises given up."""
    return _with_child(row or {}, "premises", entry.data["key"], None)


def fold_contact_set(row: Row | None, entry: Entry) -> Row:
    """A contact added or changed; name and phone are in the vault, never in the entry."""
    return _with_child(row or {}, "contacts", entry.data["key"], entry.data["set"])


def fold_contact_removed(row: Row | None, entry: Entry) -> Row:
    """A contact taken away."""
    return _with_child(row or {}, "contacts", entry.data["key"], None)


FOLDS = {
    "enterprise.created": fold_created,
    "enterprise.changed": fold_edited,
    "enterprise.retired": fold_retired,
    "enterprise.restored": fold_back,
    "enterprise.renamed": fold_edited,
    "enterprise.recoded": fold_edited,
    "enterprise.status_changed": fold_edited,
    "enterprise.moved": fold_edited,
    "enterprise.office_assigned": fold_edited,
    "enterprise.graded": fold_edited,
    "enterprise.split": fold_edited,
    "enterprise.merged": fold_merged,
    "enterprise.separated": fold_separated,
    "enterprise.absorbed": fold_absorbed,
    "enterprise.released": fold_released,
    "enterprise.premises_added": fold_premises_set,
    "enterprise.premises_changed": fold_premises_set,
    "enterprise.premises_removed": fold_premises_removed,
    "enterprise.contact_set": fold_contact_set,
    "enterprise.contact_removed": fold_contact_removed,
}
