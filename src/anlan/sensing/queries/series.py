"""The curve of a channel: few points that keep every peak, the gaps, what the rules allow, and the alarms over it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from anlan.kernel.errors import BadInput
from anlan.kernel.telemetry import EARLIEST, LATEST
from anlan.platform.scope import Scope
from anlan.protocols.hj212.factors import DATA_FLAGS
from anlan.sensing import store
from anlan.sensing.models import AlarmRule, AlarmRuleVersion, DeviceChannel
from anlan.sensing.queries.alarms import alarm_list
from anlan.sensing.queries.devices import Channel, channel_named, channels_of, device_get
from anlan.sensing.rules.alarm import SEVERITIES
from anlan.sensing.rules.device import VALID_FLAGS
from anlan.sensing.rules.rule import RULE_KINDS, THRESHOLDS
from anlan.sensing.store.curves import downsample, gaps
from anlan.sensing.store.days import DAY

__all__ = ["MOST_POINTS", "Shown", "Threshold", "channels_shown", "device_channels", "limited_metric", "series_get",
           "skewed_count"]  # fmt: skip

MOST_POINTS, MOST_DAYS = 5000, 400
_KINDS = dict(RULE_KINDS)


@dataclass(frozen=True, slots=True)
class Threshold:
    """A limit that a rule draws: its kind's name, the value in the channel's unit, the alarm's severity."""

    label: str
    value: float
    severity: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A curve: points [at, value] or [at, least, greatest] and gaps [from, to], epoch ms."""

    channel: str
    name: str
    unit: str
    digits: int
    points: list[list[float | int]]
    gaps: list[tuple[int, int]]
    thresholds: list[Threshold]
    alarms: list[dict[str, Any]]


def device_channels(device_id: str) -> list[Channel]:
    """The channels of a device that the caller has scoped: those entered and those that it has sent, by name."""
    entered = channels_of([device_id])[device_id]
    sent = {m: channel_named(m) for m in store.current().metrics(device_id)}
    return sorted({**sent, **entered}.values(), key=lambda c: (c.metric not in entered, c.name, c.metric))


def channels_shown(device_id: str) -> list[dict[str, Any]]:
    """The channels of a device that the caller has scoped with their newest values: {"channel", "own", "text", "at"}."""
    latest = store.current().latest(device_id)
    at = datetime.fromtimestamp(latest[0] / 1000, UTC) if latest else None
    values = {name: (value, flag) for name, value, flag in latest[1]} if latest else {}
    own = set(DeviceChannel._default_manager.filter(parent=device_id).values_list("key", flat=True))
    return [
        {
            "channel": c, "own": c.metric in own, "at": at if c.metric in values else None,
            "text": _text(*values[c.metric], c.digits) if c.metric in values else "—",
        }
        for c in device_channels(device_id)
    ]  # fmt: skip


def _text(value: float | None, flag: str, digits: int) -> str:
    shown = "—" if value is None else f"{value:.{digits}f}"
    return shown if flag in VALID_FLAGS else f"{shown}（{DATA_FLAGS.get(flag, flag)}）"


def skewed_count(device_id: str) -> int:
    """How many messages of a device had a time that can't be right, at most 100."""
    return len(store.current().skewed(device_id, 100))


def series_get(scope: Scope, device_id: Any, metric: str, start: int, end: int, points: int, now: datetime) -> Shown:
    """The curve of one channel for start <= at < end (epoch ms), of at most `points` points.

    Raises:
        DeviceNotFound: "sensing.device.not_found". BadInput: "sensing.series.span", "sensing.series.points".
    """
    device = device_get(scope, device_id)
    if not (start < end <= start + MOST_DAYS * DAY and start >= EARLIEST and end <= LATEST):
        raise BadInput("sensing.series.span", days=MOST_DAYS)
    if not 2 <= points <= MOST_POINTS:
        raise BadInput("sensing.series.points", most=MOST_POINTS)
    key = str(device.pk)
    channel = channels_of([key])[key].get(metric) or channel_named(metric)
    series = store.current().series(key, metric, start, end)
    until = min(end, max(int(now.timestamp() * 1000), start))
    shown = downsample(series, points, start, end)
    return Shown(
        metric, channel.name, channel.unit, channel.digits, shown, gaps(series, start, until),
        _thresholds(device, metric, now), _alarms(scope, key, metric, start, end),
    )  # fmt: skip


def limited_metric(device: Any, now: datetime) -> str:
    """The channel of a device that the caller has scoped over which the gravest limit stands; "" where there is none."""
    rows = AlarmRule._default_manager.filter(
        kind__in=THRESHOLDS, retired_at__isnull=True, drill=0, effective_from__lte=now
    ).order_by("created_at", "id")
    fitting = [
        row for row in rows
        if str(row.device_id or "") in ("", str(device.pk)) and str(row.model_id or "") in ("", str(device.model_id or ""))
        and device.region.startswith(row.area)
    ]  # fmt: skip
    order = [severity for severity, _ in SEVERITIES]
    return min(fitting, key=lambda row: order.index(row.severity)).metric if fitting else ""


def _thresholds(device: Any, metric: str, now: datetime) -> list[Threshold]:
    """The limits in force now; of one kind only the narrowest rule's."""
    rows = AlarmRuleVersion._default_manager.filter(
        parent__in=AlarmRule._default_manager.filter(metric=metric, kind__in=THRESHOLDS, retired_at__isnull=True, drill=0),
        effective_from__lte=now,
    ).order_by("effective_from", "key")
    newest = {row.parent_id: row for row in rows}  # the last one of each rule
    best: dict[str, Any] = {}
    for row in newest.values():
        fits = row.device_id in ("", str(device.pk)) and row.model_id in ("", str(device.model_id or ""))
        if not fits or not device.region.startswith(row.area) or row.limit is None:
            continue
        rank = (bool(row.device_id), bool(row.model_id), len(row.area), str(row.parent_id))
        if row.kind not in best or rank > best[row.kind][0]:
            best[row.kind] = (rank, row)
    held = [row for _, row in best.values()]
    return [Threshold(_KINDS[r.kind], r.limit, r.severity) for r in sorted(held, key=lambda r: -r.limit)]


def _alarms(scope: Scope, device_id: str, metric: str, start: int, end: int) -> list[dict[str, Any]]:
    first, last = (datetime.fromtimestamp(ms / 1000, UTC) for ms in (start, end))
    rows = alarm_list(scope, device_id=device_id).filter(metric=metric, triggered_at__lt=last)
    found = []
    for row in rows.order_by("triggered_at", "id"):
        over = row.cleared_at or row.ended_at
        if over is None or over >= first:
            found.append(
                {
                    "id": str(row.pk), "start": int(row.triggered_at.timestamp() * 1000),
                    "end": int(over.timestamp() * 1000) if over else None, "severity": row.severity,
                }
            )  # fmt: skip
    return found
