"""The tables of SL 651: functions, elements, parameters of the configuration, station classes, state bits, events.

Source: SL 651-2014, annexes A (station classes), B (functions), C (elements), D (parameters), table 58 (state bits).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

__all__ = ["CLASSES", "EVENTS", "STATES", "Element", "Function", "elements", "functions", "parameters", "states_of"]

# Class of a station: an ASCII letter.
CLASSES: dict[str, str] = {
    "50": "降水",
    "48": "河道",
    "4B": "水库（湖泊）",
    "5A": "闸坝",
    "44": "泵站",
    "54": "潮汐",
    "4D": "墒情",
    "47": "地下水",
    "51": "水质",
    "49": "取水口",
    "4F": "排水口",
}

# Bits of element 45 from the lowest: key of the reading, name, what 0 and 1 mean.
STATES: tuple[tuple[str, str, str, str], ...] = (
    ("mains_lost", "交流电充电状态", "正常", "停电"),
    ("battery_low", "蓄电池电压状态", "正常", "电压低"),
    ("stage_alarm", "水位超限报警状态", "正常", "报警"),
    ("flow_alarm", "流量超限报警状态", "正常", "报警"),
    ("quality_alarm", "水质超限报警状态", "正常", "报警"),
    ("flow_meter_fault", "流量仪表状态", "正常", "故障"),
    ("stage_meter_fault", "水位仪表状态", "正常", "故障"),
    ("door_closed", "终端箱门状态", "开启", "关闭"),
    ("storage_fault", "存储器状态", "正常", "异常"),
    ("card_enabled", "IC卡功能有效", "关闭", "IC卡有效"),
    ("pump_stopped", "水泵工作状态", "水泵工作", "水泵停机"),
    ("remaining_alarm", "剩余水量报警", "未超限", "水量超限"),
)

# Events counted by function 50, in the order of the reply.
EVENTS: tuple[str, ...] = (
    "历史数据初始化",
    "参数变更",
    "状态量变位",
    "传感器及仪表故障",
    "密码修改",
    "终端故障",
    "交流失电",
    "蓄电池电压低告警",
    "终端箱非法打开",
    "水泵故障",
    "剩余水量越限告警",
    "水位超限告警",
    "水压超限告警",
    "水质参数超限告警",
    "数据出错",
    "发报文",
    "收报文",
    "发报文出错",
)


@dataclass(frozen=True, slots=True)
class Function:
    """One row of functions.csv. `kind`: report (by the station), query, config, control; `answer`: confirm or none."""

    code: str
    name: str
    kind: str
    answer: str


@dataclass(frozen=True, slots=True)
class Element:
    """One row of elements.csv: an element of annex C with its standard digits and decimals."""

    id: str
    code: str
    name: str
    unit: str
    digits: int
    decimals: int
    kind: str

    @property
    def length(self) -> int:
        """Bytes of one value."""
        return (self.digits + 1) // 2

    @property
    def definition(self) -> int:
        """The byte that defines it: high five bits length, low three decimals; series of five minutes state none."""
        return self.length << 3 | (0 if self.kind in ("rain5", "stage5", "duration") else self.decimals)


def _rows(name: str) -> list[dict[str, str]]:
    with resources.files(__package__).joinpath(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def functions() -> dict[int, Function]:
    """All functions by their byte. Source: SL 651-2014, annex B."""
    return {int(row["code"], 16): Function(**row) for row in _rows("functions.csv")}


@cache
def elements() -> dict[int, Element]:
    """All elements by their byte. Source: SL 651-2014, annex C."""
    return {
        int(row["id"], 16): Element(
            row["id"], row["code"], row["name"], row["unit"], int(row["digits"]), int(row["decimals"]), row["kind"]
        )
        for row in _rows("elements.csv")
    }


@cache
def parameters() -> dict[int, str]:
    """Names of the parameters of functions 40 to 43, 47 and 48 by their byte. Source: SL 651-2014, annex D."""
    return {int(row["id"], 16): row["name"] for row in _rows("parameters.csv")}


def states_of(word: int) -> dict[str, str]:
    """Every state of element 45 by name.

    Source: SL 651-2014, table 58.
    """
    return {name: (zero, one)[word >> bit & 1] for bit, (_, name, zero, one) in enumerate(STATES)}
