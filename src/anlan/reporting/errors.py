"""Refusals of this context; each carries a stable code whose sentence stands in messages/reporting.toml.

AnlanError
├── NotFound   DismissalNotFound
└── BadInput   DraftTooLong, MarkUnknown; files that can't be read: anlan.reporting.drafts.files
"""

from __future__ import annotations

from anlan.kernel.errors import BadInput, NotFound

__all__ = ["DismissalNotFound", "DraftTooLong", "MarkUnknown"]


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
