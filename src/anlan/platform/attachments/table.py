"""The looks of all stored pictures in memory, for asking which are near a given one: every look is compared, none missed.

The database stays the record; this is read from it once a process, on the first question, and brought up to date before each
one. A look takes 16 bytes, so the million looks of some 90,000 photos take 16 MB, and comparing one with all of them a
millisecond or two.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from itertools import chain

import numpy as np
from django.db import connection

__all__ = ["LookTable", "looks_table"]

_BLOCK = 1 << 15
_PAGE = 'SELECT "id", "look" FROM "attachment_looks" WHERE "id" > %s AND "place" >= 0 ORDER BY "id" LIMIT 20000'
_AGAIN = 1024
"""So many of the newest rows are read anew each time: another transaction may have committed a lower number later, or one
that was rolled back may have left its numbers to others."""


class LookTable:
    """(row id, look) of every indexed look, in the order of ids; `near` brings it up to date first. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ids = np.empty(0, np.int64)
        self._looks = np.empty(0, np.uint64)
        self._count = 0
        self._name = ""

    def near(self, looks: Sequence[int], far: int) -> list[int]:
        """The ids of rows within `far` bits of one of `looks` (unsigned, 64 bits each)."""
        with self._lock:
            self._refresh()
            found: set[int] = set()
            differing, counts = np.empty(_BLOCK, np.uint64), np.empty(_BLOCK, np.uint8)
            for start in range(0, self._count, _BLOCK):
                block = self._looks[start : min(start + _BLOCK, self._count)]
                some, bits = differing[: len(block)], counts[: len(block)]
                for look in looks:
                    np.bitwise_xor(block, np.uint64(look), out=some)
                    np.bitwise_count(some, out=bits)
                    if bits.min() <= far:  # in most blocks nothing is near
                        found.update(self._ids[start + np.flatnonzero(bits <= far)].tolist())
            return sorted(found)

    def forget(self) -> None:
        """Read everything anew at the next question."""
        with self._lock:
            self._count = 0

    def _refresh(self) -> None:
        name = str(connection.settings_dict["NAME"])
        if name != self._name:
            self._name, self._count = name, 0
        kept = max(0, self._count - _AGAIN)
        self._read(kept)
        if kept and self._count == kept:  # other rows than those that were read: the table was emptied or replaced
            self._read(0)

    def _read(self, kept: int) -> None:
        """Everything after the first `kept` rows, a page at a time: a million rows at once would take half a gigabyte."""
        self._count = kept
        while rows := self._page(int(self._ids[self._count - 1]) if self._count else 0):
            pairs = np.fromiter(chain.from_iterable(rows), np.int64, 2 * len(rows)).reshape(-1, 2)
            end = self._count + len(pairs)
            self._grow(end)
            self._ids[self._count : end] = pairs[:, 0]
            self._looks[self._count : end] = pairs[:, 1].view(np.uint64)
            self._count = end

    def _page(self, after: int) -> list[tuple[int, int]]:
        with connection.cursor() as cursor:
            cursor.execute(_PAGE, [after])
            return cursor.fetchall()

    def _grow(self, count: int) -> None:
        if count > len(self._ids):
            room = max(count, len(self._ids) * 3 // 2)
            self._ids = np.resize(self._ids, room)
            self._looks = np.resize(self._looks, room)


_table = LookTable()


def looks_table() -> LookTable:
    """The table of this process."""
    return _table
