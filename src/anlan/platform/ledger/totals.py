"""Totals and whole answers kept in this process: each holds for one change mark (changes.py), then it is made anew.

An exact count over 200,000 rows costs 8-100 ms; a page costs 3.
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
    """How many entries stand in the chains held here."""
    with connection.cursor() as cursor:
        cursor.execute(_NUMBER)
        return int(cursor.fetchone()[0])


class Kept:
    """The latest answers by key; each holds for one change mark. Bounded by number of keys and by bytes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: OrderedDict[Hashable, tuple[bytes, object]] = OrderedDict()
        self._bytes = 0

    def get(self, key: Hashable, mark: bytes, make: Callable[[], T]) -> T:
        """The answer kept for (key, mark), else what `make` returns."""
        with self._lock:
            held = self._held.get(key)
            if held is not None and held[0] == mark:
                self._held.move_to_end(key)
                return held[1]  # type: ignore[return-value]
        made = make()
        with self._lock:
            self._drop(key)
            self._held[key] = (mark, made)
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
    if isinstance(value, list):
        return 90 * len(value)
    return len(value) if isinstance(value, bytes) else 64


KEPT = Kept()
