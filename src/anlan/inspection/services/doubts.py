"""存疑复核: another officer confirms a closing whose photos are doubtful, or rejects it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from anlan.inspection import queries
from anlan.inspection.models import Hazard
from anlan.inspection.rules.doubt import ConfirmFacts, check_confirm, check_reject
from anlan.inspection.rules.hazard import ReturnFacts, StepFacts
from anlan.inspection.services.doubting import Doubt
from anlan.inspection.services.drafting import term_of
from anlan.inspection.services.steps import StepInput, take
from anlan.kernel.deadlines import WorkCalendar
from anlan.kernel.errors import Violation
from anlan.platform.scope import Scope

__all__ = ["ConfirmInput", "RejectInput", "hazard_confirm", "hazard_reject", "hazards_confirm", "hazards_reject"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmInput(StepInput):
    """The photos are honest: how it was made sure (`note`), with photos of a further visit where one was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectInput(StepInput):
    """The closing does not stand: the reason (`note`), and a new deadline if one is set."""

    due_on: date | None = None
    days: int | None = None
    working_days: int | None = None


def hazards_confirm(*, scope: Scope, items: Sequence[ConfirmInput], now: datetime) -> list[str]:
    """Clear the doubt and close hazards, all or none; the hazards' ids. Doubtful photos of the second look are marked.

    Raises:
        As `steps.hazards_order`; StepRefused: "inspection.hazard.confirm.refused".
    Source: house rule (a third officer decides).
    """

    def judge(hazard: Hazard, item: ConfirmInput, facts: StepFacts) -> tuple[list[Violation], dict[str, Any]]:
        problems = check_confirm(ConfirmFacts(facts, item.note))
        return problems, {} if problems else doubt.of(hazard, item.photos)

    doubt = Doubt(((item.hazard_id, item.photos) for item in items), now)
    return take("confirm", scope, items, now, judge)


def hazard_confirm(*, scope: Scope, item: ConfirmInput, now: datetime) -> str:
    """Clear the doubt and close one hazard. Raises as `hazards_confirm`."""
    return hazards_confirm(scope=scope, items=[item], now=now)[0]


def hazards_reject(
    *, scope: Scope, items: Sequence[RejectInput], now: datetime, calendar: WorkCalendar | None = None
) -> list[str]:
    """Send hazards whose closing does not stand back to the enterprise, all or none; the hazards' ids.

    Args:
        calendar: the working days to count by; None: the published ones.
    Raises:
        As `steps.hazards_order`; StepRefused: "inspection.hazard.reject.refused".
    Source: house rule; 安全生产法(2021) 第六十五条第一款.
    """

    def judge(hazard: Hazard, item: RejectInput, facts: StepFacts) -> tuple[list[Violation], dict[str, Any]]:
        term = term_of(facts.at, item.due_on, item.days, item.working_days, calendar)
        due = term.due_at if term else None
        given = queries.time_given(hazard)
        problems = check_reject(ReturnFacts(facts, item.note, hazard.grade, given, due, term is not None, hazard.listed))
        return problems, term.data() if term else {}

    return take("reject", scope, items, now, judge)


def hazard_reject(*, scope: Scope, item: RejectInput, now: datetime, calendar: WorkCalendar | None = None) -> str:
    """Send one hazard whose closing does not stand back. Raises as `hazards_reject`."""
    return hazards_reject(scope=scope, items=[item], now=now, calendar=calendar)[0]
