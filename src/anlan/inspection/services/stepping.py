"""One step of a plan or a task: repeated presses, stale pages and races are answered alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anlan.inspection import queries
from anlan.inspection.errors import StalePage
from anlan.inspection.services.drafting import said
from anlan.kernel.entry import Draft, Step
from anlan.kernel.errors import Conflict
from anlan.kernel.loops import Action
from anlan.platform.database import writing
from anlan.platform.journal.record import record
from anlan.platform.scope import Scope

__all__ = ["Pressed", "step_draft", "step_take", "step_taken"]


@dataclass(frozen=True, slots=True)
class Pressed:
    """What came with a press of a button: the version seen (None: any), the form's key, and words."""

    base: int | None = None
    once: str | None = None
    note: str = ""


def step_taken(scope: Scope, row: Any, action: Action, pressed: Pressed) -> bool:
    """Whether this very press was recorded before; a page older than the record is refused.

    Raises:
        StalePage: "inspection.stale". Conflict: "journal.once_reused".
    """
    subject = f"{row.SUBJECT}/{row.pk}"
    if subject in queries.once_recorded(scope, [(subject, pressed.once)], action.kind):
        return True
    if pressed.base is not None and pressed.base != queries.versions_of([subject]).get(subject, 0):
        raise StalePage(str(row), row.get_state_display())
    return False


def step_draft(row: Any, action: Action, pressed: Pressed, data: Mapping[str, Any]) -> Draft:
    """The entry of a step from where the row stands."""
    return Draft(
        kind=action.kind, subject=f"{row.SUBJECT}/{row.pk}", region=row.region, data=dict(data),
        text=said(note=pressed.note), step=Step(row.state, action.to), once=pressed.once, drill=bool(row.drill),
    )  # fmt: skip


def step_take(
    scope: Scope, row: Any, action: Action, pressed: Pressed, now: datetime, data: Mapping[str, Any] | None = None
) -> None:
    """Record a step that the rules have allowed.

    Raises:
        StalePage: "inspection.stale" when a colleague was faster.
    """
    subject = f"{row.SUBJECT}/{row.pk}"
    version = pressed.base if pressed.base is not None else queries.versions_of([subject]).get(subject, 0)
    try:
        with writing():  # a point to come back to, where the caller's own transaction is open
            record(step_draft(row, action, pressed, data or {}), scope=scope, now=now, base=version)
    except Conflict as error:
        if subject in queries.once_recorded(scope, [(subject, pressed.once)], action.kind):
            return
        raise StalePage(str(row), row.get_state_display()) from error
