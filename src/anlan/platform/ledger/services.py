"""Deciding over plain ledgers: create, change, retire, restore. Only changed fields are recorded, groups as a whole.

`ledger_*` use the context's own service where the ledger names one; `plain_*` always record `<ledger id>.created` and
the like (folds: kernel/ledger_fold.py), so a context's own service may end in them.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from inspect import signature
from typing import Any

from anlan.kernel.entry import Draft
from anlan.kernel.errors import BadInput, RuleViolation
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.database import writing
from anlan.platform.journal.held import recorded
from anlan.platform.journal.node import new_id
from anlan.platform.journal.record import NEW, record, version_of
from anlan.platform.ledger import guard, plan
from anlan.platform.ledger.columns import has_field
from anlan.platform.ledger.declare import Ledger
from anlan.platform.ledger.queries import row_get
from anlan.platform.ledger.values import Reader
from anlan.platform.scope import Scope

_ONCE = uuid.UUID("6f0d8a52-51c6-5d1c-9a9b-3c7a3cf7b1de")
"""Name space of ids made from a client's key, so that a repeated creation finds the first one's subject."""


def ledger_create(
    *, scope: Scope, ledger: Ledger | str, values: Mapping[str, Any], now: datetime, once: str | None = None
) -> str:
    """Create a row and return its id. `values` by column name, typed or as typed in by a person.

    Raises:
        NotAllowed: "platform.not_allowed", "platform.region_outside", "ledger.office_outside|subject_outside".
        BadInput: "ledger.values_refused" with one violation per field.
        RuleViolation: "ledger.duplicate", or "ledger.rule_refused" with the reasons of the ledger's own check.
    """
    ledger = _declared(ledger)
    if ledger.create is None:
        return plain_create(scope=scope, ledger=ledger, values=values, now=now, once=once)
    scope.require(ledger.change)
    read = guard.readable(Reader(ledger, scope), values, creating=True)
    return str(ledger.create(scope=scope, values=read, now=now, once=once))


def plain_create(
    *,
    scope: Scope,
    ledger: Ledger | str,
    values: Mapping[str, Any],
    now: datetime,
    once: str | None = None,
    drill: bool = False,
) -> str:
    """Record `<ledger id>.created` after all checks; raises as `ledger_create`.

    A repeated `once` of the same person returns the id of the row that the first call made.
    """
    ledger = _declared(ledger)
    scope.require(ledger.change)
    key = str(uuid.uuid5(_ONCE, f"{ledger.id}\0{scope.person}\0{once}")) if once else new_id(now)
    if once and version_of(f"{ledger.id}/{key}"):
        return key
    read = guard.prepared(ledger, guard.readable(Reader(ledger, scope), values, creating=True), None)
    read = guard.in_own_office(ledger, scope, read)
    with writing():
        guard.check_new(ledger, scope, read)
        guard.check_duplicate(ledger, read, None)
        draft = plan.created(ledger, key, read, once=once, drill=drill, region=guard.region_of(ledger, scope, read))
        entry = record(draft, scope=scope, now=now, base=NEW)
        plan.keep_vault(ledger, key, read, entry.hlc)
    return key


def ledger_change(
    *,
    scope: Scope,
    ledger: Ledger | str,
    id: str,
    values: Mapping[str, Any],
    base: int | None,
    now: datetime,
    once: str | None = None,
) -> bool:
    """Change the named fields of a row; returns whether anything differed and was recorded.

    Args:
        base: version of the row the person saw; None: any version.
    Raises:
        NotFound: "ledger.row_missing"; Conflict: "journal.conflict"; else as `ledger_create`.
    """
    ledger = _declared(ledger)
    if ledger.update is None:
        return plain_change(scope=scope, ledger=ledger, id=id, values=values, base=base, now=now, once=once)
    read = _read_change(scope, ledger, id, values)
    held = plan.held_values(ledger, [id])[id]
    changed = plan.differences(ledger, held, read)
    if not changed:
        return False
    ledger.update(scope=scope, id=id, values=changed, base=base, now=now, **_keyed(ledger.update, once))
    return True


def plain_change(
    *,
    scope: Scope,
    ledger: Ledger | str,
    id: str,
    values: Mapping[str, Any],
    base: int | None,
    now: datetime,
    once: str | None = None,
) -> bool:
    """Record `<ledger id>.changed` with the fields that differ and whole groups; raises as `ledger_change`."""
    ledger = _declared(ledger)
    read = _read_change(scope, ledger, id, values)
    with writing():
        if once and recorded(scope, f"{ledger.id}/{id}", once, f"{ledger.id}.changed"):
            return True
        held = plan.held_values(ledger, [id])[id]
        read = guard.prepared(ledger, read, held)
        changed = plan.differences(ledger, held, read)
        if not changed:
            return False
        guard.check_changed(ledger, scope, changed, held)
        guard.check_duplicate(ledger, held | changed, id)
        draft = plan.changed(ledger, id, changed, held, once=once)
        entry = record(draft, scope=scope, now=now, base=base)
        plan.keep_vault(ledger, id, changed, entry.hlc)
    return True


def _read_change(scope: Scope, ledger: Ledger, id: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a change, for somebody who sees the row and may change the ledger."""
    row_get(scope, ledger, id)
    scope.require(ledger.change)
    return guard.readable(Reader(ledger, scope), values, creating=False)


