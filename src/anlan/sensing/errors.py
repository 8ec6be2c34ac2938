"""Refusals of this context; each carries a stable code whose sentence stands in messages/sensing.toml.

AnlanError
├── NotFound       DeviceNotFound, AlarmNotFound, RuleNotFound, ModelNotFound, QuarantinedNotFound
├── RuleViolation  AlarmStepRefused (every reason in `violations`)
└── Conflict       AlarmMoved
"""

from __future__ import annotations

from collections.abc import Sequence

from anlan.kernel.errors import Conflict, NotFound, RuleViolation, Violation

__all__ = [
    "AlarmMoved", "AlarmNotFound", "AlarmStepRefused", "DeviceNotFound", "ModelNotFound", "QuarantinedNotFound",
    "RuleNotFound",
]  # fmt: skip


class DeviceNotFound(NotFound):
    """No such device, or not within this person's scope."""

    def __init__(self) -> None:
        super().__init__("sensing.device.not_found")


class AlarmNotFound(NotFound):
    """No such alarm, or not within this person's scope."""

    def __init__(self) -> None:
        super().__init__("sensing.alarm.not_found")


class RuleNotFound(NotFound):
    """No such rule, or not within this person's scope."""

    def __init__(self) -> None:
        super().__init__("sensing.rule.not_found")


class ModelNotFound(NotFound):
    """No such device model, or not within this person's scope."""

    def __init__(self) -> None:
        super().__init__("sensing.model.not_found")


class QuarantinedNotFound(NotFound):
    """Nobody unknown speaks under this number, or it was claimed already."""

    def __init__(self) -> None:
        super().__init__("sensing.quarantined.not_found")


class AlarmStepRefused(RuleViolation):
    """The rules forbid the step; every reason stands in `violations`."""

    def __init__(self, number: str, violations: Sequence[Violation]) -> None:
        super().__init__("sensing.alarm.refused", violations, number=number)


class AlarmMoved(Conflict):
    """A colleague was faster, or the page is old."""

    def __init__(self, number: str, state: str) -> None:
        super().__init__("sensing.alarm.stale", number=number, state=state)
