"""API tokens: issued by a person for one of their posts, shown once, kept as a digest."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from anlan.accounts.models import Account, ApiToken
from anlan.accounts.queries import scope_of
from anlan.accounts.queries.identity import as_id
from anlan.accounts.rules.tokens import check_token
from anlan.accounts.services.accounts import note
from anlan.accounts.services.subjects import plain
from anlan.kernel.errors import BadInput, NotFound
from anlan.kernel.text import check_hidden
from anlan.platform import instances
from anlan.platform.database import writing
from anlan.platform.journal.node import new_id
from anlan.platform.scope import Scope

_MARK = "anlan_"
_USE_NOTED_EVERY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class NewToken:
    """A fresh token; `raw` is shown once and can't be read again."""

    id: str
    raw: str


def token_create(*, scope: Scope, account: Account, name: str, days: int, now: datetime) -> NewToken:
    """Issue a token that acts in the post of `scope` for `days` days.

    Args:
        account: the caller's own account.
    Raises:
        BadInput: "accounts.token.refused" with every reason.
    """
    own = scope.who(str(account.person_id)) == scope.person
    if problems := check_hidden(name, "name", name=True) + check_token(plain(name), days, own=own):
        raise BadInput("accounts.token.refused", problems)
    raw = _MARK + secrets.token_urlsafe(32)
    token_id = new_id(now)
    with writing():
        ApiToken.objects.create(
            id=token_id,
            account=account,
            post_id=scope.post,
            name=plain(name),
            start=raw[: len(_MARK) + 4],
            digest=_digest(raw),
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        data = {"token": token_id, "name": plain(name), "days": days}
        note(account.person, "token_issued", scope=scope, now=now, data=data)
    return NewToken(token_id, raw)


def token_revoke(*, scope: Scope, account: Account, id: str, now: datetime) -> None:
    """Revoke one of the account's tokens at once.

    Raises:
        NotFound: "accounts.token.not_found", also for a token of somebody else.
    """
    with writing():
        held = ApiToken.objects.filter(pk=as_id(id), account=account, revoked_at__isnull=True)
        if not held.update(revoked_at=now):
            raise NotFound("accounts.token.not_found")
        note(account.person, "token_revoked", scope=scope, now=now, data={"token": str(id)})


def authenticate_token(raw: str, now: datetime) -> tuple[Account, Scope] | None:
    """The account and scope behind a token; None when it is unknown, expired, revoked, or its post gives no scope.

    The digest is looked up by equality: 32 random bytes leave nothing to be learnt from timing.
    """
    if not raw.startswith(_MARK):
        return None
    held = instances.instances_in(ApiToken, "digest", [_digest(raw)])
    if not held or held[0].expires_at <= now or held[0].revoked_at is not None:
        return None
    token = held[0]
    instances.attach(held, "account")
    if token.account is None or token.account.must_change_password:
        return None
    scope = scope_of(token.account, str(token.post_id), now)
    if scope is None:
        return None
    token.account.acting = scope
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - _USE_NOTED_EVERY)
    if token.last_used_at is None or token.last_used_at < now - _USE_NOTED_EVERY:
        with writing():
            ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
    return token.account, scope


def _digest(raw: str) -> str:
    return hashlib.sha256(raw.encode()).hexdigest()
