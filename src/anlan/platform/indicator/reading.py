"""Reading the rows of a ledger out of the database into arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import CharField, F, Func, IntegerField, QuerySet
from django.db.models.functions import Cast

from anlan.platform.indicator.arrays import MISSING, Part, places
from anlan.platform.indicator.declare import Column, Day, Facts, Many, Number, Text, Through

__all__ = ["field_of", "halves", "key_text", "order_of", "read_part", "stored"]

_CHUNK = 50_000
_MOST_KEYS = 400


class LocalDay(Func):
    """The local day (Asia/Shanghai, UTC+8) of a moment, counted from 1970-01-01."""

    arity, output_field = 1, IntegerField()
    # Whole numbers are cut toward zero; the shift keeps days before 1970 from being cut the wrong way.
    _SHIFT = 40_000

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """SQLite keeps moments as text in UTC."""
        shifted = f"(unixepoch(%(expressions)s) + {28_800 + 86_400 * self._SHIFT}) / 86400 - {self._SHIFT}"
        return self.as_sql(compiler, connection, template=shifted, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """PostgreSQL keeps moments with their zone."""
        template = "CAST(FLOOR((EXTRACT(EPOCH FROM %(expressions)s) + 28800) / 86400) AS integer)"
        return self.as_sql(compiler, connection, template=template, **context)


class DayNumber(Func):
    """A day of the calendar, counted from 1970-01-01."""

    arity, output_field = 1, IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """SQLite keeps days as text."""
        return self.as_sql(
            compiler, connection, template="CAST(julianday(%(expressions)s) - 2440587.5 AS INTEGER)", **context
        )

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """PostgreSQL subtracts days to whole numbers."""
        return self.as_sql(compiler, connection, template="(%(expressions)s - DATE '1970-01-01')", **context)


@dataclass(slots=True)
class _Reading:
    """The words of a ledger while rows are read into arrays."""

    words: dict[str, list[str]]
    numbers: dict[str, dict[str, int]] = field(default_factory=dict)

    def code(self, column: str, values: Sequence[Any], *, keys: bool) -> np.ndarray:
        words = self.words.setdefault(column, [""])
        numbers = self.numbers.get(column)
        if numbers is None:
            numbers = self.numbers[column] = {word: i for i, word in enumerate(words)}
        for value in set(values):
            text = "" if value is None else key_text(value) if keys else str(value)
            if text not in numbers:
                numbers[text] = len(words)
                words.append(text)
            numbers.setdefault(value, numbers[text])
        return np.fromiter((numbers[v] for v in values), np.int32, len(values))


def key_text(value: Any) -> str:
    """A key as the arrays keep it, whatever way the database keeps it."""
    text = str(value)
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}" if len(text) == 32 else text


def stored(facts: Facts) -> dict[str, Column]:
    """The columns that are read of a ledger's own table, those that scope needs included."""
    found: dict[str, Column] = {"region": Text("region")}
    by = facts.model.SCOPED_BY  # type: ignore[attr-defined]
    if by.office:
        found["_office"] = Text(by.office)
    if by.subject:
        found["_subject"] = Text(by.subject)
    return found | {n: c for n, c in facts.columns.items() if not isinstance(c, Through | Many)}


def order_of(facts: Facts) -> str:
    """The column that the base is sorted by: the first one of days."""
    return next((name for name, column in facts.columns.items() if isinstance(column, Day)), "")


