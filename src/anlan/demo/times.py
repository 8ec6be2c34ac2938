"""Moments of the demo's year: working days and office hours in China. Pure."""

from __future__ import annotations

import random
from datetime import UTC, datetime, time, timedelta

from anlan.kernel.deadlines import SHANGHAI, local_date, published_calendar

__all__ = ["DAYS", "opening", "work_days", "work_moment"]

DAYS = 365


def opening(moment: datetime) -> datetime:
    """Nine o'clock in Shanghai of the local day of `moment`, as UTC."""
    return datetime.combine(local_date(moment), time(9), SHANGHAI).astimezone(UTC)


def work_days(end: datetime) -> list[datetime]:
    """Nine o'clock of every working day of the year before the local day of `end`, oldest first, the day not included."""
    calendar = published_calendar()
    mornings = [opening(end - timedelta(days=n)) for n in range(DAYS, 0, -1)]
    return [m for m in mornings if calendar.is_workday(local_date(m))]


def work_moment(moment: datetime, dice: random.Random) -> datetime:
    """A moment in office hours of the local day of `moment`, or of the next working day."""
    calendar = published_calendar()
    while not calendar.is_workday(local_date(moment)):
        moment += timedelta(days=1)
    return opening(moment) + timedelta(minutes=dice.randint(0, 450), seconds=dice.randint(0, 59))
