"""The dry run: what a new or changed rule would have raised over stored history. Nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anlan.kernel.errors import BadInput, RuleViolation
from anlan.platform.scope import Scope
from anlan.sensing import queries, store
from anlan.sensing.models import AlarmRule, Device
from anlan.sensing.rules.rule import RULE_FIELDS, RuleVersion, check_rule
from anlan.sensing.services.history import signals, silences, spans
from anlan.sensing.services.rules import rule_values
from anlan.sensing.services.table import ENDLESS, millis
from anlan.sensing.store.days import DAY
from anlan.sensing.store.readings import Store

__all__ = ["DryRun", "WouldHave", "rule_dry_run"]

MOST_DEVICES, MOST_DAYS, MOST_ALARMS = 200, 92, 1000
_NUMBERS = (
    "limit", "hysteresis", "on_delay_s", "off_delay_s", "window_s", "times", "among", "flap_count", "flap_window_s",
)  # fmt: skip
_TOO_GREAT = 1e15


@dataclass(frozen=True, slots=True)
class WouldHave:
    """One alarm that would have been raised: where, from when to when (epoch ms; None: it would still stand), at what."""

    device_id: str
    device: str
    metric: str
    at: int
    until: int | None
    value: float


@dataclass(frozen=True, slots=True)
class DryRun:
    """The alarms in the order of time, how many devices were looked at, and whether either was cut short."""

    alarms: tuple[WouldHave, ...]
    devices: int
    readings: int
    cut: bool


def rule_dry_run(
    *, scope: Scope, start: datetime, end: datetime, rule_id: str = "", values: Mapping[str, Any] | None = None
) -> DryRun:
    """What a rule would have raised between two moments, of the devices that the scope sees.

    Args:
        rule_id: an existing rule to begin with, "" for a new one. values: what it would say instead (rules.rule.RULE_FIELDS).
    Raises:
        NotAllowed: "platform.not_allowed". RuleViolation: "sensing.rule.refused" with every reason.
        BadInput: "sensing.dry_run.span" for an empty span or one of more than 92 days; "kernel.text.not_a_number".
    """
    scope.require("sensing.rule.change")
    first, last = millis(start), millis(end)
    if not first < last <= first + MOST_DAYS * DAY:
        raise BadInput("sensing.dry_run.span", days=MOST_DAYS)
    key = queries.as_uuid(rule_id)
    held = queries.visible(AlarmRule, scope).filter(pk=key).first() if key else None
    said = {**(rule_values(held) if held is not None else {}), **(values or {})}
    said |= {n: _number(said[n]) for n in _NUMBERS if said.get(n) not in (None, "")}
    if problems := check_rule(said):
        raise RuleViolation("sensing.rule.refused", problems)
    spec = RuleVersion(start=0, end=ENDLESS, **{n: _typed(n, said.get(n)) for n in RULE_FIELDS if n != "basis"})
    rows = queries.device_list(scope).filter(status="active").order_by("name", "id")
    devices = [d for d in rows if spec.covers(str(d.pk), str(d.model_id or ""), d.region)]
    found: list[WouldHave] = []
    counted, held_store = 0, store.current()
    for device in devices[:MOST_DEVICES]:
        alarms, number = _of_device(spec, device, held_store, first, last)
        found, counted = found + alarms, counted + number
    found.sort(key=lambda one: (one.at, one.device_id, one.metric))
    cut = len(devices) > MOST_DEVICES or len(found) > MOST_ALARMS
    return DryRun(tuple(found[:MOST_ALARMS]), min(len(devices), MOST_DEVICES), counted, cut)


def _number(value: Any) -> float:
    """A number of a rule as a form or the API gives it."""
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        found = float("nan")
    if not abs(found) < _TOO_GREAT:
        raise BadInput("kernel.text.not_a_number", value=str(value)[:20])
    return found


def _typed(name: str, value: Any) -> Any:
    if name in ("kind", "metric", "model", "device_id", "area", "severity"):
        return str(value or ("urgent" if name == "severity" else ""))
    if name in ("limit", "hysteresis"):
        return float(value or 0)
    return bool(value) if name in ("below", "ends_itself") else int(value or 0)


def _of_device(spec: RuleVersion, device: Device, held: Store, first: int, last: int) -> tuple[list[WouldHave], int]:
    metrics: Sequence[str] = [spec.metric] if spec.metric else held.metrics(str(device.pk))
    found, counted, heard = [], 0, []
    for metric in metrics:
        series = held.series(str(device.pk), metric, first, last)
        counted += len(series.at)
        if spec.kind == "offline":
            heard += series.at.tolist()
        else:
            found += _would_have(device, metric, signals(spec, series, first, last))
    if spec.kind == "offline":
        found = _would_have(device, "", silences(spec, sorted(set(heard)), first, last))
    return found, counted


def _would_have(device: Device, metric: str, said: Sequence[tuple[str, int, float]]) -> list[WouldHave]:
    return [WouldHave(str(device.pk), device.name, metric, at, until, value) for at, until, value in spans(said)]
