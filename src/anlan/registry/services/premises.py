"""The places where an enterprise works: added, changed, given up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from anlan.kernel.errors import AnlanError, BadInput, NotFound, Violation
from anlan.kernel.text import check_hidden, clean_cell
from anlan.platform.database import writing
from anlan.platform.journal.record import record
from anlan.platform.scope import Scope
from anlan.registry import queries
from anlan.registry.rules import change
from anlan.registry.rules.codes import PREMISES_USES
from anlan.registry.rules.enterprise import normalise_enterprise
from anlan.registry.services.drafting import draft, key_for, opened, refuse


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Name, use, address, lon, lat as plain values.

    Raises:
        BadInput: "registry.premises.invalid" with every reason.
    """
    found = check_hidden(values.get("name"), "name")
    place: dict[str, Any] = {}
    try:
        place = normalise_enterprise({k: values.get(k) for k in ("address", "lon", "lat", "coords")})
    except BadInput as error:
        found += error.violations
    plain = {"name": clean_cell(values.get("name")), "use": "", **place}
    try:
        plain["use"] = PREMISES_USES.read(values.get("use"))
    except AnlanError as error:
        found.append(Violation(error.code, error.facts, "use"))
    if not found:
        found = change.check_premises(plain)
    if found:
        raise BadInput("registry.premises.invalid", found)
    return plain


def premises_add(
    *,
    scope: Scope,
    enterprise_id: Any,
    values: Mapping[str, Any],
    base: int | None,
    now: datetime,
    once: str | None = None,
) -> str:
    """Add premises (name, use, address, lon, lat, coords) and return their key.

    Raises:
        BadInput: "registry.premises.invalid". RuleViolation: "registry.enterprise.refused".
        NotFound: "registry.enterprise.not_found". NotAllowed: "platform.not_allowed". Conflict: "journal.conflict".
    """
    key = key_for(scope, f"premises {enterprise_id}", once, now)
    with writing():
        if (enterprise := opened(scope, enterprise_id, once, "premises_added")) is None:
            return key
        refuse(change.check_live(queries.facts_of(enterprise)))
        data = {"key": key}
        entry = draft(enterprise, "premises_added", set_=_plain(values), data=data, once=once)
        record(entry, scope=scope, now=now, base=base)
    return key


def premises_change(
    *,
    scope: Scope,
    enterprise_id: Any,
    key: str,
    values: Mapping[str, Any],
    base: int | None,
    now: datetime,
    once: str | None = None,
) -> None:
    """Replace what is said of premises; raises as `premises_add`, and NotFound "registry.premises.not_found"."""
    with writing():
        if (enterprise := opened(scope, enterprise_id, once, "premises_changed")) is None:
            return
        refuse(change.check_live(queries.facts_of(enterprise)))
        _require(enterprise, key)
        entry = draft(enterprise, "premises_changed", set_=_plain(values), data={"key": key}, once=once)
        record(entry, scope=scope, now=now, base=base)


def premises_remove(
    *,
    scope: Scope,
    enterprise_id: Any,
    key: str,
    base: int | None,
    now: datetime,
    reason: str = "",
    once: str | None = None,
) -> None:
    """Give premises up; raises as `premises_change`."""
    with writing():
        if (enterprise := opened(scope, enterprise_id, once, "premises_removed")) is None:
            return
        refuse(change.check_live(queries.facts_of(enterprise)))
        _require(enterprise, key)
        entry = draft(enterprise, "premises_removed", data={"key": key}, reason=reason, once=once)
        record(entry, scope=scope, now=now, base=base)


def _require(enterprise: Any, key: str) -> None:
    if not enterprise.premises.filter(key=key).exists():
        raise NotFound("registry.premises.not_found")
