"""What a field's name says: factor code, kind of value and unit.

The tables are data: factors.csv (codes of 2017 and 2005), here the suffixes and the letters of -Flag.

Source: HJ 212-2017, annex B (tables B.1 to B.3) and table of fields; HJ/T 212-2005 where the row says so; see README.md
for what differs and why.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple

__all__ = ["DATA_FLAGS", "Factor", "Meaning", "Role", "factors", "meaning"]

_MEASURED = ("Rtd", "Min", "Avg", "Max", "Cou", "ZsRtd", "ZsMin", "ZsAvg", "ZsMax")
_STATES = ("RS", "RT", "Info", "Data", "DayData", "NightData", "Ala")
_OTHER = ("SampleTime", "EFlag", "SN", "UpValue", "LowValue")
_TIMES = ("DataTime", "AlarmTime")
# Stations of ambient air (22) and of dust at building sites (39) measure in the units of GB 3095-2012, not of chimneys.
_AMBIENT = ("22", "39")

# Letters of -Flag. 2017: N F M S D C T B; P is of the edition of 2005.
DATA_FLAGS: dict[str, str] = {
    "N": "正常",
    "F": "停运",
    "M": "维护",
    "S": "手工输入的设定值",
    "D": "故障",
    "C": "校准",
    "T": "超过测量上限",
    "B": "与数采仪通讯异常",
    "P": "电源故障",
}


class Role:
    """What a field is for a reader of readings."""

    PLAIN, MEASURED, STATE, FLAG, TIME, UNKNOWN = range(6)


class Meaning(NamedTuple):
    """A field's name taken apart: role, factor code, suffix, unit of the value ("" where it has none or none is known)."""

    role: int
    factor: str
    kind: str
    unit: str


@dataclass(frozen=True, slots=True)
class Factor:
    """One row of factors.csv; `same_as` is the code of 2017 for a code of 2005, else the code itself."""

    code: str
    name: str
    unit: str
    total_unit: str
    ambient_unit: str
    same_as: str
    source: str


@cache
def factors() -> dict[str, Factor]:
    """All factors by code.

    Source: HJ 212-2017, annex B; HJ/T 212-2005; README.md for what is a house rule.
    """
    with resources.files(__package__).joinpath("factors.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: Factor(**row) for row in csv.DictReader(file)}


@lru_cache(8192)
def meaning(name: str, system: str = "") -> Meaning:
    """What a field of CP is.

    Args:
        name: as received, like `a21026-Avg`. system: ST, which decides the unit of gases in ambient air.
    Source:
        HJ 212-2017, table of fields and annex B; ambient units: GB 3095-2012, tables 1 and 2.
    """
    factor, dash, kind = name.rpartition("-")
    if not dash:
        return Meaning(Role.TIME if name in _TIMES else Role.PLAIN, "", "", "")
    if kind == "Flag":
        return Meaning(Role.FLAG, factor, kind, "")
    if kind in _MEASURED:
        return Meaning(Role.MEASURED, factor, kind, _unit(factor, kind, system))
    if kind in _STATES:
        return Meaning(Role.STATE, factor, kind, "h" if kind == "RT" else _unit(factor, kind, system))
    return Meaning(Role.PLAIN if kind in _OTHER else Role.UNKNOWN, factor, kind, "")


def _unit(code: str, kind: str, system: str) -> str:
    factor = factors().get(code)
    if factor is None:
        return ""
    if kind == "Cou":
        return factor.total_unit
    return factor.ambient_unit if system in _AMBIENT and factor.ambient_unit else factor.unit
