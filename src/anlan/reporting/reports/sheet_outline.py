"""The table that comes with the product as an .xlsx: plain text of tabs, made into a sheet that a clerk opens and changes.

`# ` begins the title, `! ` a row of heads or totals, `| ` a row of the table; anything else is a line of words or a marker.
"""

from __future__ import annotations

import io
import re

import openpyxl
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from anlan.reporting.reports.fixing import fixed_bytes

__all__ = ["outline_sheet", "timeless"]

_MOMENT = re.compile(rb"(<dcterms:(?:created|modified)\b[^>]*>)[^<]*")
_LINE = Side(style="thin", color="FF8BA0B6")
_RULED = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_SHADE = PatternFill("solid", fgColor="FFE8EEF7")
_FIRST, _WIDTH, _TITLE, _HEAD, _ROW = 16, 13, 34, 34, 22


def timeless(data: bytes) -> bytes:
    """docProps/core.xml without the moments of making and saving."""
    return _MOMENT.sub(rb"\g<1>1980-01-01T00:00:00Z", data)


def outline_sheet(title: str, text: str) -> bytes:
    """The .xlsx of a text: the same bytes in every process."""
    lines = [line for line in text.splitlines() if line.strip()]
    columns = max(line.count("\t") for line in lines) + 1
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for at, line in enumerate(lines, start=1):
        mark, words = (line[0], line[2:]) if line[:2] in ("# ", "! ", "| ") else ("", line)
        for column, cell in enumerate(words.split("\t"), start=1):
            sheet.cell(row=at, column=column, value=cell or None)
        _styled(sheet, at, mark, columns, whole="\t" not in line)
    for column in range(1, columns + 1):
        sheet.column_dimensions[get_column_letter(column)].width = _FIRST if column == 1 else _WIDTH
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = openpyxl.worksheet.properties.PageSetupProperties(fitToPage=True)
    out = io.BytesIO()
    book.save(out)
    return fixed_bytes(out.getvalue(), {"docProps/core.xml": timeless})


def _styled(sheet: openpyxl.worksheet.worksheet.Worksheet, at: int, mark: str, columns: int, *, whole: bool) -> None:
    row = [sheet.cell(row=at, column=column) for column in range(1, columns + 1)]
    if mark == "#":
        sheet.merge_cells(start_row=at, end_row=at, start_column=1, end_column=columns)
        row[0].font, row[0].alignment = Font(name="方正小标宋简体", size=18), Alignment("center", "center")
        sheet.row_dimensions[at].height = _TITLE
        return
    if mark:
        sheet.row_dimensions[at].height = _HEAD if mark == "!" else _ROW
    elif whole and not row[0].value.startswith("{%"):
        sheet.merge_cells(start_row=at, end_row=at, start_column=1, end_column=columns)
    for cell in row:
        if mark:
            cell.border, cell.alignment = _RULED, Alignment("center", "center", wrap_text=True)
        if mark == "!":
            cell.font, cell.fill = Font(name="黑体", size=11), _SHADE
        elif not isinstance(cell, openpyxl.cell.cell.MergedCell):
            cell.font = Font(name="仿宋", size=11)
