"""Reading ledgers: one row, pages of rows, totals, points. Every query passes `limit(…, scope)`; no model instances."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from anlan.kernel.errors import BadInput, NotFound
from anlan.platform import reading, vault
from anlan.platform.journal.models import Head
from anlan.platform.ledger.changes import CHANGES
from anlan.platform.ledger.columns import Bound, columns_of, has_field, model_of
from anlan.platform.ledger.declare import Ledger
from anlan.platform.ledger.filters import Ask, apply, candidates, key_of
from anlan.platform.ledger.plan import set_members
from anlan.platform.ledger.totals import KEPT
from anlan.platform.scope import Scope, limit
from anlan.platform.search import index

Row = dict[str, Any]
MOST_ROWS = 200
_MOST_FOUND = 50_000


def rows_of(scope: Scope, ledger: Ledger, ask: Ask | None = None) -> QuerySet[Any]:
    """The rows that `scope` may see and that answer `ask`, unordered.

    Raises:
        NotAllowed: "platform.not_allowed" without the ledger's right to view.
    """
    _require_view(scope, ledger)
    queryset = limit(model_of(ledger).objects.all(), scope)
    return queryset if ask is None else apply(ledger, queryset, ask)


def _require_view(scope: Scope, ledger: Ledger) -> None:
    if ledger.view:
        scope.require(ledger.view)


def total(scope: Scope, ledger: Ledger, ask: Ask) -> int:
    """How many rows answer `ask`, exactly; kept until the next entry."""
    _require_view(scope, ledger)
    if ask.terms and (ids := found_ids(scope, ledger, ask)) is not None:
        return len(ids)
    key = ("total", ledger.id, scope.sees, ask.sorted_by(""))
    return KEPT.get(key, CHANGES.mark(*_counted(ledger)), lambda: rows_of(scope, ledger, ask).count())


@cache
def _counted(ledger: Ledger) -> tuple[str, ...]:
    """The subject types that decide which rows answer a question: the ledger's own, and those its columns lead to."""
    led = {_foreign(ledger, b).related_model.SUBJECT for b in columns_of(ledger) if b.path and "." in b.name}
    return tuple(sorted({ledger.id} | led))


def ordering(ledger: Ledger, ask: Ask, *, first: int | None = None) -> list[Any]:
    """The order of a list: as asked, else as declared, and by id where that leaves rows equal; empty values last.

    Args:
        first: only so many of the declared columns (a cursor names one).
    """
    names = [ask.sort] if ask.sort else list(ledger.order)[:first]
    nullable = {f.attname for f in model_of(ledger)._meta.concrete_fields if f.null}
    terms: list[Any] = []
    for name in names:
        path, falling = name.removeprefix("-"), name.startswith("-")
        if path in nullable:
            # The databases disagree about null; saying it costs the index, so it is said only where null can be.
            terms.append(F(path).desc(nulls_last=True) if falling else F(path).asc(nulls_last=True))
        else:
            terms.append(name)
    return [*terms, "-id" if names[0].startswith("-") else "id"]


def page(
    scope: Scope, ledger: Ledger, ask: Ask, *, offset: int, size: int, names: Sequence[str] | None = None
) -> list[Row]:
    """`size` rows from `offset` on as dicts by JSON key; `names` limits the columns."""
    if ask.terms and (ids := found_ids(scope, ledger, ask)) is not None:
        return rows_by_id(scope, ledger, ids[offset : offset + size], names)
    picked = _Reading(ledger, names)
    key = ("page", ledger.id, scope.sees, ask, tuple(names or ()), offset, size)

    def compiled() -> reading.Statement:
        queryset = rows_of(scope, ledger, ask).order_by(*ordering(ledger, ask))
        return reading.statement(queryset[offset : offset + size], picked.paths)

    _require_view(scope, ledger)
    return picked.rows(reading.kept(key, compiled))


def page_after(scope: Scope, ledger: Ledger, ask: Ask, *, cursor: str, size: int) -> tuple[list[Row], str | None]:
    """`size` rows after the one `cursor` names, and the cursor of the next page (None at the end).

    The order is the first order column and the id, so a page costs the same however deep it lies.

    Raises:
        BadInput: "ledger.cursor" for one that was not made here for this order.
    """
    order = ask.sort or ledger.order[0]
    path = order.removeprefix("-")
    if cursor:
        behind, after = _behind(order, cursor, model_of(ledger)._meta.get_field(path).null)
        after = reading.key_params(model_of(ledger)._meta.pk, [after])[0]
    if ask.terms and (ids := found_ids(scope, ledger, ask)) is not None and (not cursor or after in ids):
        at = ids.index(after) + 1 if cursor else 0
        rows = rows_by_id(scope, ledger, ids[at : at + size], extra=(path,))
        more = bool(rows) and at + size < len(ids)
        return rows, _cursor(order, rows[-1][path], rows[-1]["id"]) if more else None
    picked = _Reading(ledger, None, (path,))

    def compiled() -> reading.Statement:
        queryset = rows_of(scope, ledger, ask).order_by(*ordering(ledger, ask, first=1))
        if cursor:
            queryset = queryset.filter(behind)
        return reading.statement(queryset[: size + 1], picked.paths)

    _require_view(scope, ledger)
    key = ("after", ledger.id, scope.sees, ask, size)
    rows = picked.rows(compiled() if cursor else reading.kept(key, compiled))
    if len(rows) <= size:
        return rows, None
    last = rows[size - 1]
    return rows[:size], _cursor(order, last[path], last["id"])


