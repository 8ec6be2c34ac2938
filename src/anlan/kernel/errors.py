"""Typed errors. Every refusal has a stable code; the Chinese sentence comes from `kernel.messages`.

AnlanError(code, **facts)
├── NotFound       404  the object is not there, or not for this person (never told apart)
├── NotAllowed     403  the person may see it but not do this
├── BadInput       422  what was sent can't be read; `violations` name each field
├── RuleViolation  409  the law or a house rule forbids it; `violations` name every reason, not only the first
├── Conflict       409  somebody was faster, or the page is stale
├── Unavailable    503  something this needs is down (`permanent` tells whether trying again can help)
└── ProtocolError       a frame can't be read; never HTTP: quarantined and counted
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

__all__ = [
    "AnlanError",
    "BadInput",
    "Conflict",
    "NotAllowed",
    "NotFound",
    "ProtocolError",
    "RuleViolation",
    "Unavailable",
    "Violation",
]


@dataclass(frozen=True, slots=True)
class Violation:
    """One reason for a refusal: a stable code, the facts its sentence needs, and the field it belongs to if any."""

    code: str
    facts: dict[str, Any] = field(default_factory=dict)
    field: str | None = None

    @property
    def message(self) -> str:
        """The Chinese sentence for this code."""
        from anlan.kernel.messages import render

        return render(self.code, self.facts)

    def as_dict(self) -> dict[str, Any]:
        """The JSON shape used by the API: code, message, facts, field."""
        return {"code": self.code, "message": self.message, "facts": self.facts, "field": self.field}


class AnlanError(Exception):
    """Base of all errors a person may see. `facts` fill the sentence; `violations` are the single reasons."""

    status: ClassVar[int] = 500

    def __init__(self, code: str, /, violations: Sequence[Violation] = (), **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts
        self.violations = tuple(violations)

    @property
    def sentence(self) -> str:
        """The Chinese sentence alone, for a page that lists the single reasons itself."""
        from anlan.kernel.messages import render

        return render(self.code, self.facts)

    @property
    def message(self) -> str:
        """The Chinese sentence, followed by the single reasons where there are any."""
        sentence = self.sentence
        reasons = "；".join(v.message.rstrip("。") for v in self.violations)
        return f"{sentence.rstrip('。')}：{reasons}。" if reasons else sentence

    def __str__(self) -> str:
        return f"{self.code} {self.facts}" if self.facts else self.code


class NotFound(AnlanError):
    """The object does not exist or lies outside the person's scope; the two are never told apart."""

    status = 404


class NotAllowed(AnlanError):
    """The person may see the object but has no right to do this."""

    status = 403


class BadInput(AnlanError):
    """What was sent can't be understood; nothing was written."""

    status = 422


class RuleViolation(AnlanError):
    """A rule forbids the step; `violations` holds every reason."""

    status = 409


class Conflict(AnlanError):
    """The subject moved on since the caller read it; read again."""

    status = 409


class Unavailable(AnlanError):
    """A part that is needed can't be reached. `permanent` says whether waiting helps."""

    status = 503

    def __init__(self, code: str, /, permanent: bool = False, **facts: Any) -> None:
        super().__init__(code, **facts)
        self.permanent = permanent


class ProtocolError(AnlanError):
    """A device frame or an entry's bytes can't be read. Never answered by HTTP: quarantined and counted."""
