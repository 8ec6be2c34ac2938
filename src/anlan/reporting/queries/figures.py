"""Figures: indicators by dimension, set against another period, with what they rest on."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from anlan.kernel.codes import region_pad, region_prefix
from anlan.kernel.comparing import CHAIN, MEAN, YOY, Comparison, compare, mean_of, percent_text
from anlan.kernel.deadlines import local_date
from anlan.kernel.errors import BadInput
from anlan.kernel.periods import Period
from anlan.platform import regions
from anlan.platform.indicator import ask
from anlan.platform.indicator.coverage import Coverage, coverage_of
from anlan.platform.indicator.declare import Asked, Indicator
from anlan.platform.indicator.evaluate import PLACES, TIMES
from anlan.platform.ledger.changes import CHANGES
from anlan.platform.ledger.totals import KEPT
from anlan.platform.scope import Scope
from anlan.reporting.queries.values import VIEW, Places, Reported, one_number, reported_for, reported_places

__all__ = [
    "COMPARISONS", "FigureLine", "FigureTable", "figure_asked", "figure_table", "figure_tables",
    "number_text", "plain_number", "rows_url",
]  # fmt: skip

COMPARISONS: Mapping[str, str] = {"yoy": YOY, "chain": CHAIN, "mean3": MEAN}
_MEAN_YEARS = (1, 2, 3)

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One number.

    Attributes:
        number: None: nothing is known (not zero). rows: how many rows stand behind it; of a rate those of the whole.
        told: whether the place has told everything of the period; a number that it has not is not final.
        kind: "ledger", or "reported" where the ledger says nothing and one figure was stated.
    """

    key: Key
    labels: tuple[str, ...]
    number: Fraction | None
    rows: int
    part: int | None = None
    whole: int | None = None
    compared: Comparison | None = None
    told: bool = True
    kind: str = "ledger"


@dataclass(frozen=True, slots=True)
class FigureTable:
    """An indicator's answer as pages, reports and the command line show it.

    Attributes:
        total: each row once, whatever the dimensions. begins: the first day of the ledger.
        partly: it lies within the period, so that the number does not cover all of it.
        reported: what was stated for the whole by documents; never added to what the ledger counts.
    """

    asked: Asked
    compare: str
    definition: str
    lines: tuple[FigureLine, ...]
    total: FigureLine
    coverage: Coverage
    begins: date | None
    partly: bool
    reported: tuple[Reported, ...] = ()

    @property
    def differ(self) -> bool:
        """Whether two sources say different things, so that a person has to decide."""
        numbers = {value.number for value in self.reported}
        counted = {self.total.number} if self.total.number is not None and self.total.kind == "ledger" else set()
        return len(numbers | counted) > 1


def figure_asked(
    scope: Scope, name: str, region: str, period: Period, now: datetime, by: Iterable[str] = (),
    where: Mapping[str, Iterable[str]] | None = None, on: date | None = None,
) -> Asked:  # fmt: skip
    """A question by the indicator's id or name.

    Args:
        on: the day whose definitions hold; today unless told.
    Raises:
        As ask.asked_of; BadInput: "platform.indicator.unknown", "platform.indicator.plan" for what was planned.
    """
    indicator = ask.indicator_find(name)
    if period.plan:
        raise BadInput("platform.indicator.plan", period=period.label)
    return ask.asked_of(scope, indicator, region, period, on or local_date(now), by, where)


def figure_table(scope: Scope, asked: Asked, now: datetime, against: str = "") -> FigureTable:
    """As `figure_tables`, of one question."""
    return figure_tables(scope, [asked], now, against)[0]


