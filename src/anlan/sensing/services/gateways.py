"""Keys of gateways: issued once, kept as a digest, revoked at once. A gateway may hand in parcels and nothing else."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from anlan.kernel.errors import BadInput, NotFound
from anlan.kernel.text import blank, check_hidden
from anlan.platform.database import writing
from anlan.platform.journal.node import new_id
from anlan.platform.scope import SYSTEM, Scope
from anlan.sensing import queries
from anlan.sensing.models import GatewayToken

__all__ = ["NewGatewayToken", "gateway_authenticate", "gateway_token_create", "gateway_token_revoke", "gateway_token_rotate"]

_MARK = "anlangw_"
_MOST_NAME = 40


@dataclass(frozen=True, slots=True)
class NewGatewayToken:
    """A fresh token; `raw` is shown once and can't be read again."""

    id: str
    raw: str


def gateway_token_create(
    *, name: str, now: datetime, scope: Scope = SYSTEM, lasts: timedelta | None = None
) -> NewGatewayToken:
    """Issue the key of one gateway.

    Args:
        scope: SYSTEM from the command line and from `serve`; a person needs "platform.operate".
        lasts: until it ends by itself; None: until it is revoked.
    Raises:
        NotAllowed: "platform.not_allowed". BadInput: "sensing.gateway.name_malformed".
    """
    if scope is not SYSTEM:
        scope.require("platform.operate")
    name = name.strip()
    if blank(name) or len(name) > _MOST_NAME or check_hidden(name, "name", name=True):
        raise BadInput("sensing.gateway.name_malformed", most=_MOST_NAME)
    raw = _MARK + secrets.token_urlsafe(32)
    with writing():
        made = GatewayToken.objects.create(
            id=UUID(new_id(now)), name=name, digest=_digest(raw), created_at=now, expires_at=now + lasts if lasts else None
        )
    return NewGatewayToken(str(made.id), raw)


def gateway_token_rotate(
    *, name: str, now: datetime, keep: timedelta, scope: Scope = SYSTEM, lasts: timedelta | None = None
) -> NewGatewayToken:
    """Issue a further key of a gateway; those it has end after `keep`, so that it goes on until it was given the new one.

    Raises:
        NotAllowed: "platform.not_allowed". NotFound: "sensing.gateway.not_found" when it has no key that holds.
    """
    if scope is not SYSTEM:
        scope.require("platform.operate")
    with writing():
        held = queries.gateway_tokens(now).filter(name=name.strip())
        if not held.exists():
            raise NotFound("sensing.gateway.not_found")
        end = now + keep
        held.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=end)).update(expires_at=end)
        return gateway_token_create(name=name, now=now, scope=scope, lasts=lasts)


def gateway_token_revoke(*, token_id: str, now: datetime, scope: Scope = SYSTEM) -> None:
    """Revoke a gateway's key at once.

    Raises:
        NotAllowed: "platform.not_allowed". NotFound: "sensing.gateway.not_found".
    """
    if scope is not SYSTEM:
        scope.require("platform.operate")
    with writing():
        key = queries.as_uuid(token_id)
        held = GatewayToken.objects.filter(pk=key, revoked_at__isnull=True)
        if key is None or not held.update(revoked_at=now):
            raise NotFound("sensing.gateway.not_found")


def gateway_authenticate(raw: str, now: datetime) -> str:
    """The name of the gateway behind a key, "" for an unknown, ended or revoked one."""
    if not raw.startswith(_MARK):
        return ""
    # Asked with every parcel: one short statement, and the rest is looked at here.
    held = GatewayToken.objects.filter(digest=_digest(raw)).values_list("name", "revoked_at", "expires_at")
    for name, revoked_at, expires_at in held:
        if revoked_at is None and (expires_at is None or expires_at > now):
            return str(name)
    return ""


def _digest(raw: str) -> str:
    return hashlib.sha256(raw.encode()).hexdigest()
