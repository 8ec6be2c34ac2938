"""What may be printed in a report, and the marks around a printed number until the document is done."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CLOSE", "OPEN", "Place", "Said"]

OPEN, CLOSE = "\ue000", "\ue001"
"""Around a printed number: OPEN, ordinal, OPEN, text, CLOSE. From the private use area, so no text holds them."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a word of the vocabulary says: text that may be printed."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a loop: its name may be printed, and it may stand where a place is asked for."""

    region: str
    name: str

    @property
    def 名称(self) -> Said:
        """Its name."""
        return Said(self.name)
