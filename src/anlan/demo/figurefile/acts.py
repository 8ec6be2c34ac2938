"""Moments and calls: when within a period something happens, and which service is called then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from anlan.kernel.deadlines import SHANGHAI
from anlan.kernel.periods import Period

__all__ = ["Act", "Span"]


@dataclass(frozen=True, slots=True)
class Act:
    """One call at its moment; `size`: how many subjects it writes."""

    at: datetime
    size: int
    act: Callable[[datetime], Any]


@dataclass(frozen=True, slots=True)
class Span:
    """The moments of a period that have passed."""

    first: datetime
    length: timedelta

    @classmethod
    def of(cls, period: Period, now: datetime) -> Span:
        """From the period's first morning to its last evening, or an hour ago."""
        first = datetime.combine(period.first, time(), SHANGHAI).astimezone(UTC)
        last = datetime.combine(period.last, time(23, 50), SHANGHAI).astimezone(UTC)
        return cls(first, min(last, now - timedelta(hours=1)) - first)

    def at(self, share: float) -> datetime:
        """The moment when this share of it has passed."""
        return self.first + self.length * share

    def after(self, start: datetime, most: timedelta, share: float) -> datetime:
        """Some time after a moment: no longer than `most`, nor than that share of the whole."""
        return start + min(most, self.length * share)
