"""A ledger's columns bound to its model: what kind of value each holds, where it is read, what it is called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from anlan.platform.catalogue import CATALOGUE
from anlan.platform.ledger.declare import Column, Ledger
from anlan.platform.projection import Projection
from anlan.platform.scope import Scope

KINDS = frozenset(
    {"text", "choice", "bool", "int", "float", "decimal", "date", "datetime", "region", "reference", "set", "vault"}
)
_BY_FIELD: tuple[tuple[type[models.Field[Any, Any]], str], ...] = (
    (models.BooleanField, "bool"),
    (models.DateTimeField, "datetime"),
    (models.DateField, "date"),
    (models.IntegerField, "int"),
    (models.FloatField, "float"),
    (models.DecimalField, "decimal"),
    (models.ForeignKey, "reference"),
)


class LedgerError(Exception):
    """A ledger is declared wrongly: stops the start, never shown to a user."""


@dataclass(frozen=True, slots=True)
class Bound:
    """One column with what its model field says.

    Attributes:
        name: the column's key in values, JSON and forms: the field's attname (`office_id`), dots as they are.
        path: ORM path for values_list (`enterprise__name`); "" for a set or a vault value, which are looked up apart.
        kind: one of KINDS.
        limit: most characters of a text; None: no limit.
        digits, places: of a decimal.
        nullable: whether the empty value is None (else "").
    """

    column: Column
    name: str
    path: str
    label: str
    kind: str
    static: tuple[tuple[str, str], ...] = ()
    limit: int | None = None
    digits: int | None = None
    places: int | None = None
    nullable: bool = True

    def choices(self, scope: Scope | None) -> Sequence[tuple[str, str]]:
        """The (value, label) pairs that `scope` may choose from; all known pairs where the list is fixed."""
        given = self.column.choices
        if callable(given):
            return tuple(given(scope)) if scope is not None else ()
        return self.static

    @property
    def listed(self) -> bool:
        """Whether the value comes from a list of choices."""
        return bool(self.static) or callable(self.column.choices)


def model_of(ledger: Ledger) -> type[Projection]:
    """The projection of a ledger."""
    return apps.get_model(ledger.model)  # type: ignore[return-value]


def ledger_of(context: str, plural: str) -> Ledger | None:
    """The ledger at `<context>/<plural>` of an address; None where there is none."""
    return _by_address().get((context, plural))


def _by_address() -> dict[tuple[str, str], Ledger]:
    return {(ledger.context, ledger.plural): ledger for ledger in CATALOGUE.ledgers.values()}


@cache
def columns_of(ledger: Ledger) -> tuple[Bound, ...]:
    """The ledger's columns, bound, in declared order.

    Raises:
        LedgerError: a column names no field of the model, or a kind that does not exist.
    """
    model = model_of(ledger)
    return tuple(_bind(ledger, model, column) for column in ledger.columns)


@cache
def by_name(ledger: Ledger) -> dict[str, Bound]:
    """The bound columns by name; a foreign key is found by its field's name too."""
    found: dict[str, Bound] = {}
    for bound in columns_of(ledger):
        found[bound.name] = bound
        found.setdefault(bound.column.field, bound)
    return found


@cache
def entered_of(ledger: Ledger) -> tuple[Bound, ...]:
    """The columns that people may enter, in declared order."""
    return tuple(b for b in columns_of(ledger) if b.column.entered)


def attname(ledger: Ledger, name: str) -> str:
    """The column name that values use for a field or attname (`office` -> `office_id`)."""
    bound = by_name(ledger).get(name)
    return bound.name if bound else name


def has_field(ledger: Ledger, name: str) -> bool:
    """Whether the ledger's table has the column."""
    return any(name in {f.name, f.attname} for f in model_of(ledger)._meta.concrete_fields)


def _bind(ledger: Ledger, model: type[Projection], column: Column) -> Bound:
    fixed = tuple(column.choices) if column.choices is not None and not callable(column.choices) else ()
    if column.vault:
        return Bound(column, column.field, "", column.label or column.field, "vault", fixed)
    if column.field in ledger.sets:
        return Bound(column, column.field, "", column.label or column.field, column.kind or "set", fixed)
    field, path = _field(model, column.field)
    label = column.label or str(field.verbose_name)
    static = fixed or tuple((str(value), str(text)) for value, text in (field.flatchoices or ()))
    own = "." not in column.field
    region = own and column.field == (model.SCOPED_BY.region or "region")
    kind = column.kind or ("region" if region else _kind(field, bool(static)))
    if kind not in KINDS:
        raise LedgerError(f"{ledger.id}: column {column.field} has the unknown kind {kind!r}")
    return Bound(
        column,
        field.attname if own else column.field,
        path,
        label,
        kind,
        static,
        limit=getattr(field, "max_length", None),
        digits=getattr(field, "max_digits", None),
        places=getattr(field, "decimal_places", None),
        nullable=field.null,
    )


def _field(model: type[models.Model], dotted: str) -> tuple[models.Field[Any, Any], str]:
    """The field at the end of a dotted look-up and its ORM path."""
    parts = dotted.split(".")
    for part in parts[:-1]:
        model = model._meta.get_field(part).related_model  # type: ignore[assignment]
    try:
        field = model._meta.get_field(parts[-1])
    except FieldDoesNotExist as error:
        raise LedgerError(f"{model.__name__} has no field {dotted!r}") from error
    if not isinstance(field, models.Field):
        raise LedgerError(f"{model.__name__}.{dotted} is not a column of a table")
    return field, "__".join((*parts[:-1], field.attname))


def _kind(field: models.Field[Any, Any], listed: bool) -> str:
    for kind_of, kind in _BY_FIELD:
        if isinstance(field, kind_of):
            return "choice" if listed and kind not in {"bool", "reference"} else kind
    return "choice" if listed else "text"
