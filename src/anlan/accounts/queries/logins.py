"""Accounts and tokens (LOCAL)."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from anlan.accounts.models import Account, ApiToken
from anlan.accounts.queries.identity import as_id
from anlan.accounts.queries.same_person import people_same
from anlan.kernel.errors import NotFound
from anlan.platform.scope import Scope, limit


def account_get(scope: Scope, account_id: str) -> Account:
    """One account of a person in scope, with the person.

    Raises:
        NotFound: "accounts.account.not_found".
    """
    account = limit(Account.objects.filter(pk=as_id(account_id)), scope).select_related("person").first()
    if account is None:
        raise NotFound("accounts.account.not_found")
    return account


def account_list(scope: Scope, text: str = "") -> QuerySet[Account]:
    """Accounts of people in scope whose user name or person's name contains `text`, by user name."""
    rows = limit(Account.objects.select_related("person"), scope)
    if text := text.replace("\0", ""):
        rows = rows.filter(Q(username__contains=text.lower()) | Q(person__name__contains=text))
    return rows.order_by("username")


def accounts_of(scope: Scope, person_id: str) -> QuerySet[Account]:
    """Accounts in scope of one person, by whichever registration they were opened."""
    key = as_id(person_id)
    own = people_same(str(key)) if key else frozenset()
    return limit(Account.objects.filter(person_id__in=own), scope).select_related("person").order_by("username")


def account_of(username: str) -> Account | None:
    """The account of a user name, whatever its case; for the login page and the command line only."""
    return Account.objects.filter(username=username.strip().lower()).select_related("person").first()


def tokens_of(account: Account) -> QuerySet[ApiToken]:
    """Tokens of an account that are not revoked, newest first."""
    return ApiToken.objects.filter(account=account, revoked_at__isnull=True).order_by("-created_at")


def account_active(account_id: str) -> Account | None:
    """An enabled account by id; for the second step of a login only."""
    return Account.objects.filter(pk=as_id(account_id), is_active=True).select_related("person").first()
