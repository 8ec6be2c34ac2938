"""Deadlines in natural or working days, ending with the local day in Asia/Shanghai; times go in and out as aware UTC.

Source: 行政处罚法 (2021) 第85条 (its 二日, 三日, 五日, 七日 are working days and leave out statutory holidays); 民法典
第201条, 第203条 (the day of the beginning is not counted, the last day ends at 24:00).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache

from anlan.kernel.errors import BadInput

__all__ = [
    "SHANGHAI",
    "Deadline",
    "Due",
    "WorkCalendar",
    "days_after",
    "days_left",
    "due_at",
    "end_of_day",
    "local_date",
    "local_time",
    "published_calendar",
    "read_instant",
]

# China has kept one zone without summer time since 1992; a fixed offset needs no zone database on the machine.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
_LAST_SECOND = time(23, 59, 59)


@dataclass(frozen=True, slots=True)
class Deadline:
    """How long somebody has: exactly one of natural `days` or `working_days`, 0 or more (0 = until tonight).

    Raises:
        BadInput: "kernel.deadline.rule".
    """

    days: int | None = None
    working_days: int | None = None

    def __post_init__(self) -> None:
        given = [n for n in (self.days, self.working_days) if n is not None]
        if len(given) != 1 or type(given[0]) is not int or not 0 <= given[0] <= 36_600:
            raise BadInput("kernel.deadline.rule")


@dataclass(frozen=True, slots=True)
class Due:
    """When it ends (aware UTC), and whether a year without a published holiday table was counted on the way."""

    at: datetime
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Statutory holidays and the weekend days worked in exchange, by local date, of the years that are published.

    An unpublished year counts weekends only, and every answer that touched it is provisional.
    """

    holidays: frozenset[date] = field(default_factory=frozenset)
    workdays: frozenset[date] = field(default_factory=frozenset)
    years: frozenset[int] = field(default_factory=frozenset)

    @classmethod
    def of(cls, years: Iterable[int], holidays: Iterable[date], workdays: Iterable[date] = ()) -> WorkCalendar:
        """A calendar from plain lists; days of years not named are left out."""
        known = frozenset(years)
        return cls(
            frozenset(d for d in holidays if d.year in known), frozenset(d for d in workdays if d.year in known), known
        )

    def is_workday(self, day: date) -> bool:
        """Whether people work on this local date. Source: 全国年节及纪念日放假办法 and 国务院办公厅's yearly notice."""
        return day in self.workdays or (day.weekday() < 5 and day not in self.holidays)

    def is_published(self, day: date) -> bool:
        """Whether the holiday table of the day's year is known."""
        return day.year in self.years


def local_date(moment: datetime) -> date:
    """The date in Asia/Shanghai of an aware moment.

    Raises:
        BadInput: "kernel.deadline.naive"; "kernel.deadline.out_of_range" at the very ends of the calendar.
    """
    if moment.tzinfo is None:
        raise BadInput("kernel.deadline.naive")
    try:
        return moment.astimezone(SHANGHAI).date()
    except OverflowError as error:
        raise BadInput("kernel.deadline.out_of_range") from error


def local_time(moment: datetime) -> datetime:
    """An aware moment in Asia/Shanghai, to be shown; in UTC where the calendar has no such local day (the year 9999).

    What was recorded has to be readable, however absurd its time.
    """
    try:
        return moment.astimezone(SHANGHAI)
    except OverflowError:
        return moment


def days_after(day: date, days: int) -> date:
    """The local date `days` natural days after another.

    Raises:
        BadInput: "kernel.deadline.out_of_range" beyond the calendar (the year 9999).
    """
    try:
        return day + timedelta(days=days)
    except OverflowError as error:
        raise BadInput("kernel.deadline.out_of_range") from error


def end_of_day(day: date) -> datetime:
    """23:59:59 in Asia/Shanghai of a local date, as UTC. Source: 民法典 第203条."""
    return datetime.combine(day, _LAST_SECOND, SHANGHAI).astimezone(UTC)  # of every date: it lies 8 hours earlier


def due_at(start: datetime, rule: Deadline, calendar: WorkCalendar) -> Due:
    """When a deadline that begins at `start` ends: at the end of the last local day; the first day is not counted.

    Natural days are counted through: an order "until 5 March" means 5 March, holiday or not (house rule; the shift of
    民法典 第203条 is for contracts). Natural days are therefore never provisional.

    Args:
        start: aware moment of delivery.
    Raises:
        BadInput: "kernel.deadline.naive"; "kernel.deadline.out_of_range" beyond the year 9999.
    Source: 行政处罚法 (2021) 第85条; 民法典 第201条, 第203条.
    """
    day = local_date(start)
    if rule.days is not None:
        return Due(end_of_day(days_after(day, rule.days)))
    provisional = False
    left = rule.working_days or 0
    while left:
        day = days_after(day, 1)
        provisional = provisional or not calendar.is_published(day)
        left -= calendar.is_workday(day)
    return Due(end_of_day(day), provisional)


def days_left(now: datetime, due: datetime) -> int:
    """Local days until the last day: 0 on it, negative after it (-1 = one day overdue).

    Raises:
        BadInput: "kernel.deadline.naive".
    """
    return (local_date(due) - local_date(now)).days


@cache
def published_calendar() -> WorkCalendar:
    """The calendar of the years whose State Council notice the kept library holds. Imported only when needed."""
    from chinese_calendar import constants

    days = constants.holidays
    return WorkCalendar.of({d.year for d in days}, days, constants.workdays)


def read_instant(text: str) -> datetime:
    """A moment as a person types it, aware: 2026-11-22 02:10, with seconds or a zone where they matter; else Shanghai's.

    Raises:
        BadInput: "kernel.text.not_a_date" with what was typed.
    """
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadInput("kernel.text.not_a_date", value=text[:40]) from None
    return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)
