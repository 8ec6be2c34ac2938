"""Folding with the contexts' functions: one entry onto a row, or a whole subject from its entries. No database here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from anlan.kernel.arrange import Arranged, arrange, extends, fold_readable
from anlan.kernel.entry import Entry
from anlan.kernel.hlc import Corrections
from anlan.platform.catalogue import CATALOGUE, Row
from anlan.platform.journal.rows import envelope_columns

_NONE = Corrections()


@dataclass(frozen=True, slots=True)
class Folded:
    """A subject's row and what `arrange` said; `stalled` names the entry this version can't read (待升级)."""

    row: Row | None
    arranged: Arranged
    stalled: Entry | None = None


def readable(entry: Entry) -> bool:
    """Whether this version has a fold for the entry's kind and version."""
    if entry.type not in CATALOGUE.projections:
        return True
    return entry.v == 1 and (entry.kind in CATALOGUE.folds or bool(entry.over))


def fold_entry(row: Row | None, entry: Entry) -> Row | None:
    """Fold one entry that counts onto a row.

    Raises:
        LookupError: the subject has a projection and the kind no fold (a defect of the build).
    """
    fold = CATALOGUE.folds.get(entry.kind)
    if fold is None:
        if entry.type in CATALOGUE.projections and not entry.over:
            raise LookupError(f"no fold is declared for {entry.kind}")
        return row
    moment = entry.time
    created_at = row["created_at"] if row else moment
    folded = fold(row, entry)
    return envelope_columns(folded, entry.subject_id, entry.region, entry.drill, created_at, moment)


def fold_subject(
    entries: Sequence[Entry], corrections: Corrections = _NONE, seqs: Mapping[str, int] | None = None
) -> Folded:
    """Fold a subject from all its entries, in any order."""
    arranged = arrange(entries, corrections, seqs or {})
    row, stalled = fold_readable(arranged, fold_entry, readable)
    if row is not None:
        row["contested"] = len(arranged.open)
    return Folded(row, arranged, stalled)


def fold_in_order(entries: Sequence[Entry]) -> Row | None:
    """Fold entries that each merely append to the ones before; anything else goes through `fold_subject`.

    A rebuild meets almost only such subjects, and this way costs a third.
    """
    tip: str | None = None
    last: tuple[int, str, str] | None = None
    standing: dict[str, str] = {}
    seen: set[str] = set()
    ids, folded = {e.id for e in entries}, set()
    row: Row | None = None
    for entry in entries:
        known = entry.once is not None and entry.once in seen
        if entry.base is not None and entry.base in ids and entry.base not in folded:
            return fold_subject(entries).row  # forged or odd clocks: an effect before its cause
        if not extends(tip, last, entry, standing=standing, once_known=known) or not readable(entry):
            return fold_subject(entries).row
        row = fold_entry(row, entry)
        folded.add(entry.id)
        last = (entry.hlc, entry.node, entry.id)
        if entry.to is not None:
            tip = entry.id
        if entry.afters:
            standing.update(dict.fromkeys(entry.afters, entry.id))
        if entry.once:
            seen.add(entry.once)
    return row
