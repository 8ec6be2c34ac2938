"""Output of the routes of indicators."""

from __future__ import annotations

from datetime import date, datetime

from ninja import Schema


class NamedOut(Schema):
    """A dimension or filter: its word and its label."""

    id: str
    label: str


class IndicatorOut(Schema):
    """What an indicator is; `since`: the day from which the definition holds (none for rates)."""

    id: str
    name: str
    label: str
    unit: str
    definition: str
    since: date | None
    source: str
    dimensions: list[NamedOut]
    filters: list[NamedOut]


class IndicatorsOut(Schema):
    """The indicators that the person may read."""

    items: list[IndicatorOut]


class SpanOut(Schema):
    """A period; both days included."""

    label: str
    first: date
    last: date


class ComparisonOut(Schema):
    """What a number is set against. `change`: of a rate in percentage points; `base` null: nothing is known of it."""

    word: str
    base: int | float | None
    change: int | float | None
    percent: int | float | None
    text: str


class FigureLineOut(Schema):
    """One number. `value` null: nothing is known, which is not zero; `told`: the place has told everything of the period;
    `kind`: ledger, or reported where only documents say it. `rank`: by value, equal ones share it; `share`: in hundredths of
    the total, where the lines add up to it."""

    key: dict[str, str]
    label: str
    value: int | float | None
    text: str
    rows: int
    part: int | None
    whole: int | None
    told: bool
    kind: str
    rows_url: str
    comparison: ComparisonOut | None
    rank: int | None
    share: int | float | None
    share_text: str | None


class CoverageOut(Schema):
    """What a number rests on: how many of the places have told everything, who is missing, and up to when they told."""

    told: int
    should: int
    label: str
    final: bool
    missing: list[str]
    oldest: datetime | None
    newest: datetime | None


class LimitOut(Schema):
    """A filter that was asked with."""

    id: str
    values: list[str]


class ReportedOut(Schema):
    """A figure that a document states. `value` in the indicator's unit, `text` as it is written."""

    value: int | float | None
    text: str
    extent: str
    url: str
    source_title: str
    source_office: str


class FigureOut(Schema):
    """An indicator's answer.

    `kind`: "reported" where the ledger says nothing and one figure was stated. `begins`: first day of the ledger; `partly`: it
    lies within the period. `reported`: stated figures, never added to what is counted; `differ`: sources say different things.
    """

    id: str
    name: str
    label: str
    unit: str
    kind: str
    region: str
    region_name: str
    period: SpanOut
    definition: str
    source: str
    by: list[str]
    where: list[LimitOut]
    compare: str
    lines: list[FigureLineOut]
    total: FigureLineOut
    coverage: CoverageOut
    begins: date | None
    partly: bool
    differ: bool
    reported: list[ReportedOut]


class FigureRowOut(Schema):
    """One row behind a number: its page and what the list shows of it, in the order of `heads`."""

    id: str
    url: str
    cells: list[str]


class FigureRowsOut(Schema):
    """The rows behind a number, a page of them."""

    count: int
    heads: list[str]
    items: list[FigureRowOut]
