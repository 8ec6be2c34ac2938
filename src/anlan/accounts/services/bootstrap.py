"""What the server itself does before anybody can log in: `anlan init`, `anlan user add`, the demo county, tests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from anlan.accounts.models import Organisation
from anlan.accounts.queries import role_by_word
from anlan.accounts.queries.enterprises import enterprise_find
from anlan.accounts.rules.roles import MANAGE
from anlan.accounts.services.accounts import account_create
from anlan.accounts.services.organisations import organisation_create
from anlan.accounts.services.people import person_create
from anlan.accounts.services.posts import post_create
from anlan.kernel.codes import region_pad, region_prefix
from anlan.platform.database import writing
from anlan.platform.scope import SYSTEM, Scope

SETUP: Scope = replace(SYSTEM, rights=frozenset({MANAGE, "accounts.view"}))
"""The server acting as its own administrator; its entries have no actor."""

_KIND_BY_ROLE = {
    "leader": "bureau",
    "supervision": "office",
    "enforcement": "office",
    "town": "town",
    "grid": "village",
    "department": "department",
    "enterprise": "enterprise",
    "expert": "expert_group",
}


@dataclass(frozen=True, slots=True)
class NewUser:
    """A person who can log in: ids, user name and the password to be handed over once."""

    person_id: str
    post_id: str
    account_id: str
    username: str
    password: str


def user_add(
    *,
    username: str,
    name: str,
    role: str,
    region: str,
    organisation: str,
    now: datetime,
    scope: Scope = SETUP,
    password: str | None = None,
    office: str | None = None,
    enterprise_id: str | None = None,
    title: str = "",
    must_change: bool = True,
) -> NewUser:
    """Person, organisation (if it is new), post and account in one transaction.

    Args:
        role: word of a built-in role. region: code of any length. organisation, office: names; an office that is new
            is made too; for a role limited by office, the office is the organisation itself unless named.
        enterprise_id: id or 统一社会信用代码 of an enterprise.
        password: None makes one.
    Raises:
        As the single services do; nothing is written then.
    """
    prefix = region_prefix(region)
    with writing():
        body = _organisation(organisation, _KIND_BY_ROLE.get(role, "bureau"), prefix, now, scope)
        found = role_by_word(role)
        responsible = _organisation(office, "office", prefix, now, scope) if office else None
        if responsible is None and found.by_office:
            responsible = body
        person_id = person_create(scope=scope, values={"name": name, "region": prefix}, now=now)
        post = {
            "person_id": person_id,
            "organisation_id": body,
            "role_id": str(found.pk),
            "prefix": prefix,
            "office_id": responsible,
            "enterprise_id": _enterprise(enterprise_id, scope),
            "title": title,
        }
        post_id = post_create(scope=scope, values=post, now=now)
        account = account_create(
            scope=scope, person_id=person_id, username=username, password=password, must_change=must_change, now=now
        )
    return NewUser(person_id, post_id, account.id, account.username, account.password)


def _enterprise(given: str | None, scope: Scope) -> str | None:
    looking = replace(scope, rights=scope.rights | {"registry.view"})
    return (enterprise_find(looking, given) or given) if given else None


def _organisation(name: str, kind: str, prefix: str, now: datetime, scope: Scope) -> str:
    found = Organisation.objects.filter(name=name.strip(), region=region_pad(prefix), closed=0).first()
    if found is not None:
        return str(found.pk)
    return organisation_create(scope=scope, values={"name": name, "kind": kind, "region": prefix}, now=now)
