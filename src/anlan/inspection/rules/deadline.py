"""How long an enterprise may have to mend a hazard: dated limits as data, and the deadline itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from anlan.kernel import deadlines
from anlan.kernel.deadlines import Deadline, Due, WorkCalendar
from anlan.kernel.errors import Violation

__all__ = [
    "Granted", "RECTIFY_LIMITS", "RectifyLimit", "check_due", "check_new_due", "check_not_passed", "last_due_on",
    "limit_on", "rectify_deadline",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class RectifyLimit:
    """From `since` on (local date), a hazard of `grade` gets `usual` days by default and never more than `longest`."""

    grade: str
    since: date
    usual: int
    longest: int
    source: str


# The law asks for a deadline and names no number; the numbers are the house's and change by a new dated row, so that a
# hazard of last year is judged by last year's limit.
RECTIFY_LIMITS: tuple[RectifyLimit, ...] = (
    RectifyLimit("general", date(2000, 1, 1), 15, 60, "house rule; 安全生产法(2014) 第六十二条 限期改正"),
    RectifyLimit("general", date(2021, 9, 1), 15, 60, "house rule; 安全生产法(2021) 第六十五条第一款第二项 限期改正"),
    RectifyLimit("major", date(2000, 1, 1), 30, 180, "house rule; 安全生产法(2014) 第六十二条"),
    RectifyLimit("major", date(2021, 9, 1), 30, 180, "house rule; 安全生产法(2021) 第六十五条第一款第三项、第四十一条"),
)


def limit_on(grade: str, day: date, limits: tuple[RectifyLimit, ...] = RECTIFY_LIMITS) -> RectifyLimit:
    """The limit that held for hazards of `grade` ordered on the local date `day`. Source: house rule (dated limits).

    Raises:
        LookupError: no limit is declared for this grade and day (a defect of the rule data).
    """
    held = [limit for limit in limits if limit.grade == grade and limit.since <= day]
    if not held:
        raise LookupError(f"no rectification limit for {grade} on {day}")
    return max(held, key=lambda limit: limit.since)


def rectify_deadline(start: datetime, rule: Deadline, calendar: WorkCalendar) -> Due:
    """When the deadline of an order given at `start` ends; provisional when an unpublished year was counted.

    Args:
        start: aware moment of the order; its own local day is not counted.
    Raises:
        BadInput: "kernel.deadline.naive".
    Source: 行政处罚法(2021) 第八十五条; 民法典 第二百零一条、第二百零三条.
    """
    return deadlines.due_at(start, rule, calendar)


def check_due(grade: str, start: datetime, due: datetime | None, now: datetime) -> list[Violation]:
    """Why an order given at `start` and recorded `now` can't end at `due`; empty when it can.

    An order that was given without signal may arrive days later: it must still leave time when it is recorded, or the
    enterprise would be overdue before it could know.

    Returns:
        "inspection.hazard.order.deadline_missing", "…deadline_before_order", "…deadline_passed" or "…deadline_too_long"
        (with the limit).
    Source: 安全生产法(2021) 第六十五条第一款; the longest period is RECTIFY_LIMITS.
    """
    found = _check_ahead(start, due, now)
    if found or due is None:
        return found
    first = deadlines.local_date(start)
    limit = limit_on(grade, first)
    days = (deadlines.local_date(due) - first).days
    if days > limit.longest:
        facts = {"longest": limit.longest, "days": days}
        return [Violation("inspection.hazard.order.deadline_too_long", facts, "due_on")]
    return []


def _check_ahead(start: datetime, due: datetime | None, now: datetime) -> list[Violation]:
    if due is None:
        return [Violation("inspection.hazard.order.deadline_missing", {}, "due_on")]
    first, last = deadlines.local_date(start), deadlines.local_date(due)
    if last < first or due < start:
        return [
            Violation(
                "inspection.hazard.order.deadline_before_order", {"due": str(last), "ordered": str(first)}, "due_on"
            )
        ]
    return check_not_passed(due, now)


def check_not_passed(due: datetime, now: datetime, field: str = "due_on") -> list[Violation]:
    """Whether a deadline lies after the moment of recording; it would be overdue at once otherwise.

    Source: 安全生产法(2021) 第六十五条第一款第二项 (a period to mend is given, so there must be one).
    """
    if due > now:
        return []
    facts = {"due": str(deadlines.local_date(due))}
    return [Violation("inspection.hazard.order.deadline_passed", facts, field)]


@dataclass(frozen=True, slots=True)
class Granted:
    """The time that an enterprise has been given so far.

    Attributes:
        ordered_at: when the order was given. due_at: the deadline now held. submitted_at: when the mending was handed in
            that is now sent back. All aware UTC, None where there was none.
    """

    ordered_at: datetime | None
    due_at: datetime | None
    submitted_at: datetime | None = None


def last_due_on(grade: str, start: datetime, granted: Granted) -> date:
    """The last local day that a review at `start` which sends the hazard back may name as the new deadline.

    The limit counts from the order, not from each return: a submission sent back again and again would otherwise move a
    deadline for ever, past every limit on extensions. What is given back beyond it are the days that the mending lay
    with the officers, for they are not the enterprise's delay. See ADR 0018.

    Source: house rule (ADR 0018); 安全生产法(2021) 第六十五条第一款第二项 (责令限期排除: one period, set by the order).
    """
    first = deadlines.local_date(granted.ordered_at or start)
    last = deadlines.days_after(first, limit_on(grade, first).longest)
    if granted.due_at is None or granted.submitted_at is None:
        return last
    waited = max(0, (deadlines.local_date(start) - deadlines.local_date(granted.submitted_at)).days)
    return max(last, deadlines.days_after(deadlines.local_date(granted.due_at), waited))


def check_new_due(
    grade: str, start: datetime, due: datetime | None, now: datetime, granted: Granted
) -> list[Violation]:
    """Why a review at `start` that sends the hazard back can't name `due` as the new deadline; empty when it can.

    Returns:
        as `check_due`, and "inspection.hazard.return.beyond_limit" with the last day that can be named.
    Source: house rule (ADR 0018).
    """
    found = _check_ahead(start, due, now)
    if found or due is None:
        return found
    last = last_due_on(grade, start, granted)
    if deadlines.local_date(due) <= last:
        return []
    longest = limit_on(grade, deadlines.local_date(granted.ordered_at or start)).longest
    return [Violation("inspection.hazard.return.beyond_limit", {"longest": longest, "last": str(last)}, "due_on")]
