"""Reported values: what was stated for an indicator, a region and a period; several sources stand side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet

from anlan.kernel.codes import region_pad
from anlan.kernel.periods import Period
from anlan.platform import regions
from anlan.platform.indicator.declare import Asked
from anlan.platform.scope import Scope, limit
from anlan.reporting.models import ReportedValue
from anlan.reporting.rules.value import WHOLE
from anlan.reporting.rules.value import check_value as value_problems

__all__ = [
    "VIEW", "Places", "Reported", "one_number", "reported_for", "reported_list", "reported_named", "reported_places",
    "value_problems",
]  # fmt: skip

VIEW = "reporting.value.view"


@dataclass(frozen=True, slots=True)
class Reported:
    """One stated figure. `number` in the indicator's unit; `text` as it is written in its source."""

    id: str
    number: Fraction
    text: str
    extent: str
    source_title: str
    source_office: str
    unit: str = ""

    @property
    def written(self) -> str:
        """The number as its source writes it, without the unit."""
        return self.text.removesuffix("余").removesuffix("（不足）").removesuffix(self.unit)

    @property
    def url(self) -> str:
        """Its page."""
        return f"/records/reporting/values/{self.id}"


def reported_list(scope: Scope) -> QuerySet[ReportedValue]:
    """The values that stand, as far as the person may read them."""
    rows = ReportedValue._default_manager.filter(retired_at__isnull=True, drill=0)
    return limit(rows, scope) if scope.may(VIEW) else rows.none()


def reported_for(scope: Scope, asked: Asked, period: Period | None = None) -> list[Reported]:
    """What was stated for the indicator, this region itself and this period to the day; none for filtered questions.

    Args:
        period: another one than the question's.
    """
    span = period or asked.period
    if asked.where or not asked.region:
        return []
    rows = reported_list(scope).filter(
        indicator=asked.indicator.id, region=region_pad(asked.region), first_on=span.first, last_on=span.last, planned=0
    )
    return [_reported(row) for row in rows.order_by("source_office", "created_at", "pk")]


def reported_named(scope: Scope, name: str, region: str, period: Period) -> list[Reported]:
    """What was stated under a name for this region itself: of the period to the day, else of the longest part of it.

    Args:
        region: 6, 9 or 12 digits.
    Returns:
        All sources of that one period, planned numbers only where the period is a plan; empty where nothing was stated.
    """
    rows = reported_list(scope).filter(
        name=name, region=region_pad(region), first_on__gte=period.first, last_on__lte=period.last,
        planned=int(period.plan),
    )  # fmt: skip
    held = list(rows.order_by("source_office", "created_at", "pk"))
    spans = sorted({(row.last_on - row.first_on, row.last_on, row.first_on) for row in held})
    return [_reported(row) for row in held if spans and (row.last_on, row.first_on) == spans[-1][1:]]


@dataclass(frozen=True, slots=True)
class Places:
    """What the places directly below a region stated for one period.

    Attributes:
        numbers: by code, where its sources agree. should: how many places there are.
    """

    numbers: Mapping[str, Fraction]
    should: int

    @property
    def total(self) -> Fraction | None:
        """All together; None while one is missing: what is missing is not nought."""
        return sum(self.numbers.values(), Fraction(0)) if self.should and len(self.numbers) == self.should else None


_BELOW = {4: ("county", 6), 6: ("town", 9), 9: ("village", 12)}


def reported_places(scope: Scope, asked: Asked, period: Period | None = None) -> Places:
    """What each place directly below the region stated for the indicator and the period; none for filtered questions."""
    span = period or asked.period
    level, digits = _BELOW.get(len(asked.region), ("", 0))
    if asked.where or not level or asked.indicator.percent:
        return Places({}, 0)
    codes = [code for code, _ in regions.choices(asked.region, level)]
    rows = reported_list(scope).filter(
        indicator=asked.indicator.id, region__in=codes, first_on=span.first, last_on=span.last, planned=0
    )
    held: dict[str, list[Reported]] = {}
    for row in rows.order_by("pk"):
        held.setdefault(row.region[:digits], []).append(_reported(row))
    numbers = {code: number for code, few in held.items() if (number := one_number(few)) is not None}
    return Places(numbers, len(codes))


def _reported(row: Any) -> Reported:
    more = {"over": "余", "under": "（不足）", "about": ""}.get(row.approximate, "")
    text = f"{'约' if row.approximate == 'about' else ''}{row.value}{row.unit}{more}"
    return Reported(
        str(row.pk), Fraction(Decimal(row.amount)), text, "" if row.extent == WHOLE else row.extent, row.source_title,
        row.source_office, row.unit,
    )  # fmt: skip


def one_number(values: Iterable[Reported]) -> Fraction | None:
    """The number that all sources state; None where there is none or they differ: nobody has decided."""
    numbers = {value.number for value in values}
    return numbers.pop() if len(numbers) == 1 else None
