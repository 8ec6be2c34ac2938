"""From a table's rows to what would be written: one verdict per row, nothing written here.

A row is new, changed, unchanged or bad. Rows are matched with what is held by the natural key (or the second one), in
chunks, so that 100,000 rows cost some 500 queries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import Q

from anlan.kernel.errors import AnlanError, Violation
from anlan.kernel.text import clean_cell
from anlan.platform.database import hold_keys
from anlan.platform.ledger import guard, plan
from anlan.platform.ledger.columns import Bound, by_name, columns_of, has_field, model_of
from anlan.platform.ledger.declare import Ledger
from anlan.platform.ledger.queries import rows_of
from anlan.platform.ledger.values import Reader, Shower, as_violation, missing, same
from anlan.platform.ledger.workbook.read import Table, cells_of
from anlan.platform.scope import Scope

CHUNK = 200
_EXACT = 10**15


@dataclass(slots=True)
class Row:
    """One row of a file and what is to be done with it.

    Attributes:
        act: "create", "change", "same" or "bad".
        id: of the row it matches; None for a new one. version: the one it was compared with.
        values: what is to be written (for a change: what differs).
    """

    line: int
    raw: dict[str, Any]
    act: str = "bad"
    id: str | None = None
    version: int = 0
    values: dict[str, Any] = field(default_factory=dict)
    held: dict[str, Any] | None = None
    violations: list[Violation] = field(default_factory=list)


def judged(scope: Scope, ledger: Ledger, table: Table) -> Iterator[list[Row]]:
    """Chunks of 200 judged rows, in the file's order."""
    reader, shower = Reader(ledger, scope), Shower(ledger, scope, exact=True)
    seen: dict[_Key, int] = {}
    cells = cells_of(table)
    while chunk := list(islice(cells, CHUNK)):
        rows = [_read(reader, line, raw, faults) for line, raw, faults in chunk]
        _match(scope, ledger, rows, seen)
        for row in rows:
            _leave_as_held(ledger, row, shower)
            if not row.violations:
                _decide(scope, ledger, row)
            elif row.values.get("region") and not scope.covers(row.values["region"]):
                # All reasons at once: a row mended cell by cell would come back for its region.
                row.violations.append(Violation("platform.region_outside", {"region": row.values["region"]}, "region"))
        yield rows


def _read(reader: Reader, line: int, raw: dict[str, Any], faults: Mapping[str, str]) -> Row:
    row = Row(line, raw)
    names = by_name(reader.ledger)
    for name, cell in raw.items():
        bound = names[name]
        if faults and name in faults:
            row.violations.append(Violation(faults[name], {"label": bound.label}, name))
            continue
        try:
            row.values[name] = reader.read(bound, _exact(bound, cell))
        except AnlanError as error:
            row.violations.append(as_violation(bound, error))
    return row


def _leave_as_held(ledger: Ledger, row: Row, shower: Shower) -> None:
    """A cell that says what an export writes of the row held changes nothing, whatever else could be read from it.

    An export rounds (an instant to its minute), masks, and names what this person could not choose.
    """
    if row.held is None:
        return
    for name, cell in row.raw.items():
        bound, held = by_name(ledger)[name], row.held.get(name)
        unread = name not in row.values
        if (unread or not same(bound, held, row.values[name])) and cell == shower.text(bound, held):
            row.values.pop(name, None)
            if unread:
                row.violations = [v for v in row.violations if v.field != name]


class _Rounded(AnlanError):
    status = 422


def _exact(bound: Bound, cell: Any) -> Any:
    """Refuse a code that the spreadsheet keeps as a number and has rounded: 18 digits do not fit a float."""
    if isinstance(cell, float) and abs(cell) >= _EXACT and bound.kind in {"text", "vault", "region"}:
        raise _Rounded("ledger.cell.rounded")
    return cell


# What identifies a row: the columns and their values.
_Key = tuple[tuple[str, ...], tuple[Any, ...]]


def _key(ledger: Ledger, values: Mapping[str, Any]) -> _Key | None:
    key = guard.import_key(ledger, values)
    return (tuple(key), tuple(key.values())) if key else None


