"""What an Excel template asks for: its rows in order, which of them are repeated for each town, and every fault in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from openpyxl.utils import get_column_letter

from anlan.kernel.errors import Violation
from anlan.reporting.reports.template import Paragraph, straight, texts_faults

__all__ = ["SheetCell", "SheetPlan", "SheetRow", "cell_place", "plan_sheets"]

_FOR = re.compile(r"\{%-?\s*(?:tr\s+)?for\s+([^\W\d]\w*)\s+in\s+各镇\(\s*\)\s*-?%\}")
_END = re.compile(r"\{%-?\s*(?:tr\s+)?endfor\s*-?%\}")
_LOOPS = re.compile(r"\{%-?\s*(?:tr\s+)?(?:for|endfor)\b")


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


def plan_sheets(book: Any, indicators: Sequence[str]) -> tuple[list[SheetPlan], list[Violation]]:
    """The sheets of a template and everything that is wrong with them."""
    plans: list[SheetPlan] = []
    faults: list[Violation] = []
    for sheet in book.worksheets:
        plan = SheetPlan(sheet, merged=[(r.min_row, r.max_row, r.min_col, r.max_col) for r in sheet.merged_cells.ranges])
        faults += _sheet_faults(sheet)
        faults += _rows(plan, indicators)
        faults += _merged(plan)
        plans.append(plan)
    faults += [_fault("part", "", part="图表工作表") for _ in book.chartsheets]
    return plans, faults


def _fault(kind: str, place: str, **facts: Any) -> Violation:
    return Violation(f"reporting.template.{kind}", ({"place": place} if place else {}) | facts, "template")


def _sheet_faults(sheet: Any) -> Iterator[Violation]:
    named = f"工作表“{sheet.title}”"
    if sheet.sheet_state != "visible":
        yield _fault("hidden", named)
    shown = (sheet.oddHeader, sheet.oddFooter, sheet.evenHeader, sheet.evenFooter, sheet.firstHeader, sheet.firstFooter)
    parts = [part for each in shown for part in (each.left, each.center, each.right)]
    if "{{" in sheet.title or any("{" in str(part.text or "") for part in parts):
        yield _fault("elsewhere", "", part=f"{named}的页眉页脚或名称")


def _rows(plan: SheetPlan, indicators: Sequence[str]) -> Iterator[Violation]:
    sheet, name, since, group = plan.sheet, "", 0, 0
    by_row: dict[int, list[Any]] = {}
    for (row, _), cell in sorted(sheet._cells.items()):
        by_row.setdefault(row, []).append(cell)
    for row in range(1, max(by_row, default=0) + 1):
        cells = by_row.get(row, [])
        marks = [c for c in cells if isinstance(c.value, str) and _LOOPS.search(c.value)]
        yield from _hidden(sheet, row, cells)
        if not marks:
            yield from _cell_faults(sheet, cells, [name] if name else [], indicators)
            kept = tuple(SheetCell(c.column, c.value, copy(c._style)) for c in cells)
            plan.rows.append(SheetRow(row, kept, sheet.row_dimensions[row].height, name, group if name else 0))
            continue
        place = cell_place(sheet.title, row, marks[0].column)
        text = str(marks[0].value).strip()
        opens, closes = _FOR.fullmatch(straight(text)), _END.fullmatch(text)
        if not (opens or closes) or sum(c.value not in (None, "") for c in cells) > 1:
            yield _fault("loop_row", place, tag=text[:80])
        elif (opens is not None) == bool(name):
            yield _fault("crossed", place, tag=text[:80])
        elif opens:
            name, since, group = opens[1], row, group + 1
        else:
            name = ""
    if name:
        yield _fault("unclosed", cell_place(sheet.title, since, 1), word="for")


def _cell_faults(sheet: Any, cells: Sequence[Any], loops: list[str], indicators: Sequence[str]) -> Iterator[Violation]:
    for cell in cells:
        place = cell_place(sheet.title, cell.row, cell.column)
        if cell.data_type == "f":
            yield _fault("formula", place, tag=str(cell.value)[:80])
        elif isinstance(cell.value, str):
            yield from texts_faults([Paragraph(place, cell.value)], indicators, loops)


def _hidden(sheet: Any, row: int, cells: Sequence[Any]) -> Iterator[Violation]:
    for cell in cells:
        column = sheet.column_dimensions.get(get_column_letter(cell.column))
        out_of_sight = sheet.row_dimensions[row].hidden or (column is not None and column.hidden)
        if out_of_sight and isinstance(cell.value, str) and "{" in cell.value:
            yield _fault("hidden", cell_place(sheet.title, row, cell.column))


def _merged(plan: SheetPlan) -> Iterator[Violation]:
    """Cells merged over several rows stay whole only where no loop's rows are among them."""
    plain = {row.number for row in plan.rows if not row.loop}
    for first, last, left, _ in plan.merged:
        if last > first and any(n not in plain for n in range(first, last + 1)):
            yield _fault("merged", cell_place(plan.sheet.title, first, left))