def read_part(facts: Facts, words: dict[str, list[str]], keys: Sequence[str] | None = None) -> Part:
    """The rows of a ledger, or those with these ids, as arrays; `words` grows by what is new."""
    columns, reading = stored(facts), _Reading(words)
    for name, column in (columns | dict(facts.columns)).items():
        if isinstance(column, Text | Many):
            words.setdefault(name, [""])
    rows: QuerySet[Any] = facts.model._default_manager.filter(facts.counted, drill=0).order_by()
    chunks: dict[str, list[np.ndarray]] = {name: [] for name in ("", *columns)}
    for few in [None] if keys is None else [keys[i : i + _MOST_KEYS] for i in range(0, len(keys), _MOST_KEYS)]:
        asked = rows if few is None else rows.filter(pk__in=few)
        for chunk in _fetched(asked.values_list("pk", *(_expression(facts, c) for c in columns.values()))):
            ids, *values = zip(*chunk, strict=True)
            chunks[""].append(halves(ids))
            for (name, column), held in zip(columns.items(), values, strict=True):
                chunks[name].append(_array(facts, reading, name, column, held))
    ids = np.concatenate(chunks[""]) if chunks[""] else np.zeros((0, 2), np.uint64)
    data = {n: np.concatenate(chunks[n]) if chunks[n] else np.zeros(0, _type(c)) for n, c in columns.items()}
    many = {n: c for n, c in facts.columns.items() if isinstance(c, Many)}
    part = _sorted(Part(ids, data, {}), order_of(facts))
    return replace(part, many={n: _children(facts, part, reading, n, c, keys) for n, c in many.items()})


def _expression(facts: Facts, column: Column) -> Any:
    if isinstance(column, Day):
        return DayNumber(F(column.path)) if column.date else LocalDay(F(column.path))
    return Cast(F(column.path), CharField()) if _is_key(facts, column) else F(column.path)


def _is_key(facts: Facts, column: Column) -> bool:
    return field_of(facts, column).get_internal_type() in {"UUIDField", "ForeignKey"}


def field_of(facts: Facts, column: Column) -> Any:
    """The model's field of a column that the ledger's own table has."""
    return next(f for f in facts.model._meta.concrete_fields if column.path in (f.attname, f.name))


def _fetched(asked: QuerySet[Any]) -> Iterator[Sequence[Any]]:
    """Rows as the database hands them out, in lots: an ORM that makes objects of a million keys takes minutes."""
    sql, params = asked.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        while chunk := cursor.fetchmany(_CHUNK):
            yield chunk


def halves(ids: Sequence[Any]) -> np.ndarray:
    """Ids as pairs of whole numbers, (n, 2) uint64."""
    raw = bytes.fromhex("".join(i if isinstance(i, str) else i.hex for i in ids).replace("-", ""))
    return np.frombuffer(raw, ">u8").astype(np.uint64).reshape(-1, 2)


def _type(column: Column) -> type:
    return np.int64 if isinstance(column, Number) else np.int32


def _array(facts: Facts, reading: _Reading, name: str, column: Column, values: Sequence[Any]) -> np.ndarray:
    if isinstance(column, Text):
        return reading.code(name, values, keys=_is_key(facts, column))
    return np.fromiter((MISSING if v is None else v for v in values), _type(column), len(values))


def _sorted(part: Part, by: str) -> Part:
    if not by or not part.size:
        return part
    order = np.argsort(part.data[by], kind="stable")
    return Part(part.ids[order], {n: np.ascontiguousarray(a[order]) for n, a in part.data.items()}, {})


def _children(
    facts: Facts, part: Part, reading: _Reading, name: str, column: Many, keys: Sequence[str] | None
) -> tuple[np.ndarray, np.ndarray]:
    relation, _, path = column.path.partition("__")
    child = facts.model._meta.get_field(relation).related_model
    rows = child._default_manager.order_by()
    ids, words = [np.zeros((0, 2), np.uint64)], [np.zeros(0, np.int32)]
    for few in [None] if keys is None else [keys[i : i + _MOST_KEYS] for i in range(0, len(keys), _MOST_KEYS)]:
        asked = rows if few is None else rows.filter(parent__in=few)
        for chunk in _fetched(asked.values_list(Cast("parent_id", CharField()), path)):
            parents, values = zip(*chunk, strict=True)
            ids.append(halves(parents))
            words.append(reading.code(name, values, keys=False))
    at = places(part.ids, np.concatenate(ids))
    known = at >= 0
    at, codes = at[known], np.concatenate(words)[known]
    order = np.lexsort((codes, at))
    starts = np.zeros(part.size + 1, np.int64)
    np.cumsum(np.bincount(at, minlength=part.size), out=starts[1:])
    return starts, codes[order]
