"""Reading rows without compiling a query each time: statements are kept, values converted directly.

Building and compiling a queryset costs more than running it. The statement of a question depends only on ledger, scope
and question, never on time, so the last few hundred are kept. Both databases; nothing but SELECT.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models

Convert = Callable[..., Any]
_MOST_STATEMENTS = 600
_AT_ONCE = 2000
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

    def raw(self) -> list[tuple[Any, ...]]:
        """Run it; rows as the database hands them over, nothing converted."""
        if not self.sql:
            return []
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.params)
            return cursor.fetchall()

    def each(self) -> Iterator[tuple[Any, ...]]:
        """Run it; rows as the database hands them over, a few thousand at a time: for questions with very many."""
        if self.sql:
            with connection.cursor() as cursor:
                cursor.execute(self.sql, self.params)
                while part := cursor.fetchmany(_AT_ONCE):
                    yield from part

    def rows(self) -> list[Any]:
        """Run it; rows as lists where something is converted, else as the database's tuples."""
        found = self.raw()
        if not self.convert:
            return found
        out = [list(row) for row in found]
        for i, change in self.convert:
            for row in out:
                if row[i] is not None:
                    row[i] = change(row[i])
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


def starting_from(asked: Statement, table: str, ids: str, params: Sequence[Any]) -> Statement:
    """The statement with its rows looked up by the ids that another SELECT finds, in this order of work.

    Args:
        asked: a SELECT from `table` alone, without order, no value bound before its FROM.
        ids: a SELECT of one column "row", with its `params`.
    """
    head, found, tail = asked.sql.partition(f' FROM "{table}"')
    if not found or "%s" in head:
        raise ValueError(f"not a plain SELECT from {table}: {asked.sql[:200]}")
    where, limited, rest = tail.removeprefix(" WHERE ").rpartition(" LIMIT ")
    where, rest = (where, limited + rest) if limited else (rest, "")
    also = f" AND ({where})" if where else ""
    joined = f'FROM ({ids}) AS "found" CROSS JOIN "{table}" WHERE "{table}"."id" = "found"."row"'
    return Statement(f"{head} {joined}{also}{rest}", (*params, *asked.params), asked.convert)


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
        return None  # aware already: PostgreSQL's driver, and database.read_instants
    if isinstance(field, models.DecimalField):
        places = Decimal(1).scaleb(-field.decimal_places)
        return (lambda value: Decimal(repr(value)).quantize(places)) if sqlite else None
    return None


def uuid_text(raw: str) -> str:
    """32 hex digits as SQLite keeps them, with dashes."""
    return f"{raw[:8]}-{raw[8:12]}-{raw[12:16]}-{raw[16:20]}-{raw[20:]}"


def key_params(field: Any, keys: Iterable[Any]) -> tuple[Any, ...]:
    """Keys as the database compares them: SQLite keeps UUIDs as hex digits."""
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    if not isinstance(target, models.UUIDField):
        return tuple(keys)
    if connection.vendor == "sqlite":
        return tuple(str(key).replace("-", "") for key in keys)
    return tuple(str(key) for key in keys)


def among(model: type[models.Model], fields: Iterable[Any], by: str, keys: Sequence[Any], order: str = "") -> Statement:
    """The SELECT of these fields of the rows whose column `by` is one of `keys`; nothing is converted."""
    quote, meta = connection.ops.quote_name, model._meta
    column = meta.get_field(by)
    names = ", ".join(quote(f.column) for f in fields)
    marks = ", ".join(["%s"] * len(keys))
    tail = f" ORDER BY {quote(meta.get_field(order).column)}" if order else ""
    sql = f"SELECT {names} FROM {quote(meta.db_table)} WHERE {quote(column.column)} IN ({marks}){tail}"
    return Statement(sql, key_params(column, keys), ())


def select_in(
    model: type[models.Model], paths: Sequence[str], by: str, keys: Iterable[Any], order: str = ""
) -> list[Any]:
    """Rows of `model` whose column `by` is one of `keys`: `paths` of its own table, optionally ordered."""
    wanted = list(keys)
    if not wanted:
        return []
    asked = among(model, [model._meta.get_field(path) for path in paths], by, wanted, order)
    return replace(asked, convert=converters(model, paths)).rows()


def by_id(asked: Statement, model: type[models.Model], ids: Sequence[Any]) -> Statement:
    """The statement limited to rows with these ids, which are looked up first."""
    table, pk = model._meta.db_table, model._meta.pk
    named = f'SELECT "{pk.column}" AS "row" FROM "{table}" WHERE "{pk.column}" IN ({", ".join(["%s"] * len(ids))})'
    return starting_from(asked, table, named, key_params(pk, ids))
