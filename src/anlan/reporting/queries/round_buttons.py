"""What a person may do with a round or a town's form, and what stands against it."""

from __future__ import annotations

from dataclasses import dataclass

from anlan.kernel.errors import Violation
from anlan.kernel.loops import Action
from anlan.platform.scope import Scope
from anlan.reporting.models import Filing, Round
from anlan.reporting.rules.round import CHASE, FILING_LOOP, MANAGE, ROUND_LOOP, check_chase, check_filing, check_round

__all__ = ["Button", "filing_buttons", "round_buttons"]


@dataclass(frozen=True, slots=True)
class Button:
    """What a person may do, or why not."""

    id: str
    label: str
    allowed: bool
    reasons: tuple[Violation, ...]
    help: str


def _button(action: Action, reasons: list[Violation]) -> Button:
    return Button(action.id, action.label, not reasons, tuple(reasons), action.help)


def _may(scope: Scope, action: Action, region: str) -> list[Violation]:
    if scope.may(action.right) and scope.covers(region):
        return []
    return [Violation("reporting.round.right_missing", {"action": action.label})]


def round_buttons(scope: Scope, row: Round) -> list[Button]:
    """What can be done with a round, each with what stands against it."""
    actions = [a for a in ROUND_LOOP.actions if a.from_]
    return [_button(a, check_round(a.id, row.state) + _may(scope, a, row.region)) for a in actions]


def filing_buttons(scope: Scope, filing: Filing) -> list[Button]:
    """What can be done with a town's form: by the town itself, or by whoever opened the round."""
    found = []
    for action in (a for a in FILING_LOOP.actions if a.from_):
        region = filing.round.region if action.right == MANAGE else filing.region
        reasons = check_filing(action.id, filing.state, filing.round.state) + _may(scope, action, region)
        found.append(_button(action, reasons))
    chase = check_chase(filing.state, filing.round.state) + _may(scope, CHASE, filing.round.region)
    return [*found, _button(CHASE, chase)]
