"""存疑复核: a third officer decides on a closing whose photos are doubtful. Pure.

Source: house rule. Neither of the two officers who tried to close decides, nor whoever handed in the mending.
"""

from __future__ import annotations

from dataclasses import dataclass

from anlan.inspection.rules.hazard import ReturnFacts, StepFacts, check_back, check_entry
from anlan.inspection.rules.words import check_words
from anlan.kernel.errors import Violation
from anlan.kernel.text import blank

__all__ = ["ConfirmFacts", "check_confirm", "check_reject"]


@dataclass(frozen=True, slots=True)
class ConfirmFacts:
    """The photos are honest: how the officer made sure (`note`)."""

    step: StepFacts
    note: str


def check_confirm(facts: ConfirmFacts) -> list[Violation]:
    """Why the doubt can't be cleared; empty when it can. Source: house rule."""
    found = check_entry("confirm", facts.step)
    if blank(facts.note):
        found.append(Violation("inspection.hazard.confirm.note_missing", {}, "note"))
    return found + check_words({"note": facts.note})


def check_reject(facts: ReturnFacts) -> list[Violation]:
    """Why the hazard can't go back to the enterprise; empty when it can. Source: house rule."""
    return check_back("reject", Violation("inspection.hazard.reject.reason_missing", {}, "reason"), facts)
