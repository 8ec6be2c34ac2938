"""How many visits must have been made, and to how many enterprises, for the figures of a file to be true. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from anlan.demo.figurefile.meaning import Meaning
from anlan.demo.figurefile.reading import Line
from anlan.kernel.periods import Period

__all__ = ["Visits", "plan_visits"]

Told = tuple[Line, Meaning]


@dataclass(slots=True)
class Visits:
    """Visits under one drive: to the enterprises of the place from the `start`-th to before the `firms`-th, `count` in all."""

    place: str
    period: Period
    stem: str
    start: int
    firms: int
    count: int


def plan_visits(told: Iterable[Told]) -> tuple[list[Visits], dict[int, str]]:
    """The visits of each drive and year, and rows that can't be true beside the others with the reason."""
    refused: dict[int, str] = {}
    held: dict[tuple[str, int, str], dict[str, Line]] = {}
    for line, meant in told:
        if line.period is None:
            continue
        key = (line.place, line.period.last.year, meant.stem)
        if meant.kind in held.setdefault(key, {}):
            refused[line.row] = "同一年度、同一活动已有另一个数"
        else:
            held[key][meant.kind] = line
    made: list[Visits] = []
    for (place, year, stem), lines in sorted(held.items(), key=lambda pair: pair[0][2] == ""):
        made += _visits(place, year, stem, lines, made, refused)
    return [v for v in made if v.count], refused


def _visits(
    place: str, year: int, stem: str, lines: dict[str, Line], made: Sequence[Visits], refused: dict[int, str]
) -> list[Visits]:
    seen, count = lines.get("firms_seen"), lines.get("visits")
    first = seen or count
    if first is None or first.period is None:
        return []
    visits = int(count.number or 0) if count else int(first.number or 0)
    firms = int(seen.number or 0) if seen else -(-visits // 3)
    others = [v for v in made if v.place == place and v.period.last.year == year]
    if stem or not others:
        if firms > visits and seen is not None:
            refused[seen.row] = "企业数大于检查家次"
        return [Visits(place, first.period, stem, 0, min(firms, visits), visits)]
    # The place's whole number: visits of its drives are among them, and go to the same enterprises from the first on.
    reached, gone = max(v.firms for v in others), sum(v.count for v in others)
    firms = firms if seen else reached
    more = visits - gone if count else firms - reached
    if not 0 <= firms - reached <= more:
        refused.update({line.row: "与各项活动的检查数不相容" for line in (seen, count) if line is not None})
        return []
    return [Visits(place, first.period, stem, reached if firms > reached else 0, firms, more)]
