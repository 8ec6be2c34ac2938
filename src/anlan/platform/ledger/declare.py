"""The declaration of a ledger and of its columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Lapse:
    """What a value is called once it waits no more: nothing of it is stored, so filters know the value only.

    Attributes:
        value: the stored value that waits. since: the field of the moment from which it waits.
        within: for how long; None: it waits no more as soon as `since`, a field of whatever type, is filled.
        label: what people read afterwards.
    """

    value: str
    since: str
    within: timedelta | None
    label: str


@dataclass(frozen=True, eq=False)
class Column:
    """One column of a ledger.

    Attributes:
        field: attribute of the model (dotted for a read-only look-up through a foreign key, `enterprise.name`).
        label: Chinese heading; default: the model field's verbose_name.
        show: stands in the desk's list.
        filter: can be filtered by (choices, region, boolean, date range).
        search: found by the desk's search box.
        entered: people may enter it (form, import); False: derived or set by services only.
        required: must not be empty.
        parse: (cleaned text) -> value for what clerks type, raising BadInput; default by the model field's type.
        format: (value) -> text for list and export; default by the model field's type.
        vault: the value is personal data kept in the vault; shown masked.
        help: one line for the template workbook and the form.
        width: characters in the workbook.
        choices: (value, label) pairs for what the model field itself does not list: keys of a set, an office. A
            callable gets the scope and must limit what it offers by it.
        kind: how the value is read and shown, where the model field does not tell: text, choice, bool, int, float,
            decimal, date, datetime, region, reference, set (`bool` for a small integer used as a flag).
        exported: stands in the export although neither entered nor in the list.
        lapse: what one of its values is called once it waits no more.
        blank: what an empty cell of an imported row stands for, where the column is part of the natural key.
    """

    field: str
    label: str = ""
    show: bool = True
    filter: bool = False
    search: bool = False
    entered: bool = True
    required: bool = False
    parse: Callable[[str], Any] | None = None
    format: Callable[[Any], str] | None = None
    vault: bool = False
    help: str = ""
    width: int = 16
    choices: Sequence[tuple[str, str]] | Callable[..., Sequence[tuple[str, str]]] | None = None
    kind: str = ""
    exported: bool = False
    lapse: Lapse | None = None
    blank: str = ""


@dataclass(frozen=True, eq=False)
class Ledger:
    """A region-scoped table with everything derived from this one declaration.

    Attributes:
        id: `registry.enterprise` = subject type = `<app label>.<entity>`; URL part `registry/enterprises`.
        model: Django label of the projection, `registry.Enterprise`.
        label, plural: Chinese name, and URL segment (`enterprises`).
        columns: in the order of list and workbook.
        natural_key: fields that identify a row across imports; a service's check, not a UNIQUE constraint.
        second_key: columns that identify a row across imports where the natural key is empty or there is none; empty
            parts count as such, the first must be filled. `region9` is the town of the entered region.
        order: default ordering, by indexed columns.
        groups: field groups written as one (last writer wins per group).
        legal: fields whose concurrent writes go to the merge queue.
        sets: multi-valued fields (children mapping) written by add/remove, e.g. `tags`; a column names the set and
            gives its `choices`.
        point: names of the lon/lat fields if the ledger has a place (GeoJSON, map layer).
        view, change: rights needed.
        create, update, retire, restore: the context's own services where plain ledger recording is not enough; signatures
            create(*, scope, values, now, once=None) -> id; update(*, scope, id, values, base, now); retire(*, scope,
            id, reason, base, now).
        create_many: the same for imports: (*, scope, rows, now, batch=None) -> ids, all or none, 200 rows a call.
        prepare: (values, existing row or None) -> values, pure: what follows from what was entered.
        check: (values, existing row or None) -> list[Violation], the context's pure rule for a whole row.
        page: (id) -> URL of the record page; default: the generic record page.
        retirable: whether rows can be retired (never deleted); plain recording needs the column `retired_at`.
        batch: (label of the button, address of the page that gets the chosen rows as `ids`, right); the page says what
            will happen and asks before anything is done.
        batches: further such buttons beside it.
        new: (address of the context's own form for a new row, right), where rows are not made by plain recording.
        admin: dotted path of the ledger's own ModelAdmin where the derived desk list is not enough.
    """

    id: str
    model: str
    label: str
    plural: str
    columns: tuple[Column, ...]
    natural_key: tuple[str, ...] = ()
    second_key: tuple[str, ...] = ()
    order: tuple[str, ...] = ("-created_at",)
    groups: tuple[tuple[str, ...], ...] = ()
    legal: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    point: tuple[str, str] | None = None
    view: str = ""
    change: str = ""
    create: Callable[..., Any] | None = None
    update: Callable[..., Any] | None = None
    retire: Callable[..., Any] | None = None
    restore: Callable[..., Any] | None = None
    create_many: Callable[..., Any] | None = None
    prepare: Callable[..., Any] | None = None
    check: Callable[..., Any] | None = None
    page: Callable[[str], str] | None = None
    retirable: bool = True
    batch: tuple[str, str, str] | None = None
    batches: tuple[tuple[str, str, str], ...] = ()
    new: tuple[str, str] | None = None
    admin: str = ""

    @property
    def context(self) -> str:
        """`registry`: the first part of the id and of every address."""
        return self.id.partition(".")[0]

    @property
    def entity(self) -> str:
        """`enterprise`: the second part of the id."""
        return self.id.partition(".")[2]
