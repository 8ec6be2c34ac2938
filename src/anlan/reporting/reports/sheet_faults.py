"""What a sheet of a template may not have besides its tags: things out of sight, tags where no cell is, torn merged cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from openpyxl.utils import get_column_letter

from anlan.kernel.errors import Violation
from anlan.reporting.reports.sheet_rows import SheetPlan, cell_place

__all__ = ["hidden_faults", "merged_faults", "sheet_fault", "sheet_faults"]


def sheet_fault(kind: str, place: str, **facts: Any) -> Violation:
    """A fault of a template, with its place where it has one."""
    return Violation(f"reporting.template.{kind}", ({"place": place} if place else {}) | facts, "template")


def sheet_faults(sheet: Any) -> Iterator[Violation]:
    """A sheet out of sight, and tags in its head, foot or name."""
    named = f"工作表“{sheet.title}”"
    if sheet.sheet_state != "visible":
        yield sheet_fault("hidden", named)
    shown = (sheet.oddHeader, sheet.oddFooter, sheet.evenHeader, sheet.evenFooter, sheet.firstHeader, sheet.firstFooter)
    parts = [part for each in shown for part in (each.left, each.center, each.right)]
    if "{{" in sheet.title or any("{" in str(part.text or "") for part in parts):
        yield sheet_fault("elsewhere", "", part=f"{named}的页眉页脚或名称")


def hidden_faults(sheet: Any, row: int, cells: Sequence[Any]) -> Iterator[Violation]:
    """Tags in rows or columns that nobody sees."""
    for cell in cells:
        column = sheet.column_dimensions.get(get_column_letter(cell.column))
        out_of_sight = sheet.row_dimensions[row].hidden or (column is not None and column.hidden)
        if out_of_sight and isinstance(cell.value, str) and "{" in cell.value:
            yield sheet_fault("hidden", cell_place(sheet.title, row, cell.column))


def merged_faults(plan: SheetPlan) -> Iterator[Violation]:
    """Cells merged over several rows stay whole only where no loop's rows are among them."""
    plain = {row.number for row in plan.rows if not row.loop}
    for first, last, left, _ in plan.merged:
        if last > first and any(n not in plain for n in range(first, last + 1)):
            yield sheet_fault("merged", cell_place(plan.sheet.title, first, left))
