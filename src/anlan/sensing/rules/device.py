"""Devices: what may be said of one, its channels, its maintenance windows, and what of its clock is believed. Pure.

Source: house rule; data flags: HJ 212-2017, table of fields (-Flag).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from anlan.kernel.errors import Violation
from anlan.kernel.telemetry import LATEST
from anlan.kernel.text import blank, check_hidden

__all__ = [
    "CHANNEL_FIELDS", "EARLIEST_BELIEVED", "PROTOCOLS", "STATUSES", "VALID_FLAGS", "ChannelFacts", "Peers",
    "check_channel", "check_device", "check_window", "covered", "is_skewed",
]  # fmt: skip

STATUSES: tuple[tuple[str, str], ...] = (("active", "在用"), ("stopped", "停用"), ("removed", "拆除"))
PROTOCOLS: tuple[tuple[str, str], ...] = (("hj212", "HJ 212"), ("none", "未接入平台"))
VALID_FLAGS = frozenset({"", "N", "T"})
"""Flags of readings that judge: none stated, normal, above the instrument's range."""
CHANNEL_FIELDS = ("name", "unit", "low", "high", "digits", "position")

EARLIEST_BELIEVED = 1_420_041_600_000
"""2015-01-01 in Shanghai, epoch ms: no device of this platform measured before; a clock at 1970 has lost its battery."""

_LONGEST_WINDOW = timedelta(days=92)
_MOST_DIGITS = 6
_IDENTITY = 64


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """One channel as entered: the metric's word of the protocol, its name, unit, range, decimals and position."""

    metric: str
    name: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    digits: int = 2
    position: str = ""


def is_skewed(at: int, received_at: int, ahead_ms: int) -> bool:
    """Whether a reading's own time can't be right: before EARLIEST_BELIEVED, or further ahead than allowed (epoch ms).

    Late is not skewed: a device that kept its readings over an outage tells the truth. Source: house rule.
    """
    return at < EARLIEST_BELIEVED or at > min(received_at + ahead_ms, LATEST)


def check_device(values: Mapping[str, Any], held: Mapping[str, Any] | None) -> list[Violation]:
    """Why a device can't be entered so: a change is judged with what is held. Source: house rule."""
    row = {**(held or {}), **values}
    found = []
    for name in ("name", "identity"):
        if name in row and blank(str(row[name] or "")):
            found.append(Violation(f"sensing.device.{name}_missing", {}, name))
    identity = str(row.get("identity") or "")
    if len(identity) > _IDENTITY or not identity.isprintable() or identity != identity.strip():
        found.append(Violation("sensing.device.identity_malformed", {"most": _IDENTITY}, "identity"))
    if not (row.get("enterprise") or row.get("enterprise_id") or not blank(str(row.get("place") or ""))):
        found.append(Violation("sensing.device.nowhere", {}, "place"))
    return found


def check_channel(facts: ChannelFacts) -> list[Violation]:
    """Why a channel can't be entered so. Source: house rule."""
    found = []
    if blank(facts.metric) or not facts.metric.isprintable() or len(facts.metric) > 40:
        found.append(Violation("sensing.channel.metric_malformed", {}, "metric"))
    if blank(facts.name):
        found.append(Violation("sensing.channel.name_missing", {}, "name"))
    if facts.low is not None and facts.high is not None and facts.low >= facts.high:
        found.append(Violation("sensing.channel.range_empty", {"low": facts.low, "high": facts.high}, "high"))
    if not 0 <= facts.digits <= _MOST_DIGITS:
        found.append(Violation("sensing.channel.digits", {"most": _MOST_DIGITS}, "digits"))
    for name in ("name", "unit", "position"):
        found += check_hidden(getattr(facts, name), name, name=True)
    return found


def check_window(since: datetime, until: datetime, reason: str, now: datetime) -> list[Violation]:
    """Why a maintenance window (检修窗口) can't be set: it ends in the future, is not endless, and says why.

    Source: house rule (alarms are not raised in it, so nobody may open one for the past or for good).
    """
    found = []
    if until <= since:
        found.append(Violation("sensing.window.empty", {}, "until"))
    elif until <= now:
        found.append(Violation("sensing.window.past", {}, "until"))
    elif until - since > _LONGEST_WINDOW:
        found.append(Violation("sensing.window.too_long", {"days": _LONGEST_WINDOW.days}, "until"))
    if blank(reason):
        found.append(Violation("sensing.window.reason_missing", {}, "reason"))
    return found


class Peers:
    """Who speaks under one identity: two senders that take turns are two devices, one that reconnects is not.

    A new connection has a new port and the old one never speaks again; that an earlier sender is heard again means that
    both are there. Source: house rule.
    """

    __slots__ = ("_before", "_last", "_returns")

    def __init__(self) -> None:
        self._last = ""
        self._before: list[str] = []
        self._returns: list[int] = []

    def heard(self, peer: str, at: int, within_ms: int = 600_000, needed: int = 2) -> bool:
        """Note who spoke at `at` (epoch ms); whether this one has by now made it plain that there are two."""
        if peer == self._last or not peer:
            return False
        if peer in self._before:
            self._returns = [t for t in self._returns if at - t <= within_ms] + [at]
        if self._last:
            self._before = [p for p in self._before if p != self._last][-3:] + [self._last]
        self._last = peer
        return len(self._returns) >= needed


def covered(windows: Collection[tuple[int, int]], at: int) -> bool:
    """Whether an instant lies in one of the windows (from, to), epoch ms."""
    return any(start <= at < end for start, end in windows)
