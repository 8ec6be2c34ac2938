"""The table of one indicator: a line for each value of the dimension, and the total in which each hazard counts once."""

from __future__ import annotations

import statistics
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from anlan.inspection.queries import campaigns
from anlan.inspection.queries.measures import MANY, PATHS, Asked, base_rows, month_of, part_of
from anlan.inspection.queries.tally import tally
from anlan.inspection.rules.hazard import SOURCES
from anlan.kernel.codes import region_pad
from anlan.kernel.deadlines import local_date
from anlan.platform import reading, regions
from anlan.platform.ledger.changes import CHANGES
from anlan.platform.ledger.totals import KEPT
from anlan.platform.scope import Scope
from anlan.platform.spans import DaysBetween
from anlan.registry import queries as registry

__all__ = ["MeasureLine", "MeasureTable", "measure_table"]

_MOST_LINES = 200
_Spans = dict[str, list[float]]
_Counts = dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """One line: `whole` hazards, of which `part` (a ratio); `median` and `mean` in days (a days indicator)."""

    key: str
    label: str
    whole: int
    part: int = 0
    median_days: float | None = None
    mean_days: float | None = None

    @property
    def ratio(self) -> float | None:
        """Part of whole, 0..1; None where there is nothing."""
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class MeasureTable:
    """`lines` by the dimension (at most 200, the largest), `hidden` further ones; `total`: each hazard once."""

    asked: Asked
    lines: tuple[MeasureLine, ...]
    total: MeasureLine
    hidden: int


def measure_table(scope: Scope, asked: Asked, now: datetime) -> MeasureTable:
    """The indicator by its dimension, kept in this process until the journal changes or the day ends."""
    key = ("measure", scope.sees, asked, local_date(now))
    return KEPT.get(key, CHANGES.mark(), lambda: _table(scope, asked, now))


def _table(scope: Scope, asked: Asked, now: datetime) -> MeasureTable:
    if asked.measure.kind == "days":
        spans = _spans(scope, asked)
        lines = [_spanned(key, values) for key, values in spans.items()]
        whole = _all_spans(scope, asked) if asked.by in MANY else [v for values in spans.values() for v in values]
        total = _spanned("", whole)
    else:
        counts = _counts(scope, asked, now)
        lines = [MeasureLine(key, key, whole, part) for key, (whole, part) in counts.items()]
        sums = _counted(scope, asked, now) if asked.by in MANY else _sum(counts.values())
        total = MeasureLine("", "", *sums)
    named = _named(scope, asked, lines)
    shown = named[:_MOST_LINES]
    return MeasureTable(asked, tuple(shown), total, len(named) - len(shown))


def _sum(pairs: Iterable[tuple[int, int]]) -> tuple[int, int]:
    held = list(pairs)
    return sum(whole for whole, _ in held), sum(part for _, part in held)


def _counted(scope: Scope, asked: Asked, now: datetime) -> tuple[int, int]:
    found = base_rows(scope, asked).order_by().aggregate(whole=tally(), part=tally(part_of(asked.measure, now)))
    return found["whole"], found["part"]


def _counts(scope: Scope, asked: Asked, now: datetime) -> _Counts:
    if asked.by == "month":
        return {key: _counted(scope, month_of(asked, key), now) for key in _months(asked)}
    grouped = base_rows(scope, asked).order_by().values_list(_path(asked))
    part = tally(part_of(asked.measure, now))
    counted = [(key or "", whole, few) for key, whole, few in grouped.annotate(whole=tally(), part=part)]
    found: _Counts = {}
    keys = _keys(asked, {key for key, _, _ in counted})
    for raw, whole, few in counted:
        for key in keys(raw):
            held = found.get(key, (0, 0))
            found[key] = (held[0] + whole, held[1] + few)
    return found


def _path(asked: Asked) -> str:
    # Classes are looked up by enterprise afterwards: thousands of enterprises instead of a join for every hazard.
    return "enterprise_id" if asked.by == "class" else PATHS[asked.by]


def _keys(asked: Asked, raw: set[Any]) -> Callable[[Any], Sequence[str]]:
    """The values of the dimension for a value of `_path`."""
    if asked.by != "class":
        return lambda key: (key or "",)
    ids = {key: uuid.UUID(str(key)) for key in raw}
    classes = registry.enterprise_classes(ids.values())
    return lambda key: classes.get(ids[key], ("",))


def _all_spans(scope: Scope, asked: Asked) -> list[float]:
    rows = base_rows(scope, asked).order_by()
    return list(rows.values_list(DaysBetween(*asked.measure.span), flat=True))


def _spans(scope: Scope, asked: Asked) -> _Spans:
    if asked.by == "month":
        return {key: _all_spans(scope, month_of(asked, key)) for key in _months(asked)}
    found: _Spans = {}
    asked_rows = base_rows(scope, asked).order_by().annotate(days=DaysBetween(*asked.measure.span))
    # Raw: making a UUID for each of 200,000 hazards costs more than reading them.
    rows = reading.plain(asked_rows, (_path(asked), "days")).raw()
    keys = _keys(asked, {raw for raw, _ in rows})
    for raw, days in rows:
        for key in keys(raw):
            found.setdefault(key, []).append(days)
    return found


def _spanned(key: str, values: Sequence[float]) -> MeasureLine:
    if not values:
        return MeasureLine(key, key, 0)
    return MeasureLine(key, key, len(values), 0, statistics.median(values), statistics.fmean(values))


def _months(asked: Asked) -> list[str]:
    first, last = asked.since.year * 12 + asked.since.month - 1, asked.until.year * 12 + asked.until.month - 1
    return [date(n // 12, n % 12 + 1, 1).isoformat()[:7] for n in range(first, last + 1)]


def _named(scope: Scope, asked: Asked, lines: list[MeasureLine]) -> list[MeasureLine]:
    """The lines under their Chinese names: towns and months by code, other values by size."""
    names = _names(asked.by, [line.key for line in lines])
    chosen = [line for line in lines if asked.by != "campaign" or not asked.campaigns or line.key in asked.campaigns]
    named = [MeasureLine(n.key, names.get(n.key, n.key), n.whole, n.part, n.median_days, n.mean_days) for n in chosen]
    if asked.by in {"town", "month"}:
        return sorted(named, key=lambda line: line.key)
    return sorted(named, key=lambda line: (-line.whole, line.label))


def _names(by: str, keys: list[str]) -> dict[str, str]:
    if by == "town":
        return {key: regions.name(region_pad(key)) for key in keys if key}
    if by == "source":
        return dict(SOURCES)
    if by == "class":
        return {code.id: code.label for code in registry.codes("classes")} | {"": "未分类"}
    if by == "campaign":
        return campaigns.campaign_names(keys)
    return {"": "未填写依据"}
