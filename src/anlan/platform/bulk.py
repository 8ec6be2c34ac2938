"""Many rows of a LOCAL table at once: a third of the time of `bulk_create`, which prepares every value anew."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

from django.db import connection

from anlan.platform.projection import Local


def insert_new(model: type[Local], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows; those that a unique constraint refuses are left out. Columns without a default must all be named.

    Args:
        columns: attnames. rows: values in their order; equal (or the very same) values are prepared once.
    """
    fields = [model._meta.get_field(name) for name in columns]
    prepare = [_remembering(lambda value, own=own: own.get_db_prep_save(value, connection)) for own in fields]
    quote = connection.ops.quote_name
    names = ", ".join(quote(own.column) for own in fields)
    marks = ", ".join(["%s"] * len(fields))
    insert = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING"
    held = list(rows)  # kept alive to the end: values that have no hash are known by their identity
    values = [[change(value) for change, value in zip(prepare, row, strict=True)] for row in held]
    if values:
        with connection.cursor() as cursor:
            cursor.executemany(insert, values)


def _remembering(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    known: dict[Hashable, Any] = {}

    def prepared(value: Any) -> Any:
        key: Hashable = id(value) if isinstance(value, (dict, list)) else value
        if key not in known:
            known[key] = change(value)
        return known[key]

    return prepared