def _match(scope: Scope, ledger: Ledger, rows: list[Row], seen: dict[_Key, int]) -> None:
    """Find the rows that are held already, and refuse a key that stands twice in the file."""
    keyed: dict[_Key, Row] = {}
    blanks = [(b.name, b.column.blank) for b in columns_of(ledger) if b.column.blank and b.column.field in ledger.natural_key]
    for row in rows:
        row.values |= {name: blank for name, blank in blanks if row.values.get(name) in (None, "")}
        key = _key(ledger, row.values)
        if key is None:
            continue
        if key in seen:
            facts = {"line": seen[key], "key": guard.key_text(ledger, row.values)}
            row.violations.append(Violation("ledger.import.twice", facts, key[0][0]))
            continue
        seen[key] = row.line
        keyed[key] = row
    if not keyed:
        return
    for key, (found_id, retired) in _held_ids(ledger, keyed).items():
        row = keyed[key]
        row.id = found_id
        if retired:
            facts = {"key": guard.key_text(ledger, row.values)}
            row.violations.append(Violation("ledger.import.retired", facts, key[0][0]))
    ids = [row.id for row in keyed.values() if row.id]
    visible = (
        {str(pk) for pk in rows_of(scope, ledger).filter(pk__in=ids).values_list("pk", flat=True)} if ids else set()
    )
    versions = plan.versions(ledger, visible)  # read before the rows, so a later write is noticed as a conflict
    held = plan.held_values(ledger, visible)
    for key, row in keyed.items():
        if row.id and row.id in visible:
            row.held, row.version = held[row.id], versions[row.id]
        elif row.id and not row.violations:
            facts = {"key": guard.key_text(ledger, row.values)}
            row.violations.append(Violation("ledger.import.elsewhere", facts, key[0][0]))


def _held_ids(ledger: Ledger, keys: Iterable[_Key]) -> dict[_Key, tuple[str, bool]]:
    """(id, retired) of held rows by key, whatever their region: a key identifies one thing everywhere."""
    by_columns: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    for names, values in keys:
        by_columns.setdefault(names, []).append(values)
    retired = ["retired_at"] if has_field(ledger, "retired_at") else []
    found: dict[_Key, tuple[str, bool]] = {}
    for names, wanted in by_columns.items():
        rows = model_of(ledger).objects.filter(_among(ledger, names, wanted)).values_list("pk", *retired, *names)
        for row in rows:
            gone = bool(retired and row[1])
            key = names, tuple(str(v) if isinstance(v, UUID) else v for v in row[1 + len(retired) :])
            # Where a merge left two rows with one key, the living one is meant.
            if key not in found or not gone:
                found[key] = (str(row[0]), gone)
    return found


def _among(ledger: Ledger, names: Sequence[str], wanted: Sequence[tuple[Any, ...]]) -> Q:
    """The condition that a row bears one of these keys; the second key identifies only rows without the natural one."""
    if len(names) == 1:
        condition = Q(**{f"{names[0]}__in": [values[0] for values in wanted]})
    else:
        condition = Q(pk__in=[])
        for values in wanted:
            condition |= Q(**dict(zip(names, values, strict=True)))
    natural = [plan.attname(ledger, n) for n in ledger.natural_key]
    if natural and list(names) != natural:
        lacking = Q(pk__in=[])
        for name in natural:
            lacking |= Q(**({name: ""} if by_name(ledger)[name].kind == "text" else {f"{name}__isnull": True}))
        condition &= lacking
        if has_field(ledger, "merged_into"):  # what was merged is another row now
            condition &= Q(merged_into__isnull=True)
    return condition


def _decide(scope: Scope, ledger: Ledger, row: Row) -> None:
    """Compare with what is held, check rules, scope and required columns."""
    try:
        if row.held is None:
            row.violations += missing(ledger, row.values, creating=True)
            if row.violations:
                return
            row.values = guard.prepared(ledger, row.values, None)
            guard.check_new(ledger, scope, row.values)
            row.act = "create"
            return
        row.violations += missing(ledger, row.values, creating=False)
        if row.violations:
            return
        values = guard.prepared(ledger, row.values, row.held)
        row.values = plan.differences(ledger, row.held, values)
        if row.values:
            guard.check_changed(ledger, scope, row.values, row.held)
        row.act = "change" if row.values else "same"
    except AnlanError as error:
        row.violations += error.violations or [Violation(error.code, error.facts)]


def recheck(ledger: Ledger, rows: Sequence[Row]) -> None:
    """Inside the writing transaction: mark rows that somebody else created or changed since they were judged."""
    keys = {key: row for row in rows if row.act == "create" and (key := _key(ledger, row.values))}
    hold_keys(ledger.id, ["\0".join(map(str, values)) for _, values in keys])
    for key in _held_ids(ledger, keys):
        facts = {"key": guard.key_text(ledger, keys[key].values)}
        keys[key].violations.append(Violation("ledger.import.meanwhile", facts, key[0][0]))
    changing = {row.id or "": row for row in rows if row.act == "change"}
    versions = plan.versions(ledger, changing) if changing else {}
    for key, row in changing.items():
        if versions.get(key) != row.version:
            held = {**(row.held or {}), **row.values}
            facts, field = {"key": guard.key_text(ledger, held)}, next(iter(guard.import_key(ledger, held) or [""]))
            row.violations.append(Violation("ledger.import.meanwhile", facts, field))


def shown(cell: Any) -> str:
    """A cell as the report of bad rows shows it."""
    return clean_cell(cell)[:80]
