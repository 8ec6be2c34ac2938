"""The rows of ledgers as arrays, kept beside the database and fresh by the journal.

A base of all rows, sorted by day, and a small part with what changed since; a changed row is dead in the base and stands in
the part. Only entries of the ledger's own subjects (and the three kinds that touch others) make anything anew. Each process
holds its own; a large base lies on disk as well (disk.py), so that a start reads no row twice.
"""

from __future__ import annotations

import re
import threading
from dataclasses import replace

from django.db import connection

from anlan.platform.indicator import disk
from anlan.platform.indicator.arrays import Table, empty_of, joined, standing, without
from anlan.platform.indicator.declare import Facts
from anlan.platform.indicator.reading import halves, order_of, read_part, stored
from anlan.platform.ledger.changes import CHANGES, Positions

__all__ = ["TABLES", "Tables"]

# More new entries than this at once: all rows are read anew.
_MOST_NEW = 100_000
# What changed is joined into the base beyond so many rows and this share of it.
_SMALL, _SHARE = 2_000, 0.05
_KEPT_ON_DISK = 20_000
_KEY = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Tables:
    """The ledgers as arrays, by id of their facts. One per process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._held: dict[str, Table] = {}
        self._stamp = ""
        self._count = 0

    def get(self, facts: Facts) -> Table:
        """The ledger as it stands now."""
        stamp = disk.stamp()
        with self._lock:
            lock = self._locks.setdefault(facts.id, threading.Lock())
            if stamp != self._stamp:  # rows were written below the journal by another process
                self._held.clear()
                self._stamp = stamp
        with lock:
            held = self._held.get(facts.id) or disk.load(facts, stored(facts))
            # Where the chains stand is read before the rows, so what is kept can only be newer than it says.
            positions, changed = CHANGES.since(held.positions if held else None, facts.id, _MOST_NEW)
            if held is None or changed is None:
                table = self._whole(facts, positions)
            elif changed:
                table = self._fresh(held, changed, positions)
            else:
                table = held if held.positions == positions else replace(held, positions=positions)
            self._held[facts.id] = table
            return table

    def forget(self) -> None:
        """Keep nothing (after rows were written below the journal: fixtures, rebuild)."""
        with self._lock:
            self._held.clear()
            disk.forget()
            self._stamp = disk.stamp()

    def _next(self) -> int:
        with self._lock:
            self._count += 1
            return self._count

    def _whole(self, facts: Facts, positions: Positions) -> Table:
        words: dict[str, list[str]] = {}
        base = read_part(facts, words)
        return self._keep(Table(facts, base, empty_of(base), words, positions, self._next()))

    def _keep(self, table: Table) -> Table:
        if table.base.size >= _KEPT_ON_DISK and not connection.in_atomic_block:
            disk.save(table, stored(table.facts))
        return table

    def _fresh(self, held: Table, changed: list[str], positions: Positions) -> Table:
        keys = [key for key in changed if _KEY.fullmatch(key)]
        gone = halves(keys)
        words = {name: list(held_words) for name, held_words in held.words.items()}
        still = standing(without(held.part, gone))
        part = joined(still, read_part(held.facts, words, keys), order_of(held.facts))
        table = Table(held.facts, without(held.base, gone), part, words, positions, self._next())
        if part.size <= max(_SMALL, _SHARE * held.base.size):
            return table
        base = joined(standing(table.base), part, order_of(held.facts))
        return self._keep(replace(table, base=base, part=empty_of(base)))


TABLES = Tables()
