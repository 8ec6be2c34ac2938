"""Output of the indicators over hazards."""

from __future__ import annotations

from datetime import date

from ninja import Schema


class MeasureOut(Schema):
    """One indicator that can be asked for."""

    id: str
    label: str
    kind: str
    definition: str


class MeasuresOut(Schema):
    """All of them, and the dimensions as (id, label)."""

    items: list[MeasureOut]
    dimensions: list[tuple[str, str]]


class MeasureLineOut(Schema):
    """One value of the dimension; `ratio` 0..1, days with fractions."""

    key: str
    label: str
    whole: int
    part: int
    ratio: float | None = None
    median_days: float | None = None
    mean_days: float | None = None


class MeasureTableOut(Schema):
    """The indicator by its dimension; the total counts each hazard once."""

    id: str
    by: str
    region: str
    since: date
    until: date
    lines: list[MeasureLineOut]
    total: MeasureLineOut
    hidden: int
