"""Opening, disabling and unlocking accounts; passwords. Credentials are LOCAL; that it happened is an entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from axes.utils import reset as axes_reset
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from anlan.accounts.models import Account, ApiToken, Person
from anlan.accounts.passwords import initial_password
from anlan.accounts.queries import account_get, person_get
from anlan.accounts.queries.same_person import people_same
from anlan.accounts.queries.scopes import deputies_active, posts_active
from anlan.accounts.rules.people import check_username
from anlan.accounts.rules.roles import MANAGE
from anlan.accounts.services.subjects import plain
from anlan.kernel.errors import BadInput, NotAllowed, RuleViolation, Violation
from anlan.platform.database import writing
from anlan.platform.journal.node import new_id
from anlan.platform.journal.record import Draft, record
from anlan.platform.scope import Scope

_DJANGO_CODES = {
    "password_too_short": "accounts.password.too_short",
    "password_too_common": "accounts.password.too_common",
    "password_too_similar": "accounts.password.too_similar",
    "password_entirely_numeric": "accounts.password.only_digits",
}


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A fresh account with the password that is shown once."""

    id: str
    username: str
    password: str


def account_create(
    *,
    scope: Scope,
    person_id: str,
    username: str,
    now: datetime,
    password: str | None = None,
    must_change: bool = True,
) -> NewAccount:
    """Open an account for a person in scope.

    Args:
        password: None makes one. must_change: the person chooses another at the first login.
    Raises:
        NotAllowed: without `accounts.manage`, or "accounts.account.posts_outside". NotFound: the person.
        BadInput: "accounts.account.refused", "accounts.password.refused".
    """
    scope.require(MANAGE)
    person = person_get(scope, person_id)
    _require_all_posts(scope, person, now)
    name = plain(username).lower()
    if problems := check_username(name, taken=Account.objects.filter(username=name).exists()):
        raise BadInput("accounts.account.refused", problems)
    account = Account(id=new_id(now), username=name, person=person, created_at=now, must_change_password=must_change)
    chosen = password or initial_password()
    _set_password(account, chosen, now)
    with writing():
        try:
            with transaction.atomic():
                Account.objects.bulk_create([account])
        except IntegrityError as error:  # somebody took the name since the check above
            raise BadInput("accounts.account.refused", check_username(name, taken=True)) from error
        note(person, "account_opened", scope=scope, now=now, data={"username": name})
    return NewAccount(str(account.pk), name, chosen)


def account_disable(*, scope: Scope, id: str, reason: str, now: datetime) -> None:
    """Close an account: sessions and tokens end at once; the person and their history stay.

    Raises:
        RuleViolation: "accounts.account.oneself", "accounts.account.disabled_already". NotFound, NotAllowed.
    """
    account = _managed(scope, id, now)
    if not account.is_active:
        raise RuleViolation("accounts.account.disabled_already", username=account.username)
    with writing():
        Account.objects.filter(pk=account.pk).update(is_active=False)
        _revoke_tokens(account, now)
        note(account.person, "account_disabled", scope=scope, now=now, data=_who(account), reason=reason)


def account_enable(*, scope: Scope, id: str, now: datetime) -> None:
    """Open a disabled account again; its tokens stay revoked.

    Raises:
        RuleViolation: "accounts.account.oneself", "accounts.account.enabled_already". NotFound, NotAllowed.
    """
    account = _managed(scope, id, now)
    if account.is_active:
        raise RuleViolation("accounts.account.enabled_already", username=account.username)
    with writing():
        Account.objects.filter(pk=account.pk).update(is_active=True)
        note(account.person, "account_enabled", scope=scope, now=now, data=_who(account))


def password_reset(*, scope: Scope, id: str, now: datetime, password: str | None = None) -> str:
    """Give an account a new password that must be changed at the next login; sessions and tokens end.

    Returns:
        The password, to be handed over once.
    Raises:
        RuleViolation: "accounts.account.oneself". NotFound, NotAllowed. BadInput: "accounts.password.refused".
    """
    account = _managed(scope, id, now)
    chosen = password or initial_password()
    _set_password(account, chosen, now)
    account.must_change_password = True
    with writing():
        _keep_password(account)
        _revoke_tokens(account, now)
        axes_reset(username=account.username)
        note(account.person, "password_reset", scope=scope, now=now, data=_who(account))
    return chosen


