"""Totals and whole answers kept in this process until anything changes: keyed by the change number of the journal.

An exact count over 200,000 rows costs 8-100 ms; a page costs 3. The change number is the sum of all nodes' last
sequence numbers: it grows with every entry held here, whoever wrote it. It is read before the counted rows, so a
count can only be newer than its number, and is made anew at the next one.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar

from django.db import connection

T = TypeVar("T")
_NUMBER = "SELECT COALESCE(SUM(last_seq), 0) FROM journal_node"
_MOST_KEYS = 2000
_MOST_BYTES = 24 * 1024 * 1024


def change_number() -> int:
    """A number that is another one after every entry."""
    with connection.cursor() as cursor:
        cursor.execute(_NUMBER)
        return int(cursor.fetchone()[0])


class Kept:
    """The latest answers by key; each holds for one change number. Bounded by number of keys and by bytes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: OrderedDict[Hashable, tuple[int, object]] = OrderedDict()
        self._bytes = 0

    def get(self, key: Hashable, number: int, make: Callable[[], T]) -> T:
        """The answer kept for (key, number), else what `make` returns."""
        with self._lock:
            held = self._held.get(key)
            if held is not None and held[0] == number:
                self._held.move_to_end(key)
                return held[1]  # type: ignore[return-value]
        made = make()
        with self._lock:
            self._drop(key)
            self._held[key] = (number, made)
            self._bytes += _size(made)
            while len(self._held) > _MOST_KEYS or self._bytes > _MOST_BYTES:
                self._drop(next(iter(self._held)))
        return made

    def forget(self) -> None:
        """Keep nothing (after rows were written below the journal: fixtures, rebuild)."""
        with self._lock:
            self._held.clear()
            self._bytes = 0

    def _drop(self, key: Hashable) -> None:
        held = self._held.pop(key, None)
        if held is not None:
            self._bytes -= _size(held[1])


def _size(value: object) -> int:
    return len(value) if isinstance(value, bytes) else 64


KEPT = Kept()
