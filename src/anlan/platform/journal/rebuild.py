"""Folding everything anew: rebuild the projections, or only compare (`check`), also with entries arriving in any order.

Subjects are read in slices, folded in memory, compared with the tables as they stand, and written in bulk.
"""

from __future__ import annotations

import gc
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from anlan.kernel.arrange import NO_CORRECTIONS
from anlan.kernel.entry import Entry, entry_from_bytes
from anlan.platform.catalogue import CATALOGUE, Row
from anlan.platform.database import writing
from anlan.platform.indicator import disk as arrays
from anlan.platform.journal import ghosts, refold, sql
from anlan.platform.journal.fold import fold_in_order, fold_subject
from anlan.platform.journal.rows import children_of, load_rows, table_of, write_rows
from anlan.platform.journal.table import Table
from anlan.platform.search import index

_SLICE = 1000
_SHOWN = 20


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild or a check saw. `different` holds up to 20 subjects whose row is not the folded journal."""

    entries: int = 0
    subjects: int = 0
    rows: int = 0
    differences: int = 0
    different: list[dict[str, Any]] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every projection equals the folded journal."""
        return self.differences == 0

    def note(self, subject: str, columns: Sequence[str]) -> None:
        """Count one subject that differs."""
        self.differences += 1
        if len(self.different) < _SHOWN:
            self.different.append({"subject": subject, "columns": list(columns)})


def rebuild(*, check: bool, shuffle: int | None = None, progress: Callable[[int], None] | None = None) -> Rebuilt:
    """Fold every subject and compare with, or write to, its tables.

    Args:
        check: only compare; nothing is written.
        shuffle: seed: two imagined nodes get each slice's entries in random order, with repeats, and fold as they come;
            both must end with the same rows as the tables.
        progress: called with the number of entries done.
    """
    # Entries and rows hold no cycles; the collector would walk them again and again, an eighth of the time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _rebuilt(check, shuffle, progress)
    finally:
        if collecting:
            gc.enable()


def _rebuilt(check: bool, shuffle: int | None, progress: Callable[[int], None] | None) -> Rebuilt:
    result = Rebuilt()
    # Where clocks were corrected or a node was fenced, an entry's number matters too, so each subject is read anew.
    known = bool(refold.corrections()) or bool(refold.cuts())
    rng = random.Random(shuffle) if shuffle is not None else None
    for heads in _slices():
        entries = _entries([h.sid for h in heads])
        result.entries += sum(map(len, entries.values()))
        folded: dict[str, Row | None] = {}
        for head in heads:
            held = entries.get(head.sid, [])
            if rng is not None:
                counted = refold.held_of(head.sid) if known else refold.Held(held, NO_CORRECTIONS, {})
                folded[head.subject] = _shuffled(counted, rng, head.subject, result)
            elif known or not head.settled:
                folded[head.subject] = refold.fold_held(head.sid).row
            else:
                folded[head.subject] = fold_in_order(held)
        _compare(heads, folded, result, check=check)
        if progress:
            progress(result.entries)
    _ghosts(result, check=check)
    if not check:
        index.refresh(everything=any(map(index.missing, CATALOGUE.projections)))
        arrays.forget()
    return result


def _slices() -> Iterator[list[sql.HeadRow]]:
    last = 0
    while heads := sql.heads_after(last, _SLICE):
        yield heads
        last = heads[-1].sid


def _entries(sids: Sequence[int]) -> dict[int, list[Entry]]:
    """Entries by subject, each list in the order of its entries' own clocks."""
    grouped: dict[int, list[Entry]] = {sid: [] for sid in sids}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sid, body, text FROM journal_entry WHERE sid BETWEEN %s AND %s ORDER BY sid, hlc, node, id",
            [sids[0], sids[-1]],
        )
        for sid, body, text in cursor.fetchall():
            entry = entry_from_bytes(body, text, trusted=True)
            grouped.setdefault(sid, []).append(entry)
    return grouped


def _shuffled(held: refold.Held, rng: random.Random, subject: str, result: Rebuilt) -> Row | None:
    """Fold as two nodes would that hear of the entries in different orders, some of them twice."""
    rows = []
    for _ in range(2):
        arrivals = [*held.entries, *rng.sample(held.entries, len(held.entries) // 3)]
        rng.shuffle(arrivals)
        arrived: list[Entry] = []
        row: Row | None = None
        for count, entry in enumerate(arrivals, 1):
            arrived.append(entry)
            # Folding after every arrival would show nothing more than folding now and then, and at the end.
            if count == len(arrivals) or rng.random() < 0.2:
                row = fold_subject(arrived, held.corrections, held.seqs).row
        rows.append(row)
    if rows[0] != rows[1]:
        result.note(subject, ["two nodes differ"])
    return rows[0]


def _compare(heads: Sequence[sql.HeadRow], folded: dict[str, Row | None], result: Rebuilt, *, check: bool) -> None:
    by_kind: dict[str, list[str]] = {}
    for head in heads:
        kind, _, key = head.subject.partition("/")
        if kind in CATALOGUE.projections:
            by_kind.setdefault(kind, []).append(key)
            result.subjects += 1
    for kind, keys in by_kind.items():
        stored = load_rows(kind, keys)
        changes: dict[str, tuple[Row | None, Row | None]] = {}
        for key in keys:
            new, old = folded[f"{kind}/{key}"], stored.get(key)
            result.rows += old is not None
            if columns := _differing(kind, old, new):
                result.note(f"{kind}/{key}", columns)
                changes[key] = (old, new)
        if changes and not check:
            with writing():
                write_rows(kind, changes)


def _differing(kind: str, old: Row | None, new: Row | None) -> list[str]:
    if old is None or new is None:
        return [] if old is new else ["row missing" if old is None else "row without entries"]
    table = table_of(kind)
    if table is None:
        return []
    columns = table.differing(old, new)
    for name, child in children_of(kind).items():
        held, folded = old.get(name) or {}, new.get(name) or {}
        if held != folded and held != _normal_children(child, folded):
            columns.append(name)
    return columns


def _normal_children(child: Table, mapping: Mapping[str, Row]) -> dict[str, Row]:
    """A fold's children as `load_rows` gives them."""
    blank = {"id": "", "key": "", "parent_id": ""}
    found = {key: child.normal({**values, **blank}) for key, values in mapping.items()}
    return {key: {c: v for c, v in values.items() if c not in blank} for key, values in found.items()}


def _ghosts(result: Rebuilt, *, check: bool) -> None:
    """Count, or take away, what no subject of the journal accounts for: rows, and rows of children."""
    for kind in CATALOGUE.projections:
        own = table_of(kind)
        assert own is not None
        ids = sorted(ghosts.rows_without_subject(kind, own))
        for key in ids:
            result.note(f"{kind}/{key}", ["row without entries"])
        if ids and not check:
            with writing():
                held = load_rows(kind, ids)
                write_rows(kind, {key: (held[key], None) for key in ids})
        for name, child in children_of(kind).items():
            strays = sorted(ghosts.children_without_parent(own, child))
            for key in strays:
                result.note(f"{kind}/{key}", [f"{name}: row without parent"])
            if strays and not check:
                with writing():
                    ghosts.remove(child, strays)
