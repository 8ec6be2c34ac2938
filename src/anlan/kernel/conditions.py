"""Conditions over the fields of a row, as data: what is counted is said once and read by the database, by arrays of
numbers and by people.

Days are local ones. "The period" is the one that is asked about; its days stand in no condition.
Source: house rule (docs/adr/0027-indicators.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["AtLeast", "Before", "Both", "By", "Condition", "Either", "Every", "Filled", "Is", "Not", "Within", "fields_of"]


@dataclass(frozen=True, slots=True)
class Is:
    """The field has one of these values; a field of several values (tags): one of them at least."""

    field: str
    values: tuple[str, ...]

    def __init__(self, field: str, *values: str) -> None:
        object.__setattr__(self, "field", field)
        object.__setattr__(self, "values", values)


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The number is this or more; a missing one is not."""

    field: str
    least: int


@dataclass(frozen=True, slots=True)
class Filled:
    """There is a value: a day, a number, a text that is not empty."""

    field: str


@dataclass(frozen=True, slots=True)
class By:
    """The day lies on or before the last day of the period; a missing one does not."""

    field: str


@dataclass(frozen=True, slots=True)
class Before:
    """The day lies before the last day of the period: a term that ends with that day has not been passed on it."""

    field: str


@dataclass(frozen=True, slots=True)
class Within:
    """The day lies in the period, first and last included."""

    field: str


@dataclass(frozen=True, slots=True)
class Both:
    """All of the parts hold; of none: everything."""

    parts: tuple[Condition, ...]

    def __init__(self, *parts: Condition) -> None:
        object.__setattr__(self, "parts", parts)


@dataclass(frozen=True, slots=True)
class Either:
    """One of the parts holds at least; of none: nothing."""

    parts: tuple[Condition, ...]

    def __init__(self, *parts: Condition) -> None:
        object.__setattr__(self, "parts", parts)


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold. What is missing does not meet the part, so it meets this."""

    part: Condition


Condition = Is | AtLeast | Filled | By | Before | Within | Both | Either | Not
Every: Condition = Both()
"""Every row."""


def fields_of(condition: Condition) -> Iterator[str]:
    """The fields it reads, in order, repeated ones too.

    Source: house rule.
    """
    match condition:
        case Both(parts) | Either(parts):
            for part in parts:
                yield from fields_of(part)
        case Not(part):
            yield from fields_of(part)
        case _:
            yield condition.field
