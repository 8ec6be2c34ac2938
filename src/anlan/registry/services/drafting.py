"""What the registry's services share: who may write to which enterprise, and the draft of an entry about it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from anlan.accounts import queries as accounts
from anlan.kernel.entry import Draft
from anlan.kernel.errors import BadInput, RuleViolation, Violation
from anlan.platform.clock import SHANGHAI
from anlan.platform.journal.held import recorded
from anlan.platform.journal.node import new_id
from anlan.platform.scope import Scope
from anlan.registry import queries
from anlan.registry.models import Enterprise

__all__ = ["draft", "editable", "key_for", "opened", "refuse", "require_office", "stated_at"]

_ONCE = uuid.UUID("1f4c8c7e-7a0b-5b58-9d6c-0d0a3b6f2e11")


def editable(scope: Scope, enterprise_id: Any) -> Enterprise:
    """The enterprise, for a person who may change it.

    Raises:
        NotAllowed: "platform.not_allowed". NotFound: "registry.enterprise.not_found".
    """
    scope.require(queries.CHANGE)
    return queries.enterprise_get(scope, enterprise_id)


def opened(scope: Scope, enterprise_id: Any, once: str | None, act: str) -> Enterprise | None:
    """As `editable`; None when this act on this enterprise is already held with this `once`: nothing is left to do.

    Raises:
        As `editable`; Conflict: "journal.once_reused" when the key was used for another act.
    """
    enterprise = editable(scope, enterprise_id)
    kind = f"{queries.SUBJECT}.{act}"
    return None if once and recorded(scope, queries.subject_of(enterprise.id), once, kind) else enterprise


def refuse(problems: list[Violation], **facts: Any) -> None:
    """Raise when there is a reason: "registry.enterprise.refused" with every one of them.

    Raises:
        RuleViolation: "registry.enterprise.refused".
    """
    if problems:
        raise RuleViolation("registry.enterprise.refused", problems, **facts)


def require_office(scope: Scope, office_id: str | None) -> None:
    """Refuse an office that is none of those this person may choose from; once given, there is always one.

    Raises:
        BadInput: "registry.enterprise.invalid" with "registry.office_missing" or "registry.office_unknown".
    """
    if office_id not in {str(i) for i, _ in accounts.office_choices(scope)}:
        code = "registry.office_unknown" if office_id else "registry.office_missing"
        raise BadInput("registry.enterprise.invalid", [Violation(code, {}, "office_id")])


def key_for(scope: Scope, what: str, once: str | None, now: datetime) -> str:
    """A new id; with a client's key always the same one, so that a repeated request finds what the first one made."""
    return str(uuid.uuid5(_ONCE, f"{what}\0{scope.person}\0{once}")) if once else new_id(now)


def stated_at(on: date | None, now: datetime) -> datetime | None:
    """The moment a person stated by naming a day: its beginning in Shanghai; None for today or no day."""
    if on is None or on == now.astimezone(SHANGHAI).date():
        return None
    return datetime.combine(on, time(), SHANGHAI)


def draft(
    enterprise: Enterprise,
    act: str,
    *,
    set_: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
    reason: str = "",
    legal: Iterable[str] = (),
    at: datetime | None = None,
    once: str | None = None,
    region: str = "",
) -> Draft:
    """The draft of `registry.enterprise.<act>` about an existing enterprise; `legal` counts where `set_` writes it."""
    body = {**({"set": dict(set_)} if set_ else {}), **(data or {})}
    return Draft(
        kind=f"{queries.SUBJECT}.{act}",
        subject=queries.subject_of(enterprise.id),
        region=region or enterprise.region,
        data=body,
        text={"reason": reason.strip()} if reason.strip() else {},
        at=at,
        once=once,
        legal=tuple(name for name in legal if name in (set_ or {})),
        drill=bool(enterprise.drill),
    )
