"""One step of a round or of a town's form: repeated presses, stale pages and races are answered alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anlan.kernel.entry import Draft, Step
from anlan.kernel.errors import Conflict, Violation
from anlan.kernel.loops import Action
from anlan.kernel.text import blank
from anlan.platform.database import writing
from anlan.platform.journal.record import record
from anlan.platform.scope import Scope
from anlan.reporting import queries
from anlan.reporting.errors import RoundRefused, RoundStale

__all__ = ["Outcome", "Pressed", "said", "step_take"]


@dataclass(frozen=True, slots=True)
class Pressed:
    """What came with a press of a button: the version seen (None: any), and the form's or client's key."""

    base: int | None = None
    once: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step comes to: reasons against it; else what its entry carries.

    `beside`: what is written with it in the same transaction; gives what the entry's data carries further.
    """

    problems: list[Violation]
    data: Mapping[str, Any]
    text: Mapping[str, Any]
    beside: Callable[[], Mapping[str, Any]] | None = None


def said(**texts: str) -> dict[str, str]:
    """The texts that are not empty, trimmed."""
    return {name: text.strip() for name, text in texts.items() if not blank(text)}


def step_take(
    action: Action, *, scope: Scope, get: Callable[[], Any], region: Callable[[Any], str], pressed: Pressed, now: datetime,
    judge: Callable[[Any], Outcome],
) -> str:  # fmt: skip
    """Take one step that `judge` allows; the row's id. A repeated press of the same person changes nothing.

    Args:
        get: the row as the person sees it. region: of the row, the place that the person must answer for.
    Raises:
        RoundNotFound, FilingNotFound; NotAllowed: "platform.not_allowed", "platform.region_outside".
        RoundStale: "reporting.round.stale". RoundRefused: "reporting.round.refused" with every reason.
        Conflict: "journal.once_reused".
    """  # fmt: skip
    row = get()
    scope.require(action.right)
    scope.require_region(region(row))
    if queries.stepped(scope, row, pressed.once, action.kind):
        return str(row.pk)
    version = queries.version_of_row(row)
    row = get()  # after the version: a step in between must show as a conflict
    if pressed.base is not None and pressed.base != version:
        raise RoundStale(str(row), row.get_state_display())
    outcome = judge(row)
    if outcome.problems:
        raise RoundRefused(action.label, outcome.problems)
    try:
        with writing():
            data = dict(outcome.data) | dict(outcome.beside() if outcome.beside else {})
            draft = Draft(
                kind=action.kind, subject=f"{row.SUBJECT}/{row.pk}", region=row.region, data=data,
                text=dict(outcome.text), step=Step(row.state, action.to), once=pressed.once, drill=bool(row.drill),
            )  # fmt: skip
            record(draft, scope=scope, now=now, base=version)
    except Conflict as error:
        if not queries.stepped(scope, row, pressed.once, action.kind):
            raise RoundStale(str(row), row.get_state_display()) from error
    return str(row.pk)
