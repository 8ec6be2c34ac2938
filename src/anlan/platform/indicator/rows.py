"""The rows behind a number, as a query: exactly those that evaluate.py counted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from anlan.kernel import conditions as c
from anlan.kernel.deadlines import SHANGHAI
from anlan.kernel.periods import Period
from anlan.platform.indicator.declare import Column, Day, Definition, Facts, Many, Number, Text, Through
from anlan.platform.indicator.evaluate import PLACES, TIMES
from anlan.platform.indicator.reading import field_of
from anlan.platform.scope import Scope, limit, region_filter

__all__ = ["rows_of"]


def rows_of(
    scope: Scope, facts: Facts, definition: Definition, period: Period, region: str,
    where: Iterable[tuple[str, tuple[str, ...]]] = (), cell: Iterable[tuple[str, str]] = (),
) -> QuerySet[Any]:  # fmt: skip
    """The rows that were counted, the newest first, as far as the scope sees them; checks no right (ask.py does).

    Args:
        cell: (dimension, value) of the number that was clicked.
    """
    rows = limit(facts.model._default_manager.all(), scope).filter(facts.counted, drill=0)
    rows = rows.filter(region_filter("region", region))
    if definition.at:
        rows = rows.filter(_in(facts.columns[definition.at], period.first, period.last))
    rows = rows.filter(_holds(facts, definition.where, period))
    for name, values in where:
        rows = rows.filter(_is(facts, name, values))
    for name, value in cell:
        rows = rows.filter(_of_cell(facts, definition, name, value))
    newest = facts.columns[definition.at].path if definition.at else "created_at"
    return rows.order_by(f"-{newest}", "pk")


def _of_cell(facts: Facts, definition: Definition, name: str, value: str) -> Q:
    if name in PLACES:
        return region_filter("region", value) if value else Q(region="")
    if name in TIMES:
        first, last = span_of(value)
        return _in(facts.columns[definition.at], first, last)
    return _is(facts, name, (value,))


def span_of(text: str) -> tuple[date, date]:
    """First and last day of a year or month, `2024` or `2024-03`.

    Raises:
        ValueError: it is neither.
    """
    if len(text) == 4:
        return date(int(text), 1, 1), date(int(text), 12, 31)
    first = date.fromisoformat(f"{text}-01")
    return first, (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def _in(column: Column, first: date | None, last: date) -> Q:
    if not isinstance(column, Day):
        raise TypeError(f"{column!r} has no days")
    if column.date:
        return Q(**{f"{column.path}__lte": last}) & (Q(**{f"{column.path}__gte": first}) if first else Q())
    ended = Q(**{f"{column.path}__lt": _moment(last + timedelta(days=1))})
    return ended & (Q(**{f"{column.path}__gte": _moment(first)}) if first else Q())


def _holds(facts: Facts, where: c.Condition, period: Period) -> Q:
    match where:
        case c.Both(parts):
            held = Q()
            for part in parts:
                held &= _holds(facts, part, period)
            return held
        case c.Either(parts):
            held = Q(pk__in=[])
            for part in parts:
                held |= _holds(facts, part, period)
            return held
        case c.Not(part):
            return _not(facts, part, period)
        case c.Is(name, values):
            return _is(facts, name, values)
        case c.AtLeast(name, least):
            return Q(**{f"{facts.columns[name].path}__gte": least})
        case c.Filled(name):
            column = facts.columns[name]
            filled = Q(**{f"{column.path}__isnull": False})
            return filled & ~Q(**{column.path: ""}) if _is_words(facts, column) else filled
        case c.By(name):
            return _in(facts.columns[name], None, period.last)
        case c.Before(name):
            return _in(facts.columns[name], None, period.last - timedelta(days=1))
        case c.Within(name):
            return _in(facts.columns[name], period.first, period.last)


def _not(facts: Facts, part: c.Condition, period: Period) -> Q:
    """What does not meet the part, missing values included: SQL's third answer counts as no."""
    inner = _holds(facts, part, period)
    return ~Q(pk__in=facts.model._default_manager.filter(inner).values("pk")) if _may_be_null(facts, part) else ~inner


def _may_be_null(facts: Facts, part: c.Condition) -> bool:
    return any(_nullable(facts, facts.columns[name]) for name in c.fields_of(part))


def _nullable(facts: Facts, column: Column) -> bool:
    if isinstance(column, Many | Through):
        return False
    return bool(field_of(facts, column).null)


def _is_words(facts: Facts, column: Column) -> bool:
    return isinstance(column, Text) and field_of(facts, column).get_internal_type() in {"CharField", "TextField"}


def _is(facts: Facts, name: str, values: tuple[str, ...]) -> Q:
    column = facts.columns[name]
    if isinstance(column, Many | Through):
        return _is_one_of(facts, column, values)
    if isinstance(column, Number):
        return Q(**{f"{column.path}__in": [int(v) for v in values if v.lstrip("-").isdigit()]})
    filled = [v for v in values if v]
    found = Q(**{f"{column.path}__in": filled}) if filled else Q(pk__in=[])
    if "" in values:
        found |= Q(**{f"{column.path}__isnull": True}) | (Q(**{column.path: ""}) if _is_words(facts, column) else Q())
    return found


def _is_one_of(facts: Facts, column: Many | Through, values: tuple[str, ...]) -> Q:
    """A condition without a join, so that a row with two of the values stays one row."""
    model = facts.model._default_manager
    filled = [v for v in values if v]
    found = Q(pk__in=[])
    if filled:
        found |= Q(Exists(model.filter(pk=OuterRef("pk"), **{f"{column.path}__in": filled})))
    if "" in values:
        some = model.filter(pk=OuterRef("pk"), **{f"{column.path}__gt": ""})
        found |= Q(~Exists(some))
    return found