def figure_tables(scope: Scope, questions: Iterable[Asked], now: datetime, against: str = "") -> list[FigureTable]:
    """The answers, kept in this process until the journal changes or the day ends.

    Args:
        against: one of COMPARISONS; "" for none.
    Raises:
        BadInput: "platform.indicator.compare_unknown", "platform.indicator.compare_times" for what months are not set against.
    """
    if against and against not in COMPARISONS:
        raise BadInput("platform.indicator.compare_unknown", name=against[:40], known="、".join(COMPARISONS))
    mark, today, found = CHANGES.mark(), local_date(now), []
    coverages: dict[tuple[str, Period], Coverage] = {}
    for asked in questions:
        if against == "chain" and set(asked.by) & set(TIMES):
            raise BadInput("platform.indicator.compare_times")
        place = asked.region, asked.period
        coverage = coverages[place] = coverages.get(place) or coverage_of(*place, now)
        told = frozenset(unit.code for unit in coverage.missing)
        key = ("figure", scope.sees, scope.may(VIEW), asked, against, today, told)
        kept = KEPT.get(key, mark, functools.partial(_table, scope, asked, against, coverage, today))
        found.append(replace(kept, coverage=coverage))
    return found


def _table(scope: Scope, asked: Asked, against: str, coverage: Coverage, today: date) -> FigureTable:
    found = ask.indicator_values(scope, asked)
    bases = _bases(scope, asked, against, today)
    values = dict(found.lines)
    rated = asked.indicator.percent is not None
    if len(asked.by) == 1 and asked.by[0] in PLACES:
        nought = ask.Value(None if rated else Fraction(0), 0)
        values |= {key: nought for key in _places(asked) if key not in values}
    if found.total.number is None and not rated:
        values = {key: ask.Value(None, value.rows) for key, value in values.items()}
    silent = [region_prefix(unit.code) for unit in coverage.missing]
    label = _labels(scope, asked.indicator, asked.by, values)
    lines = [
        _line(key, label(key), value, bases, against, _told(asked, key, silent))
        for key, value in values.items()
    ]
    stated = tuple(reported_for(scope, asked))
    total = _line(None, (), found.total, bases, against, not silent)
    if found.total.number is None and not rated:
        below = reported_places(scope, asked)
        number = one_number(stated) if stated else below.total
        if number is not None:
            total = replace(_line(None, (), ask.Value(number, 0), bases, against, told=True), kind="reported")
        lines = [_stated(line, below, bases, against) for line in lines]
    return FigureTable(
        asked, against, found.definition, tuple(_ordered(asked, lines)), total, coverage, found.begins, found.partly, stated
    )


def _line(
    key: Key | None, labels: tuple[str, ...], value: ask.Value, bases: list[_Base], against: str, told: bool
) -> FigureLine:
    compared = None
    if against and value.number is not None:
        numbers = [base.number(key) for base in bases]
        base = mean_of(numbers) if len(numbers) > 1 else numbers[0]
        partly = any(each.partly(key) for each in bases)
        compared = compare(COMPARISONS[against], value.number, base, partly=partly)
    return FigureLine(key or (), labels, value.number, value.rows, value.part, value.whole, compared, told)


def _stated(line: FigureLine, below: Places, bases: list[_Base], against: str) -> FigureLine:
    """The line of a place that stated its number where the ledger knows none; any other one as it is."""
    number = below.numbers.get(line.key[0]) if len(line.key) == 1 else None
    if number is None:
        return line
    told = _line(line.key, line.labels, ask.Value(number, 0), bases, against, told=True)
    return replace(told, kind="reported")


# --- what it is set against -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Base:
    """The answer of an earlier period, `years` back (0: the period just before).

    `stated`, `below`: what documents say of the whole and of the places below, which counts where the ledger does not cover
    the period.
    """

    found: ask.Found
    years: int
    stated: Fraction | None
    below: Places

    def partly(self, key: Key | None) -> bool:
        """Whether the ledger knows some of the days only, and no document all of them."""
        return self.found.partly and self._stated(key) is None

    def _stated(self, key: Key | None) -> Fraction | None:
        if key is None:
            return self.stated
        return self.below.numbers.get(key[0]) if len(key) == 1 else None

    def number(self, key: Key | None) -> Fraction | None:
        """The number of the same line, of the total for None."""
        found, asked = self.found, self.found.asked
        rated = asked.indicator.percent is not None
        stated = self._stated(key)
        if stated is not None and (found.total.number is None or found.partly):
            return stated
        if key is None or (found.total.number is None and not rated):
            return found.total.number
        value = found.lines.get(tuple(map(self._earlier, asked.by, key)))
        return (None if rated else Fraction(0)) if value is None else value.number

    def _earlier(self, name: str, value: str) -> str:
        return f"{int(value[:4]) - self.years}{value[4:]}" if name in TIMES else value


