"""Entering and changing people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from anlan.accounts.queries import person_get
from anlan.accounts.rules.people import check_person
from anlan.accounts.rules.roles import MANAGE
from anlan.accounts.services.subjects import subject_id, text
from anlan.kernel.codes import region_pad
from anlan.kernel.errors import BadInput
from anlan.kernel.phones import normalise_phone
from anlan.platform import vault
from anlan.platform.database import writing
from anlan.platform.journal.record import NEW, Draft, record
from anlan.platform.scope import Scope

PHONE = "phone"


def person_ref(person_id: str) -> str:
    """The reference under which the vault keeps a person's data; also the person's subject."""
    return f"accounts.person/{person_id}"


def person_create(*, scope: Scope, values: Mapping[str, Any], now: datetime, once: str | None = None) -> str:
    """Enter a person.

    Args:
        values: name; region (any code within the scope; default: the scope's own); phone (kept in the vault); remark.
        once: a client's key; the same key again returns the same person.
    Returns:
        The person's id.
    Raises:
        NotAllowed: without `accounts.manage`, or outside the region. BadInput: "accounts.person.refused".
    """
    scope.require(MANAGE)
    if problems := check_person(values):
        raise BadInput("accounts.person.refused", problems)
    region = region_pad(values.get("region") or scope.region)
    scope.require_region(region)
    person_id = subject_id("accounts.person", scope=scope, now=now, once=once)
    draft = Draft(
        kind="accounts.person.created",
        subject=person_ref(person_id),
        region=region,
        data={"name": text(values, "name"), **_sealed(person_ref(person_id), values)},
        text=_remark(values),
        once=once,
    )
    with writing():
        entry = record(draft, scope=scope, now=now, base=NEW)
        if PHONE in values:
            vault.put(person_ref(person_id), PHONE, normalise_phone(values[PHONE]), entry.hlc)
    return person_id


def person_change(*, scope: Scope, id: str, values: Mapping[str, Any], base: int | None, now: datetime) -> None:
    """Change name, phone, remark or region of a person; a field that is absent, and a masked phone, stay as they are.

    Raises:
        NotFound: outside the scope. NotAllowed, BadInput as `person_create`. Conflict: the page is stale.
    """
    scope.require(MANAGE)
    person = person_get(scope, id)
    if problems := check_person({"name": person.name, **values}):
        raise BadInput("accounts.person.refused", problems)
    region = region_pad(values.get("region") or person.region)
    scope.require_region(region)
    data = {"name": text(values, "name")} if "name" in values else {}
    subject = person_ref(str(person.pk))
    draft = Draft(
        kind="accounts.person.changed",
        subject=subject,
        region=region,
        data={**data, **({"region": region} if region != person.region else {}), **_sealed(subject, values)},
        text=_remark(values),
    )
    with writing():
        entry = record(draft, scope=scope, now=now, base=base)
        if PHONE in values:
            vault.put(subject, PHONE, normalise_phone(values[PHONE]), entry.hlc)


def _sealed(ref: str, values: Mapping[str, Any]) -> dict[str, list[str]]:
    """The history says that the phone changed, never to what; a cell equal to the mask is no change."""
    phone = normalise_phone(values.get(PHONE))
    unchanged = phone == vault.masked([ref], [PHONE]).get((ref, PHONE), "")
    return {} if PHONE not in values or unchanged else {"vault": [PHONE]}


def _remark(values: Mapping[str, Any]) -> dict[str, str]:
    return {"remark": text(values, "remark")} if "remark" in values else {}
