"""The journal's hot statements, written out. The ORM would spend more time composing them than the database running them.

Both databases understand all of them; only how a UUID is bound differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django.db import connection

from anlan.kernel.errors import Conflict
from anlan.platform.database import is_sqlite
from anlan.platform.journal.models import Head, JournalEntry

_HEAD_COLUMNS = (
    "subject", "version", "last_hlc", "last_node", "last_id", "tip", "state", "region", "drill",
    "settled", "stalled", "legal", "open",
)  # fmt: skip
_HEAD_CHANGING = tuple(c for c in _HEAD_COLUMNS if c != "subject")
_ENTRY_COLUMNS = (
    "id", "sid", "node", "hlc", "kind", "actor", "once", "body", "text", "text_hash", "received_at",
)  # fmt: skip
_UUIDS = frozenset({"id", "last_id", "tip"})
_CHUNK = 60


def bind(uid: Any) -> Any:
    """A UUID (text or object) as this database binds it."""
    if uid is None:
        return None
    text = str(uid)
    return text.replace("-", "") if is_sqlite() else text


def _values(row: Any, columns: Iterable[str]) -> list[Any]:
    return [bind(getattr(row, c)) if c in _UUIDS else getattr(row, c) for c in columns]


@cache
def _insert(table: str, columns: tuple[str, ...], rows: int, tail: str = "") -> str:
    one = f"({', '.join(['%s'] * len(columns))})"
    names = ", ".join(f'"{c}"' for c in columns)
    return f'INSERT INTO "{table}" ({names}) VALUES {", ".join([one] * rows)}{tail}'


def insert_rows(table: str, columns: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
    """Insert prepared rows, some dozens a statement."""
    with connection.cursor() as cursor:
        for start in range(0, len(rows), _CHUNK):
            chunk = rows[start : start + _CHUNK]
            cursor.execute(_insert(table, columns, len(chunk)), [v for row in chunk for v in row])


def insert_heads(heads: Sequence[Head]) -> None:
    """Insert new heads with their final values and learn their `sid`.

    Raises:
        Conflict: "journal.subject_exists" where another writer was faster; the transaction must end.
    """
    with connection.cursor() as cursor:
        for start in range(0, len(heads), _CHUNK):
            chunk = heads[start : start + _CHUNK]
            tail = ' ON CONFLICT ("subject") DO NOTHING RETURNING "subject", "sid"'
            statement = _insert("journal_head", _HEAD_COLUMNS, len(chunk), tail)
            cursor.execute(statement, [v for head in chunk for v in _values(head, _HEAD_COLUMNS)])
            given = dict(cursor.fetchall())
            for head in chunk:
                if head.subject not in given:
                    raise Conflict("journal.subject_exists", subject=head.subject)
                head.sid = given[head.subject]


def swap_heads(pairs: Sequence[tuple[Head, int]]) -> None:
    """Compare-and-set: write each head if its version is still the one given.

    Raises:
        Conflict: "journal.conflict" when any head moved on; the transaction must end.
    """
    sets = ", ".join(f'"{c}" = %s' for c in _HEAD_CHANGING)
    statement = f'UPDATE "journal_head" SET {sets} WHERE "sid" = %s AND "version" = %s'
    with connection.cursor() as cursor:
        for head, seen in pairs:
            cursor.execute(statement, [*_values(head, _HEAD_CHANGING), head.sid, seen])
            if cursor.rowcount != 1:
                raise Conflict("journal.conflict", subject=head.subject, seen=seen, held=None)


def insert_entries(entries: Sequence[JournalEntry]) -> None:
    """Insert entries."""
    insert_rows("journal_entry", _ENTRY_COLUMNS, [_values(e, _ENTRY_COLUMNS) for e in entries])
