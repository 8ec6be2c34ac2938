"""One step of an accident: repeated presses, stale pages and races are answered alike."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from anlan.accident import queries
from anlan.accident.errors import StalePage, StepRefused
from anlan.accident.models import Accident
from anlan.accident.rules.loop import StepFacts, find_action
from anlan.kernel.entry import Draft, Step
from anlan.kernel.errors import Conflict, Violation
from anlan.kernel.text import blank
from anlan.platform import attachments
from anlan.platform.database import writing
from anlan.platform.journal.node import new_id
from anlan.platform.journal.record import record
from anlan.platform.scope import Scope

__all__ = ["Outcome", "Pressed", "fixed_id", "iso", "key_for", "said", "step_take", "to_minute"]

_ONCE = uuid.UUID("2d5b1c0e-7a44-5f0d-9d0b-7f3c1c9a6e12")


@dataclass(frozen=True, slots=True)
class Pressed:
    """What came with a press of a button: the version seen (None: any), and the form's or client's key."""

    base: int | None = None
    once: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step comes to: reasons against it, what its entry carries, papers, and the region where that changes."""

    problems: list[Violation]
    data: Mapping[str, Any]
    text: Mapping[str, Any]
    files: tuple[str, ...] = ()
    region: str = ""


def fixed_id(*parts: str) -> str:
    """The same id for the same parts, on every node and at every repetition."""
    return str(uuid.uuid5(_ONCE, "\0".join(parts)))


def key_for(scope: Scope, once: str | None, now: datetime) -> str:
    """A new id; with a client's key always the same one, so that a repeated request finds what the first one made."""
    return fixed_id(Accident.SUBJECT, scope.person, once) if once else new_id(now)


def iso(moment: datetime | None) -> str | None:
    """A moment as entries keep it."""
    return moment.astimezone(UTC).isoformat() if moment else None


def to_minute(moment: datetime) -> datetime:
    """A moment without its seconds: nobody knows those of an accident, and workbooks, which name it by its time, have none."""
    return moment.replace(second=0, microsecond=0)


def said(**texts: str) -> dict[str, str]:
    """The texts that are not empty, trimmed."""
    return {name: text.strip() for name, text in texts.items() if not blank(text)}


def step_take(
    action_id: str,
    *,
    scope: Scope,
    accident_id: str,
    pressed: Pressed,
    now: datetime,
    judge: Callable[[Accident, StepFacts], Outcome],
) -> str:
    """Take one step or act on an accident that `judge` allows; its id. A repeated press of the same person changes nothing.

    Raises:
        AccidentNotFound; NotAllowed: "platform.not_allowed", "platform.region_outside"; StalePage: "accident.stale".
        StepRefused: "accident.refused" with every reason. Conflict: "journal.once_reused".
        BadInput: "platform.attachment.unknown".
    """  # fmt: skip
    action = find_action(action_id)
    row = queries.accident_get(scope, accident_id)
    scope.require(action.right)
    if queries.stepped_once(scope, row.pk, pressed.once, action.kind):
        return str(row.pk)
    version = queries.version_of(row.pk)
    row = queries.accident_get(scope, accident_id)  # after the version: a step in between must show as a conflict
    if pressed.base is not None and pressed.base != version:
        raise StalePage(row.number, row.get_state_display())
    outcome = judge(row, queries.step_facts(scope, row, now))
    if outcome.problems:
        raise StepRefused(action.label, outcome.problems)
    subject, region = f"{Accident.SUBJECT}/{row.pk}", outcome.region or row.region
    scope.require_region(region)
    files = list(dict.fromkeys(outcome.files))
    draft = Draft(
        kind=action.kind, subject=subject, region=region, data=dict(outcome.data),
        text=dict(outcome.text) | ({"files": files} if files else {}),
        step=Step(row.state, action.to) if action.to else None, once=pressed.once, drill=bool(row.drill),
    )  # fmt: skip
    try:
        with writing():
            attachments.link(files, subject, scope=scope)
            record(draft, scope=scope, now=now, base=version)
    except Conflict as error:
        if not queries.stepped_once(scope, row.pk, pressed.once, action.kind):
            raise StalePage(row.number, row.get_state_display()) from error
    return str(row.pk)