def found_ids(scope: Scope, ledger: Ledger, ask: Ask) -> list[str] | None:
    """The ids of all rows that a search finds, in the list's order; None where there are more than 50,000.

    Most words make the database look at every row of the scope: it does so once, for rows, total and every page, and
    without an order, which would send it through an index row by row. The ids are as the database keeps them.
    """
    order = ask.sort or ledger.order[0]
    path, falling = order.removeprefix("-"), order.startswith("-")

    def search() -> list[str]:
        # An expression has no declared type, so the driver makes no datetime of each value only to sort by it.
        named = candidates(ledger, ask.terms)
        compared = ask if named is None else replace(ask, terms=tuple(w for w in ask.terms if not index.exact(w)))
        queryset = rows_of(scope, ledger, compared).order_by().annotate(sort_key=Coalesce(path, path))
        asked = reading.plain(queryset[: _MOST_FOUND + 1], ("id", "sort_key"))
        if named is not None and asked.sql:
            # From the index to the rows: left to itself, SQLite goes through the whole scope.
            asked = reading.starting_from(asked, model_of(ledger)._meta.db_table, *named)
        found = asked.raw()
        found.sort(key=lambda row: row[0], reverse=falling)
        held = sorted((row for row in found if row[1] is not None), key=lambda row: row[1], reverse=falling)
        return [str(row[0]) for row in (*held, *(row for row in found if row[1] is None))]

    _require_view(scope, ledger)
    ids = KEPT.get(("found", ledger.id, scope.sees, ask), CHANGES.mark(*_counted(ledger)), search)
    return ids if len(ids) <= _MOST_FOUND else None


def rows_by_id(
    scope: Scope, ledger: Ledger, ids: Sequence[str], names: Sequence[str] | None = None, extra: Sequence[str] = ()
) -> list[Row]:
    """The rows of these ids, as far as the scope sees them, in the order of `ids`."""
    found = _rows_of_ids(scope, ledger, ids, _Reading(ledger, names, extra))
    by_id = {row["id"]: row for row in found}
    keys = [str(UUID(str(i))) for i in ids]
    return [by_id[key] for key in keys if key in by_id]


def _rows_of_ids(scope: Scope, ledger: Ledger, ids: Sequence[str], picked: _Reading) -> list[Row]:
    if not ids:
        return []
    key = ("ids", ledger.id, scope.sees, tuple(picked.paths))
    asked = reading.kept(key, lambda: reading.statement(rows_of(scope, ledger), picked.paths))
    return picked.rows(reading.by_id(asked, model_of(ledger), ids)) if asked.sql else []


def _cursor(order: str, value: Any, key: Any) -> str:
    packed = orjson.dumps([order, value, key], default=str)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _behind(order: str, cursor: str, nullable: bool) -> tuple[Q, str]:
    """Rows behind the cursor's one, empty values last; and that one's id."""
    try:
        packed = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        made_for, value, key = packed
        UUID(key)
    except (ValueError, TypeError, AttributeError, binascii.Error):
        raise BadInput("ledger.cursor") from None
    if made_for != order:
        raise BadInput("ledger.cursor")
    path, falling = order.removeprefix("-"), order.startswith("-")
    if path.endswith("_at") and isinstance(value, str):
        value = datetime.fromisoformat(value)
    way = "lt" if falling else "gt"
    tie = Q(**{f"id__{way}": key})
    if value is None:
        return Q(**{f"{path}__isnull": True}) & tie, key
    beyond = Q(**{f"{path}__{way}": value})
    if nullable:
        return beyond | (Q(**{path: value}) & tie) | Q(**{f"{path}__isnull": True}), key
    # The outer bound lets an index find the place; the inner one skips equal rows.
    return Q(**{f"{path}__{way}e": value}) & (beyond | tie), key


