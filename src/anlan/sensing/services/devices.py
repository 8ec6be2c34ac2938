"""Devices: entered, changed, their channels and maintenance windows, and following their enterprise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from anlan.kernel.entry import Draft
from anlan.kernel.errors import BadInput, NotFound
from anlan.platform.database import writing
from anlan.platform.journal.held import recorded, versions_of
from anlan.platform.journal.node import new_id
from anlan.platform.journal.record import record, record_many
from anlan.platform.ledger.services import plain_change, plain_create
from anlan.platform.scope import SYSTEM, Scope
from anlan.registry import queries as registry
from anlan.sensing import queries
from anlan.sensing.errors import ModelNotFound
from anlan.sensing.models import Alarm, Device, DeviceModel
from anlan.sensing.rules.device import PROTOCOLS, ChannelFacts, check_channel, check_window
from anlan.sensing.services.drafting import fixed_id, said

__all__ = [
    "ChannelFacts", "channel_remove", "channel_set", "device_change", "device_create", "doubt_clear",
    "enterprise_rescope", "window_end", "window_set",
]  # fmt: skip

RIGHT = "sensing.device.change"
_BATCH = 200


def _of_enterprise(scope: Scope, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with what a device has from its enterprise: office, and region and position where none were entered."""
    full = {"protocol": PROTOCOLS[0][0]} | {n: v for n, v in values.items() if v not in (None, "")}
    key = full.get("enterprise") or full.get("enterprise_id")
    if not key:
        return full
    firm = registry.enterprise_get(scope, key)
    full["office"] = str(firm.office_id) if firm.office_id else None
    full["region"] = full.get("region") or firm.region
    if full.get("lon") is None and full.get("lat") is None:
        full["lon"], full["lat"] = firm.lon, firm.lat
    return {n: v for n, v in full.items() if v is not None}


def device_create(*, scope: Scope, values: Mapping[str, Any], now: datetime, once: str | None = None) -> str:
    """Enter a device and return its id; office, region and position come from its enterprise where it has one.

    Args:
        values: name, protocol, identity, model, enterprise, region, place, lon, lat, status, installed_on.
    Raises:
        NotAllowed: "platform.not_allowed", "platform.region_outside". BadInput: "ledger.values_refused".
        NotFound: "registry.enterprise.not_found".
        RuleViolation: "ledger.rule_refused" with rules.device.check_device's reasons; "ledger.duplicate".
    """
    scope.require(RIGHT)
    return plain_create(scope=scope, ledger=Device.SUBJECT, values=_of_enterprise(scope, values), now=now, once=once)


def device_change(
    *, scope: Scope, id: str, values: Mapping[str, Any], base: int | None, now: datetime, once: str | None = None
) -> bool:
    """Change a device; whether anything differed. Raises as `device_create`, NotFound, Conflict: "journal.conflict"."""
    scope.require(RIGHT)
    full = dict(values)
    if full.get("enterprise"):
        firm = registry.enterprise_get(scope, full["enterprise"])
        full["office"] = str(firm.office_id) if firm.office_id else None
        full.setdefault("region", firm.region)
    return plain_change(scope=scope, ledger=Device.SUBJECT, id=id, values=full, base=base, now=now, once=once)


def _act(
    scope: Scope, row: Any, act: str, data: dict[str, Any], now: datetime, base: int | None, once: str | None, **texts: str
) -> None:
    kind, subject = f"{row.SUBJECT}.{act}", f"{row.SUBJECT}/{row.pk}"
    with writing():
        if once and recorded(scope, subject, once, kind):
            return
        draft = Draft(kind=kind, subject=subject, region=row.region, data=data, text=said(**texts), once=once,
                      drill=bool(row.drill))  # fmt: skip
        record(draft, scope=scope, now=now, base=base)


def _owner(scope: Scope, subject: str, key: str) -> Any:
    scope.require(RIGHT)
    if subject == Device.SUBJECT:
        return queries.device_get(scope, key)
    uuid = queries.as_uuid(key)
    found = queries.visible(DeviceModel, scope).filter(pk=uuid).first() if uuid else None
    if found is None:
        raise ModelNotFound
    scope.require_region(found.region)
    return found


