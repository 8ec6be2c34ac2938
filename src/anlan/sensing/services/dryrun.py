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
from anlan.sensing.rules.device import VALID_FLAGS
from anlan.sensing.rules.judging import JudgeState, settle, step
from anlan.sensing.rules.rule import BY_TIME, RULE_FIELDS, RuleVersion, check_rule
from anlan.sensing.services.rules import rule_values
from anlan.sensing.services.table import ENDLESS, millis
from anlan.sensing.store.days import DAY, Series
from anlan.sensing.store.packing import flag_code
from anlan.sensing.store.readings import Store

__all__ = ["DryRun", "WouldHave", "rule_dry_run"]

MOST_DEVICES, MOST_DAYS, MOST_ALARMS = 200, 92, 1000
_VALID = {flag_code(flag) for flag in VALID_FLAGS}


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
        BadInput: "sensing.dry_run.span" for an empty span or one of more than 92 days.
    """
    scope.require("sensing.rule.change")
    first, last = millis(start), millis(end)
    if not first < last <= first + MOST_DAYS * DAY:
        raise BadInput("sensing.dry_run.span", days=MOST_DAYS)
    key = queries.as_uuid(rule_id)
    held = queries.visible(AlarmRule, scope).filter(pk=key).first() if key else None
    said = {**(rule_values(held) if held is not None else {}), **(values or {})}
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
            found += _spans(spec, device, metric, _signals(spec, series, first, last))
    if spec.kind == "offline":
        found = _spans(spec, device, "", _silences(spec, sorted(set(heard)), first, last))
    return found, counted


def _signals(spec: RuleVersion, series: Series, first: int, last: int) -> list[tuple[str, int, float]]:
    valid = [
        (at, value)
        for at, value, flag in zip(series.at.tolist(), series.value.tolist(), series.flag.tolist(), strict=True)
        if value == value and flag in _VALID
    ]
    if spec.kind in BY_TIME:
        return _silences(spec, [at for at, _ in valid], first, last)
    state, found = JudgeState(), []
    for at, value in valid:
        if signal := step(spec, state, at, value):
            found.append((signal.what, at, value))
    return found


def _silences(spec: RuleVersion, heard: Sequence[int], first: int, last: int) -> list[tuple[str, int, float]]:
    """A silence is said when it has lasted as long as the rule allows, and over when somebody is heard."""
    state, found, allowed = JudgeState(), [], spec.window_s * 1000
    for before, after in zip([first, *heard], [*heard, last], strict=True):
        if after - before > allowed:
            for at, raw in ((before + allowed, True), (after, after == last)):
                if signal := settle(spec, state, at, 0.0, raw):
                    found.append((signal.what, signal.at, 0.0))
    return found


def _spans(
    spec: RuleVersion, device: Device, metric: str, signals: Sequence[tuple[str, int, float]]
) -> list[WouldHave]:
    found: list[WouldHave] = []
    standing: tuple[int, float] | None = None
    for what, at, value in signals:
        if what == "opened":
            standing = (at, value)
        elif what == "cleared" and standing is not None:
            found.append(WouldHave(str(device.pk), device.name, metric, standing[0], at, standing[1]))
            standing = None
    if standing is not None:
        found.append(WouldHave(str(device.pk), device.name, metric, standing[0], None, standing[1]))
    return found
