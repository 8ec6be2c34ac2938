"""Reading rows and instances without compiling a query each time: statements are kept, values converted directly.

Building and compiling a queryset costs more than running it. The statement of a question depends only on ledger, scope
and question, never on time, so the last few hundred are kept. Both databases; nothing but SELECT.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection, models

M = TypeVar("M", bound=models.Model)
Convert = Callable[..., Any]
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

    def raw(self) -> list[tuple[Any, ...]]:
        """Run it; rows as the database hands them over, nothing converted."""
        if not self.sql:
            return []
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.params)
            return cursor.fetchall()

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


def key_params(field: Any, keys: Iterable[Any]) -> tuple[Any, ...]:
    """Keys as the database compares them: SQLite keeps UUIDs as hex digits."""
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    if not isinstance(target, models.UUIDField):
        return tuple(keys)
    if connection.vendor == "sqlite":
        return tuple(str(key).replace("-", "") for key in keys)
    return tuple(str(key) for key in keys)


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
    return Statement(sql, key_params(column, wanted), converters(model, paths)).rows()


@cache
def _instance_converters(model: type[models.Model]) -> tuple[tuple[int, tuple[Convert, ...], Any], ...]:
    found = []
    for i, field in enumerate(model._meta.concrete_fields):
        column: Any = field.get_col(model._meta.db_table)
        converters = (*connection.ops.get_db_converters(column), *column.get_db_converters(connection))
        if converters:
            found.append((i, tuple(converters), column))
    return tuple(found)


def _instances(model: type[M], rows: Iterable[Sequence[Any]]) -> list[M]:
    names = [f.attname for f in model._meta.concrete_fields]
    found = []
    for raw in rows:
        values = list(raw)
        for i, converters, column in _instance_converters(model):
            for convert in converters:
                values[i] = convert(values[i], column, connection)
        found.append(model.from_db(connection.alias, names, values))
    return found


def instances_in(model: type[M], by: str, keys: Iterable[Any]) -> list[M]:
    """Instances whose column `by` is one of `keys`. Asks no scope: for what the caller may read anyway."""
    wanted = list(keys)
    if not wanted:
        return []
    meta, quote = model._meta, connection.ops.quote_name
    column = meta.get_field(by)
    names = ", ".join(quote(f.column) for f in meta.concrete_fields)
    marks = ", ".join(["%s"] * len(wanted))
    sql = f"SELECT {names} FROM {quote(meta.db_table)} WHERE {quote(column.column)} IN ({marks})"
    return _instances(model, Statement(sql, key_params(column, wanted), ()).raw())


def instances_by_id(key: Hashable, make: Callable[[], models.QuerySet[M]], ids: Iterable[Any]) -> list[M]:
    """Instances with these ids among the rows of a queryset, which is compiled once for `key`.

    Args:
        key: tells apart everything that `make` depends on (`scope.key` for one that passed `limit`).
        make: a queryset over its own table unordered.
    """
    wanted = list(ids)
    if not wanted:
        return []
    queryset = make()
    model = queryset.model
    asked = kept((model, key), lambda: plain(queryset.order_by(), [f.attname for f in model._meta.concrete_fields]))
    return _instances(model, by_id(asked, model, wanted).raw()) if asked.sql else []


def by_id(asked: Statement, model: type[models.Model], ids: Sequence[Any]) -> Statement:
    """The statement limited to rows with these ids, which are looked up first."""
    table, pk = model._meta.db_table, model._meta.pk
    named = f'SELECT "{pk.column}" AS "row" FROM "{table}" WHERE "{pk.column}" IN ({", ".join(["%s"] * len(ids))})'
    return starting_from(asked, table, named, key_params(pk, ids))


def attach(instances: Sequence[models.Model], *names: str) -> None:
    """Fill foreign keys of instances, one SELECT for each name; None where the other row has not arrived here yet."""
    for name in names:
        field: Any = instances[0]._meta.get_field(name) if instances else None
        if field is None:
            continue
        wanted = {key for i in instances if (key := getattr(i, field.attname)) is not None}
        found = {row.pk: row for row in instances_in(field.related_model, "id", wanted)}
        for instance in instances:
            field.set_cached_value(instance, found.get(getattr(instance, field.attname)))
