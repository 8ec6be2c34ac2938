"""What a context says of the numbers that its ledgers yield: the facts (rows and their columns) and the indicators over them.

Everything is data: the same declaration is computed over arrays (evaluate.py) and read as a query (rows.py), so that the
rows behind a number are exactly those that were counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Model, Q

from anlan.kernel.conditions import Condition, Every, fields_of
from anlan.kernel.periods import Period
from anlan.platform.scope import Scope

__all__ = [
    "BEGINNING", "Asked", "Column", "Counted", "Day", "Definition", "Distinct", "Facts", "Indicator", "Many", "Number",
    "Percent", "Rows", "Sum", "Text", "Through", "Values", "codes",
]  # fmt: skip

BEGINNING = date(1949, 10, 1)
"""Definitions that hold from the beginning."""

Values = Callable[[Scope], Mapping[str, str]]
"""All that a column may hold, as far as a person may name it: value -> what it is called."""


@dataclass(frozen=True, slots=True)
class Text:
    """A column of texts or keys of other rows; `path`: where the model has it."""

    path: str
    label: str = ""
    values: Values | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Day:
    """A column of days: of a moment its local day. `date`: the model keeps days, not moments."""

    path: str
    label: str = ""
    date: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """A column of whole numbers (people, 元, days); missing ones count as nothing in a sum."""

    path: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Many:
    """Several texts for each row, kept in a child table (`path`: name of the relation and its column)."""

    path: str
    label: str = ""
    values: Values | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Through:
    """A column of the row that a key of this one names: the class of a hazard's enterprise.

    Attributes:
        key: the Text column that holds the key. facts: id of the facts it is a key of. column: the column there.
    """

    key: str
    facts: str
    column: str
    path: str
    label: str = ""
    values: Values | None = field(default=None, repr=False)


def codes(pairs: Iterable[tuple[str, str]]) -> Values:
    """The values of a code list, which everybody may name."""
    held = dict(pairs)
    return lambda scope: held


Column = Text | Day | Number | Many | Through


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """A ledger as indicators see it.

    Attributes:
        id: the subject type of the rows, `inspection.hazard`.
        label: what the rows are called.
        model: their table; scope limits it by SCOPED_BY.
        columns: what can be asked and grouped by, by name. `region` (12 digits), and what scope needs, are there anyway.
        counted: which rows exist at all for indicators; drills are left out anyway.
        right: what a person must hold to see the rows.
        page: address of one row's page, with {id}.
        titles: paths shown of a row in the list behind a number, with their headings.
        sparse: rows are so rare that the first one says nothing of the day on which the ledger was begun: its year counts.
    """

    id: str
    label: str
    model: type[Model]
    columns: Mapping[str, Column]
    right: str
    page: str
    titles: tuple[tuple[str, str], ...]
    counted: Q = field(default_factory=Q)
    sparse: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """How many rows."""


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of a Number column."""

    column: str


@dataclass(frozen=True, slots=True)
class Distinct:
    """How many different values a Text column has: enterprises inspected, however often."""

    column: str


Counted = Rows | Sum | Distinct


@dataclass(frozen=True, slots=True)
class Definition:
    """What is counted, from `since` on, until the next definition.

    Attributes:
        text: in words, for the reader of a report.
        at: the Day column that must lie in the period; "": what stands on the period's last day.
        where: which of these rows.
    """

    text: str
    at: str
    where: Condition = Every
    counted: Counted = Rows()
    since: date = BEGINNING


@dataclass(frozen=True, slots=True)
class Percent:
    """A rate: one indicator in hundredths of another one of the same facts."""

    part: str
    whole: str


@dataclass(frozen=True, slots=True, eq=False)
class Indicator:
    """A named number over a ledger.

    Attributes:
        id: `inspection.hazards_found`. name: what templates call it, `隐患.排查`. label: 发现隐患数.
        unit: a word of kernel.amounts.MEASURE_WORDS.
        definitions: the oldest first. percent: instead of them, for a rate.
        by: names of the columns it may be grouped and filtered by, besides town, village, month and year.
        source: the statute or statistical system it follows.
    """

    id: str
    name: str
    label: str
    unit: str
    facts: Facts
    definitions: tuple[Definition, ...] = ()
    by: tuple[str, ...] = ()
    source: str = ""
    percent: Percent | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if bool(self.definitions) == bool(self.percent):
            raise ValueError(f"{self.id}: definitions or a percent, one of the two")
        for each in self.definitions:
            named = {*fields_of(each.where), *self.by, *filter(None, (each.at, getattr(each.counted, "column", "")))}
            if unknown := named - set(self.facts.columns):
                raise ValueError(f"{self.id}: {sorted(unknown)} are no columns of {self.facts.id}")

    def definition_on(self, day: date) -> Definition:
        """The definition that held on a day; before the first one, the first."""
        held = [each for each in self.definitions if each.since <= day]
        return held[-1] if held else self.definitions[0]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question.

    Attributes:
        region: prefix of 2 to 12 digits. by: dimensions, the first the outermost. where: only rows with one of these values.
        on: the day whose definitions hold.
    """

    indicator: Indicator
    region: str
    period: Period
    on: date
    by: tuple[str, ...] = ()
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
