"""Refusals of this context; each carries a stable code whose sentence stands in messages/reporting.toml.

AnlanError
├── NotFound   DismissalNotFound, FilingNotFound, RoundNotFound
├── RuleViolation  RoundRefused (every reason in `violations`)
├── Conflict   RoundStale
└── BadInput   DraftTooLong, MarkUnknown; files that can't be read: anlan.reporting.drafts.files
"""

from __future__ import annotations

from collections.abc import Sequence

from anlan.kernel.errors import BadInput, Conflict, NotFound, RuleViolation, Violation

__all__ = [
    "DismissalNotFound", "DraftTooLong", "FilingNotFound", "MarkUnknown", "RoundNotFound", "RoundRefused", "RoundStale",
]  # fmt: skip


class DismissalNotFound(NotFound):
    """No such judgement, taken back meanwhile, or another office's."""

    def __init__(self) -> None:
        super().__init__("reporting.dismissal.not_found")


class DraftTooLong(BadInput):
    """More characters than one request may hold the server with."""

    def __init__(self, characters: int, most: int) -> None:
        super().__init__("reporting.drafts.text_long", characters=characters, most=most)


class MarkUnknown(BadInput):
    """The finding was not made by this server, or with a key that has changed since."""

    def __init__(self) -> None:
        super().__init__("reporting.dismissal.mark_unknown")


class RoundNotFound(NotFound):
    """No such round, or none in which a place of this person's is asked."""

    def __init__(self) -> None:
        super().__init__("reporting.round.not_found")


class FilingNotFound(NotFound):
    """No such form, or another town's."""

    def __init__(self) -> None:
        super().__init__("reporting.filing.not_found")


class RoundRefused(RuleViolation):
    """A house rule forbids this act on a round or form; `violations` holds every reason."""

    def __init__(self, action: str, violations: Sequence[Violation]) -> None:
        super().__init__("reporting.round.refused", violations, action=action)


class RoundStale(Conflict):
    """The round or form moved on after the caller's page was made: a double click, or a colleague was faster."""

    def __init__(self, name: str, state: str) -> None:
        super().__init__("reporting.round.stale", name=name, state=state)
