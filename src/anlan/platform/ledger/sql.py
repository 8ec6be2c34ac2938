"""Reading rows without the ORM's overhead: statements compiled once, values converted by a few direct functions.

Building and compiling a queryset costs more than running it. The statement of a question depends only on ledger, scope
and question, never on time, so the last few hundred are kept. Both databases; nothing but SELECT.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models

Convert = Callable[[Any], Any]
_MOST_STATEMENTS = 600
_lock = threading.Lock()
_statements: OrderedDict[Hashable, Statement] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Statement:
    """A compiled SELECT with its parameters; `convert` names the positions whose raw values need a function.

    `sql` is empty for a question that no row can answer.
    """

    sql: str
    params: tuple[Any, ...]
    convert: tuple[tuple[int, Convert], ...]

    def raw(self) -> Iterator[tuple[Any, ...]]:
        """Run it; rows as the database hands them over, nothing converted."""
        if self.sql:
            with connection.cursor() as cursor:
                cursor.execute(self.sql, self.params)
                yield from cursor

    def rows(self) -> list[Any]:
        """Run it; rows as lists where something is converted, else as the database's tuples."""
        found = list(self.raw())
        if not self.convert:
            return found
        out = []
        for raw in found:
            row = list(raw)
            for i, change in self.convert:
                value = row[i]
                if value is not None:
                    row[i] = change(value)
            out.append(row)
        return out


def statement(queryset: models.QuerySet[Any], paths: Sequence[str]) -> Statement:
    """The statement of a queryset for columns of its own table (field names or attnames)."""
    made = plain(queryset, paths)
    return Statement(made.sql, made.params, converters(queryset.model, paths))


def plain(queryset: models.QuerySet[Any], paths: Sequence[str]) -> Statement:
    """The statement of a queryset, annotations allowed, without conversion: values as the database keeps them."""
    try:
        sql, params = queryset.values_list(*paths).query.sql_with_params()
    except EmptyResultSet:
        return Statement("", (), ())
    return Statement(sql, tuple(params), ())


def kept(key: Hashable, make: Callable[[], Statement]) -> Statement:
    """The statement kept under `key`, else what `make` compiles."""
    with _lock:
        held = _statements.get(key)
        if held is not None:
            _statements.move_to_end(key)
            return held
    made = make()
    with _lock:
        _statements[key] = made
        while len(_statements) > _MOST_STATEMENTS:
            _statements.popitem(last=False)
    return made


def converters(model: type[models.Model], paths: Sequence[str]) -> tuple[tuple[int, Convert], ...]:
    """What must be done to the raw values of these columns: UUIDs become text, instants aware, decimals exact."""
    found = []
    for i, path in enumerate(paths):
        field = model._meta.get_field(path)
        target = field.target_field if isinstance(field, models.ForeignKey) else field
        change = _converter(target)
        if change is not None:
            found.append((i, change))
    return tuple(found)


def _converter(field: Any) -> Convert | None:
    sqlite = connection.vendor == "sqlite"
    if isinstance(field, models.UUIDField):
        return uuid_text if sqlite else str
    if isinstance(field, models.DateTimeField):
        return _sqlite_instant if sqlite else None
    if isinstance(field, models.DecimalField):
        places = Decimal(1).scaleb(-field.decimal_places)
        return (lambda value: Decimal(repr(value)).quantize(places)) if sqlite else None
    return None


def uuid_text(raw: str) -> str:
    """32 hex digits as SQLite keeps them, with dashes."""
    return f"{raw[:8]}-{raw[8:12]}-{raw[12:16]}-{raw[16:20]}-{raw[20:]}"


def _sqlite_instant(raw: datetime) -> datetime:
    # Django's connection reads dates and times by their declared type, but leaves out that they are UTC.
    return raw.replace(tzinfo=UTC)


def key_param(field: Any, key: Any) -> Any:
    """A key as the database compares it: SQLite keeps UUIDs as hex digits."""
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    if isinstance(target, models.UUIDField) and connection.vendor == "sqlite":
        return str(key).replace("-", "")
    return str(key) if isinstance(target, models.UUIDField) else key


def select_in(
    model: type[models.Model], paths: Sequence[str], by: str, keys: Iterable[Any], order: str = ""
) -> list[Any]:
    """Rows of `model` whose column `by` is one of `keys`: `paths` of its own table, optionally ordered."""
    wanted = list(keys)
    if not wanted:
        return []
    quote, meta = connection.ops.quote_name, model._meta
    fields = [meta.get_field(path) for path in paths]
    column = meta.get_field(by)
    names = ", ".join(quote(f.column) for f in fields)
    marks = ", ".join(["%s"] * len(wanted))
    tail = f" ORDER BY {quote(meta.get_field(order).column)}" if order else ""
    sql = f"SELECT {names} FROM {quote(meta.db_table)} WHERE {quote(column.column)} IN ({marks}){tail}"
    params = tuple(key_param(column, key) for key in wanted)
    return Statement(sql, params, converters(model, paths)).rows()
