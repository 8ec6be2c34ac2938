"""Computing an indicator over the arrays of its ledger, by any dimensions, within what a person may see.

The same question as a query over the database is rows.py; that both find the same is tested on every declared indicator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from anlan.kernel import conditions as c
from anlan.kernel.periods import Period
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.indicator.arrays import MISSING, Part, Table
from anlan.platform.indicator.columns import TABLES
from anlan.platform.indicator.declare import Column, Definition, Distinct, Facts, Many, Sum, Text, Through
from anlan.platform.indicator.reading import key_text, order_of
from anlan.platform.scope import Scope

__all__ = ["PLACES", "TIMES", "Cells", "begins_on", "day_number", "facts_get", "measure"]

PLACES = {"county": 6, "town": 9, "village": 12}
TIMES = ("year", "month")
_EPOCH = date(1970, 1, 1).toordinal()

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cells:
    """What was counted, by the values of the dimensions; `rows`: how many rows stand behind each.

    Attributes:
        whole: counted without the dimensions, each row once, and its rows.
    """

    values: dict[Key, int]
    rows: dict[Key, int]
    whole: tuple[int, int]


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - _EPOCH


def facts_get(facts_id: str) -> Facts:
    """The ledger of this id, as the indicators declared over it see it."""
    return next(i.facts for i in CATALOGUE.indicators.values() if i.facts.id == facts_id)


def measure(
    scope: Scope, facts: Facts, definition: Definition, period: Period, region: str, by: tuple[str, ...] = (),
    where: Iterable[tuple[str, tuple[str, ...]]] = (),
) -> Cells:  # fmt: skip
    """Count what the definition says, within `region` and what the scope sees; checks no right (ask.py does).

    Args:
        region: prefix of 2 to 12 digits. by: names of PLACES, TIMES and of the ledger's columns.
        where: (column, values): only rows that have one of the values.
    """
    asked = _Asked(TABLES.get(facts), definition, period)
    limits = c.Both(definition.where, *(c.Is(name, *values) for name, values in where))
    found = [chosen for part in asked.table.parts if (chosen := asked.choose(part, scope, region, limits)) is not None]
    return asked.count(found, by)


def begins_on(scope: Scope, facts: Facts, column: str, region: str) -> int | None:
    """The first day of a ledger in a region, as a number; None where it has no row that the scope sees."""
    asked = _Asked(TABLES.get(facts), Definition("", ""), None)
    firsts = []
    for part in asked.table.parts:
        chosen = asked.choose(part, scope, region, c.Filled(column))
        if chosen is not None and len(chosen.rows):
            firsts.append(int(part.data[column][chosen.rows].min()))
    return min(firsts, default=None)


@dataclass(frozen=True, slots=True)
class _Chosen:
    part: Part
    rows: np.ndarray


@dataclass(slots=True)
class _Asked:
    table: Table
    definition: Definition
    period: Period | None
    _lists: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    _others: dict[str, Table] = field(default_factory=dict)

    # --- which rows ---------------------------------------------------------------------------------------------------

    def choose(self, part: Part, scope: Scope, region: str, where: c.Condition) -> _Chosen | None:
        """The rows of a part that count; None where there is none."""
        span, at = slice(0, part.size), self.definition.at
        if at and self.period is not None:
            first, last = day_number(self.period.first), day_number(self.period.last)
            days = part.data[at]
            if at == order_of(self.table.facts):
                span = slice(*np.searchsorted(days, (first, last + 1)))
                mask = np.ones(span.stop - span.start, bool)
            else:
                mask = (days >= first) & (days <= last)
        else:
            mask = np.ones(part.size, bool)
        if not len(mask):
            return None
        if part.alive is not None:
            mask &= part.alive[span]
        mask &= self._within(part, span, "region", lambda code: code.startswith(scope.region) and code.startswith(region))
        if scope.office is not None and "_office" in part.data:
            own = {scope.office} | ({""} if self.table.facts.model.SCOPED_BY.unowned else set())  # type: ignore[attr-defined]
            mask &= self._within(part, span, "_office", own.__contains__)
        if scope.subjects is not None:
            seen = scope.subjects if "_subject" in part.data else frozenset()
            mask &= self._within(part, span, "_subject", seen.__contains__) if seen else False
        if where != c.Every:
            mask &= self._holds(part, span, where)
        return _Chosen(part, np.nonzero(mask)[0] + span.start)

    def _within(self, part: Part, span: slice, column: str, wanted: Callable[[str], bool]) -> np.ndarray:
        return self._words(column, wanted)[part.data[column][span]]

    def _words(self, column: str, wanted: Callable[[str], bool]) -> np.ndarray:
        words = self.table.words.get(column) or [""]
        return np.fromiter(map(wanted, words), bool, len(words))

    def _holds(self, part: Part, span: slice, where: c.Condition) -> np.ndarray:
        size = span.stop - span.start
        match where:
            case c.Both(parts):
                held = np.ones(size, bool)
                for one in parts:
                    held &= self._holds(part, span, one)
                return held
            case c.Either(parts):
                held = np.zeros(size, bool)
                for one in parts:
                    held |= self._holds(part, span, one)
                return held
            case c.Not(one):
                return ~self._holds(part, span, one)
            case c.Is(name, values):
                return self._is(part, span, name, set(values))
            case c.AtLeast(name, least):
                return part.data[name][span] >= least
            case c.Filled(name):
                empty = 0 if isinstance(self._column(name), Text) else MISSING
                return part.data[name][span] != empty
            case c.By(name) | c.Before(name) | c.Within(name):
                return self._in_time(part.data[name][span], where)

    def _in_time(self, days: np.ndarray, where: c.Condition) -> np.ndarray:
        if self.period is None:
            raise ValueError("a condition of days needs a period")
        first, last = day_number(self.period.first), day_number(self.period.last)
        if isinstance(where, c.By):
            return (days != MISSING) & (days <= last)
        if isinstance(where, c.Before):
            return (days != MISSING) & (days < last)
        return (days >= first) & (days <= last)

    def _column(self, name: str) -> Column:
        return self.table.facts.columns[name]

    def _is(self, part: Part, span: slice, name: str, values: set[str]) -> np.ndarray:
        column = self._column(name)
        if isinstance(column, Text):
            return self._within(part, span, name, values.__contains__)
        if not isinstance(column, Many | Through):
            wanted = [int(v) for v in values if v.lstrip("-").isdigit()]
            return np.isin(part.data[name][span], wanted)
        rows = np.arange(span.start, span.stop)
        index, words = self._values(part, name, rows)
        names = self._names(name)
        held = np.zeros(len(rows), bool)
        wanted = np.fromiter((names[w] in values for w in range(len(names))), bool, len(names))
        held[index[wanted[words]]] = True
        return held

    # --- several values for a row -------------------------------------------------------------------------------------

    def _values(self, part: Part, name: str, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """For rows, (place among them, number of a text) for each value they have; who has none has "" (0)."""
        column = self._column(name)
        if isinstance(column, Many):
            starts, words = part.many[name]
            return _listed(starts, words, rows)
        if isinstance(column, Through):
            starts, words = self._through(name, column)
            return _listed(starts, words, part.data[column.key][rows].astype(np.int64))
        return np.arange(len(rows)), part.data[name][rows]

    def _names(self, name: str) -> list[str]:
        column = self._column(name)
        if isinstance(column, Through):
            return self._other(column.facts).words.get(column.column) or [""]
        return self.table.words.get(name) or [""]

    def _other(self, facts_id: str) -> Table:
        """Another ledger, the same moment of it throughout one question: numbers of texts hold within one table only."""
        if facts_id not in self._others:
            self._others[facts_id] = TABLES.get(facts_get(facts_id))
        return self._others[facts_id]

    def _through(self, name: str, column: Through) -> tuple[np.ndarray, np.ndarray]:
        """By number of the key's text: the values of the row that it names, as (starts, words)."""
        if name not in self._lists:
            other = _Asked(self._other(column.facts), Definition("", ""), None)
            keys = self.table.words[column.key]
            held: list[list[int]] = [[] for _ in keys]
            number = {key: i for i, key in enumerate(keys)}
            for part in other.table.parts:
                rows = np.arange(part.size) if part.alive is None else np.nonzero(part.alive)[0]
                names = [key_text(f"{a:016x}{b:016x}") for a, b in part.ids[rows].tolist()]
                index, words = other._values(part, column.column, rows)
                for i, word in zip(index.tolist(), words.tolist(), strict=True):
                    if (at := number.get(names[i])) is not None and word:
                        held[at].append(word)
            starts = np.zeros(len(keys) + 1, np.int64)
            np.cumsum([len(few) for few in held], out=starts[1:])
            self._lists[name] = starts, np.array([w for few in held for w in few], np.int32)
        return self._lists[name]

    # --- counting -----------------------------------------------------------------------------------------------------

    def count(self, found: list[_Chosen], by: tuple[str, ...]) -> Cells:
        """The values by the dimensions, and of all rows together."""
        lots = [(chosen, np.arange(len(chosen.rows)), np.zeros(len(chosen.rows), np.int64)) for chosen in found]
        whole = self._tally(lots, 1)
        total = (int(whole[0][0]), int(whole[1][0]))
        if not by:
            return Cells({(): total[0]}, {(): total[1]}, total)
        lots, names = [], [self._dimension(name) for name in by]
        for chosen in found:
            index, cell = np.arange(len(chosen.rows)), np.zeros(len(chosen.rows), np.int64)
            for labels, numbers in names:
                at, codes = numbers(chosen)
                index, cell = _crossed(index, cell, at, codes, len(labels), len(chosen.rows))
            lots.append((chosen, index, cell))
        # Only cells with rows are held: three dimensions of thousands of values have more cells than a machine has memory.
        filled = np.unique(np.concatenate([cell for _, _, cell in lots])) if lots else np.zeros(0, np.int64)
        lots = [(chosen, index, np.searchsorted(filled, cell)) for chosen, index, cell in lots]
        values, rows = self._tally(lots, len(filled))
        keys = [tuple(names[d][0][i] for d, i in enumerate(at)) for at in _unfolded(filled, [len(n) for n, _ in names])]
        return Cells(dict(zip(keys, values.tolist(), strict=True)), dict(zip(keys, rows.tolist(), strict=True)), total)

    def _dimension(self, name: str) -> tuple[list[str], Callable[[_Chosen], tuple[np.ndarray, np.ndarray]]]:
        """The values of a dimension, and for chosen rows (place among them, number of the value)."""
        if name in PLACES:
            words, digits = self.table.words["region"], PLACES[name]
            labels = sorted({w[:digits] for w in words})
            number = {label: i for i, label in enumerate(labels)}
            codes = np.array([number[w[:digits]] for w in words], np.int64)
            return labels, lambda chosen: (np.arange(len(chosen.rows)), codes[chosen.part.data["region"][chosen.rows]])
        if name in TIMES:
            return self._times(name)
        names = self._names(name)
        return names, lambda chosen: self._values(chosen.part, name, chosen.rows)

    def _times(self, name: str) -> tuple[list[str], Callable[[_Chosen], tuple[np.ndarray, np.ndarray]]]:
        if not self.definition.at or self.period is None:
            raise ValueError("what stands on a day has no months")
        first = day_number(self.period.first)
        days = [date.fromordinal(_EPOCH + first + i).isoformat()[: 4 if name == "year" else 7] for i in range(self.period.days)]
        labels = list(dict.fromkeys(days))
        number = {label: i for i, label in enumerate(labels)}
        codes = np.array([number[day] for day in days], np.int64)
        at = self.definition.at
        return labels, lambda chosen: (np.arange(len(chosen.rows)), codes[chosen.part.data[at][chosen.rows] - first])

    def _tally(self, lots: list[tuple[_Chosen, np.ndarray, np.ndarray]], size: int) -> tuple[np.ndarray, np.ndarray]:
        """(values, rows) by cell; lots of (rows, places among them, their cells)."""
        counted = self.definition.counted
        rows = np.zeros(size, np.int64)
        for _, _, cell in lots:
            rows += np.bincount(cell, minlength=size)
        if isinstance(counted, Sum):
            values = np.zeros(size, np.int64)
            for chosen, index, cell in lots:
                numbers = chosen.part.data[counted.column][chosen.rows[index]]
                np.add.at(values, cell, np.where(numbers == MISSING, 0, numbers))
            return values, rows
        if isinstance(counted, Distinct):
            words = len(self.table.words.get(counted.column) or [""])
            pairs = [cell * words + chosen.part.data[counted.column][chosen.rows[index]] for chosen, index, cell in lots]
            each = np.unique(np.concatenate(pairs)) if pairs else np.zeros(0, np.int64)
            each = each[each % words != 0]
            return np.bincount(each // words, minlength=size), rows
        return rows, rows


def _listed(starts: np.ndarray, words: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(place in `at`, word) for each word of the lists that `at` names; an empty list gives 0."""
    counts = starts[at + 1] - starts[at]
    index = np.repeat(np.arange(len(at)), np.maximum(counts, 1))
    begins = np.zeros(len(at) + 1, np.int64)
    np.cumsum(np.maximum(counts, 1), out=begins[1:])
    source = np.arange(begins[-1]) - np.repeat(begins[:-1] - starts[at], np.maximum(counts, 1))
    full = np.repeat(counts > 0, np.maximum(counts, 1))
    found = np.zeros(len(index), np.int32)
    found[full] = words[source[full]]
    return index, found


def _crossed(
    index: np.ndarray, cell: np.ndarray, at: np.ndarray, codes: np.ndarray, size: int, rows: int
) -> tuple[np.ndarray, np.ndarray]:
    """The cells of rows once more divided: each (row, cell) by each (row, code)."""
    if len(at) == rows:
        return index, cell * size + codes[index]
    starts = np.zeros(rows + 1, np.int64)
    np.cumsum(np.bincount(at, minlength=rows), out=starts[1:])
    counts = starts[index + 1] - starts[index]
    begins = np.zeros(len(index) + 1, np.int64)
    np.cumsum(counts, out=begins[1:])
    source = np.arange(begins[-1]) - np.repeat(begins[:-1] - starts[index], counts)
    return np.repeat(index, counts), np.repeat(cell, counts) * size + codes[source]


def _unfolded(cells: np.ndarray, sizes: list[int]) -> list[tuple[int, ...]]:
    return list(zip(*(axis.tolist() for axis in np.unravel_index(cells, sizes)), strict=True)) if len(cells) else []
