"""Entering, changing and closing organisations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from anlan.accounts.models import Organisation
from anlan.accounts.queries import organisation_get
from anlan.accounts.queries.identity import as_id
from anlan.accounts.queries.posts import posts_in
from anlan.accounts.rules.organisations import check_number_word, check_organisation
from anlan.accounts.rules.roles import MANAGE
from anlan.accounts.services.subjects import subject_id, text
from anlan.kernel.codes import check_region, region_pad
from anlan.kernel.errors import BadInput, RuleViolation
from anlan.platform.database import hold_keys, writing
from anlan.platform.journal.record import NEW, Draft, record
from anlan.platform.scope import Scope

_FIELDS = ("name", "short_name", "number_word", "kind", "region", "parent_id")


def organisation_create(*, scope: Scope, values: Mapping[str, Any], now: datetime, once: str | None = None) -> str:
    """Enter an organisation.

    Args:
        values: name, kind (a word of rules.organisations.KINDS), region (any code within the scope), short_name,
            number_word, parent_id.
    Returns:
        Its id.
    Raises:
        NotAllowed: without `accounts.manage`, or outside the region. BadInput: "accounts.organisation.refused".
    """
    scope.require(MANAGE)
    organisation_id = subject_id("accounts.organisation", scope=scope, now=now, once=once)
    with writing():
        data, region = _checked(scope, {**values, "region": values.get("region") or scope.region}, organisation_id)
        draft = Draft(
            kind="accounts.organisation.created",
            subject=f"accounts.organisation/{organisation_id}",
            region=region,
            data=data,
            once=once,
        )
        record(draft, scope=scope, now=now, base=NEW)
    return organisation_id


def organisation_change(*, scope: Scope, id: str, values: Mapping[str, Any], base: int | None, now: datetime) -> None:
    """Change an organisation; fields that are absent stay as they are.

    Raises:
        As `organisation_create`; NotFound outside the scope; Conflict for a stale page.
    """
    scope.require(MANAGE)
    held = organisation_get(scope, id)
    merged = {field: getattr(held, field) for field in _FIELDS} | {f: values[f] for f in _FIELDS if f in values}
    before = {f: str(v) if f == "parent_id" and v else v for f, v in ((f, getattr(held, f)) for f in _FIELDS)}
    with writing():
        data, region = _checked(scope, merged, str(held.pk))
        changed = {field: value for field, value in {**data, "region": region}.items() if value != before[field]}
        subject = f"accounts.organisation/{held.pk}"
        draft = Draft(kind="accounts.organisation.changed", subject=subject, region=region, data=changed)
        record(draft, scope=scope, now=now, base=base)


def organisation_close(*, scope: Scope, id: str, reason: str, base: int | None, now: datetime) -> None:
    """Close an organisation that nobody holds a post in any more.

    Raises:
        RuleViolation: "accounts.organisation.posts_remain", "accounts.organisation.closed_already".
    """
    scope.require(MANAGE)
    held = organisation_get(scope, id)
    if held.closed:
        raise RuleViolation("accounts.organisation.closed_already")
    if count := posts_in(str(held.pk), now):
        raise RuleViolation("accounts.organisation.posts_remain", count=count)
    draft = Draft(
        kind="accounts.organisation.closed",
        subject=f"accounts.organisation/{held.pk}",
        region=held.region,
        text={"reason": reason.strip()},
    )
    record(draft, scope=scope, now=now, base=base)


def _checked(scope: Scope, values: Mapping[str, Any], own_id: str) -> tuple[dict[str, Any], str]:
    region = "" if check_region(values["region"]) else region_pad(values["region"])
    keys = ["\0".join((text(values, "name"), text(values, "kind"), region)), text(values, "number_word")]
    hold_keys("accounts.organisation", keys)
    same = Organisation.objects.filter(name=text(values, "name"), kind=text(values, "kind"), region=region, closed=0)
    word = text(values, "number_word")
    others = Organisation.objects.filter(number_word=word, closed=0).exclude(pk=own_id) if word else same.none()
    problems = check_organisation(values, taken=same.exclude(pk=own_id).exists())
    if problems := problems + check_number_word(word, taken=others.exists()):
        raise BadInput("accounts.organisation.refused", problems)
    scope.require_region(region)
    parent_id = as_id(values.get("parent_id"))
    data = {
        "name": text(values, "name"),
        "short_name": text(values, "short_name"),
        "number_word": word,
        "kind": text(values, "kind"),
        "parent_id": parent_id if parent_id and Organisation.objects.filter(pk=parent_id).exists() else None,
    }
    return data, region
