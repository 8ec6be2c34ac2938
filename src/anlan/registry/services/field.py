"""An enterprise met on the way that is in no book: entered on the spot with the least that is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from anlan.kernel.errors import BadInput, Violation
from anlan.platform.database import writing
from anlan.platform.journal.record import version_of
from anlan.platform.scope import Scope
from anlan.registry import queries
from anlan.registry.services.contacts import contact_set
from anlan.registry.services.drafting import key_for
from anlan.registry.services.enterprises import enterprise_create

__all__ = ["ADD", "enterprise_add"]

ADD = "registry.add"
_FIELDS = frozenset({"name", "uscc", "region", "address", "lon", "lat", "scale", "classes", "tags"})


def enterprise_add(
    *, scope: Scope, values: Mapping[str, Any], contact: Mapping[str, Any], now: datetime, once: str | None = None
) -> str:
    """Register an enterprise found on the spot, with one contact, in one transaction; its id. No office is named yet.

    A repeated `once` of the same person returns the first one's id.

    Args:
        values: name, region (12 digits, within the person's), and where known uscc, address, lon and lat (WGS-84), scale,
            classes, tags. contact: name and phone of whoever was met there, post (code or label).
    Raises:
        NotAllowed: "platform.not_allowed", "platform.region_outside".
        BadInput: "registry.enterprise.invalid", "registry.contact.invalid" with every reason.
        RuleViolation: "registry.enterprise.duplicate"; the one already there is named only if this person sees it.
    """
    if not scope.may(queries.CHANGE):
        scope.require(ADD)
    if not str(values.get("region") or "").strip():
        raise BadInput("registry.enterprise.invalid", [Violation("registry.add.region_missing", {}, "region")])
    plain = {name: value for name, value in values.items() if name in _FIELDS and value not in (None, "", [])}
    # What these two services ask of a registrar was judged above; who did it stays who did it.
    registrar = replace(scope, rights=scope.rights | {queries.CHANGE, queries.VIEW})
    key = key_for(registrar, "enterprise", once, now)
    if once and version_of(queries.subject_of(key)):
        return key
    with writing():
        made = enterprise_create(scope=registrar, values=plain, now=now, once=once)
        contact_set(scope=registrar, enterprise_id=made, values=contact, base=1, now=now)
    return made
