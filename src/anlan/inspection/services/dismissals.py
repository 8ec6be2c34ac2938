"""Hazards that were none (误报), and hazards that repeat another one (重复)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anlan.inspection import queries
from anlan.inspection.models import Hazard
from anlan.inspection.rules.ending import check_dismiss, check_merge
from anlan.inspection.rules.hazard import StepFacts
from anlan.inspection.services.steps import StepInput, take
from anlan.kernel.entry import Draft
from anlan.kernel.errors import Violation
from anlan.platform.scope import Scope

__all__ = ["MergeInput", "hazard_dismiss", "hazard_merge"]

_SUBJECT = Hazard.SUBJECT


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeInput(StepInput):
    """The hazard that stays, by id or number; the reason stands in `note`."""

    into: str = ""


def hazard_dismiss(*, scope: Scope, item: StepInput, now: datetime) -> str:
    """Declare that a hazard is none, with the reason in `note`; its id. It counts nowhere any more.

    Raises:
        HazardNotFound; NotAllowed: "platform.not_allowed"; StalePage: "inspection.stale"; Conflict: "journal.conflict".
        StepRefused: "inspection.hazard.dismiss.refused" with every reason.
    Source: rules.ending (house rule).
    """

    def judge(hazard: Hazard, item: StepInput, step: StepFacts) -> tuple[list[Violation], dict[str, Any]]:
        return check_dismiss(step, hazard.grade, item.note, scope.who(hazard.found_by), hazard.listed), {}

    return take("dismiss", scope, [item], now, judge)[0]


def hazard_merge(*, scope: Scope, item: MergeInput, now: datetime) -> str:
    """Declare that a hazard repeats another one of the same enterprise; the id of the one that ends.

    The other one gets an entry in the same transaction and counts for both hazards' campaigns.

    Raises:
        As `hazard_dismiss`; StepRefused: "inspection.hazard.merge.refused".
    Source: rules.ending (house rule).
    """
    stays: list[tuple[Hazard, int]] = []

    def judge(hazard: Hazard, item: MergeInput, step: StepFacts) -> tuple[list[Violation], dict[str, Any]]:
        facts, target = queries.merge_facts(scope, hazard, item.into, item.note, step)
        problems = check_merge(facts)
        if problems or target is None:
            return problems, {}
        subject = f"{_SUBJECT}/{target.id}"
        version = queries.versions_of([subject])[subject]
        # Judged once more after the version: a step in between must not go unseen.
        facts, target = queries.merge_facts(scope, hazard, str(target.id), item.note, step)
        problems = check_merge(facts)
        if problems or target is None:
            return problems, {}
        stays.append((target, version))
        return [], {"into": str(target.id), "into_number": target.number}

    def beside(hazard: Hazard, item: MergeInput) -> list[tuple[Draft, int | None]]:
        target, version = stays[-1]
        campaigns = sorted(tag.key for tag in hazard.tags.all())
        data = {"other": str(hazard.id), "other_number": hazard.number, "campaigns": campaigns}
        draft = Draft(
            kind=f"{_SUBJECT}.absorbed",
            subject=f"{_SUBJECT}/{target.id}",
            region=target.region,
            data=data,
            drill=bool(target.drill),
        )
        return [(draft, version)]

    return take("merge", scope, [item], now, judge, beside=beside)[0]
