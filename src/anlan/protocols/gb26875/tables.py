"""The tables of GB/T 26875.3: commands, types of data unit, systems, parts, analog values, bits of state and operation.

Source: GB/T 26875.3-2011, clauses 6.6 (commands), 8.1 (types), 8.2.1 (systems, parts, analog values, bits).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

__all__ = [
    "ANALOGS",
    "COMMANDS",
    "DEVICE_BITS",
    "OPERATIONS",
    "STATE_BITS",
    "UnitType",
    "flags",
    "parts",
    "systems",
    "types",
]

COMMANDS: dict[int, str] = {1: "控制命令", 2: "发送数据", 3: "确认", 4: "请求", 5: "应答", 6: "否认"}

# Bits of a system's state from the lowest; a part has the first nine. Bit 0 is 1 in normal running, 0 in a test.
STATE_BITS = (
    "normal",
    "fire",
    "fault",
    "shield",
    "supervise",
    "start",
    "feedback",
    "delay",
    "main_power_fault",
    "backup_power_fault",
    "bus_fault",
    "manual",
    "config_changed",
    "reset",
)
PART_BITS = (*STATE_BITS[:8], "power_fault")
DEVICE_BITS = (
    "normal",
    "fire",
    "fault",
    "main_power_fault",
    "backup_power_fault",
    "channel_fault",
    "line_fault",
)
OPERATIONS = ("reset", "mute", "manual_alarm", "alarm_clear", "self_test", "confirm", "test")
DEVICE_OPERATIONS = ("reset", "mute", "manual_alarm", "alarm_clear", "self_test", "guard_answer", "test")

# Type of an analog value: key of the reading, name, unit, what one step of the number is a tenth, hundredth … of.
ANALOGS: dict[int, tuple[str, str, str, int]] = {
    1: ("events", "事件计数", "件", 1),
    2: ("height", "高度", "m", 100),
    3: ("temperature", "温度", "℃", 10),
    4: ("pressure_mpa", "压力", "MPa", 10),
    5: ("pressure_kpa", "压力", "kPa", 10),
    6: ("gas", "气体浓度", "%LEL", 10),
    7: ("time", "时间", "s", 1),
    8: ("voltage", "电压", "V", 10),
    9: ("current", "电流", "A", 10),
    10: ("flow", "流量", "L/s", 10),
    11: ("air_volume", "风量", "m3/min", 10),
    12: ("wind_speed", "风速", "m/s", 1),
}


@dataclass(frozen=True, slots=True)
class UnitType:
    """One row of types.csv. `layout`: fields as name:form (B, H, h, I as in `struct`, little-endian; T time label, S text
    of 31 bytes, L text behind its length); `most`: objects that the standard allows.
    """

    type: int
    direction: str
    name: str
    layout: str
    most: int


def _rows(name: str) -> list[dict[str, str]]:
    with resources.files(__package__).joinpath(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def types() -> dict[int, UnitType]:
    """All types of data unit. Source: GB/T 26875.3-2011, clauses 8.1 and 8.3."""
    return {
        int(row["type"]): UnitType(int(row["type"]), row["direction"], row["name"], row["layout"], int(row["most"]))
        for row in _rows("types.csv")
    }


@cache
def systems() -> dict[int, str]:
    """Names of system types. Source: GB/T 26875.3-2011, clause 8.2.1.1."""
    return {int(row["code"]): row["name"] for row in _rows("systems.csv")}


@cache
def parts() -> dict[int, str]:
    """Names of part types. Source: GB/T 26875.3-2011, clause 8.2.1.2."""
    return {int(row["code"]): row["name"] for row in _rows("parts.csv")}


def flags(word: int, names: tuple[str, ...]) -> list[str]:
    """The names of the bits that are set.

    Source: GB/T 26875.3-2011, clause 8.2.1.
    """
    return [name for bit, name in enumerate(names) if word >> bit & 1]
