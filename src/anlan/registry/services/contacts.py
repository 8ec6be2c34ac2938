"""Contacts of an enterprise. Name and phone go into the vault; the entry says only which contact and which post."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from anlan.kernel.errors import AnlanError, BadInput, NotFound, Violation
from anlan.kernel.phones import normalise_phone
from anlan.kernel.text import check_hidden, clean_cell
from anlan.platform import vault
from anlan.platform.database import writing
from anlan.platform.journal.record import record
from anlan.platform.scope import Scope
from anlan.registry import queries
from anlan.registry.models import Enterprise
from anlan.registry.rules import change
from anlan.registry.rules.codes import CONTACT_POSTS
from anlan.registry.services.drafting import draft, key_for, opened, refuse

_PRIVATE = ("name", "phone")


def _plain(enterprise: Enterprise, key: str, values: Mapping[str, Any]) -> dict[str, str]:
    """Post, name and phone; one equal to its mask stays as it is.

    Raises:
        BadInput: "registry.contact.invalid" with every reason.
    """
    plain = {"name": clean_cell(values.get("name")), "phone": normalise_phone(values.get("phone")), "post": ""}
    found = [v for field in _PRIVATE for v in check_hidden(values.get(field), field)]
    try:
        plain["post"] = CONTACT_POSTS.read(values.get("post"))
    except AnlanError as error:
        found.append(Violation(error.code, error.facts, "post"))
    fields = {name: f"contact.{key}.{name}" for name in _PRIVATE}
    ref = queries.subject_of(enterprise.id)
    masks = vault.masked([ref], fields.values())
    for name in _PRIVATE:
        if "*" in plain[name] and plain[name] != masks.get((ref, fields[name])):
            found.append(Violation("registry.contact.masked", {}, name))
    found += [p for p in change.check_contact(plain) if p.field not in {f.field for f in found}]
    if found:
        raise BadInput("registry.contact.invalid", found)
    return plain


def contact_set(
    *,
    scope: Scope,
    enterprise_id: Any,
    values: Mapping[str, Any],
    base: int | None,
    now: datetime,
    key: str = "",
    once: str | None = None,
) -> str:
    """Add a contact, or replace the one of `key`; returns its key.

    Args:
        values: post (code or label of CONTACT_POSTS), name, phone.
    Raises:
        BadInput: "registry.contact.invalid". RuleViolation: "registry.enterprise.refused".
        NotFound: "registry.enterprise.not_found", "registry.contact.not_found".
        NotAllowed: "platform.not_allowed". Conflict: "journal.conflict".
    """
    chosen = key or key_for(scope, f"contact {enterprise_id}", once, now)
    with writing():
        if (enterprise := opened(scope, enterprise_id, once, "contact_set")) is None:
            return chosen
        refuse(change.check_live(queries.facts_of(enterprise)))
        if key:
            _require(enterprise, key)
        plain = _plain(enterprise, chosen, values)
        fields = [f"contact.{chosen}.{name}" for name in _PRIVATE]
        entry = record(
            draft(
                enterprise,
                "contact_set",
                set_={"post": plain["post"]},
                data={"key": chosen, "vault": fields},
                once=once,
            ),
            scope=scope,
            now=now,
            base=base,
        )
        for name, field in zip(_PRIVATE, fields, strict=True):
            vault.put(queries.subject_of(enterprise.id), field, plain[name], entry.hlc)
    return chosen


def contact_remove(
    *, scope: Scope, enterprise_id: Any, key: str, base: int | None, now: datetime, once: str | None = None
) -> None:
    """Take a contact away and erase name and phone from the vault; raises as `contact_set`."""
    with writing():
        if (enterprise := opened(scope, enterprise_id, once, "contact_removed")) is None:
            return
        refuse(change.check_live(queries.facts_of(enterprise)))
        _require(enterprise, key)
        entry = record(
            draft(enterprise, "contact_removed", data={"key": key}, once=once), scope=scope, now=now, base=base
        )
        for name in _PRIVATE:
            vault.put(queries.subject_of(enterprise.id), f"contact.{key}.{name}", "", entry.hlc)


def contact_reveal(*, scope: Scope, enterprise_id: Any, key: str, field: str, reason: str, now: datetime) -> str:
    """Name or phone of a contact in plain, for a person with `vault.reveal` who states why; the look is journaled.

    Args:
        field: "name" or "phone".
    Raises:
        NotAllowed: "platform.not_allowed". NotFound: "registry.enterprise.not_found", "registry.contact.not_found",
        "vault.value_missing". BadInput: "vault.reason_missing".
    """
    enterprise = queries.enterprise_get(scope, enterprise_id)
    _require(enterprise, key)
    if field not in _PRIVATE:
        raise NotFound("registry.contact.not_found")
    ref = queries.subject_of(enterprise.id)
    return vault.reveal(scope, ref, f"contact.{key}.{field}", enterprise.region, reason, now)


def _require(enterprise: Enterprise, key: str) -> None:
    if not enterprise.contacts.filter(key=key).exists():
        raise NotFound("registry.contact.not_found")
