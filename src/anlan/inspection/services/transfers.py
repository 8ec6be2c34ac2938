"""Handing a hazard to enforcement (移送执法); its mending goes on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anlan.inspection.models import Hazard
from anlan.inspection.rules.acts import check_transfer
from anlan.inspection.rules.hazard import StepFacts
from anlan.inspection.services.steps import StepInput, take
from anlan.kernel.errors import Violation
from anlan.platform.scope import Scope

__all__ = ["TransferInput", "hazard_transfer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferInput(StepInput):
    """Why (`note`), and what was violated, as cited."""

    violated: str = ""


def hazard_transfer(*, scope: Scope, item: TransferInput, now: datetime) -> str:
    """Record that a hazard was handed to enforcement; its id. Its state stays.

    Raises:
        HazardNotFound; NotAllowed: "platform.not_allowed"; StalePage: "inspection.stale"; Conflict: "journal.conflict".
        StepRefused: "inspection.hazard.transfer.refused" with every reason.
    Source: 安全生产法(2021) 第六十五条第一款第二项.
    """

    def judge(hazard: Hazard, item: TransferInput, step: StepFacts) -> tuple[list[Violation], dict[str, Any]]:
        problems = check_transfer(step, item.violated, item.note, bool(hazard.transferred))
        return problems, {"violated": item.violated.strip()}

    return take("transfer", scope, [item], now, judge)[0]
