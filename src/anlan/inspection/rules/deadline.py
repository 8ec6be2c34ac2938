"""How long an enterprise may have to mend a hazard: dated limits as data, and the deadline itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from anlan.kernel import deadlines
from anlan.kernel.deadlines import Deadline, Due, WorkCalendar
from anlan.kernel.errors import Violation

__all__ = ["RECTIFY_LIMITS", "RectifyLimit", "check_due", "limit_on", "rectify_deadline"]


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


def check_due(grade: str, start: datetime, due: datetime | None) -> list[Violation]:
    """Why an order given at `start` can't end at `due`; empty when it can.

    Returns:
        "inspection.hazard.order.deadline_missing", "…deadline_before_order" or "…deadline_too_long" (with the limit).
    Source: 安全生产法(2021) 第六十五条第一款; the longest period is RECTIFY_LIMITS.
    """
    if due is None:
        return [Violation("inspection.hazard.order.deadline_missing", {}, "due_on")]
    first, last = deadlines.local_date(start), deadlines.local_date(due)
    if last < first or due < start:
        return [
            Violation(
                "inspection.hazard.order.deadline_before_order", {"due": str(last), "ordered": str(first)}, "due_on"
            )
        ]
    limit = limit_on(grade, first)
    if (last - first).days > limit.longest:
        facts = {"longest": limit.longest, "days": (last - first).days}
        return [Violation("inspection.hazard.order.deadline_too_long", facts, "due_on")]
    return []
