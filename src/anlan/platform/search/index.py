"""The index behind a search: for each row the words of its searched columns (characters, pairs, Latin runs).

SQLite's own Chinese tokenisers miss words of one and two characters and a LIKE reads every row, so `kernel.text.bigrams`
makes the words and the database only keeps them: an FTS5 table without content, or a GIN index on an array (ADR 0008).
A word of the index carries a mark of its subject type, so that types never slow each other down.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from django.db import connection

from anlan.kernel.text import bigrams, query_bigrams
from anlan.platform.catalogue import CATALOGUE, Row
from anlan.platform.database import is_sqlite, writing
from anlan.platform.search.models import SearchType

Sql = tuple[str, list[Any]]
_SLICE = 2000
_ROW = (
    'INSERT INTO "search_row" ("id", "type", "row") VALUES (%s, %s, %s)'
    ' ON CONFLICT ("row") DO UPDATE SET "id" = excluded."id"'
)


@cache
def searched(subject_type: str) -> tuple[str, ...]:
    """The columns of a type's own table that its ledger searches."""
    ledger = CATALOGUE.ledgers.get(subject_type)
    if ledger is None:
        return ()
    return tuple(c.field for c in ledger.columns if c.search and "." not in c.field)


def indexable(word: str) -> bool:
    """Whether the index can narrow down a search for `word`; punctuation alone is in no index."""
    return bool(query_bigrams(word))


def exact(word: str) -> bool:
    """Whether the index alone decides: one character or one pair. Longer words are compared with the text as well."""
    return len(word) <= 2 and query_bigrams(word) == {word.lower()}


def matching(subject_type: str, word: str) -> Sql:
    """A SELECT of the ids of the rows that hold every indexed part of `word` (a superset unless `exact`)."""
    mark = _mark(subject_type)
    parts = [mark + part for part in sorted(query_bigrams(word))]
    if is_sqlite():
        asked = " AND ".join(f'"{part}"' for part in parts)
        return (
            'SELECT "search_row"."row" FROM "search_word" CROSS JOIN "search_row"'
            ' ON "search_row"."id" = "search_word"."rowid" WHERE "search_word" MATCH %s',
            [asked],
        )
    return 'SELECT "row" FROM "search_row" WHERE "words" @> %s::text[]', [parts]


def write(subject_type: str, changes: Mapping[str, tuple[Row | None, Row | None]]) -> None:
    """Bring the index in line with rows that were just written; `changes`: (old row, new row) by id."""
    columns = searched(subject_type)
    if not columns:
        return
    fresh: dict[str, str] = {}
    gone: list[str] = []
    for key, (old, new) in changes.items():
        if new is None:
            gone.append(key)
        else:
            text = _text(new, columns)
            if old is None or text != _text(old, columns):
                fresh[key] = text
    if gone:
        _remove(gone)
    if fresh:
        _put(_mark(subject_type), fresh)


def refresh(*, everything: bool = False) -> int:
    """Index every type whose searched columns are others than when it was indexed; returns the rows indexed.

    Called when the program was upgraded; `everything` indexes all types anew.
    """
    known = {} if everything else dict(SearchType.objects.values_list("type", "columns"))
    count = 0
    for subject_type in CATALOGUE.projections:
        columns = " ".join(searched(subject_type))
        if known.get(subject_type, "") != columns:
            with writing():
                count += reindex(subject_type)
                SearchType.objects.update_or_create(type=subject_type, defaults={"columns": columns})
    return count


def reindex(subject_type: str) -> int:
    """Index every row of a type anew; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute('DELETE FROM "search_row" WHERE "type" = %s', [_mark(subject_type)])
    columns = searched(subject_type)
    if not columns:
        return 0
    model: Any = CATALOGUE.projections[subject_type]
    count, waiting = 0, {}
    for row in model._default_manager.values("id", *columns).iterator(_SLICE):
        waiting[str(row["id"])] = _text(row, columns)
        if len(waiting) >= _SLICE:
            _put(_mark(subject_type), waiting)
            count, waiting = count + len(waiting), {}
    _put(_mark(subject_type), waiting)
    return count + len(waiting)


def missing(subject_type: str) -> int:
    """How many rows of a type are not in the index, or stand there without existing (0 when it is whole)."""
    if not searched(subject_type):
        return 0
    table = CATALOGUE.projections[subject_type]._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT COUNT(*) FROM "{table}" t WHERE NOT EXISTS (SELECT 1 FROM "search_row" s WHERE s."row" = t."id")'
        )
        absent = int(cursor.fetchone()[0])
        cursor.execute(
            f'SELECT COUNT(*) FROM "search_row" s WHERE s."type" = %s'
            f' AND NOT EXISTS (SELECT 1 FROM "{table}" t WHERE t."id" = s."row")',
            [_mark(subject_type)],
        )
        return absent + int(cursor.fetchone()[0])


@cache
def _mark(subject_type: str) -> str:
    mark = _hashed(subject_type)
    if any(_hashed(other) == mark for other in CATALOGUE.projections if other != subject_type):
        raise ValueError(f"search marks of two subject types are equal: {subject_type}")
    return mark


def _hashed(subject_type: str) -> str:
    return hashlib.blake2b(subject_type.encode(), digest_size=2).hexdigest()


def _text(row: Row, columns: Sequence[str]) -> str:
    # A line break keeps the end of one column and the beginning of the next from being neighbours.
    return "\n".join(str(row[c]) if row.get(c) is not None else "" for c in columns)


def _words(mark: str, text: str) -> list[str]:
    return [mark + word for word in bigrams(text)]


def _remove(keys: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany('DELETE FROM "search_row" WHERE "row" = %s', [(_key(key),) for key in keys])


def _put(mark: str, texts: Mapping[str, str]) -> None:
    with connection.cursor() as cursor:
        if not is_sqlite():
            cursor.executemany(
                'INSERT INTO "search_row" ("type", "row", "words") VALUES (%s, %s, %s)'
                ' ON CONFLICT ("row") DO UPDATE SET "words" = excluded."words"',
                [(mark, key, _words(mark, text)) for key, text in sorted(texts.items())],
            )
            return
        if len(texts) == 1:
            ((key, text),) = texts.items()
            cursor.execute('INSERT INTO "search_word" ("words") VALUES (%s)', [_joined(mark, text)])
            cursor.execute(_ROW, (cursor.lastrowid, mark, _key(key)))
            return
        # The ids of words once written are never given again, also when their row is gone.
        cursor.execute('SELECT COALESCE(MAX("id"), 0) FROM "search_word_docsize"')
        last = int(cursor.fetchone()[0])
        rows = list(enumerate(texts.items(), last + 1))
        cursor.executemany(_ROW, [(number, mark, key.replace("-", "")) for number, (key, _) in rows])
        cursor.executemany(
            'INSERT INTO "search_word" ("rowid", "words") VALUES (%s, %s)',
            [(number, _joined(mark, text)) for number, (_, text) in rows],
        )


def _joined(mark: str, text: str) -> str:
    """`_words` with blanks between, made in one go."""
    words = bigrams(text)
    return mark + f" {mark}".join(words) if words else ""


def _key(key: str) -> str:
    return key.replace("-", "") if is_sqlite() else key
