"""How many accidents must have happened, and when, for the counts and comparisons of a file to be true. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from anlan.demo.figurefile.meaning import Meaning, accident_words
from anlan.demo.figurefile.reading import Line
from anlan.kernel.periods import Period

__all__ = ["PlannedAccident", "changed_by", "plan_accidents", "stated_change"]

_MOST_DEATHS = 2
"""Of one general accident (第493号令第三条: 3 deaths are a larger one)."""
_LARGER_DEATHS = 3
_MOST_BASE = 2_000
_WHOLES = ("经营性", "")
_LARGER = "较大以上"

Told = tuple[Line, Meaning]


@dataclass(slots=True)
class PlannedAccident:
    """One accident. `open`: made for its number only, so that deaths may still be put into it."""

    day: date
    sector: str
    deaths: int = 0
    open: bool = False


@dataclass(slots=True)
class _Book:
    rows: list[PlannedAccident] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)

    def within(self, group: str, period: Period) -> list[PlannedAccident]:
        sectors = accident_words().get(group, [])
        rows = [row for row in self.rows if period.first <= row.day <= period.last]
        return rows if group == "" else [row for row in rows if row.sector in sectors]

    def count(self, kind: str, group: str, period: Period) -> int:
        rows = self.within(group, period)
        return sum(row.deaths for row in rows) if kind == "deaths" else len(rows)

    def add(self, group: str, period: Period, count: int, *, open_: bool = False) -> list[PlannedAccident]:
        sectors, step = accident_words()[group], Fraction(period.days, count + 1)
        made = [
            PlannedAccident(period.first + timedelta(days=int(step * (n + 1))), sectors[n % len(sectors)], 0, open_)
            for n in range(count)
        ]
        self.rows += made
        return made


def stated_change(text: str) -> tuple[str, Decimal] | None:
    """What a comparison in the file says: ("yoy" or "mean3", signed percentage as it is printed); None for other remarks."""
    import re

    if match := re.search(r"(yoy|同比|前三年)[^-+\d]*([-+]?\d+(?:\.\d+)?)\s*%", text):
        return ("mean3" if match[1] == "前三年" else "yoy"), Decimal(match[2])
    return None


def changed_by(now: int, base: Fraction, places: int) -> Decimal | None:
    """The change against a base in percent, rounded as printed; None where the base is 0."""
    if not base:
        return None
    change = (Fraction(now) - base) / base * 100
    return (Decimal(change.numerator) / Decimal(change.denominator)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def plan_accidents(told: Iterable[Told], today: date) -> tuple[list[PlannedAccident], dict[int, str]]:
    """The accidents of the county, and rows of the file that no accidents can make true, with the reason.

    Args:
        told: lines that count accidents or deaths, or state a change of them, of the county itself.
    """
    book, lines = _Book(), sorted(told, key=lambda t: (t[0].period.last if t[0].period else today, t[0].row))
    counts = [t for t in lines if t[1].kind in {"accidents", "deaths"}]
    periods = list(dict.fromkeys(line.period for line, _ in counts if line.period))
    for period in periods:
        _counted(book, [t for t in counts if t[0].period == period], period)
    for line, meant in lines:
        if meant.kind == "change" and line.period and line.number is not None:
            _change_alone(book, line, meant, line.period)
    return book.rows, book.refused


def _counted(book: _Book, told: Sequence[Told], period: Period) -> None:
    for kind in ("accidents", "deaths"):
        few = [t for t in told if t[1].kind == kind and t[1].stem != _LARGER]
        order = sorted(few, key=lambda t: _WHOLES.index(t[1].stem) if t[1].stem in _WHOLES else -1)
        for line, meant in order:
            _to(book, kind, meant.stem, period, int(line.number or 0), line)
    for line, meant in told:
        if meant.stem == _LARGER:
            _larger(book, line, meant, period)
    for kind in ("accidents", "deaths"):
        few = [t for t in told if t[1].kind == kind and t[1].stem != _LARGER]
        for line, meant in sorted(few, key=lambda t: _WHOLES.index(t[1].stem) if t[1].stem in _WHOLES else -1):
            if (stated := stated_change(line.comparison)) and stated[0] == "yoy":
                _base(book, kind, meant.stem, period, line, stated[1])


def _to(book: _Book, kind: str, group: str, period: Period, wanted: int, line: Line) -> bool:
    """Make the number of the group in the period what is wanted; whether that can be."""
    more = wanted - book.count(kind, group, period)
    if more < 0:
        book.refused[line.row] = "与同一期间的其他事故数据不相容"
        return False
    if kind == "accidents":
        book.add(group, period, more)
        return True
    rows = book.within(group, period)
    if sum(_MOST_DEATHS - row.deaths for row in rows if row.deaths < _MOST_DEATHS) < more:
        book.refused[line.row] = "死亡人数超过该期间事故可能的死亡人数"
        return False
    _spread(rows, more)
    return True


def _spread(rows: Sequence[PlannedAccident], deaths: int) -> None:
    for most in range(1, _MOST_DEATHS + 1):
        for row in rows:
            if deaths and row.deaths < most:
                row.deaths += 1
                deaths -= 1


def _larger(book: _Book, line: Line, meant: Meaning, period: Period) -> None:
    if meant.kind == "deaths":
        book.refused[line.row] = "较大及以上事故的死亡人数没有逐起数据"
        return
    wanted = int(line.number or 0)
    rows = [row for row in book.within("", period) if row.deaths == 0]
    if len(rows) < wanted:
        book.refused[line.row] = "与同一期间的其他事故数据不相容"
        return
    for row in rows[:wanted]:
        row.deaths = _LARGER_DEATHS


def _base(book: _Book, kind: str, group: str, period: Period, line: Line, change: Decimal) -> None:
    """The number of the year before that the stated change follows from."""
    before, now = period.years_back(1), int(line.number or 0)
    places = max(0, -int(change.as_tuple().exponent))
    held = book.count(kind, group, before)
    fits = [b for b in range(1, _MOST_BASE) if changed_by(now, Fraction(b), places) == change]
    if held in fits:
        return
    if not (larger := [b for b in fits if b >= held]):
        book.refused[-line.row] = "没有整数的上年数能得出这一同比"
        return
    _to(book, kind, group, before, larger[0], Line(**{**_fields(line), "row": -line.row}))


def _fields(line: Line) -> dict[str, object]:
    return {name: getattr(line, name) for name in Line.__slots__}


def _change_alone(book: _Book, line: Line, meant: Meaning, period: Period) -> None:
    """Numbers of this and the earlier periods, as small as can be, that a change stated alone follows from."""
    kind = "deaths" if meant.name.endswith("死亡") else "accidents"
    years = 3 if "三年" in line.comparison else 1
    bases = [period.years_back(n) for n in range(1, years + 1)]
    change = Decimal(line.value)
    places = max(0, -int(change.as_tuple().exponent))
    held, under = book.count(kind, meant.stem, period), sum(book.count(kind, meant.stem, b) for b in bases)
    free = [row for row in book.within(meant.stem, period) if row.open]
    free_under = [row for b in bases for row in book.within(meant.stem, b) if row.open]
    room, room_under = (_room(free), _room(free_under)) if kind == "deaths" else (_MOST_BASE, _MOST_BASE)
    for base in range(max(1, under), under + room_under + 1):
        for now in range(held, held + room + 1):
            if changed_by(now, Fraction(base, years), places) != change:
                continue
            if kind == "deaths":
                _spread(free, now - held)
                _spread(free_under, base - under)
            else:
                book.add(meant.stem, period, now - held, open_=True)
                _add_to(book, meant.stem, bases, base - under)
            return
        if base > under + 400:
            break
    book.refused[line.row] = "没有整数的起数能得出这一比较"


def _room(rows: Sequence[PlannedAccident]) -> int:
    return sum(_MOST_DEATHS - row.deaths for row in rows)


def _add_to(book: _Book, group: str, bases: Sequence[Period], more: int) -> None:
    """The earlier years get what is missing, those with the fewest first."""
    shares = dict.fromkeys(bases, 0)
    for _ in range(more):
        least = min(bases, key=lambda b: book.count("accidents", group, b) + shares[b])
        shares[least] += 1
    for base, share in shares.items():
        book.add(group, base, share, open_=True)
