"""A table of figures as a workbook: numbers stay numbers, texts stay texts."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

import xlsxwriter

from anlan.platform.ledger.workbook.export import sheet_name

__all__ = ["figures_xlsx"]

_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_FIRST, _WIDTH = 36, 14


def figures_xlsx(name: str, notes: Sequence[str], rows: Iterable[Sequence[str | float | None]]) -> bytes:
    """One sheet: `notes` line by line, then the heading (the first of `rows`) and the rows; None is an empty cell."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, _OPTIONS)
    sheet = book.add_worksheet(sheet_name(name))
    bold = book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1})
    sheet.set_column(0, 0, _FIRST)
    sheet.set_column(1, 20, _WIDTH)
    for line, note in enumerate(notes):
        sheet.write_string(line, 0, note)
    for line, row in enumerate(rows, len(notes)):
        for i, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(line, i, cell, bold if line == len(notes) else None)
            elif cell is not None:
                sheet.write_number(line, i, cell)
    book.close()
    return buffer.getvalue()
