"""Asking for an indicator: the question checked, the numbers by dimension, and the rows behind one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet

from anlan.kernel.codes import region_prefix
from anlan.kernel.comparing import rate
from anlan.kernel.errors import BadInput
from anlan.kernel.periods import Period
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.indicator import evaluate
from anlan.platform.indicator.declare import Asked, Day, Definition, Indicator, Number
from anlan.platform.indicator.reading import order_of
from anlan.platform.indicator.rows import rows_of, span_of
from anlan.platform.scope import Scope

__all__ = [
    "Found", "Value", "asked_of", "dimensions_of", "indicator_find", "indicator_rows", "indicator_values", "indicators_list",
    "values_of",
]  # fmt: skip

_SHOWN = 40
_MOST_DIMENSIONS = 3
_PLACES = {"county": "县（市、区）", "town": "乡镇（街道）", "village": "村（社区）"}
_TIMES = {"year": "年", "month": "月"}
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Value:
    """One number.

    Attributes:
        number: None where there is nothing to say: no record goes back so far, or a rate of nothing.
        rows: how many rows stand behind it; of a rate those of the whole.
        part, whole: of a rate its two sides.
    """

    number: Fraction | None
    rows: int
    part: int | None = None
    whole: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a question.

    Attributes:
        lines: by the values of the dimensions; only those with rows. total: each row once, whatever the dimensions.
        begins: the first day of the ledger in the region, as far as the asker sees; None: it is empty.
    """

    asked: Asked
    definition: str
    lines: Mapping[tuple[str, ...], Value]
    total: Value
    begins: date | None

    @property
    def partly(self) -> bool:
        """Whether the ledger begins within the period, so that the number is one of fewer days; what stands on the last
        day is whole."""
        indicator, period = self.asked.indicator, self.asked.period
        counted = indicator_find(indicator.percent.whole) if indicator.percent else indicator
        flows = bool(counted.definition_on(self.asked.on).at)
        return flows and self.begins is not None and period.first < self.begins <= period.last


def indicators_list(scope: Scope) -> list[Indicator]:
    """The indicators over ledgers that the person may read, by name."""
    return sorted((i for i in CATALOGUE.indicators.values() if scope.may(i.facts.right)), key=lambda i: i.name)


def indicator_find(name: str) -> Indicator:
    """The indicator of this id, or of this name (隐患.排查).

    Raises:
        BadInput: "platform.indicator.unknown".
    """
    for each in CATALOGUE.indicators.values():
        if name in (each.id, each.name):
            return each
    raise BadInput("platform.indicator.unknown", name=name[:_SHOWN])


def dimensions_of(indicator: Indicator) -> dict[str, str]:
    """What it can be grouped by, with labels: places, time and its own columns."""
    sides = [indicator_find(indicator.percent.part)] if indicator.percent else [indicator]
    timed = any(each.definitions and each.definitions[-1].at for each in sides)
    own = {name: indicator.facts.columns[name].label for name in indicator.by}
    return _PLACES | (_TIMES if timed else {}) | own


def asked_of(
    scope: Scope, indicator: Indicator, region: str, period: Period, on: date, by: Iterable[str] = (),
    where: Mapping[str, Iterable[str]] | None = None,
) -> Asked:  # fmt: skip
    """The question, checked.

    Args:
        region: "" means the scope's own. on: the day whose definitions hold; no period may begin after it.
    Raises:
        NotAllowed: "platform.not_allowed", "platform.region_outside".
        BadInput: "platform.indicator.by_unknown", "platform.indicator.by_many", "platform.indicator.where_unknown",
            "platform.indicator.value_unknown", "platform.indicator.future", "kernel.region.*".
    """
    scope.require(indicator.facts.right)
    region = region_prefix(region) if region else scope.region
    scope.require_region(region)
    dimensions, wanted = dimensions_of(indicator), tuple(dict.fromkeys(by))
    for name in wanted:
        if name not in dimensions:
            raise BadInput("platform.indicator.by_unknown", name=name[:_SHOWN], known="、".join(dimensions))
    if len(wanted) > _MOST_DIMENSIONS:
        raise BadInput("platform.indicator.by_many", most=_MOST_DIMENSIONS)
    limits = {name: _limit(scope, indicator, name, values) for name, values in (where or {}).items()}
    if period.first > on:
        raise BadInput("platform.indicator.future", period=period.label)
    return Asked(indicator, region, period, on, wanted, tuple(sorted(limits.items())))


