"""The readings of a larger place: PostgreSQL, partitioned by month, filled by COPY through a staging table.

It works on Django's own connection, so that readings and what was found in them can share a transaction.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import DatabaseError, connection, transaction

from anlan.kernel.errors import Unavailable
from anlan.platform.database import hold_keys
from anlan.sensing.store.packing import merge

__all__ = ["PostgresBackend"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS sensing_store_number (kind text NOT NULL, name text NOT NULL, n integer NOT NULL,
  PRIMARY KEY (kind, name), UNIQUE (kind, n));
CREATE TABLE IF NOT EXISTS sensing_store_reading (device integer NOT NULL, at bigint NOT NULL, data bytea NOT NULL,
  PRIMARY KEY (device, at)) PARTITION BY RANGE (at);
CREATE TABLE IF NOT EXISTS sensing_store_skewed (device integer NOT NULL, at bigint NOT NULL, received bigint NOT NULL,
  data bytea NOT NULL, PRIMARY KEY (device, at, received));
CREATE TABLE IF NOT EXISTS sensing_store_day (device integer NOT NULL, metric integer NOT NULL, day integer NOT NULL,
  data bytea NOT NULL, PRIMARY KEY (device, metric, day));
CREATE TABLE IF NOT EXISTS sensing_store_summary (device integer NOT NULL, metric integer NOT NULL, day integer NOT NULL,
  data bytea NOT NULL, PRIMARY KEY (device, metric, day));
CREATE TABLE IF NOT EXISTS sensing_store_dirty (device integer NOT NULL, hour integer NOT NULL,
  PRIMARY KEY (device, hour));
CREATE TABLE IF NOT EXISTS sensing_store_seen (device integer NOT NULL PRIMARY KEY, received bigint NOT NULL);
"""
_STAGED = "sensing_store_staged"
_STAGE = f"CREATE TEMPORARY TABLE IF NOT EXISTS {_STAGED} (device integer, at bigint, data bytea) ON COMMIT DROP"
# What went in leaves the staging table: what stays there was held already.
_TAKE = f"""WITH new AS (INSERT INTO sensing_store_reading (device, at, data) SELECT device, at, data FROM {_STAGED}
  ORDER BY device, at ON CONFLICT DO NOTHING RETURNING device, at)
  DELETE FROM {_STAGED} s USING new WHERE s.device = new.device AND s.at = new.at"""
_LEFT = f"""SELECT s.device, s.at, r.data, s.data FROM {_STAGED} s JOIN sensing_store_reading r USING (device, at)
  ORDER BY s.device, s.at FOR UPDATE OF r"""
_TABLES = ("number", "reading", "skewed", "day", "summary", "dirty", "seen")


class PostgresBackend:
    """The statements of the readings store on PostgreSQL; store/readings.py says what each is for."""

    def __init__(self) -> None:
        self._ready = False
        self._months: set[int] = set()

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction; nests.

        Raises:
            Unavailable: "sensing.store.unavailable".
        """
        try:
            with transaction.atomic():
                self._prepare()
                yield
        except DatabaseError as error:
            self._ready, self._months = False, set()  # what was made in this transaction is gone with it
            raise Unavailable("sensing.store.unavailable", why=str(error).splitlines()[0]) from error

    def _prepare(self) -> None:
        if not self._ready:
            hold_keys("sensing.store", ["schema"])
            with connection.cursor() as cursor:
                cursor.execute(_SCHEMA)
            self._ready = True

    def add(self, rows: Sequence[tuple[int, int, bytes]]) -> tuple[int, int]:
        """Insert rows (device, at, data), merging; how many readings were held alike, and with another value."""
        with self.writing(), connection.cursor() as cursor:
            for month in sorted({_month(at) for _, at, _ in rows} - self._months):
                self._partition(cursor, month)
            cursor.execute(_STAGE)
            cursor.execute(f"TRUNCATE {_STAGED}")
            with cursor.copy(f"COPY {_STAGED} FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(["int4", "int8", "bytea"])
                for row in rows:
                    copy.write_row(row)
            cursor.execute(_TAKE)
            return self._merge_left(cursor) if cursor.rowcount < len(rows) else (0, 0)

    def _merge_left(self, cursor: Any) -> tuple[int, int]:
        cursor.execute(_LEFT)
        alike, conflicting, changed = 0, 0, []
        for device, at, held, other in cursor.fetchall():
            found = merge(bytes(held), bytes(other))
            alike += found.alike
            conflicting += found.conflicting
            if found.row != bytes(held):
                changed.append((found.row, device, at))
        cursor.executemany("UPDATE sensing_store_reading SET data = %s WHERE device = %s AND at = %s", changed)
        return alike, conflicting

    def _partition(self, cursor: Any, month: int) -> None:
        year, number = divmod(month, 12)
        name = f"sensing_store_reading_{year:04d}_{number + 1:02d}"
        cursor.execute("SELECT to_regclass(%s)", [name])
        if cursor.fetchone()[0] is None:
            hold_keys("sensing.store", ["schema"])
            start, end = _month_start(month), _month_start(month + 1)
            cursor.execute(
                f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF sensing_store_reading"
                f" FOR VALUES FROM ({start}) TO ({end})"
            )
        self._months.add(month)

    def run(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run one statement for each row of values."""
        with self.writing(), connection.cursor() as cursor:
            cursor.executemany(_named(sql), list(rows))

    def ask(self, sql: str, values: Sequence[object] = ()) -> list[tuple]:
        """The rows of a SELECT."""
        with self.writing(), connection.cursor() as cursor:
            cursor.execute(_named(sql), list(values))
            return [tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in cursor.fetchall()]

    def close(self) -> None:
        """Nothing to close: the connection is Django's."""
        self._ready, self._months = False, set()


def _named(sql: str) -> str:
    """The statement with this database's marks and its tables' full names."""
    for table in _TABLES:
        for word in ("FROM", "INTO", "UPDATE"):
            sql = sql.replace(f"{word} {table} ", f"{word} sensing_store_{table} ")
    return sql.replace("?", "%s")


def _month(at: int) -> int:
    moment = datetime.fromtimestamp(at / 1000, UTC)
    return moment.year * 12 + moment.month - 1


def _month_start(month: int) -> int:
    year, number = divmod(month, 12)
    return int(datetime(year, number + 1, 1, tzinfo=UTC).timestamp() * 1000)