def channel_set(
    *, scope: Scope, subject: str, id: str, facts: ChannelFacts, base: int | None, now: datetime, once: str | None = None
) -> None:
    """Add or change a channel of a device ("sensing.device") or of a model ("sensing.model").

    Raises:
        NotAllowed: "platform.not_allowed". DeviceNotFound, ModelNotFound. Conflict: "journal.conflict".
        BadInput: "sensing.channel.refused" with every reason.
    """
    row = _owner(scope, subject, id)
    if problems := check_channel(facts):
        raise BadInput("sensing.channel.refused", problems)
    values = asdict(facts)
    metric = values.pop("metric").strip()
    _act(scope, row, "channel_set", {"metric": metric, "set": values}, now, base, once)


def channel_remove(
    *, scope: Scope, subject: str, id: str, metric: str, base: int | None, now: datetime, once: str | None = None
) -> None:
    """Take a channel's entry away; its readings stay. Raises as `channel_set`, NotFound: "sensing.channel.not_found"."""
    row = _owner(scope, subject, id)
    if not row.channels.filter(key=metric).exists():
        raise NotFound("sensing.channel.not_found", metric=metric)
    _act(scope, row, "channel_removed", {"metric": metric}, now, base, once)


def window_set(
    *, scope: Scope, device_id: str, since: datetime, until: datetime, reason: str, base: int | None, now: datetime,
    once: str | None = None,
) -> str:
    """Set a maintenance window: alarms are not raised in it but recorded as suppressed; its key.

    Raises:
        NotAllowed: "platform.not_allowed". DeviceNotFound. Conflict: "journal.conflict".
        BadInput: "sensing.window.refused" with every reason.
    """  # fmt: skip
    row = _owner(scope, Device.SUBJECT, device_id)
    since = max(since, now)
    if problems := check_window(since, until, reason, now):
        raise BadInput("sensing.window.refused", problems)
    key = fixed_id("window", str(row.pk), scope.person, once) if once else new_id(now)
    data = {"key": key, "set": {"since": since.isoformat(), "until": until.isoformat()}}
    _act(scope, row, "window_set", data, now, base, once, reason=reason)
    return key


def window_end(
    *, scope: Scope, device_id: str, key: str, base: int | None, now: datetime, once: str | None = None
) -> None:
    """End a maintenance window early. Raises as `window_set`; NotFound: "sensing.window.not_found" for one that is over."""
    row = _owner(scope, Device.SUBJECT, device_id)
    if not row.windows.filter(key=key, until__gt=now).exists():
        raise NotFound("sensing.window.not_found")
    _act(scope, row, "window_set", {"key": key, "set": {"until": now.isoformat()}}, now, base, once)


def doubt_clear(
    *, scope: Scope, device_id: str, note: str, base: int | None, now: datetime, once: str | None = None
) -> None:
    """Say that a double identity has been looked into; the flag may rise again.

    Raises:
        NotAllowed: "platform.not_allowed". DeviceNotFound. Conflict: "journal.conflict".
        NotFound: "sensing.device.not_doubted".
    """
    row = _owner(scope, Device.SUBJECT, device_id)
    if row.doubted_at is None:
        raise NotFound("sensing.device.not_doubted")
    _act(scope, row, "identity_cleared", {}, now, base, once, note=note)


def enterprise_rescope(*, enterprise_id: str, now: datetime, scope: Scope = SYSTEM) -> int:
    """Let an enterprise's devices and open alarms follow its office; how many moved.

    Raises:
        Conflict: "journal.conflict"; the next change of the enterprise tries again.
    Source: house rule (一企一科).
    """
    whole = Scope(scope.person, scope.post, scope.name, frozenset({registry.VIEW}), "")
    firm = registry.enterprise_get(whole, registry.enterprise_current(enterprise_id))
    office = str(firm.office_id) if firm.office_id else None
    drafts = []
    for model in (Device, Alarm):
        for row in model._default_manager.filter(enterprise_id=enterprise_id).order_by("id"):
            if (str(row.office_id) if row.office_id else None) != office:
                data = {"office_id": office}
                subject = f"{model.SUBJECT}/{row.pk}"
                drafts.append(Draft(f"{model.SUBJECT}.rescoped", subject, row.region, data, drill=bool(row.drill)))
    versions = versions_of(d.subject for d in drafts)
    for start in range(0, len(drafts), _BATCH):
        with writing():
            record_many([(d, versions[d.subject]) for d in drafts[start : start + _BATCH]], scope=scope, now=now)
    return len(drafts)