def _bases(scope: Scope, asked: Asked, against: str, today: date) -> list[_Base]:
    """The answers that the question is set against; of a period that runs on, as many days of them as have passed."""
    period = asked.period
    periods = {
        "yoy": [(1, period.years_back(1))], "chain": [(0, period.before())],
        "mean3": [(years, period.years_back(years)) for years in _MEAN_YEARS],
    }.get(against, [])  # fmt: skip
    spans = [(years, period.so_far(today, base)) for years, base in periods]
    return [_base(scope, asked, span, years) for years, span in spans]


def _base(scope: Scope, asked: Asked, span: Period, years: int) -> _Base:
    found = ask.indicator_values(scope, replace(asked, period=span))
    if found.total.number is not None and not found.partly:
        return _Base(found, years, None, Places({}, 0))
    stated, below = reported_for(scope, asked, span), reported_places(scope, asked, span)
    return _Base(found, years, one_number(stated) if stated else below.total, below)


# --- places and names -------------------------------------------------------------------------------------------------


def _places(asked: Asked) -> list[Key]:
    """All places of the dimension in the region: one without rows is nought, not absent."""
    digits = PLACES[asked.by[0]]
    if not asked.region or len(asked.region) > digits:
        return []
    return [(code[:digits],) for code, _ in regions.choices(asked.region, asked.by[0])]


def _told(asked: Asked, key: Key, silent: list[str]) -> bool:
    place = next((v for name, v in zip(asked.by, key, strict=True) if name in PLACES), None)
    if place is None:
        return not silent
    return not any(code.startswith(place) or place.startswith(code) for code in silent)


def _labels(
    scope: Scope, indicator: Indicator, by: tuple[str, ...], values: Mapping[Key, Any]
) -> Callable[[Key], tuple[str, ...]]:
    named = [_names(scope, indicator, name, {key[i] for key in values}) for i, name in enumerate(by)]
    return lambda key: tuple(names.get(value, value) or "未填写" for names, value in zip(named, key, strict=True))


def _names(scope: Scope, indicator: Indicator, name: str, values: set[str]) -> Mapping[str, str]:
    if name in PLACES:
        return {value: regions.name(region_pad(value)) for value in values if value}
    if name in TIMES:
        return {value: f"{value[:4]}年{int(value[5:])}月" if name == "month" else f"{value}年" for value in values}
    return ask.values_of(scope, indicator, name) or {}


def _ordered(asked: Asked, lines: list[FigureLine]) -> list[FigureLine]:
    """Places and months by code; other values by size."""
    if all(name in PLACES or name in TIMES for name in asked.by):
        return sorted(lines, key=lambda line: line.key)
    return sorted(lines, key=lambda line: (-(line.number or 0), line.labels))


# --- numbers in print -------------------------------------------------------------------------------------------------


def number_text(number: Fraction | None, unit: str) -> str:
    """A number as it is printed: 1,234 or 84.2%; "无数据" where nothing is known."""
    if number is None:
        return "无数据"
    return percent_text(number) if unit == "%" else f"{int(number):,}"


def plain_number(number: Fraction | None) -> int | float | None:
    """A number for programs: whole ones as such, others to four decimals."""
    if number is None:
        return None
    return number.numerator if number.denominator == 1 else round(float(number), 4)


def rows_url(asked: Asked, key: Key | None = None, *, part: bool = False) -> str:
    """Address of the page with exactly the rows behind a number."""
    pairs = [("period", f"{asked.period.first}..{asked.period.last}"), ("region", asked.region), ("on", str(asked.on))]
    pairs += [("by", ",".join(asked.by))] if asked.by else []
    pairs += [("where", f"{name}={value}") for name, values in asked.where for value in values]
    pairs += [("cell", f"{name}={value}") for name, value in zip(asked.by, key, strict=True)] if key is not None else []
    pairs += [("part", "1")] if part else []
    return f"/reporting/indicators/{asked.indicator.id}/rows?{urlencode(pairs)}"
