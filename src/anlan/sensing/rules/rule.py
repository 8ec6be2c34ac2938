"""Alarm rules as data: their kinds, what each kind needs, which one applies to a channel on a day. Pure.

Source: house rule; each rule names its own source (a standard's limit, a permit, the plant's design).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from anlan.kernel.errors import Violation
from anlan.kernel.text import blank

__all__ = [
    "ALARM_KINDS", "BY_TIME", "RULE_FIELDS", "RULE_KINDS", "THRESHOLDS", "RuleVersion", "check_rule", "in_force",
    "specificity",
]  # fmt: skip

RULE_KINDS: tuple[tuple[str, str], ...] = (
    ("high_high", "高高限"),
    ("high", "高限"),
    ("low", "低限"),
    ("low_low", "低低限"),
    ("rate", "变化率"),
    ("stuck", "数值不变"),
    ("count", "多次超限"),
    ("sum", "时段累计"),
    ("missing", "数据缺失"),
    ("offline", "设备离线"),
)
ALARM_KINDS: tuple[tuple[str, str], ...] = (*RULE_KINDS, ("mass", "大面积离线"))
THRESHOLDS = frozenset({"high_high", "high", "low", "low_low"})
BY_TIME = frozenset({"missing", "offline"})
"""Kinds that no reading triggers, only that none comes."""

_NEEDS: dict[str, tuple[str, ...]] = {
    "high_high": ("limit",), "high": ("limit",), "low": ("limit",), "low_low": ("limit",),
    "rate": ("limit", "window_s"), "stuck": ("window_s",), "count": ("limit", "times", "among"),
    "sum": ("limit", "window_s"), "missing": ("window_s",), "offline": ("window_s",),
}  # fmt: skip
RULE_FIELDS = (
    "kind", "metric", "model", "device_id", "area", "severity", "limit", "hysteresis", "on_delay_s", "off_delay_s",
    "window_s", "times", "among", "below", "flap_count", "flap_window_s", "ends_itself", "basis",
)  # fmt: skip
"""What a version of a rule says, beside its name and the moment it takes effect."""
_LONGEST_S = 31 * 86_400
_MOST_AMONG = 500


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """One version of a rule, in force for start <= at < end (epoch ms).

    Attributes:
        kind: of RULE_KINDS. metric: "" for every metric of a device (stuck, missing) or for the device (offline).
        model, device_id, area: what it is limited to; area: prefix of the region code, "" everywhere.
        limit: in the channel's unit; of a rate per minute. hysteresis: how far back inside the limit it must come.
        on_delay_s, off_delay_s: how long it must last, seconds. window_s: the span looked at, seconds.
        times, among: of the last `among` readings `times` lie beyond the limit. below: beyond means under it.
        flap_count, flap_window_s: from so many alarms in so many seconds it is fluttering; 0: never.
        ends_itself: its alarms recover without a person.
    """

    start: int
    end: int
    kind: str
    severity: str
    metric: str = ""
    model: str = ""
    device_id: str = ""
    area: str = ""
    limit: float = 0.0
    hysteresis: float = 0.0
    on_delay_s: int = 0
    off_delay_s: int = 0
    window_s: int = 0
    times: int = 0
    among: int = 0
    below: bool = False
    flap_count: int = 0
    flap_window_s: int = 0
    ends_itself: bool = False
    key: str = ""

    def covers(self, device_id: str, model: str, region: str) -> bool:
        """Whether it is meant for this device."""
        return (
            self.device_id in ("", device_id)
            and self.model in ("", model)
            and (not self.area or region.startswith(self.area))
        )


def specificity(version: RuleVersion) -> tuple[int, int, int]:
    """How narrowly a rule is meant, greater is narrower: for one device, one model, a smaller region."""
    return int(bool(version.device_id)), int(bool(version.model)), len(version.area)


def in_force(versions: Sequence[RuleVersion], at: int) -> RuleVersion | None:
    """The version of a rule in force at an instant (epoch ms), None before the first and after the last."""
    for version in versions:
        if version.start <= at < version.end:
            return version
    return None


def check_rule(values: Mapping[str, Any]) -> list[Violation]:
    """Every reason why a version of a rule can't stand; empty when it can.

    Args:
        values: RULE_FIELDS and "name", as entered.
    Source: house rule.
    """
    found = []
    kind = str(values.get("kind") or "")
    for name in _NEEDS.get(kind, ()):
        if values.get(name) is None or (name in ("window_s", "times", "among") and values[name] <= 0):
            found.append(Violation("sensing.rule.needed", {"kind": dict(RULE_KINDS)[kind]}, name))
    if kind not in {"stuck", "missing", "offline"} and blank(str(values.get("metric") or "")):
        found.append(Violation("sensing.rule.metric_missing", {}, "metric"))
    if kind == "offline" and values.get("metric"):
        found.append(Violation("sensing.rule.metric_of_device", {}, "metric"))
    for name in ("hysteresis", "on_delay_s", "off_delay_s", "window_s", "times", "among", "flap_count", "flap_window_s"):
        if (values.get(name) or 0) < 0:
            found.append(Violation("sensing.rule.negative", {}, name))
        elif name.endswith("_s") and (values.get(name) or 0) > _LONGEST_S:
            found.append(Violation("sensing.rule.too_long", {"days": _LONGEST_S // 86_400}, name))
    times, among = values.get("times") or 0, values.get("among") or 0
    if kind == "count" and (times > among or among > _MOST_AMONG):
        found.append(Violation("sensing.rule.times_among", {"most": _MOST_AMONG}, "times"))
    if values.get("flap_count") and (values["flap_count"] < 2 or not values.get("flap_window_s")):
        found.append(Violation("sensing.rule.flapping", {}, "flap_count"))
    if blank(str(values.get("basis") or "")):
        found.append(Violation("sensing.rule.basis_missing", {}, "basis"))
    area = str(values.get("area") or "")
    if area and not (area.isascii() and area.isdigit() and len(area) in (2, 4, 6, 9, 12)):
        found.append(Violation("sensing.rule.area_malformed", {"value": area[:20]}, "area"))
    return found
