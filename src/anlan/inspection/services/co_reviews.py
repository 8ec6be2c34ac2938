"""What the second officer named at a closing answers: confirmed, or an objection that puts the closing in doubt."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from anlan.inspection import queries
from anlan.inspection.models import Hazard
from anlan.inspection.rules.co_review import check_co_confirm, check_dispute
from anlan.inspection.rules.hazard import StepFacts
from anlan.inspection.services.steps import StepInput, take
from anlan.kernel.errors import Violation
from anlan.platform.scope import Scope

__all__ = ["hazard_co_confirm", "hazard_dispute"]


def hazard_co_confirm(*, scope: Scope, item: StepInput, now: datetime) -> str:
    """Confirm as the named second officer to have taken part in the review; the hazard's id.

    Raises:
        HazardNotFound; NotAllowed: "platform.not_allowed"; StalePage: "inspection.stale"; Conflict: "journal.conflict".
        StepRefused: "inspection.hazard.co_confirm.refused" with every reason.
    Source: rules.co_review (house rule).
    """

    def judge(hazard: Hazard, item: StepInput, step: StepFacts) -> tuple[list[Violation], dict[str, Any]]:
        return check_co_confirm(queries.co_review_facts(scope, hazard, step)), {}

    return take("co_confirm", scope, [item], now, judge)[0]


def hazard_dispute(*, scope: Scope, item: StepInput, now: datetime) -> str:
    """Object as the named second officer to a closing, with the reason in `note`; the hazard's id.

    Raises:
        As `hazard_co_confirm`; StepRefused: "inspection.hazard.dispute.refused".
    Source: rules.co_review (house rule).
    """

    def judge(hazard: Hazard, item: StepInput, step: StepFacts) -> tuple[list[Violation], dict[str, Any]]:
        return check_dispute(queries.co_review_facts(scope, hazard, step), item.note), {}

    return take("dispute", scope, [item], now, judge)[0]
