"""How long after it happened something may be recorded with its own moment, and who is on time then. Pure.

A phone without signal keeps what was done and when; a server cut off by a typhoon gets it days later. Beyond what that
takes, a stated moment is a convenience for whoever missed a deadline. See ADR 0010.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from anlan.kernel.deadlines import local_date
from anlan.kernel.errors import Violation

__all__ = ["APART", "STATING_RULES", "StatingRule", "check_moment", "check_stated", "is_late", "stating_rule_on"]

APART = timedelta(minutes=10)
"""A page shows both moments where what was stated and when it was recorded lie further apart. Source: house rule."""


@dataclass(frozen=True, slots=True)
class StatingRule:
    """From `since` on (local date), a moment may be stated that lies at most `allowance` before it is recorded."""

    since: date
    allowance: timedelta
    source: str


STATING_RULES: tuple[StatingRule, ...] = (StatingRule(date(2000, 1, 1), timedelta(hours=72), "house rule; ADR 0010"),)


def stating_rule_on(day: date, rules: tuple[StatingRule, ...] = STATING_RULES) -> StatingRule:
    """The rule that held on the local date `day`. Source: house rule.

    Raises:
        LookupError: no rule is declared for this day (a defect of the rule data).
    """
    held = [rule for rule in rules if rule.since <= day]
    if not held:
        raise LookupError(f"no rule on stated moments for {day}")
    return max(held, key=lambda rule: rule.since)


def check_stated(at: datetime, now: datetime) -> list[Violation]:
    """Why a moment stated for a step can't be taken when it is recorded `now`; empty when it can. Source: house rule."""
    allowance = stating_rule_on(local_date(now)).allowance
    if now - at <= allowance:
        return []
    return [Violation("inspection.hazard.at_beyond_allowance", {"hours": int(allowance.total_seconds() // 3600)}, "at")]


def check_moment(at: datetime, last_at: datetime | None, now: datetime) -> list[Violation]:
    """Why a moment stated for a step can't be taken; empty when it can.

    Args:
        last_at: of the step before it, None for none (all aware).
    Returns:
        "inspection.hazard.at_in_future", "…at_too_early" or "…at_beyond_allowance".
    Source: house rule.
    """
    if at > now:
        return [Violation("inspection.hazard.at_in_future", {}, "at")]
    if last_at is not None and at < last_at:
        return [Violation("inspection.hazard.at_too_early", {}, "at")]
    return check_stated(at, now)


def is_late(due_at: datetime | None, at: datetime, now: datetime, *, offline: bool) -> bool:
    """Whether a report of mending comes after its deadline.

    What counts is when it is recorded. Only what a phone filed without signal counts by its own moment, and only within
    the allowance.

    Args:
        at: when it was handed in, as stated. offline: the phone says that it had no signal then.
    Source: 安全生产法(2021) 第六十五条第一款第二项 (the deadline binds); ADR 0010 for what is filed without signal.
    """
    if due_at is None or now <= due_at:
        return False
    return not (offline and at <= due_at and not check_stated(at, now))
