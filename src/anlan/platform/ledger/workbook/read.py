"""Reading what clerks hand in: a workbook or CSV into rows, columns found by their Chinese headings."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook
from xlsxwriter.utility import xl_col_to_name

from anlan.kernel.errors import BadInput, Violation
from anlan.kernel.messages import render
from anlan.kernel.text import clean_cell, decode_csv, normalise_width, restore_cell
from anlan.platform.ledger.columns import Bound, columns_of
from anlan.platform.ledger.declare import Ledger
from anlan.platform.ledger.workbook.export import sheet_name
from anlan.platform.ledger.workbook.safety import MOST_COLUMNS, MOST_ROWS, check_container, faulty_cells
from anlan.platform.ledger.workbook.template import LISTS, help_of

REASON = "ledger.rejected.reason"
LINE = "ledger.rejected.line"
_HEADER_SEARCH = 6
_NOISE = re.compile(r"[\s*＊:：]+")
_BRACKETS = re.compile(r"[(（【\[][^)）】\]]*[)）】\]]$")
_MOST_CELL = 32_768


@dataclass(slots=True)
class Table:
    """A file's table, ready to be read row by row.

    Attributes:
        headings: as written, by position. columns: the bound column at each position; None: not read.
        first_line: number of the first row after the headings, as the spreadsheet counts.
        lines: (line number, cells) of every row that is not empty.
        total: how many rows there are at most, for the progress bar.
        ignored: headings that are not columns of the ledger. faults: message code by cell reference.
    """

    headings: list[str]
    columns: list[Bound | None]
    lines: list[tuple[int, Sequence[Any]]]
    ignored: tuple[str, ...] = ()
    faults: dict[str, str] = field(default_factory=dict)
    sheet: str = ""

    @property
    def total(self) -> int:
        """Number of rows that hold anything."""
        return len(self.lines)

    def reference(self, line: int, position: int) -> str:
        """`C5` for the third cell of line 5."""
        return f"{xl_col_to_name(position)}{line}"


def read_table(content: bytes, name: str, ledger: Ledger, words: bool = False) -> Table:
    """The table of a file, `.xlsx` or CSV by its content.

    Args:
        words: every column holds words (see safety.faulty_cells).
    Raises:
        BadInput: "ledger.file.*" (see safety.check_container), "ledger.file.empty", "ledger.file.wrong_sheet" with the
            missing headings, "ledger.file.merged_header", "ledger.file.heading_twice", "kernel.text.encoding|binary".
    """
    if not content.strip():
        raise BadInput("ledger.file.empty", name=name)
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")) or name.lower().endswith((".xlsx", ".xls", ".xlsm")):
        return _read_workbook(content, name, ledger, words)
    return _read_csv(content, name, ledger)


def _read_workbook(content: bytes, name: str, ledger: Ledger, words: bool) -> Table:
    sheets = check_container(content, name)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        wanted, lists = sheet_name(ledger.label), sheet_name(render(LISTS, {}))
        names = sorted((n for n in book.sheet_names if n != lists), key=lambda n: n != wanted)
        best: Table | None = None
        for title in names:
            sheet = book.get_sheet_by_name(title)
            rows = sheet.to_python(skip_empty_area=False)
            merged = sheet.merged_cell_ranges or []
            table = _table(list(enumerate(rows, start=1)), ledger, merged, title)
            if table is not None and (not _missing(ledger, table.columns) or title == wanted):
                best = table
                break
            best = best or table
    except CalamineError as error:
        raise BadInput("ledger.file.damaged", name=name) from error
    table = _checked(best, ledger, names)
    table.faults = faulty_cells(sheets.get(table.sheet, b""), words)
    return table


def _read_csv(content: bytes, name: str, ledger: Ledger) -> Table:
    text = decode_csv(content)
    first = text[: text.find("\n") if "\n" in text else len(text)]
    delimiter = max((",", "\t", ";"), key=first.count)
    csv.field_size_limit(_MOST_CELL)
    try:
        read = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        rows = [(line, [restore_cell(cell) for cell in cells]) for line, cells in enumerate(read, start=1)]
    except csv.Error as error:
        raise BadInput("ledger.file.damaged", name=name) from error
    if len(rows) > MOST_ROWS:
        raise BadInput("ledger.file.too_long", name=name, limit=MOST_ROWS)
    if any(len(row) > MOST_COLUMNS for _, row in rows[:_HEADER_SEARCH]):
        raise BadInput("ledger.file.too_wide", name=name, limit=MOST_COLUMNS)
    return _checked(_table(rows, ledger, [], name), ledger, [name])


def _checked(table: Table | None, ledger: Ledger, names: Sequence[str]) -> Table:
    missing = _missing(ledger, table.columns if table else [])
    if table is None or missing:
        raise BadInput(
            "ledger.file.wrong_sheet",
            [Violation("ledger.file.heading_missing", {"label": label}) for label in missing],
            ledger=ledger.label,
            sheets="、".join(names),
        )
    return table


def _missing(ledger: Ledger, columns: Sequence[Bound | None]) -> list[str]:
    present = {b.name for b in columns if b}
    return [b.label for b in columns_of(ledger) if b.column.required and b.column.entered and b.name not in present]


def heading_key(text: Any) -> str:
    """A heading without required mark, blanks, colon and a bracketed remark at its end, full-width letters as half-width."""
    plain = _NOISE.sub("", normalise_width(clean_cell(text), punctuation=False)).lower()
    return _BRACKETS.sub("", plain) or plain


def _table(rows: list[tuple[int, Sequence[Any]]], ledger: Ledger, merged: Sequence[Any], title: str) -> Table | None:
    """The table below the row that looks most like the ledger's headings; None where no row does."""
    known = {heading_key(b.label): b for b in columns_of(ledger)} | {b.name.lower(): b for b in columns_of(ledger)}
    scores = [
        (sum(heading_key(cell) in known for cell in row if cell not in ("", None)), -line)
        for line, row in rows[:_HEADER_SEARCH]
    ]
    if not scores or max(scores)[0] == 0:
        return None
    at = -max(scores)[1]
    headings = [clean_cell(cell) for cell in rows[at - 1][1]]
    _check_merged(merged, at)
    columns = _columns(headings, known)
    own = {heading_key(render(code, {})) for code in (REASON, LINE)}
    ignored = tuple(h for h, b in zip(headings, columns, strict=True) if h and b is None and heading_key(h) not in own)
    columns = [b if b is not None and b.column.entered else None for b in columns]
    body = rows[at:]
    if body and _is_help(body[0][1], columns):
        body = body[1:]
    lines = [(line, cells) for line, cells in body if any(cell not in ("", None) for cell in cells)]
    return Table(headings, columns, lines, ignored, sheet=title)


