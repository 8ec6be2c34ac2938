"""The readings of one machine: a SQLite file of its own beside the database (WAL, synchronous=FULL).

One writing connection behind a lock, one reading connection a thread. What the file refuses (locked, full, damaged) is
`Unavailable`, so that the gateway keeps its spool and tries again.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from anlan.kernel.errors import Unavailable
from anlan.sensing.store.packing import merge

__all__ = ["SqliteBackend"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS number (kind TEXT NOT NULL, name TEXT NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY (kind, name), UNIQUE (kind, n)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reading (device INTEGER NOT NULL, at INTEGER NOT NULL, data BLOB NOT NULL,
  PRIMARY KEY (device, at)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS skewed (device INTEGER NOT NULL, at INTEGER NOT NULL, received INTEGER NOT NULL,
  data BLOB NOT NULL, PRIMARY KEY (device, at, received)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS day (device INTEGER NOT NULL, metric INTEGER NOT NULL, day INTEGER NOT NULL,
  data BLOB NOT NULL, PRIMARY KEY (device, metric, day)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS summary (device INTEGER NOT NULL, metric INTEGER NOT NULL, day INTEGER NOT NULL,
  data BLOB NOT NULL, PRIMARY KEY (device, metric, day)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS dirty (device INTEGER NOT NULL, hour INTEGER NOT NULL,
  PRIMARY KEY (device, hour)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS seen (device INTEGER NOT NULL PRIMARY KEY, received INTEGER NOT NULL);
"""
_UPSERT = (
    "INSERT INTO reading VALUES (?, ?, ?) ON CONFLICT (device, at) DO UPDATE SET data = anlan_merge(data, excluded.data)"
)
_WAIT = 30.0


class SqliteBackend:
    """The statements of the readings store on SQLite; store/readings.py says what each is for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._writer: sqlite3.Connection | None = None
        self._readers = threading.local()
        self._every: list[sqlite3.Connection] = []
        self._alike = self._conflicting = 0

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        made = sqlite3.connect(self._path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("PRAGMA synchronous=FULL")
        made.execute("PRAGMA cache_size=-32000")
        self._every.append(made)
        return made

    def _merged(self, held: bytes, other: bytes) -> bytes:
        found = merge(held, other)
        self._alike += found.alike
        self._conflicting += found.conflicting
        return found.row

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction; nests.

        Raises:
            Unavailable: "sensing.store.unavailable".
        """
        with self._lock:
            try:
                if self._writer is None:
                    self._writer = self._open()
                    self._writer.executescript(_SCHEMA)
                    self._writer.create_function("anlan_merge", 2, self._merged, deterministic=True)
                if self._writer.in_transaction:
                    yield self._writer
                    return
                self._writer.execute("BEGIN IMMEDIATE")
                try:
                    yield self._writer
                    self._writer.execute("COMMIT")
                finally:
                    if self._writer.in_transaction:
                        self._writer.execute("ROLLBACK")
            except sqlite3.Error as error:
                raise Unavailable("sensing.store.unavailable", why=str(error)) from error

    def add(self, rows: Sequence[tuple[int, int, bytes]]) -> tuple[int, int]:
        """Insert rows (device, at, data), merging; how many readings were held alike, and with another value."""
        with self.writing() as held:
            self._alike = self._conflicting = 0
            held.executemany(_UPSERT, rows)
            return self._alike, self._conflicting

    def run(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run one statement for each row of values."""
        with self.writing() as held:
            held.executemany(sql, rows)

    def ask(self, sql: str, values: Sequence[object] = ()) -> list[tuple]:
        """The rows of a SELECT; within `writing` it sees what was just written."""
        try:
            if self._writer is not None and self._writer.in_transaction and self._lock.acquire(blocking=False):
                try:
                    if self._writer.in_transaction:
                        return self._writer.execute(sql, values).fetchall()
                finally:
                    self._lock.release()
            if self._writer is None:
                with self.writing():
                    pass  # the tables must be there
            reader = getattr(self._readers, "held", None)
            if reader is None:
                reader = self._readers.held = self._open()
            return reader.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise Unavailable("sensing.store.unavailable", why=str(error)) from error

    def close(self) -> None:
        """Close every connection; the store opens them anew when it is asked again."""
        with self._lock:
            for held in self._every:
                held.close()
            self._every.clear()
            self._writer = None
            self._readers = threading.local()
