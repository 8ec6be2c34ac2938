"""Reading ledgers: one row, pages of rows, totals, points. Every query passes `limit(…, scope)`; no model instances."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db.models import F, Q, QuerySet

from anlan.kernel.errors import BadInput, NotFound
from anlan.platform import vault
from anlan.platform.journal.record import version_of
from anlan.platform.ledger.columns import Bound, columns_of, has_field, model_of
from anlan.platform.ledger.declare import Ledger
from anlan.platform.ledger.filters import Ask, apply, key_of
from anlan.platform.ledger.plan import set_members
from anlan.platform.ledger.totals import KEPT, change_mark
from anlan.platform.scope import Scope, limit

Row = dict[str, Any]
MOST_ROWS = 200


def rows_of(scope: Scope, ledger: Ledger, ask: Ask | None = None) -> QuerySet[Any]:
    """The rows that `scope` may see and that answer `ask`, unordered.

    Raises:
        NotAllowed: "platform.not_allowed" without the ledger's right to view.
    """
    if ledger.view:
        scope.require(ledger.view)
    queryset = limit(model_of(ledger).objects.all(), scope)
    return queryset if ask is None else apply(ledger, queryset, ask)


def scope_key(scope: Scope) -> tuple[Any, ...]:
    """What of a scope decides which rows it sees; people with equal keys share kept totals."""
    return scope.region, scope.office, scope.subjects


def total(scope: Scope, ledger: Ledger, ask: Ask) -> int:
    """How many rows answer `ask`, exactly; kept until the next entry."""
    key = ("total", ledger.id, scope_key(scope), ask.sorted_by(""))
    return KEPT.get(key, change_mark(), rows_of(scope, ledger, ask).count)


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
    queryset = rows_of(scope, ledger, ask).order_by(*ordering(ledger, ask))
    return read_rows(ledger, queryset[offset : offset + size], names)


def page_after(scope: Scope, ledger: Ledger, ask: Ask, *, cursor: str, size: int) -> tuple[list[Row], str | None]:
    """`size` rows after the one `cursor` names, and the cursor of the next page (None at the end).

    The order is the first order column and the id, so a page costs the same however deep it lies.

    Raises:
        BadInput: "ledger.cursor" for one that was not made here for this order.
    """
    order = ask.sort or ledger.order[0]
    path = order.removeprefix("-")
    queryset = rows_of(scope, ledger, ask).order_by(*ordering(ledger, ask, first=1))
    if cursor:
        queryset = queryset.filter(_behind(order, cursor, model_of(ledger)._meta.get_field(path).null))
    rows = read_rows(ledger, queryset[: size + 1], extra=(path,))
    if len(rows) <= size:
        return rows, None
    last = rows[size - 1]
    return rows[:size], _cursor(order, last[path], last["id"])


def _cursor(order: str, value: Any, key: Any) -> str:
    packed = orjson.dumps([order, value, key], default=str)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _behind(order: str, cursor: str, nullable: bool) -> Q:
    """Rows behind the cursor's one, empty values last."""
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
        return Q(**{f"{path}__isnull": True}) & tie
    beyond = Q(**{f"{path}__{way}": value})
    if nullable:
        return beyond | (Q(**{path: value}) & tie) | Q(**{f"{path}__isnull": True})
    # The outer bound lets an index find the place; the inner one skips equal rows.
    return Q(**{f"{path}__{way}e": value}) & (beyond | tie)


def read_rows(
    ledger: Ledger, queryset: QuerySet[Any], names: Sequence[str] | None = None, extra: Sequence[str] = ()
) -> list[Row]:
    """Rows as dicts by JSON key: columns, `id`, `contested`; sets, look-ups and masked vault values filled in."""
    columns = [b for b in columns_of(ledger) if names is None or b.name in names]
    own = [b for b in columns if b.path and "." not in b.name]
    led = [b for b in columns if "." in b.name]
    keys = {_foreign(ledger, b).attname for b in led}
    paths = list(dict.fromkeys(("id", *(b.path for b in own), *sorted(keys), "contested", *_state(ledger), *extra)))
    hidden = keys - {b.path for b in own}
    rows = [dict(zip(paths, values, strict=True)) for values in queryset.values_list(*paths)]
    if not rows:
        return rows
    for bound in own:
        if bound.name != bound.path:
            for row in rows:
                row[key_of(bound)] = row.pop(bound.path)
    if led:
        _look_up(ledger, rows, led)
        for row in rows:
            for name in hidden:
                del row[name]
    _add_sets(ledger, rows, [b.name for b in columns if b.kind == "set"])
    _add_masks(ledger, rows, [b.name for b in columns if b.kind == "vault"])
    return rows


def _state(ledger: Ledger) -> tuple[str, ...]:
    return ("retired_at",) if has_field(ledger, "retired_at") else ()


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
        found = {v[0]: v[1:] for v in model._default_manager.filter(pk__in=wanted).values_list("pk", *paths)}
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
    found = read_rows(ledger, rows_of(scope, ledger).filter(pk=wanted)[:1], extra=envelope)
    if not found:
        raise NotFound("ledger.row_missing", ledger=ledger.label)
    return found[0] | {"id": str(wanted)}


def record_get(scope: Scope, ledger: Ledger, id: str) -> Row:
    """`row_get` with `version`, the number to hand back as `base` when changing the row."""
    row = row_get(scope, ledger, id)
    return row | {"version": version_of(f"{ledger.id}/{row['id']}")}


def all_rows(scope: Scope, ledger: Ledger, ask: Ask, *, step: int = 2000) -> Iterator[list[Row]]:
    """Every row that answers `ask`, in the ledger's order, `step` at a time; nothing is skipped while others write."""
    cursor: str | None = ""
    while cursor is not None:
        rows, cursor = page_after(scope, ledger, ask, cursor=cursor, size=step)
        if rows:
            yield rows
