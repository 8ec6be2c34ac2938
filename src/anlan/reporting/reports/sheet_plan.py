"""What an Excel template asks for: its rows in order, which of them are repeated for each town, and every fault in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from copy import copy
from typing import Any

from anlan.kernel.errors import Violation
from anlan.reporting.reports.sheet_faults import hidden_faults, merged_faults, sheet_fault, sheet_faults
from anlan.reporting.reports.sheet_rows import SheetCell, SheetPlan, SheetRow, cell_place
from anlan.reporting.reports.template import Paragraph, straight, texts_faults

__all__ = ["plan_sheets"]

_FOR = re.compile(r"\{%-?\s*(?:tr\s+)?for\s+([^\W\d]\w*)\s+in\s+各镇\(\s*\)\s*-?%\}")
_END = re.compile(r"\{%-?\s*(?:tr\s+)?endfor\s*-?%\}")
_LOOPS = re.compile(r"\{%-?\s*(?:tr\s+)?(?:for|endfor)\b")


def plan_sheets(book: Any, indicators: Sequence[str]) -> tuple[list[SheetPlan], list[Violation]]:
    """The sheets of a template and everything that is wrong with them."""
    plans: list[SheetPlan] = []
    faults: list[Violation] = []
    for sheet in book.worksheets:
        plan = SheetPlan(sheet, merged=[(r.min_row, r.max_row, r.min_col, r.max_col) for r in sheet.merged_cells.ranges])
        faults += sheet_faults(sheet)
        faults += _rows(plan, indicators)
        faults += merged_faults(plan)
        plans.append(plan)
    faults += [sheet_fault("part", "", part="图表工作表") for _ in book.chartsheets]
    return plans, faults


def _rows(plan: SheetPlan, indicators: Sequence[str]) -> Iterator[Violation]:
    sheet, name, since, group = plan.sheet, "", 0, 0
    by_row: dict[int, list[Any]] = {}
    for (row, _), cell in sorted(sheet._cells.items()):
        by_row.setdefault(row, []).append(cell)
    for row in range(1, max(by_row, default=0) + 1):
        cells = by_row.get(row, [])
        marks = [c for c in cells if isinstance(c.value, str) and _LOOPS.search(c.value)]
        yield from hidden_faults(sheet, row, cells)
        if not marks:
            yield from _cell_faults(sheet, cells, [name] if name else [], indicators)
            kept = tuple(SheetCell(c.column, c.value, copy(c._style)) for c in cells)
            plan.rows.append(SheetRow(row, kept, sheet.row_dimensions[row].height, name, group if name else 0))
            continue
        place = cell_place(sheet.title, row, marks[0].column)
        text = str(marks[0].value).strip()
        opens, closes = _FOR.fullmatch(straight(text)), _END.fullmatch(text)
        if not (opens or closes) or sum(c.value not in (None, "") for c in cells) > 1:
            yield sheet_fault("loop_row", place, tag=text[:80])
        elif (opens is not None) == bool(name):
            yield sheet_fault("crossed", place, tag=text[:80])
        elif opens:
            name, since, group = opens[1], row, group + 1
        else:
            name = ""
    if name:
        yield sheet_fault("unclosed", cell_place(sheet.title, since, 1), word="for")


def _cell_faults(sheet: Any, cells: Sequence[Any], loops: list[str], indicators: Sequence[str]) -> Iterator[Violation]:
    for cell in cells:
        place = cell_place(sheet.title, cell.row, cell.column)
        if cell.data_type == "f":
            yield sheet_fault("formula", place, tag=str(cell.value)[:80])
        elif isinstance(cell.value, str):
            yield from texts_faults([Paragraph(place, cell.value)], indicators, loops)
