"""The workbook a clerk fills in: Chinese headings, help under them, drop-downs, codes as text, and a sheet of lists."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from anlan.kernel.messages import render
from anlan.platform.ledger import places
from anlan.platform.ledger.columns import Bound, entered_of
from anlan.platform.ledger.declare import Ledger
from anlan.platform.ledger.values import YES_NO
from anlan.platform.ledger.workbook.export import sheet_name
from anlan.platform.scope import Scope

REQUIRED_MARK = "*"
HELP_ROW = 1
LISTS = "ledger.template.lists"
_LAST_LINE = 100_001
_MOST_CELL = 32_000
_MOST_INLINE = 250  # characters of an inline list in Excel, commas included


def template(scope: Scope, ledger: Ledger, rows: Sequence[Mapping[str, str]] = ()) -> bytes:
    """The workbook of a ledger to be filled in for this person: choices and regions are those of the scope.

    Row 1 holds the headings (`*` marks what must be filled in), row 2 a line of help for each column; an import skips
    row 2 when it is unchanged.

    Args:
        rows: texts by column, to stand under that already.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet(sheet_name(ledger.label))
    lists = book.add_worksheet(sheet_name(render(LISTS, {})))
    head = book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1, "locked": True})
    need = book.add_format({"bold": True, "bg_color": "#FBE9D7", "border": 1})
    note = book.add_format({"font_color": "#5F6B7A", "italic": True, "text_wrap": True, "valign": "top"})
    text = book.add_format({"num_format": "@"})
    for i, bound in enumerate(entered_of(ledger)):
        sheet.set_column(i, i, max(bound.column.width, 10), text)
        mark = REQUIRED_MARK if bound.column.required else ""
        sheet.write_string(0, i, f"{mark}{bound.label}", need if mark else head)
        sheet.write_string(HELP_ROW, i, help_of(bound), note)
        _drop_down(sheet, lists, i, bound, scope, head)
        for line, row in enumerate(rows, start=HELP_ROW + 1):
            sheet.write_string(line, i, row.get(bound.name, "")[:_MOST_CELL], text)
    sheet.set_row(HELP_ROW, 45)
    sheet.freeze_panes(2, 0)
    sheet.activate()
    book.close()
    return buffer.getvalue()


def help_of(bound: Bound) -> str:
    """What stands under a heading: the column's own help, and how values of its kind are written."""
    how = render(f"ledger.template.kind.{bound.kind}", {"limit": bound.limit or ""})
    return " ".join(part for part in (bound.column.help, how if how else "") if part)


def options_of(bound: Bound, scope: Scope) -> list[str]:
    """The labels a clerk may choose from; empty for a column without a list. A set takes several, so it has none."""
    if bound.kind == "bool":
        return list(YES_NO.values())
    if bound.kind == "region":
        return [name for _, name in places.options(scope.region)]
    if bound.kind == "set" or not bound.listed:
        return []
    return [str(label) for _, label in bound.choices(scope)]


def _drop_down(sheet: Any, lists: Any, column: int, bound: Bound, scope: Scope, head: Any) -> None:
    """Choices as a drop-down; the full list also stands on the second sheet, with codes, for sets and long lists."""
    options = options_of(bound, scope)
    in_set = bound.kind == "set"
    options_listed = [str(label) for _, label in bound.choices(scope)] if in_set else options
    if options_listed:
        lists.set_column(column, column, 24)
        lists.write_string(0, column, bound.label, head)
        for line, label in enumerate(options_listed, start=1):
            lists.write_string(line, column, label)
    if not options:
        return
    name = xl_col_to_name(column)
    source: Any = options
    if len(",".join(options)) > _MOST_INLINE or any("," in option for option in options):
        quoted = "'" + sheet_name(render(LISTS, {})) + "'"
        source = f"={quoted}!${name}$2:${name}${len(options) + 1}"
    sheet.data_validation(
        HELP_ROW + 1,
        column,
        _LAST_LINE,
        column,
        {
            "validate": "list",
            "source": source,
            "error_title": bound.label[:32],
            "error_message": render("ledger.template.choose", {}),
            "error_type": "warning",
        },
    )
