"""Whether an enterprise owes a self-check, by when, and which windows it missed. Pure; days are local dates.

Source: 安全生产法(2021) 第四十一条第二款; windows, grace and rate: house rule.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from anlan.inspection.rules.cadence import Firm, window_of, windows_in

__all__ = ["Duty", "duty_of", "owed"]


@dataclass(frozen=True, slots=True)
class Duty:
    """What an enterprise owes: the window `since`..`due_on` of its next report; `late`: that window is over."""

    period: str
    since: date
    due_on: date
    late: bool


def duty_of(firm: Firm, period: str, reported: Collection[date], today: date) -> Duty:
    """The next report an enterprise owes today.

    A window begun before the enterprise was registered asks nothing. Of missed windows only the last one is asked for: a
    report made now answers it. Source: house rule.

    Args:
        reported: local days of its reports.
    """
    first, last = window_of(period, today)
    before, ended = window_of(period, first - timedelta(days=1))
    if not _within(reported, before, last) and before >= firm.since:
        return Duty(period, before, ended, late=True)
    if _within(reported, first, last) or first < firm.since:
        first, last = window_of(period, last + timedelta(days=1))
    return Duty(period, first, last, late=False)


def owed(
    firm: Firm, period: str, reported: Collection[date], since: date, until: date
) -> tuple[list[tuple[date, date]], list[tuple[date, date]]]:
    """(windows ending between two local days that the enterprise owed a report for, those of them without one)."""
    asked = [window for window in windows_in(period, since, until) if window[0] >= firm.since]
    return asked, [window for window in asked if not _within(reported, *window)]


def _within(reported: Collection[date], first: date, last: date) -> bool:
    return any(first <= day <= last for day in reported)
