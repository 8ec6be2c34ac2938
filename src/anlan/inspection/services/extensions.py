"""More time for an enterprise (延期): it applies, the office grants or refuses. The clock runs until it is granted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from anlan.inspection import queries
from anlan.inspection.models import Hazard
from anlan.inspection.rules.extension import check_answerer, check_extend, check_grant, check_refuse, extended_due
from anlan.inspection.rules.hazard import StepFacts
from anlan.inspection.services.listing_upkeep import listings_extended
from anlan.inspection.services.steps import StepInput, take
from anlan.kernel.entry import Draft
from anlan.kernel.errors import Violation
from anlan.platform.scope import Scope

__all__ = ["ExtendInput", "hazard_extend", "hazard_grant", "hazard_refuse"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendInput(StepInput):
    """An application (reason in `note`, natural days) or its granting (None: the days asked for)."""

    days: int | None = None


def hazard_extend(*, scope: Scope, item: ExtendInput, now: datetime) -> str:
    """Apply for more time to mend a hazard; its id. The deadline stands until the office has granted it.

    Raises:
        HazardNotFound; NotAllowed: "platform.not_allowed"; StalePage: "inspection.stale"; Conflict: "journal.conflict".
        StepRefused: "inspection.hazard.extend.refused" with every reason.
    Source: rules.extension (house rule).
    """

    def judge(hazard: Hazard, item: ExtendInput, step: StepFacts) -> tuple[list[Violation], dict[str, Any]]:
        facts, _, count = queries.extend_facts(hazard, step, item.days, item.note)
        return check_extend(facts), {"extension": str(count + 1), "days": item.days}

    return take("extend", scope, [item], now, judge)[0]


def hazard_grant(*, scope: Scope, item: ExtendInput, now: datetime) -> str:
    """Grant the application that waits, for as many days as asked or fewer; the deadline moves. The hazard's id.

    Raises:
        As `hazard_extend`; StepRefused: "inspection.hazard.grant.refused".
    Source: rules.extension (house rule).
    """

    def judge(hazard: Hazard, item: ExtendInput, step: StepFacts) -> tuple[list[Violation], dict[str, Any]]:
        facts, waiting, _ = queries.extend_facts(hazard, step, item.days, item.note)
        days = item.days if item.days is not None or waiting is None else waiting.days
        problems = check_grant(replace(facts, days=days)) + check_answerer(hazard.listed, step.rights)
        if waiting is not None and days is not None and days > waiting.days:
            problems.append(Violation("inspection.hazard.extension.more_than_asked", {"days": waiting.days}, "days"))
        if problems or waiting is None or days is None or hazard.due_at is None:
            return problems, {}
        moved = {"due_before": hazard.due_at.isoformat(), "due_at": extended_due(hazard.due_at, days).isoformat()}
        # It concerns its listings too: nobody takes it back (queries.acts.last_entry).
        return [], {"extension": waiting.key, "days": days} | moved | (
            {"listings_moved": True} if hazard.listed else {}
        )

    def beside(hazard: Hazard, item: ExtendInput) -> list[tuple[Draft, int | None]]:
        _, waiting, _ = queries.extend_facts(hazard, queries.step_facts(scope, hazard, item.at, now))
        days = item.days if item.days is not None or waiting is None else waiting.days
        return listings_extended(scope, hazard, days or 0)

    return take("grant", scope, [item], now, judge, beside=beside)[0]


def hazard_refuse(*, scope: Scope, item: StepInput, now: datetime) -> str:
    """Refuse the application that waits, with the reason in `note`; the deadline stands. The hazard's id.

    Raises:
        As `hazard_extend`; StepRefused: "inspection.hazard.refuse.refused".
    Source: rules.extension (house rule).
    """

    def judge(hazard: Hazard, item: StepInput, step: StepFacts) -> tuple[list[Violation], dict[str, Any]]:
        facts, waiting, _ = queries.extend_facts(hazard, step, None, item.note)
        return check_refuse(facts) + check_answerer(hazard.listed, step.rights), {
            "extension": waiting.key if waiting else ""
        }

    return take("refuse", scope, [item], now, judge)[0]
