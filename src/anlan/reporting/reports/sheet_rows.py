"""What is read of an Excel template: cells, rows, sheets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from openpyxl.utils import get_column_letter

__all__ = ["SheetCell", "SheetPlan", "SheetRow", "cell_place"]


@dataclass(frozen=True, slots=True)
class SheetCell:
    """A cell of the template: column from 1, its value, and its style as the workbook knows it."""

    column: int
    value: Any
    style: Any


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row. `loop`: the name of the town in it, "" outside of loops; `group`: rows of one loop have the same, 0 outside."""

    number: int
    cells: tuple[SheetCell, ...]
    height: float | None
    loop: str = ""
    group: int = 0


@dataclass(slots=True)
class SheetPlan:
    """A sheet: rows in order without the markers of loops, and merged cells as (first row, last row, first, last column)."""

    sheet: Any
    rows: list[SheetRow] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


def cell_place(sheet: str, row: int, column: int) -> str:
    """Where a cell is: 工作表“月报表”B7."""
    return f"工作表“{sheet}”{get_column_letter(column)}{row}"
