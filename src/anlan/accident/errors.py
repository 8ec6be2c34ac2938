"""Refusals of this context; each carries a stable code whose sentence stands in messages/accident.toml.

AnlanError
├── NotFound       AccidentNotFound
├── RuleViolation  StepRefused (every reason in `violations`)
└── Conflict       StalePage
"""

from __future__ import annotations

from collections.abc import Sequence

from anlan.kernel.errors import Conflict, NotFound, RuleViolation, Violation

__all__ = ["AccidentNotFound", "StalePage", "StepRefused"]


class AccidentNotFound(NotFound):
    """No such accident, or not within this person's scope."""

    def __init__(self) -> None:
        super().__init__("accident.not_found")


class StepRefused(RuleViolation):
    """The law or a house rule forbids this; `violations` holds every reason."""

    def __init__(self, action: str, violations: Sequence[Violation]) -> None:
        super().__init__("accident.refused", violations, action=action)


class StalePage(Conflict):
    """The record was changed after the caller's page was made: a double click, or a colleague was faster."""

    def __init__(self, number: str, state: str) -> None:
        super().__init__("accident.stale", number=number, state=state)
