"""Sums over towns that say what they rest on: who told, who is missing, and what has no sum. Pure.

Source: house rule (ADR 0032): missing is not nought; shares and averages are not added up; different units are an error.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from anlan.kernel.amounts import Amount, total
from anlan.reporting.rules.round_item import factor_of
from anlan.reporting.rules.value import amount_text

__all__ = ["Cell", "Summed", "sum_of"]


@dataclass(frozen=True, slots=True)
class Cell:
    """What one town says to one line; `amount`: None where it has not said anything that counts."""

    town: str
    amount: Amount | None


@dataclass(frozen=True, slots=True)
class Summed:
    """A sum with what it rests on.

    Attributes:
        text: in the line's unit, digits only; "" where there is none (nobody told, or it has no sum).
        told, should: how many towns. missing: codes of those that did not. summable: whether there is a sum of such a line.
    """

    text: str
    told: int
    should: int
    missing: tuple[str, ...]
    summable: bool

    @property
    def coverage(self) -> str:
        """As it stands beside the sum: 16/19个乡镇（街道）."""
        return f"{self.told}/{self.should}个乡镇（街道）"


def sum_of(cells: Iterable[Cell], unit: str, how: str) -> Summed:
    """The sum of what was told.

    Args:
        unit: of the line, as written. how: "sum" or "none".
    Raises:
        BadInput: "kernel.amount.units_mixed" for another unit than the line's.
    Source: house rule.
    """
    held = list(cells)
    told = [cell.amount for cell in held if cell.amount is not None]
    missing = tuple(cell.town for cell in held if cell.amount is None)
    if how != "sum" or not told:
        return Summed("", len(told), len(held), missing, how == "sum")
    found = total(told, Amount.of(0, unit).unit)
    said = amount_text(Amount(found.value / factor_of(unit), found.unit))
    return Summed(said, len(told), len(held), missing, summable=True)