class _Reading:
    """Which columns of a ledger are read from its table, and how the raw rows become dicts by JSON key."""

    def __init__(self, ledger: Ledger, names: Sequence[str] | None, extra: Sequence[str] = ()) -> None:
        columns = [b for b in columns_of(ledger) if names is None or b.name in names]
        self.ledger = ledger
        self.own = [b for b in columns if b.path and "." not in b.name]
        self.led = [b for b in columns if "." in b.name]
        self.sets = [b.name for b in columns if b.kind == "set"]
        self.masked = [b.name for b in columns if b.kind == "vault"]
        keys = {_foreign(ledger, b).attname for b in self.led}
        state = ("retired_at",) if has_field(ledger, "retired_at") else ()
        waiting = {b.column.lapse.since for b in columns if b.column.lapse is not None}
        own = list(dict.fromkeys((*(b.path for b in self.own), *sorted(waiting))))
        self.paths = list(dict.fromkeys(("id", *own, *sorted(keys), "contested", *state, *extra)))
        self.hidden = keys - set(own) - set(extra)

    def rows(self, statement: reading.Statement) -> list[Row]:
        """Run and fill in what other tables hold."""
        rows = [dict(zip(self.paths, values, strict=True)) for values in statement.rows()]
        if not rows:
            return rows
        if self.led:
            _look_up(self.ledger, rows, self.led)
            for row in rows:
                for name in self.hidden:
                    del row[name]
        _add_sets(self.ledger, rows, self.sets)
        _add_masks(self.ledger, rows, self.masked)
        return rows


def read_rows(
    ledger: Ledger, queryset: QuerySet[Any], names: Sequence[str] | None = None, extra: Sequence[str] = ()
) -> list[Row]:
    """Rows as dicts by JSON key: columns, `id`, `contested`; sets, look-ups and masked vault values filled in."""
    picked = _Reading(ledger, names, extra)
    return picked.rows(reading.statement(queryset, picked.paths))


def _foreign(ledger: Ledger, bound: Bound) -> Any:
    return model_of(ledger)._meta.get_field(bound.path.partition("__")[0])


def _look_up(ledger: Ledger, rows: list[Row], led: Sequence[Bound]) -> None:
    """Fill columns that a foreign key leads to. A join would hide rows whose parent has not arrived yet."""
    by_key: dict[str, list[Bound]] = {}
    for bound in led:
        by_key.setdefault(_foreign(ledger, bound).attname, []).append(bound)
    for name, bounds in by_key.items():
        model = _foreign(ledger, bounds[0]).related_model
        paths = [b.path.partition("__")[2] for b in bounds]
        wanted = {row[name] for row in rows if row[name] is not None}
        if any("__" in path for path in paths):
            held = [(str(v[0]), *v[1:]) for v in model.objects.filter(pk__in=wanted).values_list("pk", *paths)]
        else:
            held = reading.select_in(model, (model._meta.pk.name, *paths), model._meta.pk.name, wanted)
        found = {v[0]: v[1:] for v in held}
        nothing = (None,) * len(bounds)
        for row in rows:
            for bound, value in zip(bounds, found.get(row[name], nothing), strict=True):
                row[key_of(bound)] = value


def _add_sets(ledger: Ledger, rows: list[Row], names: Sequence[str]) -> None:
    if not names:
        return
    members = set_members(ledger, [row["id"] for row in rows], names)
    for row in rows:
        key = str(row["id"])
        for name in names:
            row[name] = members[name].get(key, ())


def _add_masks(ledger: Ledger, rows: list[Row], names: Sequence[str]) -> None:
    if not names:
        return
    masks = vault.masked([f"{ledger.id}/{row['id']}" for row in rows], names)
    for row in rows:
        for name in names:
            row[name] = masks.get((f"{ledger.id}/{row['id']}", name), "")


def row_get(scope: Scope, ledger: Ledger, id: str) -> Row:
    """One row with all columns and the envelope columns `region`, `drill`, `created_at`, `changed_at`.

    Raises:
        NotFound: "ledger.row_missing" when it does not exist or lies outside the scope; the two are not told apart.
        NotAllowed: "platform.not_allowed".
    """
    try:
        wanted = UUID(id)
    except ValueError:
        raise NotFound("ledger.row_missing", ledger=ledger.label) from None
    envelope = ("region", "drill", "created_at", "changed_at")
    _require_view(scope, ledger)
    found = _rows_of_ids(scope, ledger, [str(wanted)], _Reading(ledger, None, envelope))
    if not found:
        raise NotFound("ledger.row_missing", ledger=ledger.label)
    return found[0] | {"id": str(wanted)}


def row_of_history(ledger: Ledger, id: str) -> Row | None:
    """The row behind a history that the person may read (`history.visible_subject` has checked that); None: no row yet."""
    found = read_rows(ledger, model_of(ledger).objects.filter(pk=id)[:1])
    return found[0] if found else None


def record_get(scope: Scope, ledger: Ledger, id: str) -> Row:
    """`row_get` with `version`, the number to hand back as `base` when changing the row."""
    row = row_get(scope, ledger, id)
    held = reading.select_in(Head, ("version",), "subject", [f"{ledger.id}/{row['id']}"])
    return row | {"version": held[0][0] if held else 0}


def all_rows(scope: Scope, ledger: Ledger, ask: Ask, *, step: int = 2000) -> Iterator[list[Row]]:
    """Every row that answers `ask`, in the ledger's order, `step` at a time; nothing is skipped while others write."""
    cursor: str | None = ""
    while cursor is not None:
        rows, cursor = page_after(scope, ledger, ask, cursor=cursor, size=step)
        if rows:
            yield rows
