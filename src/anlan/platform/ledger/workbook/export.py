"""Ledgers out as Excel or CSV: what the person sees, personal data masked, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from anlan.kernel.text import safe_cell
from anlan.platform.ledger.columns import Bound, columns_of
from anlan.platform.ledger.declare import Ledger
from anlan.platform.ledger.filters import Ask, key_of
from anlan.platform.ledger.queries import Row, all_rows, rows_of
from anlan.platform.ledger.values import Shower, show_time
from anlan.platform.scope import Scope

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE = "text/csv; charset=utf-8"
_CHUNK = 64 * 1024
_NUMBERS = frozenset({"int", "float"})


def export_columns(ledger: Ledger) -> tuple[Bound, ...]:
    """The columns of an export: all that are entered, so that it can be imported again, and those shown in the list."""
    return tuple(b for b in columns_of(ledger) if b.column.entered or b.column.show or b.column.exported)


def export_csv(scope: Scope, ledger: Ledger, ask: Ask, *, now: datetime) -> Iterator[bytes]:
    """The rows as UTF-8 CSV with a byte order mark (so that Excel and WPS read the Chinese), piece by piece."""
    rows_of(scope, ledger)  # refuses before the first byte is sent
    return _csv_pieces(scope, ledger, ask)


def _csv_pieces(scope: Scope, ledger: Ledger, ask: Ask) -> Iterator[bytes]:
    columns, shower = export_columns(ledger), Shower(ledger, scope, exact=True)
    yield b"\xef\xbb\xbf" + csv_lines([[b.label for b in columns]])
    for rows in all_rows(scope, ledger, ask):
        yield csv_lines([[shower.cell(b, row) for b in columns] for row in rows])


def csv_lines(rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows as CSV bytes (UTF-8, no mark), every cell made harmless."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows([[safe_cell(cell) for cell in row] for row in rows])
    return buffer.getvalue().encode("utf-8")


def export_xlsx(scope: Scope, ledger: Ledger, ask: Ask, *, now: datetime) -> Iterator[bytes]:
    """The rows as a workbook of one sheet: headings of the template, filter and frozen first row, codes as text."""
    columns, shower = export_columns(ledger), Shower(ledger, scope, exact=True)
    rows_of(scope, ledger)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.xlsx"
        book = xlsxwriter.Workbook(str(path), _options())
        book.set_properties({"title": ledger.label, "comments": show_time(now), "created": now.replace(tzinfo=None)})
        sheet = book.add_worksheet(sheet_name(ledger.label))
        _head(book, sheet, columns)
        line = 0
        for rows in all_rows(scope, ledger, ask):
            for row in rows:
                line += 1
                for i, bound in enumerate(columns):
                    _cell(sheet, line, i, bound, row, shower)
        sheet.autofilter(0, 0, max(line, 1), len(columns) - 1)
        book.close()
        content = path.read_bytes()
    return (content[i : i + _CHUNK] for i in range(0, len(content), _CHUNK))


def _options() -> dict[str, Any]:
    # Strings stay strings: neither formulas nor links are made of what somebody once typed.
    return {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }


def _head(book: Any, sheet: Any, columns: Sequence[Bound]) -> None:
    bold = book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1})
    text = book.add_format({"num_format": "@"})
    for i, bound in enumerate(columns):
        sheet.set_column(i, i, bound.column.width, None if bound.kind in _NUMBERS else text)
        sheet.write_string(0, i, bound.label, bold)
    sheet.freeze_panes(1, 0)


def _cell(sheet: Any, line: int, column: int, bound: Bound, row: Row, shower: Shower) -> None:
    value = row[key_of(bound)]
    if bound.kind in _NUMBERS and isinstance(value, (int, float)) and not bound.column.format:
        sheet.write_number(line, column, value)
    else:
        sheet.write_string(line, column, shower.cell(bound, row)[:32_000])


def rows_xlsx(name: str, rows: Iterable[Sequence[Any]]) -> bytes:
    """A workbook of one sheet of text rows, the first one as heading; for rejected rows handed back."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {**_options(), "in_memory": True, "constant_memory": False})
    sheet = book.add_worksheet(sheet_name(name))
    bold, text = book.add_format({"bold": True, "bg_color": "#E8EEF7"}), book.add_format({"num_format": "@"})
    sheet.set_column(0, 60, 18, text)
    for line, row in enumerate(rows):
        for i, cell in enumerate(row):
            sheet.write_string(line, i, str(cell), bold if line == 0 else text)
    sheet.freeze_panes(1, 0)
    book.close()
    return buffer.getvalue()


def sheet_name(label: str) -> str:
    """A label as Excel accepts it for a sheet: at most 31 characters, none of `[]:*?/\\`."""
    return "".join(c for c in label if c not in "[]:*?/\\'")[:31] or "Sheet1"
