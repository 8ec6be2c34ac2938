"""Between a fold's row (a dict of plain values) and the projection's tables: reading, comparing, writing only what differs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from itertools import groupby

from django.apps import apps

from anlan.platform.catalogue import CATALOGUE, Row
from anlan.platform.database import is_sqlite
from anlan.platform.journal import sql
from anlan.platform.journal.table import Table, table
from anlan.platform.projection import Projection
from anlan.platform.search import index

_OF_CHILDREN = ("id", "key", "parent_id")


@cache
def table_of(subject_type: str) -> Table | None:
    """The projection table of a subject type; None for a type that has entries only."""
    model = CATALOGUE.projections.get(subject_type)
    return table(model) if model else None


@cache
def children_of(subject_type: str) -> Mapping[str, Table]:
    """The child tables of a subject type by the name their mapping has in the row."""
    model: type[Projection] | None = CATALOGUE.projections.get(subject_type)
    if model is None:
        return {}
    return {name: table(apps.get_model(label)) for name, label in model.CHILDREN.items()}


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
    own = table_of(subject_type)
    if own is None:
        return {}
    rows = {row["id"]: row for row in own.read("id", list(ids))}
    for name, child in children_of(subject_type).items() if rows else ():
        for row in rows.values():
            row[name] = {}
        for values in child.read("parent_id", list(rows)):
            key = values["key"]
            nested = rows[values["parent_id"]][name]
            for column in _OF_CHILDREN:
                del values[column]
            nested[key] = values
    return rows


def _child_pairs(
    subject_id: str, held: Mapping[str, Row], wanted: Mapping[str, Row], table: Table
) -> dict[str, tuple[Row | None, Row | None]]:
    """Old and new row, by id, of each child of one subject that changed."""
    pairs: dict[str, tuple[Row | None, Row | None]] = {}
    for key in held.keys() | wanted.keys():
        # An alarm may have eight hundred members, of which one has changed.
        was, now = held.get(key), wanted.get(key)
        if was == now:
            continue
        own = {"id": f"{subject_id}:{key}", "key": key, "parent_id": subject_id}
        pairs[own["id"]] = _pair(table, was if was is None else {**was, **own}, now if now is None else {**now, **own})
    return pairs


def _pair(table: Table, old: Row | None, new: Row | None) -> tuple[Row | None, Row | None]:
    """What `_write` asks for: normal rows where two are compared; a row that is new is only bound."""
    if old is None or new is None:
        return old, new
    return table.normal(old), table.normal(new)


def write_rows(subject_type: str, changes: Mapping[str, tuple[Row | None, Row | None]]) -> int:
    """Write each subject's change from old row (as `load_rows` gave it) to new row: inserts in bulk, updates of the
    columns that differ.

    Returns:
        The number of database rows touched.
    """
    table = table_of(subject_type)
    if table is None:
        return 0
    touched = _write(table, {i: (old, table.normal(new) if old and new else new) for i, (old, new) in changes.items()})
    for name, child in children_of(subject_type).items():
        pairs: dict[str, tuple[Row | None, Row | None]] = {}
        for subject_id, (old, new) in changes.items():
            held, wanted = (old or {}).get(name) or {}, (new or {}).get(name) or {}
            if held or wanted:
                pairs |= _child_pairs(subject_id, held, wanted, child)
        touched += _write(child, pairs)
    index.write(subject_type, changes)
    return touched


def _write(table: Table, pairs: Mapping[str, tuple[Row | None, Row | None]]) -> int:
    """`pairs`: old and new row by id; both normal, except that one without an old one is as its fold left it."""
    created, updated, touched = [], [], 0
    for key in sorted(pairs):  # a fixed order keeps two writers from waiting for each other in a circle
        old, new = pairs[key]
        if new is None:
            if old is not None:
                touched += table.model._default_manager.filter(pk=key).delete()[0]
        elif old is None:
            created.append(table.fresh(new))
        elif changed := {c: value for c, value in new.items() if value != old[c]}:
            updated.append((key, changed))
    if is_sqlite():
        updated.sort(key=lambda each: tuple(each[1]))  # it has one writer, who waits for nobody: fewer statements then
    for columns, rows in groupby(updated, lambda each: tuple(each[1])):
        touched += _update(table, columns, list(rows))
    if created:
        sql.insert_rows(table.name, table.db_columns, created)
    return touched + len(created)


def _update(table: Table, columns: tuple[str, ...], rows: list[tuple[str, Row]]) -> int:
    """Write the same columns of neighbouring rows by one prepared statement."""
    sets = ", ".join(f'"{table.fields[c].column}" = %s' for c in columns)
    statement = f'UPDATE "{table.name}" SET {sets} WHERE "id" = %s'
    values = [[*(table.bind(c, v) for c, v in changed.items()), table.bind("id", key)] for key, changed in rows]
    return sql.each(statement, values)


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
