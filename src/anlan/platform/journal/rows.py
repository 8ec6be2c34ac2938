"""Between a fold's row (a dict of plain values) and the projection's tables: reading, comparing, writing only what differs."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection, models

from anlan.platform.catalogue import CATALOGUE, Row
from anlan.platform.journal import sql
from anlan.platform.projection import Projection


def _instant(value: Any) -> Any:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _day(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _key(value: Any) -> Any:
    return str(value) if isinstance(value, uuid.UUID) else value


def _converter(field: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    if isinstance(target, models.DateTimeField):
        return _instant
    if isinstance(target, models.DateField):
        return _day
    if isinstance(target, models.UUIDField):
        return _key
    return None


@dataclass(frozen=True, slots=True)
class Table:
    """One projection table: its columns and how the plain values of a row become comparable column values."""

    model: type[models.Model]
    columns: tuple[str, ...]
    converters: Mapping[str, Callable[[Any], Any]]
    defaults: Mapping[str, Any]
    fields: Mapping[str, models.Field[Any, Any]]

    @property
    def name(self) -> str:
        """The table's name in the database."""
        return self.model._meta.db_table

    @property
    def db_columns(self) -> tuple[str, ...]:
        """The columns' names in the database, in the order of `columns`."""
        return tuple(f.column for f in self.fields.values())

    def prepared(self, row: Row) -> list[Any]:
        """The values of a normal row as this database binds them, in the order of `columns`."""
        return [f.get_db_prep_save(row[c], connection) for c, f in self.fields.items()]

    def normal(self, row: Mapping[str, Any]) -> Row:
        """Every column of the table, converted; a column the fold left out takes the field's default."""
        out: Row = {}
        for column in self.columns:
            value = row[column] if column in row else self.defaults[column]
            convert = self.converters.get(column)
            out[column] = convert(value) if convert and value is not None else value
        return out


def _table(model: type[models.Model]) -> Table:
    fields = {f.attname: f for f in model._meta.concrete_fields}
    converters = {name: c for name, f in fields.items() if (c := _converter(f))}
    defaults = {name: (f.get_default() if f.has_default() else None) for name, f in fields.items()}
    for name, f in fields.items():
        if defaults[name] is None and not f.null and isinstance(f, models.CharField | models.TextField):
            defaults[name] = ""
    return Table(model, tuple(fields), converters, defaults, fields)


@cache
def table_of(subject_type: str) -> Table | None:
    """The projection table of a subject type; None for a type that has entries only."""
    model = CATALOGUE.projections.get(subject_type)
    return _table(model) if model else None


@cache
def children_of(subject_type: str) -> Mapping[str, Table]:
    """The child tables of a subject type by the name their mapping has in the row."""
    model: type[Projection] | None = CATALOGUE.projections.get(subject_type)
    if model is None:
        return {}
    return {name: _table(apps.get_model(label)) for name, label in model.CHILDREN.items()}


def copy_row(row: Row | None) -> Row | None:
    """A copy whose child mappings are copied too, so that a fold can't change what the new row is compared with."""
    if row is None:
        return None
    return {
        k: {c: dict(r) if isinstance(r, dict) else r for c, r in v.items()} if isinstance(v, dict) else v
        for k, v in row.items()
    }


def load_rows(subject_type: str, ids: Iterable[str]) -> dict[str, Row]:
    """Rows by subject id as folds see them: UUIDs as text, children as nested mappings by key."""
    table = table_of(subject_type)
    if table is None:
        return {}
    wanted = list(ids)
    rows = {str(r["id"]): table.normal(r) for r in table.model._default_manager.filter(pk__in=wanted).values()}
    for name, child in children_of(subject_type).items():
        for row in rows.values():
            row[name] = {}
        for r in child.model._default_manager.filter(parent_id__in=list(rows)).values():
            values = child.normal(r)
            rows[str(values["parent_id"])][name][values["key"]] = {
                k: v for k, v in values.items() if k not in {"id", "key", "parent_id"}
            }
    return rows


def _children_rows(subject_id: str, mapping: Mapping[str, Row] | None, table: Table) -> dict[str, Row]:
    return {
        f"{subject_id}:{key}": table.normal(
            {**values, "id": f"{subject_id}:{key}", "key": key, "parent_id": subject_id}
        )
        for key, values in (mapping or {}).items()
    }


def write_rows(subject_type: str, changes: Mapping[str, tuple[Row | None, Row | None]]) -> int:
    """Write each subject's change from old row to new row: inserts in bulk, updates of the columns that differ.

    Returns:
        The number of database rows touched.
    """
    table = table_of(subject_type)
    if table is None:
        return 0
    touched = _write(
        table, {i: (old and table.normal(old), new and table.normal(new)) for i, (old, new) in changes.items()}
    )
    for name, child in children_of(subject_type).items():
        pairs: dict[str, tuple[Row | None, Row | None]] = {}
        for subject_id, (old, new) in changes.items():
            before = _children_rows(subject_id, (old or {}).get(name), child)
            after = _children_rows(subject_id, (new or {}).get(name), child)
            for key in before.keys() | after.keys():
                pairs[key] = (before.get(key), after.get(key))
        touched += _write(child, pairs)
    return touched


def _write(table: Table, pairs: Mapping[str, tuple[Row | None, Row | None]]) -> int:
    created, touched = [], 0
    for key in sorted(pairs):  # a fixed order keeps two writers from waiting for each other in a circle
        old, new = pairs[key]
        if new is None:
            if old is not None:
                touched += table.model._default_manager.filter(pk=key).delete()[0]
        elif old is None:
            created.append(table.prepared(new))
        else:
            changed = {column: value for column, value in new.items() if value != old[column]}
            if changed:
                touched += _update(table, key, changed)
    if created:
        sql.insert_rows(table.name, table.db_columns, created)
    return touched + len(created)


def _update(table: Table, key: str, changed: Row) -> int:
    sets = ", ".join(f'"{table.fields[c].column}" = %s' for c in changed)
    values = [table.fields[c].get_db_prep_save(v, connection) for c, v in changed.items()]
    pk = table.fields["id"].get_db_prep_save(key, connection)
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{table.name}" SET {sets} WHERE "id" = %s', [*values, pk])
        return int(cursor.rowcount)


def envelope_columns(
    row: Row, subject_id: str, entry_region: str, drill: bool, created_at: datetime, changed_at: datetime
) -> Row:
    """Fill the columns that every projection has from the entries' envelopes; a fold may have set `region` itself."""
    region = row.get("region") or entry_region
    row["id"] = subject_id
    row["region"], row["region6"], row["region9"] = region, region[:6], region[:9]
    row["drill"] = int(drill)
    row["created_at"], row["changed_at"] = created_at, changed_at
    row.setdefault("contested", 0)
    return row


__all__ = ["Table", "children_of", "copy_row", "envelope_columns", "load_rows", "table_of", "write_rows"]
