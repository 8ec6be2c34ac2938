"""One projection table: how plain values become comparable ones, what the database binds for them, and what it hands back.

A row passes here several times for every entry, so each column is asked once, when the table is first used, what it needs.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from operator import itemgetter
from typing import Any

from django.db import connection, models

from anlan.platform.catalogue import Row
from anlan.platform.database import is_sqlite
from anlan.platform.journal import sql

__all__ = ["Table", "table"]

Change = Callable[[Any], Any]
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_MOST_PLANS = 500
# Values of exactly this type are bound as they are; anything else goes through the field.
_BOUND_AS_IS: tuple[tuple[type[models.Field[Any, Any]], type], ...] = (
    (models.CharField, str),
    (models.TextField, str),
    (models.BooleanField, bool),
    (models.IntegerField, int),
    (models.FloatField, float),
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table's columns by attname; `converters`, `readers` and `binders` name only the columns that need a function."""

    model: type[models.Model]
    columns: tuple[str, ...]
    fields: Mapping[str, models.Field[Any, Any]]
    defaults: Mapping[str, Any]
    converters: tuple[tuple[int, Change], ...]
    readers: tuple[tuple[str, Change], ...]
    binders: Mapping[str, Change]
    as_is: Mapping[str, type]
    select: str
    pick: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    plans: dict[tuple[type, ...], tuple[tuple[int, Change], ...]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The table's name in the database."""
        return self.model._meta.db_table

    @property
    def db_columns(self) -> tuple[str, ...]:
        """The columns' names in the database, in the order of `columns`."""
        return tuple(f.column for f in self.fields.values())

    def fresh(self, row: Mapping[str, Any]) -> list[Any]:
        """The values of a fold's row as this database binds them, in the order of `columns`: converted, with defaults."""
        values = self._normal_values(row)
        kinds = tuple(map(type, values))
        plan = self.plans.get(kinds)
        if plan is None:
            plan = self._plan(kinds)
            if len(self.plans) < _MOST_PLANS:
                self.plans[kinds] = plan
        for i, bind in plan:
            values[i] = bind(values[i])
        return values

    def _plan(self, kinds: Sequence[type]) -> tuple[tuple[int, Change], ...]:
        """Which values of a row with values of these types are not bound as they are."""
        asked = enumerate(zip(self.columns, kinds, strict=True))
        return tuple((i, self.binders[c]) for i, (c, k) in asked if k is not type(None) and k is not self.as_is.get(c))

    def bind(self, column: str, value: Any) -> Any:
        """One value as this database binds it."""
        return value if value is None else self.binders[column](value)

    def normal(self, row: Mapping[str, Any]) -> Row:
        """Every column of the table, converted; a column the fold left out takes the field's default."""
        return dict(zip(self.columns, self._normal_values(row), strict=True))

    def differing(self, held: Row, row: Mapping[str, Any]) -> list[str]:
        """The columns in which a fold's row differs from a normal one."""
        wanted = self._normal_values(row)
        if list(self.pick(held)) == wanted:
            return []
        return [c for c, value in zip(self.columns, wanted, strict=True) if held[c] != value]

    def _normal_values(self, row: Mapping[str, Any]) -> list[Any]:
        values = list(self.pick({**self.defaults, **row}))
        for i, convert in self.converters:
            value = values[i]
            if value is not None:
                values[i] = convert(value)
        return values

    def read(self, by: str, keys: Sequence[str]) -> list[Row]:
        """The normal rows whose column `by` is one of `keys`."""
        found: list[Row] = []
        column = self.fields[by].column
        with connection.cursor() as cursor:
            for start in range(0, len(keys), sql.MOST_KEYS):
                chunk = [self.bind(by, key) for key in keys[start : start + sql.MOST_KEYS]]
                cursor.execute(f'{self.select} WHERE "{column}" IN ({", ".join(["%s"] * len(chunk))})', chunk)
                found += map(self._row, cursor.fetchall())
        return found

    def _row(self, raw: Sequence[Any]) -> Row:
        row = dict(zip(self.columns, raw, strict=True))
        for column, change in self.readers:
            value = row[column]
            if value is not None:
                row[column] = change(value)
        return row


def table(model: type[models.Model]) -> Table:
    """The table of a projection or of one of its children."""
    fields = {f.attname: f for f in model._meta.concrete_fields}
    defaults = {name: (f.get_default() if f.has_default() else None) for name, f in fields.items()}
    for name, f in fields.items():
        if defaults[name] is None and not f.null and isinstance(f, models.CharField | models.TextField):
            defaults[name] = ""
    names = ", ".join(f'"{f.column}"' for f in fields.values())
    return Table(
        model,
        tuple(fields),
        fields,
        defaults,
        tuple((i, c) for i, f in enumerate(fields.values()) if (c := _converter(_target(f)))),
        tuple((name, c) for name, f in fields.items() if (c := _reader(f, _target(f)))),
        {name: _binder(f, _target(f)) for name, f in fields.items()},
        {name: kind for name, f in fields.items() if (kind := _as_is_type(_target(f)))},
        f'SELECT {names} FROM "{model._meta.db_table}"',
        itemgetter(*fields),
    )


def _target(own: models.Field[Any, Any]) -> models.Field[Any, Any]:
    return own.target_field if isinstance(own, models.ForeignKey) else own


# --- from a fold's values to comparable ones ---------------------------------------------------------------------------


def _instant(value: Any) -> Any:
    if type(value) is datetime and value.tzinfo is UTC:
        return value
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _day(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _key(value: Any) -> Any:
    return str(value) if isinstance(value, uuid.UUID) else value


def _converter(target: models.Field[Any, Any]) -> Change | None:
    if isinstance(target, models.DateTimeField):
        return _instant
    if isinstance(target, models.DateField):
        return _day
    if isinstance(target, models.UUIDField):
        return _key
    return None


# --- from what the database hands over ---------------------------------------------------------------------------------


def _reader(own: models.Field[Any, Any], target: models.Field[Any, Any]) -> Change | None:
    if isinstance(target, models.UUIDField):
        return sql.uuid_text if is_sqlite() else str
    if isinstance(target, models.DateTimeField):
        return None if is_sqlite() and _binds_utc() else _instant  # database.read_instants
    if isinstance(target, models.BooleanField):
        return None
    column = own.get_col(own.model._meta.db_table)
    steps = [*connection.ops.get_db_converters(column), *own.get_db_converters(connection)]
    if not steps:
        return None

    def read(value: Any) -> Any:
        for step in steps:
            value = step(value, column, connection)
        return value

    return read


# --- to what the database binds ----------------------------------------------------------------------------------------


def _binds_utc() -> bool:
    return connection.timezone_name == "UTC"


def _binder(own: models.Field[Any, Any], target: models.Field[Any, Any]) -> Change:
    def through_field(value: Any) -> Any:
        return own.get_db_prep_save(value, connection)

    if isinstance(target, models.UUIDField):
        written = _hex if is_sqlite() else _as_is
        return lambda v: written(v) if type(v) is str and _UUID.fullmatch(v) else through_field(v)
    if isinstance(target, models.DateTimeField) and _binds_utc():
        bind_utc = _sqlite_utc if is_sqlite() else _as_is
        return lambda v: bind_utc(v) if type(v) is datetime and v.tzinfo is UTC else through_field(v)
    plain = _as_is_type(target)
    return (lambda value: value if type(value) is plain else through_field(value)) if plain else through_field


def _as_is_type(target: models.Field[Any, Any]) -> type | None:
    for kind, plain in _BOUND_AS_IS:
        # A class that is not Django's own may prepare its values in its own way.
        if isinstance(target, kind) and type(target).__module__ == kind.__module__:
            return plain
    return None


def _hex(value: str) -> str:
    return value.replace("-", "")


def _sqlite_utc(value: datetime) -> str:
    return value.isoformat(" ")[:-6]  # the offset of UTC; twice as fast as taking the zone away first


def _as_is(value: Any) -> Any:
    return value