def ledger_retire(
    *,
    scope: Scope,
    ledger: Ledger | str,
    id: str,
    reason: str,
    base: int | None,
    now: datetime,
    once: str | None = None,
) -> None:
    """Retire a row: it leaves the ledger's lists, its history stays.

    Raises:
        NotFound: "ledger.row_missing"; NotAllowed: "platform.not_allowed", "platform.region_outside".
        BadInput: "ledger.reason_missing". Conflict: "journal.conflict".
        RuleViolation: "ledger.not_retirable", "ledger.retired_already".
    """
    ledger = _declared(ledger)
    if ledger.retire is not None:
        row_get(scope, ledger, id)
        scope.require(ledger.change)
        ledger.retire(scope=scope, id=id, reason=_reason(reason), base=base, now=now, **_keyed(ledger.retire, once))
        return
    plain_retire(scope=scope, ledger=ledger, id=id, reason=reason, base=base, now=now, once=once)


def plain_retire(
    *,
    scope: Scope,
    ledger: Ledger | str,
    id: str,
    reason: str,
    base: int | None,
    now: datetime,
    once: str | None = None,
) -> None:
    """Record `<ledger id>.retired`; raises as `ledger_retire`."""
    _mark(scope, _declared(ledger), id, "retired", reason, base, now, once)


def ledger_restore(
    *,
    scope: Scope,
    ledger: Ledger | str,
    id: str,
    reason: str,
    base: int | None,
    now: datetime,
    once: str | None = None,
) -> None:
    """Take a retirement back; raises as `ledger_retire`."""
    ledger = _declared(ledger)
    if ledger.restore is None:
        plain_restore(scope=scope, ledger=ledger, id=id, reason=reason, base=base, now=now, once=once)
        return
    scope.require(ledger.change)
    ledger.restore(scope=scope, id=id, reason=_reason(reason), base=base, now=now, **_keyed(ledger.restore, once))


def plain_restore(
    *,
    scope: Scope,
    ledger: Ledger | str,
    id: str,
    reason: str,
    base: int | None,
    now: datetime,
    once: str | None = None,
) -> None:
    """Record `<ledger id>.restored`: a row retired by mistake stands in its lists again.

    Raises as `ledger_retire`, and RuleViolation "ledger.not_retired".
    """
    _mark(scope, _declared(ledger), id, "restored", reason, base, now, once)


def _mark(
    scope: Scope, ledger: Ledger, id: str, act: str, reason: str, base: int | None, now: datetime, once: str | None
) -> None:
    row = row_get(scope, ledger, id)
    scope.require(ledger.change)
    # What holds for a whole county is seen in its towns, and taken away by the county alone.
    guard.check_changed(ledger, scope, {}, row)
    if not ledger.retirable or not has_field(ledger, "retired_at"):
        raise RuleViolation("ledger.not_retirable", ledger=ledger.label)
    subject = f"{ledger.id}/{id}"
    retired = row["retired_at"] is not None
    if once and recorded(scope, subject, once, f"{ledger.id}.{act}"):
        return
    if retired == (act == "retired"):
        raise RuleViolation("ledger.retired_already" if retired else "ledger.not_retired", ledger=ledger.label)
    draft = Draft(
        kind=f"{ledger.id}.{act}", subject=subject, region=row["region"], text={"reason": _reason(reason)}, once=once,
        drill=bool(row["drill"]),
    )  # fmt: skip
    record(draft, scope=scope, now=now, base=base)


def _reason(reason: str) -> str:
    text = reason.strip()
    if len(text) < 2:
        raise BadInput("ledger.reason_missing")
    return text


def _keyed(service: Callable[..., Any], once: str | None) -> dict[str, str]:
    """`once` for the services that take it."""
    return {"once": once} if once and "once" in signature(service).parameters else {}


def _declared(ledger: Ledger | str) -> Ledger:
    return CATALOGUE.ledgers[ledger] if isinstance(ledger, str) else ledger