def password_change(*, account: Account, scope: Scope | None, old: str, new: str, repeated: str, now: datetime) -> None:
    """A person's own new password; other sessions and all tokens of the account end.

    Args:
        scope: None for somebody without a post, who may still change the password.
    Raises:
        BadInput: "accounts.password.refused" with every reason.
    """
    problems = []
    if not account.check_password(old):
        problems.append(Violation("accounts.password.old_wrong", field="old"))
    if new != repeated:
        problems.append(Violation("accounts.password.not_repeated", field="repeated"))
    if new and new == old:
        problems.append(Violation("accounts.password.same_as_before", field="new"))
    if problems := problems + password_problems(new, account):
        raise BadInput("accounts.password.refused", problems)
    account.set_password(new)
    account.password_changed_at = now
    account.must_change_password = False
    with writing():
        _keep_password(account)
        _revoke_tokens(account, now)
        actor = scope or Scope(str(account.person_id), "", "", frozenset(), "")
        note(account.person, "password_changed", scope=actor, now=now, data=_who(account))


def account_unlock(*, scope: Scope, id: str, now: datetime) -> int:
    """Lift a lock-out after too many wrong passwords. Returns how many counted failures were forgotten."""
    account = _managed(scope, id, now, oneself=True)
    with writing():
        forgotten = axes_reset(username=account.username)
        note(account.person, "account_unlocked", scope=scope, now=now, data=_who(account))
    return forgotten


def account_seen(account: Account, now: datetime) -> None:
    """Remember when an account was last used (LOCAL, at most once a minute by the caller)."""
    with writing():
        Account.objects.filter(pk=account.pk).update(last_seen_at=now)


def password_problems(password: str, account: Account | None = None) -> list[Violation]:
    """Every reason why a password is refused.

    Source: GB/T 22239-2019 8.1.4.1; lengths and lists as in config/settings.py.
    """
    try:
        validate_password(password, account)
    except ValidationError as refused:
        return [
            Violation(_DJANGO_CODES.get(e.code or "", e.code or ""), {**(e.params or {}), "needed": 3}, "new")
            for e in refused.error_list
        ]
    return []


def note(person: Person, what: str, *, scope: Scope, now: datetime, data: Mapping[str, Any], reason: str = "") -> None:
    """Record what happened to a person's credentials here; the entry changes no column."""
    draft = Draft(
        kind=f"accounts.person.{what}",
        subject=f"accounts.person/{person.pk}",
        region=person.region,
        data=data,
        text={"reason": reason.strip()} if reason.strip() else {},
    )
    record(draft, scope=scope, now=now, base=None)


def managed_account(scope: Scope, id: str, now: datetime) -> Account:
    """An account that this scope may administer; as every service here checks it."""
    return _managed(scope, id, now)


def _managed(scope: Scope, id: str, now: datetime, *, oneself: bool = False) -> Account:
    scope.require(MANAGE)
    account = account_get(scope, id)
    _require_all_posts(scope, account.person, now)
    if not oneself and scope.person and scope.who(str(account.person_id)) == scope.person:
        raise RuleViolation("accounts.account.oneself")
    return account


def _require_all_posts(scope: Scope, person: Person, now: datetime) -> None:
    # Else a town's administrator could reset the password of somebody who also sits in the county, and become him.
    # An account acts in the posts of every registration of its person, and in those that the person stands in for.
    people = people_same(str(person.pk))
    regions = [*posts_active(now).filter(person_id__in=people).values_list("region", flat=True)]
    regions += deputies_active(now).filter(person_id__in=people).values_list("region", flat=True)
    if any(not scope.covers(region) for region in regions):
        raise NotAllowed("accounts.account.posts_outside", name=person.name)


def _set_password(account: Account, password: str, now: datetime) -> None:
    if problems := password_problems(password, account):
        raise BadInput("accounts.password.refused", problems)
    account.set_password(password)
    account.password_changed_at = now


def _keep_password(account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(
        password=account.password,
        password_changed_at=account.password_changed_at,
        must_change_password=account.must_change_password,
    )


def _revoke_tokens(account: Account, now: datetime) -> None:
    ApiToken.objects.filter(account=account, revoked_at__isnull=True).update(revoked_at=now)


def _who(account: Account) -> dict[str, str]:
    return {"username": account.username}
