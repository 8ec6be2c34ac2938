"""Folds of plain ledgers, pure: created, changed, retired, restored. A context's apply.py splices them into its FOLDS.

Shape of `entry.data`: {"set": {field: value}, "add": {set name: [keys]}, "remove": {set name: [keys]}}. Why a row was
retired stands in `entry.text["reason"]`, because it is free text and can be redacted.
Source: docs/explanation/journal.md, "Ledger fields" (house rule).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from anlan.kernel.entry import Entry

__all__ = ["fold_changed", "fold_created", "fold_restored", "fold_retired", "plain_folds"]

Row = dict[str, Any]
Fold = Callable[[Row | None, Entry], Row]


def fold_created(row: Row | None, entry: Entry) -> Row:
    """A new row from the fields that were entered; a second (forged) creation only overwrites the fields it names."""
    return _folded(row, entry) | ({} if row else {"retired_at": None})


def fold_changed(row: Row | None, entry: Entry) -> Row:
    """The row with the fields that the entry carries replaced and its set members added and removed.

    A change whose creation is not held yet (or is a stub) folds onto an empty row.
    """
    return _folded(row, entry)


def fold_retired(row: Row | None, entry: Entry) -> Row:
    """The row, marked retired from the moment of the entry; a ledger's model has the column `retired_at`."""
    return _folded(row, entry) | {"retired_at": entry.time}


def fold_restored(row: Row | None, entry: Entry) -> Row:
    """The row, standing again in its ledger: a retirement by mistake is taken back by an entry, never erased."""
    return _folded(row, entry) | {"retired_at": None}


def plain_folds(entity: str, sets: Iterable[str] = ()) -> dict[str, Fold]:
    """The folds of a plain ledger by kind without the context, for `FOLDS = {**plain_folds("premises")}`.

    Args:
        entity: second part of the ledger's id: "premises" for "registry.premises".
        sets: names of its multi-valued fields, so that a new row has them all, empty ones too.
    """
    names = tuple(sets)

    def created(row: Row | None, entry: Entry) -> Row:
        return {name: {} for name in names} | fold_created(row, entry)

    return {
        f"{entity}.created": created,
        f"{entity}.changed": fold_changed,
        f"{entity}.retired": fold_retired,
        f"{entity}.restored": fold_restored,
    }


def _folded(row: Row | None, entry: Entry) -> Row:
    folded: Row = dict(row or {})
    folded.update(entry.data.get("set") or {})
    _members(folded, entry.data.get("add") or {}, present=True)
    _members(folded, entry.data.get("remove") or {}, present=False)
    return folded


def _members(row: Row, sets: Mapping[str, list[str]], *, present: bool) -> None:
    for name, keys in sets.items():
        held = dict(row.get(name) or {})
        for key in keys:
            if present:
                held.setdefault(key, {})
            else:
                held.pop(key, None)
        row[name] = held
