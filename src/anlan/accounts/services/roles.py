"""Installing the built-in roles; making roles and changing their rights."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from anlan.accounts.models import Role
from anlan.accounts.queries import role_declared, role_get
from anlan.accounts.rules.roles import MANAGE, ROLES, check_rights, role_id
from anlan.accounts.services.subjects import subject_id, text
from anlan.kernel.codes import region_pad
from anlan.kernel.errors import BadInput, RuleViolation
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.database import writing
from anlan.platform.journal.record import NEW, Draft, record, version_of
from anlan.platform.scope import Scope


def roles_install(*, scope: Scope, region: str, now: datetime) -> list[str]:
    """Install the built-in roles that are missing and bring untouched ones to this version's rights. Repeatable.

    A role that a person edited gains the rights that this version declares and the one installed before did not know;
    what the person added, removed or renamed stays.

    Args:
        region: code of the server's region; roles belong to it.
    Returns:
        Words of the roles that were written.
    """
    scope.require(MANAGE)
    held = {role.word: role for role in Role.objects.exclude(word="")}
    written = []
    with writing():
        for builtin in ROLES:
            data = {
                "word": builtin.word,
                "label": builtin.label,
                "by_office": int(builtin.by_office),
                "by_enterprise": int(builtin.by_enterprise),
                "rights": sorted(builtin.rights),
            }
            role = held.get(builtin.word)
            subject, gained = f"accounts.role/{role_id(builtin.word)}", set[str]()
            if role is not None and role.edited:
                before = role_declared(role)
                if before == builtin.rights:
                    continue
                gained = set(builtin.rights - before) - set(role.words.split())
                data |= {"label": role.label}
            elif role is not None and data == _declared(role):
                continue
            draft = Draft(kind="accounts.role.installed", subject=subject, region=region_pad(region), data=data)
            record(draft, scope=scope, now=now, base=version_of(subject))
            if gained:
                added = replace(draft, kind="accounts.role.changed", data={"added": sorted(gained), "removed": []})
                record(added, scope=scope, now=now, base=version_of(subject))
            written.append(builtin.word)
    return written


def _declared(role: Role) -> dict[str, object]:
    return {
        "word": role.word,
        "label": role.label,
        "by_office": role.by_office,
        "by_enterprise": role.by_enterprise,
        "rights": role.words.split(),
    }


def role_create(
    *,
    scope: Scope,
    label: str,
    rights: Collection[str],
    now: datetime,
    by_office: bool = False,
    by_enterprise: bool = False,
    once: str | None = None,
) -> str:
    """Make a role of one's own.

    Raises:
        NotAllowed: without `accounts.manage`. BadInput: "accounts.role.label_missing".
        RuleViolation: "accounts.role.refused" with every reason of `check_rights`.
    """
    scope.require(MANAGE)
    name = text({"label": label}, "label")
    if not name:
        raise BadInput("accounts.role.label_missing")
    _require_rights("", rights)
    new_id = subject_id("accounts.role", scope=scope, now=now, once=once)
    data = {
        "word": "",
        "label": name,
        "by_office": int(by_office),
        "by_enterprise": int(by_enterprise),
        "rights": sorted(set(rights)),
    }
    draft = Draft(
        kind="accounts.role.created",
        subject=f"accounts.role/{new_id}",
        region=region_pad(scope.region),
        data=data,
        once=once,
    )
    record(draft, scope=scope, now=now, base=NEW)
    return new_id


def role_change(
    *, scope: Scope, id: str, rights: Collection[str], base: int | None, now: datetime, label: str = ""
) -> None:
    """Set the rights of a role; the entry holds what was added and what was removed.

    Raises:
        NotAllowed: without `accounts.manage`. NotFound: "accounts.role.not_found". Conflict: the page is stale.
        RuleViolation: "accounts.role.refused" with every reason; "accounts.role.unchanged".
    """
    scope.require(MANAGE)
    role = role_get(id)
    # Roles hold for the whole server: somebody who manages one town's accounts may not widen them.
    scope.require_region(role.region)
    _require_rights(role.word, rights)
    before, after = set(role.words.split()), set(rights)
    if before == after and label.strip() in {"", role.label}:
        raise RuleViolation("accounts.role.unchanged", role=role.label)
    data = {"added": sorted(after - before), "removed": sorted(before - after)}
    if label.strip():
        data["label"] = text({"label": label}, "label")
    draft = Draft(kind="accounts.role.changed", subject=f"accounts.role/{role.pk}", region=role.region, data=data)
    record(draft, scope=scope, now=now, base=base)


def _require_rights(word: str, rights: Collection[str]) -> None:
    if problems := check_rights(word, rights, CATALOGUE.rights):
        raise RuleViolation("accounts.role.refused", problems)
