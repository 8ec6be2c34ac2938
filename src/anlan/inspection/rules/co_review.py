"""The named second officer of a review speaks for himself: he confirms that he was there, or objects. Pure.

Source: 行政处罚法(2021) 第四十二条 (no fewer than two officers), applied to reviews by house rule: naming a colleague is no
second signature while the colleague has not been asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from anlan.inspection.rules.acts import check_act
from anlan.inspection.rules.hazard import StepFacts, check_entry
from anlan.inspection.rules.words import check_words
from anlan.kernel.errors import Violation
from anlan.kernel.text import blank

__all__ = ["ANSWER_WITHIN", "CO_REVIEW_LAPSED", "CO_REVIEW_STATES", "CoReviewFacts", "check_co_confirm", "check_dispute"]

ANSWER_WITHIN = timedelta(days=7)
"""So long after the closing the second officer may answer. Source: house rule."""

CO_REVIEW_STATES: tuple[tuple[str, str], ...] = (("waiting", "待确认"), ("confirmed", "已确认"), ("disputed", "有异议"))
"""What the second officer of the last closing has said."""
CO_REVIEW_LAPSED = "逾期未确认"
"""What `waiting` is called once it can't be answered any more; asked over the clock, never stored."""


@dataclass(frozen=True, slots=True)
class CoReviewFacts:
    """An answer of the second officer.

    Attributes:
        co_reviewer: person id of whoever was named. closed_at: when the hazard was closed (aware UTC).
        answered: he has confirmed or objected before. reopened: a look-back has filed it anew.
        unlisted: two officers have looked again since and taken the case off the list (摘牌).
    """

    step: StepFacts
    co_reviewer: str
    closed_at: datetime | None
    answered: bool = False
    reopened: bool = False
    unlisted: bool = False


def _check_answer(facts: CoReviewFacts) -> list[Violation]:
    if not facts.co_reviewer or facts.step.person != facts.co_reviewer:
        return [Violation("inspection.hazard.co_review.not_named", {})]
    found = []
    if facts.answered:
        found.append(Violation("inspection.hazard.co_review.answered", {}))
    if facts.closed_at is not None and facts.step.now - facts.closed_at > ANSWER_WITHIN:
        found.append(Violation("inspection.hazard.co_review.too_late", {"days": ANSWER_WITHIN.days}))
    return found


def check_co_confirm(facts: CoReviewFacts) -> list[Violation]:
    """Why this person can't confirm to have taken part in the review; empty when he can. Source: house rule."""
    return check_act("co_confirm", facts.step) + _check_answer(facts)


def check_dispute(facts: CoReviewFacts, reason: str) -> list[Violation]:
    """Why this person can't object to the closing; empty when he can. Somebody else decides then (存疑复核).

    A hazard that a look-back has filed anew stands there in its new row. A case that has been unlisted was reviewed on the
    spot by two officers once more: what has come back since is found by a look-back. Source: house rule.
    """
    found = check_entry("dispute", facts.step) + _check_answer(facts)
    if facts.reopened:
        found.append(Violation("inspection.hazard.co_review.reopened", {}))
    elif facts.unlisted:
        found.append(Violation("inspection.hazard.co_review.unlisted", {}))
    if blank(reason):
        found.append(Violation("inspection.hazard.co_review.reason_missing", {}, "note"))
    return found + check_words({"note": reason})