def _limit(scope: Scope, indicator: Indicator, name: str, values: Iterable[str]) -> tuple[str, ...]:
    """The values of one column, of which people write the names: a drive by its title, a class by its label."""
    if name not in indicator.by:
        known = "、".join(f"{n}（{indicator.facts.columns[n].label}）" for n in indicator.by)
        raise BadInput("platform.indicator.where_unknown", name=name[:_SHOWN], known=known or "（无）")
    named = values_of(scope, indicator, name)
    if named is None:
        found = set(values)
        # PostgreSQL takes no text with a NUL.
        if odd := next((value for value in found if "\0" in value), None):
            shown = odd.replace("\0", "")[:_SHOWN]
            raise BadInput("platform.indicator.value_unknown", name=indicator.facts.columns[name].label, value=shown)
        return tuple(sorted(found))
    found = set()
    for value in values:
        meant = {key for key, label in named.items() if value in (key, label)}
        if not meant:
            raise BadInput("platform.indicator.value_unknown", name=indicator.facts.columns[name].label, value=value[:_SHOWN])
        found |= meant
    return tuple(sorted(found))


def values_of(scope: Scope, indicator: Indicator, name: str) -> Mapping[str, str] | None:
    """What a column may hold, by what it is called; None where nobody can list it."""
    column = indicator.facts.columns[name]
    values = None if isinstance(column, Day | Number) else column.values
    return None if values is None else values(scope)


def indicator_values(scope: Scope, asked: Asked) -> Found:
    """The numbers of a checked question."""
    indicator = asked.indicator
    if indicator.percent:
        return _rated(scope, asked, indicator_find(indicator.percent.part), indicator_find(indicator.percent.whole))
    definition = indicator.definition_on(asked.on)
    cells = _measure(scope, asked, indicator, definition)
    begins = _begins(scope, asked, definition)
    known = begins is not None and begins <= asked.period.last
    lines = {key: Value(Fraction(number), cells.rows[key]) for key, number in cells.values.items()} if asked.by else {}
    total = Value(Fraction(cells.whole[0]) if known else None, cells.whole[1])
    return Found(asked, definition.text, lines, total, begins)


def _rated(scope: Scope, asked: Asked, one: Indicator, other: Indicator) -> Found:
    definition = other.definition_on(asked.on)
    part = _measure(scope, asked, one, one.definition_on(asked.on))
    whole = _measure(scope, asked, other, definition)
    lines = {k: _percent(part.values.get(k, 0), n, whole.rows[k]) for k, n in whole.values.items()} if asked.by else {}
    total = _percent(part.whole[0], whole.whole[0], whole.whole[1])
    text = f"{one.label}（{one.definition_on(asked.on).text}）占{other.label}（{definition.text}）的百分比"
    return Found(asked, text, lines, total, _begins(scope, asked, definition))


def _percent(part: int, whole: int, rows: int) -> Value:
    return Value(rate(part, whole), rows, part, whole)


def _measure(scope: Scope, asked: Asked, indicator: Indicator, definition: Definition) -> evaluate.Cells:
    return evaluate.measure(scope, indicator.facts, definition, asked.period, asked.region, asked.by, asked.where)


def _begins(scope: Scope, asked: Asked, definition: Definition) -> date | None:
    column, facts = definition.at or order_of(asked.indicator.facts), asked.indicator.facts
    # Of rare rows the county's first one counts: a town where nothing ever happened has nought of them, not no ledger.
    region = asked.region[:6] if facts.sparse else asked.region
    found = evaluate.begins_on(scope, facts, column, region) if column else None
    if found is None:
        return None
    day = _EPOCH + timedelta(days=found)
    return day.replace(month=1, day=1) if facts.sparse else day


def indicator_rows(
    scope: Scope, asked: Asked, cell: Mapping[str, str] | None = None, *, part: bool = False
) -> QuerySet[Any]:
    """Exactly the rows behind a number.

    Args:
        cell: value by dimension of `asked.by`; none: the total. part: of a rate, the part instead of the whole.
    Raises:
        BadInput: "platform.indicator.cell_unknown" for a dimension that was not asked by, or a month that is none.
    """
    indicator = asked.indicator
    for name, value in (cell or {}).items():
        if name not in asked.by or not _fits(name, value):
            raise BadInput("platform.indicator.cell_unknown", name=name[:_SHOWN], value=value[:_SHOWN])
    if indicator.percent:
        indicator = indicator_find(indicator.percent.part if part else indicator.percent.whole)
    definition = indicator.definition_on(asked.on)
    return rows_of(scope, indicator.facts, definition, asked.period, asked.region, asked.where, (cell or {}).items())


def _fits(name: str, value: str) -> bool:
    if name in _TIMES:
        try:
            first, _ = span_of(value)
        except (ValueError, OverflowError):
            return False
        # The edges of the calendar are no moments in UTC.
        return len(value) == (4 if name == "year" else 7) and MINYEAR < first.year < MAXYEAR
    if name not in _PLACES:
        return "\0" not in value
    return value.isascii() and value.isdigit() and len(value) == evaluate.PLACES[name]
