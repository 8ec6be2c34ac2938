"""Filling in an Excel template: numbers stay numbers, blanks are yellow, and a sheet tells where each number comes from."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any

from jinja2 import TemplateError
from jinja2.sandbox import SandboxedEnvironment
from openpyxl.styles import PatternFill
from openpyxl.styles.numbers import FORMAT_GENERAL

from anlan.kernel.errors import BadInput
from anlan.reporting.reports.appendix import SOURCES_HEADS, SOURCES_TITLE, Used, sources_cells
from anlan.reporting.reports.figure import FigureSource
from anlan.reporting.reports.fixing import fixed_bytes
from anlan.reporting.reports.marking import MARK, marks_read
from anlan.reporting.reports.reading import Line, Piece
from anlan.reporting.reports.render import Environment, Rendered, only_said
from anlan.reporting.reports.said import OPEN
from anlan.reporting.reports.sheet_guard import opened_workbook
from anlan.reporting.reports.sheet_outline import timeless
from anlan.reporting.reports.sheet_plan import plan_sheets
from anlan.reporting.reports.sheet_rows import SheetPlan, SheetRow, cell_place
from anlan.reporting.reports.template import TAG, straight
from anlan.reporting.reports.vocabulary import Vocabulary

__all__ = ["sheet_render"]

_MOST_ROWS = 20_000
_NUMBER = re.compile(r"(-?\d+)(\.\d+)?(%?)")
_YELLOW = PatternFill("solid", fgColor="FFFFFF00")


def sheet_render(template: bytes, source: FigureSource, *, appendix: bool = True) -> Rendered:
    """The report that an Excel template makes of what a source answers.

    Args:
        appendix: whether a sheet of sources is added.
    Raises:
        BadInput: "reporting.template.refused" with every fault; as opened_workbook; what the vocabulary refuses.
    """
    book = opened_workbook(template)
    plans, faults = plan_sheets(book, source.indicators())
    if faults:
        raise BadInput("reporting.template.refused", faults)
    filling = _Filling(Vocabulary(source))
    for n, plan in enumerate(plans):
        filling.sheet(plan, n)
    if appendix:
        _sources(book, filling.used)
    out = io.BytesIO()
    book.save(out)
    made = fixed_bytes(out.getvalue(), {"docProps/core.xml": timeless})
    return Rendered(made, tuple(filling.used), tuple(dict.fromkeys(filling.blanks)), tuple(filling.lines))


class _Filling:
    """What is filled in so far: figures, blanks and lines, over all sheets."""

    def __init__(self, words: Vocabulary) -> None:
        self._words, self._named = words, words.words()
        self._environment: SandboxedEnvironment = Environment(autoescape=False, finalize=only_said)
        self.used: list[Used] = []
        self.blanks: list[str] = []
        self.lines: list[Line] = []

    def sheet(self, plan: SheetPlan, ordinal: int) -> None:
        """Write the rows of a sheet anew, one after the other."""
        sheet, heights = plan.sheet, {}
        for merged in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(merged))
        sheet._cells = {}
        places: list[tuple[SheetRow, int]] = []
        for row, named in self._expanded(plan):
            at = len(places) + 1
            if at > _MOST_ROWS:
                raise BadInput("reporting.template.large", most=f"{_MOST_ROWS} 行")
            places.append((row, at))
            heights[at] = row.height
            self._row(sheet, row, at, named, ordinal)
        for number in list(sheet.row_dimensions):
            del sheet.row_dimensions[number]
        for at, height in heights.items():
            if height is not None:
                sheet.row_dimensions[at].height = height
        _merge(sheet, plan, places)

    def _expanded(self, plan: SheetPlan) -> list[tuple[SheetRow, Mapping[str, Any]]]:
        made: list[tuple[SheetRow, Mapping[str, Any]]] = []
        done: set[int] = set()
        for row in plan.rows:
            if not row.loop:
                made.append((row, self._named))
            elif row.group not in done:
                done.add(row.group)
                body = [each for each in plan.rows if each.group == row.group]
                made += [(each, {**self._named, row.loop: place}) for place in self._words.places() for each in body]
        return made

    def _row(self, sheet: Any, row: SheetRow, at: int, named: Mapping[str, Any], ordinal: int) -> None:
        label = ""
        for cell in row.cells:
            target = sheet.cell(row=at, column=cell.column)
            target._style = copy(cell.style)
            if not isinstance(cell.value, str):
                target.value = cell.value
                if cell.value is not None:
                    self.lines.append(Line((Piece(str(cell.value)),), 0, (ordinal, at, cell.column)))
                continue
            marked = self._said(cell.value, named, cell_place(sheet.title, row.number, cell.column))
            place = cell_place(sheet.title, at, cell.column)
            read = marks_read(marked, self._words.used, self.used, self.blanks, row=label, place=place)
            pieces = [piece for piece in read if piece.text or piece.number]
            text = "".join(piece.text for piece in pieces)
            label = label or text
            _put(target, text, whole=MARK.sub("", marked) == "")
            if any(piece.blank for piece in pieces):
                target.fill = _YELLOW
            self.lines.append(Line(tuple(pieces), 0, (ordinal, at, cell.column)))

    def _said(self, text: str, named: Mapping[str, Any], place: str) -> str:
        if "{" not in text:
            return text.replace(OPEN, "")
        plain = TAG.sub(lambda match: straight(match[0]), text.replace(OPEN, ""))
        try:
            return self._environment.from_string(plain).render(named)
        except (TemplateError, TypeError, KeyError, ValueError) as error:
            raise BadInput("reporting.template.broken", reason=f"{place}：{str(error)[:100]}") from error


def _put(target: Any, text: str, *, whole: bool) -> None:
    """A number as a number; anything else as text, never as a formula."""
    match = _NUMBER.fullmatch(text) if whole else None
    if match is None:
        target.value = text
        target.data_type = "s"
        return
    places = len(match[2] or ".") - 1
    number = float(match[1] + (match[2] or "")) if places else int(match[1])
    target.value = number / 100 if match[3] else number
    if match[3]:
        target.value = round(target.value, places + 2)
        target.number_format = f"0.{'0' * places}%" if places else "0%"
    elif target.number_format == "@":
        target.number_format = FORMAT_GENERAL


def _merge(sheet: Any, plan: SheetPlan, places: Sequence[tuple[SheetRow, int]]) -> None:
    for first, last, left, right in plan.merged:
        for row, at in places:
            if row.number == first:
                sheet.merge_cells(start_row=at, end_row=at + last - first, start_column=left, end_column=right)


def _sources(book: Any, used: Sequence[Used]) -> None:
    title = SOURCES_TITLE
    while title in book.sheetnames:
        title += "（续）"
    sheet = book.create_sheet(title[:31])
    for at, cells in enumerate([SOURCES_HEADS, *(sources_cells(one) for one in used)], start=1):
        for column, text in enumerate(cells, start=1):
            cell = sheet.cell(row=at, column=column)
            _put(cell, text, whole=False)
    for column, width in zip("ABCDEFGH", (6, 12, 30, 22, 14, 60, 18, 18), strict=True):
        sheet.column_dimensions[column].width = width
