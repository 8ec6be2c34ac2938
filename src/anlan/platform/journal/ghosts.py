"""Rows that no entry accounts for: of a subject that the journal does not have, or children of no parent.

Asked for row by row, not by counting: a subject that folds to no row would otherwise hide a row of no subject.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from anlan.platform.database import is_sqlite
from anlan.platform.journal import sql
from anlan.platform.journal.table import Table


def _as_text(column: str) -> str:
    """A UUID column as 36 characters, which is how subjects and children's ids hold it."""
    if not is_sqlite():
        return f"{column}::text"
    parts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    return " || '-' || ".join(f"substr({column}, {at}, {size})" for at, size in parts)


def rows_without_subject(kind: str, table: Table) -> list[str]:
    """Ids, as text, of rows whose subject has no entry."""
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT t."id" FROM "{table.name}" t WHERE NOT EXISTS'
            f" (SELECT 1 FROM journal_head h WHERE h.subject = %s || {_as_text('t.id')})",
            [f"{kind}/"],
        )
        return [sql.uuid_text(row[0]) for row in cursor.fetchall()]


def children_without_parent(parent: Table, child: Table) -> list[str]:
    """Ids of rows whose parent is not there, or whose id is not the one of their parent and key."""
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT c."id" FROM "{child.name}" c LEFT JOIN "{parent.name}" p ON p."id" = c."parent_id"'
            f' WHERE p."id" IS NULL OR c."id" <> {_as_text("c.parent_id")} || \':\' || c."key"'
        )
        return [str(row[0]) for row in cursor.fetchall()]


def remove(table: Table, ids: Sequence[str]) -> None:
    """Take rows away by their ids."""
    with connection.cursor() as cursor:
        cursor.executemany(f'DELETE FROM "{table.name}" WHERE "id" = %s', [(i,) for i in ids])
