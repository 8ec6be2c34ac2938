"""How much of a region a number rests on: which of its parts have told everything up to when, and who is missing.

A part that works on this server is always up to date; one that keeps a node of its own is as far as that node was heard.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from anlan.kernel.codes import region_prefix
from anlan.kernel.deadlines import end_of_day
from anlan.kernel.periods import Period
from anlan.platform import regions
from anlan.platform.exchange.status import LineStatus, lines

__all__ = ["Coverage", "Unit", "coverage_of"]

_LEVELS = {2: ("city", "个市"), 4: ("county", "个县（市、区）"), 6: ("town", "个乡镇（街道）"), 9: ("village", "个村（社区）")}


@dataclass(frozen=True, slots=True)
class Unit:
    """One part of a region. `as_of`: up to when everything of it is here; None: it was never heard."""

    code: str
    name: str
    as_of: datetime | None
    told: bool


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a number rests on.

    Attributes:
        units: those that should have told. measure: the word they are counted by, 个乡镇（街道）.
        final: the period is over and all of it is here.
    """

    units: tuple[Unit, ...]
    measure: str
    final: bool

    @property
    def told(self) -> int:
        """How many have told everything."""
        return sum(unit.told for unit in self.units)

    @property
    def missing(self) -> tuple[Unit, ...]:
        """Who has not."""
        return tuple(unit for unit in self.units if not unit.told)

    @property
    def oldest(self) -> datetime | None:
        """The oldest as-of time; None where one was never heard."""
        times = [unit.as_of for unit in self.units]
        return None if None in times else min((t for t in times if t), default=None)

    @property
    def newest(self) -> datetime | None:
        """The newest as-of time."""
        return max((unit.as_of for unit in self.units if unit.as_of), default=None)

    @property
    def label(self) -> str:
        """As it stands beside every number: 16/19个乡镇（街道）."""
        return f"{self.told}/{len(self.units)}{self.measure}"


def coverage_of(region: str, period: Period, now: datetime) -> Coverage:
    """What numbers of a region and period rest on now. A period that runs on counts as told by lines that are not silent."""
    level, measure = _LEVELS.get(len(region), ("", ""))
    parts = regions.choices(region, level) if level else []
    if not parts:
        parts, measure = [(region.ljust(12, "0"), regions.name(region.ljust(12, "0")))], "个单位"
    below = [line for line in lines(now) if line.role == "child" and line.state == "open"]
    ended = end_of_day(period.last)
    units = tuple(_unit(code, name, below, min(ended, now), ended <= now, now) for code, name in parts)
    return Coverage(units, measure, ended <= now and all(unit.told for unit in units))


def _unit(code: str, name: str, below: list[LineStatus], needed: datetime, over: bool, now: datetime) -> Unit:
    mine = [line for line in below if _same_place(line.region, region_prefix(code))]
    if not mine:
        return Unit(code, name, now, True)
    times = [line.heard_at if not line.owing else line.entry_at for line in mine]
    as_of = None if None in times else min(t for t in times if t)
    told = as_of is not None and (as_of >= needed if over else not any(line.silent or line.owing for line in mine))
    return Unit(code, name, as_of, told)


def _same_place(region: str, stem: str) -> bool:
    """Whether a node keeps the records of a place: it is the place's, one above it, or one of a part of it."""
    held = region_prefix(region)
    return held.startswith(stem) or stem.startswith(held)
