"""Instances of models fetched by plain SELECTs: for the paths that everybody walks, where compiling costs more than asking."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import connection, models

from anlan.platform import reading

M = TypeVar("M", bound=models.Model)


@cache
def _instance_converters(model: type[models.Model]) -> tuple[tuple[int, tuple[reading.Convert, ...], Any], ...]:
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
    return _instances(model, reading.among(model, model._meta.concrete_fields, by, wanted).raw())


def instances_by_id(
    model: type[M], key: Hashable, make: Callable[[], models.QuerySet[M]], ids: Iterable[Any]
) -> list[M]:
    """Instances with these ids among the rows of a queryset, which is made and compiled once for `key`.

    Args:
        key: tells apart everything that `make` depends on (`scope.sees` for one that passed `limit`).
        make: a queryset over the table of `model` alone; its order does not matter.
    """
    wanted = list(ids)
    if not wanted:
        return []
    names = [f.attname for f in model._meta.concrete_fields]
    asked = reading.kept((model, key), lambda: reading.plain(make().order_by(), names))
    return _instances(model, reading.by_id(asked, model, wanted).raw()) if asked.sql else []


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
