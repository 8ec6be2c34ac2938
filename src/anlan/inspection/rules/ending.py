"""Hazards that were none (误报) and hazards that were filed twice (重复). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from anlan.inspection.rules.hazard import StepFacts, check_entry
from anlan.inspection.rules.words import check_words
from anlan.kernel.deadlines import local_date
from anlan.kernel.errors import Violation
from anlan.kernel.text import shown_length

__all__ = ["DISMISS", "ENDED", "SHORTEST_REASON", "MergeFacts", "check_dismiss", "check_finder", "check_listed", "check_merge"]

DISMISS = "inspection.hazard.dismiss"
SHORTEST_REASON = 5
ENDED = ("dismissed", "merged")
"""States in which a hazard counts nowhere."""


@dataclass(frozen=True, slots=True)
class MergeFacts:
    """A hazard and the one it is said to repeat.

    Attributes:
        target_state: "" where no such hazard is in sight. same: both are one row.
        same_enterprise: both belong to one enterprise, or to enterprises merged into one.
        target_grade, target_drill: of the one that stays. due_at, target_due: the deadlines of both (aware UTC).
        listed: levels of the open listings (挂牌督办) of the one that ends.
    """

    step: StepFacts
    reason: str
    grade: str
    drill: bool
    target_state: str
    target_grade: str = "general"
    target_drill: bool = False
    same: bool = False
    same_enterprise: bool = True
    listed: str = ""
    due_at: datetime | None = None
    target_due: datetime | None = None


def _check_reason(reason: str) -> list[Violation]:
    short = shown_length(reason) < SHORTEST_REASON
    found = [Violation("inspection.hazard.reason_short", {"least": SHORTEST_REASON}, "note")] if short else []
    return found + check_words({"note": reason})


def check_listed(listed: str) -> list[Violation]:
    """Whether an open listing (挂牌督办) stands in the way of ending a hazard without review. Source: house rule."""
    return [Violation("inspection.hazard.listed_open", {})] if listed else []


def check_dismiss(facts: StepFacts, grade: str, reason: str, found_by: str, listed: str = "") -> list[Violation]:
    """Why this hazard can't be declared none; empty when it can.

    Args:
        found_by: person id of the finder, who can't alone dismiss what was ordered already or is major.
        listed: levels of its open listings.
    Source: house rule (two persons stand behind the end of a hazard without review).
    """
    found = check_entry("dismiss", facts) + check_finder(facts, grade, found_by) + check_listed(listed)
    return found + _check_reason(reason)


def check_finder(facts: StepFacts, grade: str, found_by: str) -> list[Violation]:
    """Whether the finder would alone dismiss what was ordered already or is major. Source: house rule."""
    alone = (facts.state != "found" or grade == "major") and facts.person == found_by
    return [Violation("inspection.hazard.dismiss.finder_alone", {})] if alone else []


def _check_later(facts: MergeFacts) -> list[Violation]:
    """The deadline that ends with a hazard may not be an earlier one, or merging would be an extension without limit.

    Where the one that stays is the graver one, or has been mended already, nothing is put off.
    """
    if facts.target_state != "ordered" or facts.due_at is None or facts.target_due is None:
        return []
    if facts.target_grade != facts.grade or local_date(facts.target_due) <= local_date(facts.due_at):
        return []
    dates = {"due": str(local_date(facts.due_at)), "later": str(local_date(facts.target_due))}
    return [Violation("inspection.hazard.merge.later_due", dates, "into")]


def check_merge(facts: MergeFacts) -> list[Violation]:
    """Why this hazard can't be merged into the other one; empty when it can.

    Source: house rule (one matter of one enterprise is one hazard; merging must neither end nor lighten it).
    """
    found = check_entry("merge", facts.step) + check_listed(facts.listed) + _check_reason(facts.reason)
    if not facts.target_state:
        return [*found, Violation("inspection.hazard.merge.target_missing", {}, "into")]
    if facts.same:
        return [*found, Violation("inspection.hazard.merge.target_self", {}, "into")]
    if facts.target_state in {"closed", *ENDED}:
        found.append(Violation("inspection.hazard.merge.target_ended", {}, "into"))
    if not facts.same_enterprise:
        found.append(Violation("inspection.hazard.merge.other_enterprise", {}, "into"))
    if facts.drill != facts.target_drill:
        found.append(Violation("inspection.hazard.merge.drill_mixed", {}, "into"))
    if facts.target_state == "found" and facts.step.state != "found":
        # The deadline would go with the hazard that ends, and whoever filed the other one could end that alone.
        found.append(Violation("inspection.hazard.merge.target_not_ordered", {}, "into"))
    found += _check_later(facts)
    if facts.grade == "major" and facts.target_grade != "major":
        found.append(Violation("inspection.hazard.merge.major_into_general", {}, "into"))
    return found