def _columns(headings: Sequence[str], known: dict[str, Bound]) -> list[Bound | None]:
    found: list[Bound | None] = []
    for heading in headings:
        bound = known.get(heading_key(heading)) if heading else None
        if bound is not None and bound in found:
            raise BadInput("ledger.file.heading_twice", label=bound.label)
        found.append(bound)
    return found


def _check_merged(merged: Sequence[Any], line: int) -> None:
    for (top, left), (bottom, right) in merged:
        if top <= line - 1 <= bottom:
            cells = f"{xl_col_to_name(left)}{top + 1}:{xl_col_to_name(right)}{bottom + 1}"
            raise BadInput("ledger.file.merged_header", cells=cells)


def _is_help(row: Sequence[Any], columns: Sequence[Bound | None]) -> bool:
    """Whether this is the template's line of help, left standing."""
    filled = [(clean_cell(c), b) for c, b in zip(row, columns, strict=False) if b is not None and clean_cell(c)]
    same = sum(text == clean_cell(help_of(bound)) for text, bound in filled)
    return bool(filled) and same * 2 > len(filled)


def cells_of(table: Table) -> Iterator[tuple[int, dict[str, Any], dict[str, str]]]:
    """(line, raw cell by column name, message code by column name for cells without a value) of every row."""
    positions = [(i, b) for i, b in enumerate(table.columns) if b is not None]
    for line, cells in table.lines:
        raw = {b.name: cells[i] if i < len(cells) else "" for i, b in positions}
        faults = {}
        if table.faults:
            faults = {b.name: code for i, b in positions if (code := table.faults.get(table.reference(line, i)))}
        yield line, raw, faults
