"""Judging before the order whether a hazard is major, by ticking criteria."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anlan.inspection import queries
from anlan.inspection.models import Hazard
from anlan.inspection.rules.acts import check_act
from anlan.inspection.rules.hazard import GRADES, StepFacts
from anlan.inspection.rules.major import check_lightening, check_ticked
from anlan.inspection.rules.words import check_words
from anlan.inspection.services.hazards import judged
from anlan.inspection.services.steps import StepInput, take
from anlan.kernel.errors import Violation
from anlan.platform.scope import Scope
from anlan.registry import queries as registry

__all__ = ["JudgeInput", "hazard_judge"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeInput(StepInput):
    """The criteria ticked (ids); `grade` and `major_basis` decide only where none fit the enterprise."""

    grade: str = "general"
    major_criteria: tuple[str, ...] = ()
    major_basis: str = ""


def hazard_judge(*, scope: Scope, item: JudgeInput, now: datetime) -> str:
    """Judge a found hazard's grade anew by the ticked criteria, before it is ordered; its id.

    Raises:
        HazardNotFound; NotAllowed: "platform.not_allowed"; StalePage: "inspection.stale"; Conflict: "journal.conflict".
        StepRefused: "inspection.hazard.judge.refused" with every reason.
    Source: 安全生产法(2021) 第一百一十八条第二款.
    """
    grade, ids, basis = judged(item.grade, item.major_criteria, item.major_basis)
    basis = basis if grade == "major" else ""

    def judge(hazard: Hazard, item: JudgeInput, step: StepFacts) -> tuple[list[Violation], dict[str, Any]]:
        problems = check_act("judge", step) + check_words({"note": item.note, "major_basis": basis})
        problems += check_lightening(hazard.grade, grade, step.person, scope.who(hazard.found_by), item.note)
        enterprise = registry.enterprise_get(scope, str(hazard.enterprise_id))
        offered = {c.id for c in queries.criteria_offered(enterprise)}
        held = hazard.major_criteria.split()
        problems += check_ticked(grade, item.major_criteria, ids, offered, also=held)
        if grade not in dict(GRADES):
            problems.append(Violation("inspection.hazard.report.grade_unknown", {"grade": grade}, "grade"))
        if grade == "major" and not basis:
            problems.append(Violation("inspection.hazard.report.major_without_basis", {}, "major_basis"))
        unlisted = int(grade == "major" and not ids)
        return problems, {"grade": grade, "major_criteria": " ".join(ids), "major_unlisted": unlisted}

    return take("judge", scope, [item], now, judge, lambda _: {"major_basis": basis})[0]
