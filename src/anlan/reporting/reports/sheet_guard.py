"""An Excel template before anything is read of it: nothing but cells, styles and page set-up may be in it.

Source: ISO/IEC 29500-1 part 12 (SpreadsheetML parts), 29500-2 (relationships); house rule: a part that we would not carry over
whole is refused, so that no template comes back with less than the clerk put into it.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import openpyxl
from openpyxl.utils import range_boundaries

from anlan.kernel.errors import BadInput
from anlan.reporting.reports.guard import check_parts

__all__ = ["opened_workbook"]

_MOST_CELLS, _MOST_COLUMNS = 20_000, 500
_MERGE = re.compile(rb"<mergeCell\b[^>]*ref\s*=\s*[\"']([^\"']*)[\"']")
_SHEET = re.compile(r"xl/worksheets/sheet\d+\.xml")
_KEPT = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(?:app|core|custom)\.xml|xl/workbook\.xml|xl/_rels/workbook\.xml\.rels"
    r"|xl/(?:styles|sharedStrings|calcChain|metadata)\.xml|xl/theme/theme\d+\.xml|xl/worksheets/sheet\d+\.xml"
    r"|xl/worksheets/_rels/sheet\d+\.xml\.rels|xl/printerSettings/printerSettings\d+\.bin"
    r"|customXml/(?:_rels/)?item(?:Props)?\d+\.xml(?:\.rels)?"
)
# What a sheet may hold besides cells that filling in would tear apart or lose.
_UNKEPT = (
    (b"<dataValidation", "数据验证"), (b"<conditionalFormatting", "条件格式"), (b"<autoFilter", "筛选"),
    (b"<tablePart", "表格样式"), (b"<drawing", "图片或图表"), (b"<legacyDrawing", "批注或控件"), (b"<oleObject", "嵌入对象"),
    (b"<sheetProtection", "工作表保护"), (b"<hyperlink", "超链接"),
)  # fmt: skip
_NAMED = re.compile(rb"<definedName\b[^>]*name\s*=\s*[\"']([^\"']*)[\"']")


def opened_workbook(data: bytes) -> Any:
    """The workbook.

    Raises:
        BadInput: as guard.check_parts; "reporting.template.part" for what is not carried over; "reporting.template.not_xlsx";
            "reporting.template.large" for more than 20,000 cells.
    """
    check_parts(data, "xl/workbook.xml")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if not _KEPT.fullmatch(name):
                raise BadInput("reporting.template.part", part=name.rpartition("/")[2] or name)
            if _SHEET.fullmatch(name):
                _sheet(archive.read(name))
        names = [n.decode("utf-8", "replace") for n in _NAMED.findall(archive.read("xl/workbook.xml"))]
    if others := [n for n in names if not n.startswith("_xlnm.Print_")]:
        raise BadInput("reporting.template.part", part=f"名称 {others[0][:40]}")
    try:
        book = openpyxl.load_workbook(io.BytesIO(data))
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, zipfile.BadZipFile, SyntaxError) as error:
        raise BadInput("reporting.template.not_xlsx") from error
    if any(sheet.max_row > _MOST_CELLS or sheet.max_column > _MOST_COLUMNS for sheet in book.worksheets):
        raise BadInput("reporting.template.large", most="20000 行、500 列")
    return book


def _sheet(raw: bytes) -> None:
    data = raw.replace(b"\x00", b"")
    if data.count(b"<c ") + data.count(b"<c>") + data.count(b"<c/") > _MOST_CELLS or data.count(b"<row") > _MOST_CELLS:
        raise BadInput("reporting.template.large", most="20000 个单元格")
    if sum(_area(ref.decode("ascii", "replace")) for ref in _MERGE.findall(data)) > _MOST_CELLS:
        raise BadInput("reporting.template.large", most="20000 个单元格")
    for mark, label in _UNKEPT:
        if mark in data:
            raise BadInput("reporting.template.part", part=label)


def _area(ref: str) -> int:
    """How many cells a merged range covers; of one that can't be read too many."""
    try:
        left, top, right, bottom = range_boundaries(ref)
        return (right - left + 1) * (bottom - top + 1)
    except (TypeError, ValueError):
        return _MOST_CELLS + 1
