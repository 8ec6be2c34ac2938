"""How often and how long an enterprise's deadline may be extended: dated limits as data, and the two checks. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from anlan.inspection.rules.acts import check_act
from anlan.inspection.rules.deadline import check_not_passed, limit_on
from anlan.inspection.rules.hazard import StepFacts
from anlan.inspection.rules.words import check_words
from anlan.kernel.deadlines import days_after, end_of_day, local_date
from anlan.kernel.errors import Violation
from anlan.kernel.text import blank

__all__ = [
    "EXTENSION_LIMITS",
    "EXTENSION_STATES",
    "LISTED_ANSWER",
    "ExtendFacts",
    "ExtensionLimit",
    "check_answerer",
    "check_extend",
    "check_extend_open",
    "check_grant",
    "check_refuse",
    "extended_due",
    "extension_limit_on",
]

EXTENSION_STATES: tuple[tuple[str, str], ...] = (("applied", "待批准"), ("granted", "已批准"), ("refused", "不予批准"))

LISTED_ANSWER = "inspection.listing.sign"
"""The right that answers for a listed hazard: whoever signs listings."""


@dataclass(frozen=True, slots=True)
class ExtensionLimit:
    """From `since` on (local date), a hazard of `grade` is extended by at most `days` each and at most `times`."""

    grade: str
    since: date
    days: int
    times: int
    source: str


EXTENSION_LIMITS: tuple[ExtensionLimit, ...] = (
    ExtensionLimit("general", date(2000, 1, 1), 15, 2, "house rule"),
    ExtensionLimit("major", date(2000, 1, 1), 60, 2, "house rule"),
)


@dataclass(frozen=True, slots=True)
class ExtendFacts:
    """An application or a decision on one.

    Attributes:
        grade: of the hazard. due_at: its deadline. ordered_at: when its order was given (aware UTC).
        granted: how many extensions were granted before. pending: an application waits for its answer.
        days: asked for, or granted. reason: of the application, or of the refusal.
    """

    step: StepFacts
    grade: str
    due_at: datetime | None
    ordered_at: datetime | None
    granted: int
    pending: bool
    days: int | None = None
    reason: str = ""


def extension_limit_on(grade: str, day: date, limits: tuple[ExtensionLimit, ...] = EXTENSION_LIMITS) -> ExtensionLimit:
    """The limit for hazards of `grade` on the local date `day`. Source: house rule (dated limits).

    Raises:
        LookupError: no limit is declared for this grade and day (a defect of the rule data).
    """
    held = [limit for limit in limits if limit.grade == grade and limit.since <= day]
    if not held:
        raise LookupError(f"no extension limit for {grade} on {day}")
    return max(held, key=lambda limit: limit.since)


def extended_due(due_at: datetime, days: int) -> datetime:
    """The end of the day `days` natural days after the deadline's own local day.

    Raises:
        BadInput: "kernel.deadline.out_of_range".
    Source: 民法典 第二百零一条.
    """
    return end_of_day(days_after(local_date(due_at), days))


def check_extend_open(facts: ExtendFacts) -> list[Violation]:
    """Why no extension can be asked for now, whatever the reason; empty when one can.

    Source: house rule (before the deadline, one at a time, no more often than EXTENSION_LIMITS).
    """
    found = check_act("extend", facts.step)
    limit = extension_limit_on(facts.grade, local_date(facts.step.at))
    if facts.pending:
        found.append(Violation("inspection.hazard.extension.pending", {}))
    if facts.due_at is not None and max(facts.step.at, facts.step.now) > facts.due_at:
        found.append(Violation("inspection.hazard.extension.too_late", {"due": str(local_date(facts.due_at))}))
    if facts.granted >= limit.times:
        found.append(Violation("inspection.hazard.extension.too_often", {"times": limit.times}))
    return found


def _check_days(facts: ExtendFacts) -> list[Violation]:
    limit = extension_limit_on(facts.grade, local_date(facts.step.at))
    if facts.days is None or not 1 <= facts.days <= limit.days:
        return [Violation("inspection.hazard.extension.days_invalid", {"longest": limit.days}, "days")]
    if facts.due_at is None or facts.ordered_at is None:
        return []
    # From the order, not from a return that named another deadline since: the whole period is what is limited.
    start = local_date(facts.ordered_at)
    longest, whole = limit_on(facts.grade, start).longest, local_date(extended_due(facts.due_at, facts.days)) - start
    if whole.days > longest:
        return [Violation("inspection.hazard.extension.beyond_limit", {"days": whole.days, "longest": longest}, "days")]
    return check_not_passed(extended_due(facts.due_at, facts.days), facts.step.now, "days")


def check_extend(facts: ExtendFacts) -> list[Violation]:
    """Why this application can't be handed in; empty when it can. Source: house rule (reason and days are named)."""
    found = check_extend_open(facts) + _check_days(facts)
    if blank(facts.reason):
        found.append(Violation("inspection.hazard.extension.reason_missing", {}, "note"))
    return found + check_words({"note": facts.reason})


def _check_pending(act_id: str, facts: ExtendFacts) -> list[Violation]:
    missing = [] if facts.pending else [Violation("inspection.hazard.extension.none_pending", {})]
    return check_act(act_id, facts.step) + missing


def check_answerer(listed: str, rights: frozenset[str]) -> list[Violation]:
    """Whether this person answers for a hazard with these open listings (挂牌督办): for a listed one the leader does.

    Source: house rule (what the leader signed is not put off by an office).
    """
    wrong = bool(listed) and LISTED_ANSWER not in rights
    return [Violation("inspection.hazard.extension.leader_only", {})] if wrong else []


def check_grant(facts: ExtendFacts) -> list[Violation]:
    """Why this extension can't be granted; empty when it can. An answer given after the deadline still counts.

    Source: house rule (the limits bind whoever grants, too).
    """
    return _check_pending("grant", facts) + _check_days(facts) + check_words({"note": facts.reason})


def check_refuse(facts: ExtendFacts) -> list[Violation]:
    """Why this application can't be refused; empty when it can. Source: house rule (the reason is the enterprise's)."""
    found = _check_pending("refuse", facts)
    if blank(facts.reason):
        found.append(Violation("inspection.hazard.extension.reason_missing", {}, "note"))
    return found + check_words({"note": facts.reason})
