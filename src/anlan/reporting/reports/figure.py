"""A number as a report prints it, with where it comes from, and who can be asked for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Protocol

from anlan.kernel.comparing import Comparison
from anlan.kernel.periods import Period

__all__ = ["BLANK", "LEDGER", "REPORTED", "Figure", "FigureSource", "Question"]

LEDGER, REPORTED, BLANK = "ledger", "reported", "blank"


@dataclass(frozen=True, slots=True)
class Question:
    """What a template asks for.

    Attributes:
        name: an indicator's name (隐患.排查) or the name of a reported value. region: 6, 9 or 12 digits.
        where: (word of the filter, its values), as the clerk wrote them. compare: "", "yoy", "chain", "mean3".
    """

    name: str
    region: str
    period: Period
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    compare: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """What is answered.

    Attributes:
        number: None for a blank. text: the number as it is printed, without its unit. kind: LEDGER, REPORTED or BLANK.
        rows: how many rows of the ledger stand behind it. label, definition: what it counts, in words.
        source: the ledger's name, or the documents that state it. coverage: who has told (19/19个乡镇（街道）).
        as_of: the oldest moment that it rests on. final: the period is over and everybody has told.
        why: why it is blank. url: its rows, or its page.
    """

    question: Question
    number: Fraction | None
    text: str
    unit: str
    kind: str
    rows: int = 0
    label: str = ""
    definition: str = ""
    source: str = ""
    coverage: str = ""
    as_of: datetime | None = None
    final: bool = False
    compared: Comparison | None = None
    why: str = ""
    url: str = ""


class FigureSource(Protocol):
    """Who answers. What a source can't answer is a blank, never nought."""

    @property
    def region(self) -> str:
        """The report's own region, 6, 9 or 12 digits."""

    @property
    def period(self) -> Period:
        """The report's own period."""

    def figure(self, question: Question) -> Figure:
        """The number.

        Raises:
            BadInput: a filter or value that the indicator does not know.
        """

    def places(self) -> Sequence[tuple[str, str]]:
        """(region, name) of the places directly below the report's own, by code."""

    def place(self, word: str) -> str | None:
        """The region that a name or code means; None for one that is unknown or outside the report's own."""

    def region_name(self, region: str) -> str:
        """Its name."""

    def indicators(self) -> Sequence[str]:
        """The names of all indicators."""
