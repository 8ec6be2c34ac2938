"""Who is suggested for an interview (约谈): towns and enterprises by dated thresholds over their hazards. Pure.

Source: house rule for every threshold; the interview itself: 安全生产约谈实施办法（试行）（安委〔2018〕2号）.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from anlan.kernel.errors import Violation

__all__ = ["INTERVIEW_LIMITS", "LONG_DAYS", "OFTEN", "InterviewFacts", "InterviewLimit", "check_interview", "limits_on"]

LONG_DAYS = 15
"""Overdue for more days than these is long overdue."""
OFTEN = 2
"""Sent back at least so many times is often returned."""


@dataclass(frozen=True, slots=True)
class InterviewFacts:
    """Hazards of one town or enterprise as they stand today, drills left out.

    Attributes:
        overdue_major: major hazards overdue now. overdue_long: overdue for more than LONG_DAYS days.
        often: open ones that reviews sent back at least OFTEN times. again: closed ones found again within a year.
    """

    overdue_major: int
    overdue_long: int
    often: int
    again: int


@dataclass(frozen=True, slots=True)
class InterviewLimit:
    """From `since` on (local date), a town or an enterprise (`kind`) is suggested at these numbers."""

    kind: str
    since: date
    overdue_major: int
    overdue_long: int
    often: int
    again: int


INTERVIEW_LIMITS: tuple[InterviewLimit, ...] = (
    InterviewLimit("town", date(2000, 1, 1), overdue_major=2, overdue_long=10, often=5, again=3),
    InterviewLimit("enterprise", date(2000, 1, 1), overdue_major=1, overdue_long=3, often=2, again=2),
)


def limits_on(kind: str, day: date, limits: Sequence[InterviewLimit] = INTERVIEW_LIMITS) -> InterviewLimit:
    """The thresholds for a `kind` ("town" or "enterprise") on a local day. Source: house rule.

    Raises:
        LookupError: none is declared for this kind and day (a defect of the rule data).
    """
    held = [limit for limit in limits if limit.kind == kind and limit.since <= day]
    if not held:
        raise LookupError(f"no interview limit for {kind} on {day}")
    return max(held, key=lambda limit: limit.since)


def check_interview(facts: InterviewFacts, limit: InterviewLimit) -> list[Violation]:
    """Every reason to suggest an interview, the gravest first; empty: none. `field` names the number. Source: house rule."""
    found = []
    if facts.overdue_major >= limit.overdue_major:
        found.append(Violation("inspection.interview.overdue_major", {"count": facts.overdue_major}, "overdue_major"))
    if facts.overdue_long >= limit.overdue_long:
        words = {"count": facts.overdue_long, "days": LONG_DAYS}
        found.append(Violation("inspection.interview.overdue_long", words, "overdue_long"))
    if facts.often >= limit.often:
        words = {"count": facts.often, "times": OFTEN}
        found.append(Violation("inspection.interview.often", words, "often"))
    if facts.again >= limit.again:
        found.append(Violation("inspection.interview.again", {"count": facts.again}, "again"))
    return found
