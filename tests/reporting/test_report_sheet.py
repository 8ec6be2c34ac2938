"""Excel templates: numbers stay numbers, rows for each town, what is refused and where; nothing runs or reaches out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime, timezone
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.packaging import core
from openpyxl.styles import Font
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from anlan.kernel.errors import AnlanError, BadInput
from anlan.reporting.reports.guard import is_workbook
from anlan.reporting.reports.numbers import number_words
from anlan.reporting.reports.outline import outline_data
from anlan.reporting.reports.package import document_of, figures_of, opened, package_make, report_name
from anlan.reporting.reports.reading import blocks
from anlan.reporting.reports.render import Rendered
from anlan.reporting.reports.sheet_guard import opened_workbook
from anlan.reporting.reports.sheet_plan import plan_sheets
from anlan.reporting.reports.sheet_render import sheet_render
from reporting.test_report_template import Source, docx

Cells = dict[str, Any]
LOOP = {
    "A1": "乡镇", "B1": "隐患", "A2": "{%tr for 镇 in 各镇() %}", "A3": "{{ 镇.名称 }}", "B3": "{{ 数(“隐患.排查”, 区划=镇) }}",
    "A4": "{%tr endfor %}", "A5": "合计", "B5": '{{ 数("隐患.排查") }}',
}  # fmt: skip


class _Later:
    """Another moment of making and saving."""

    @staticmethod
    def now(tz: Any = None) -> datetime:
        return datetime(2031, 5, 6, 7, 8, 9, tzinfo=tz)


def xlsx(cells: Cells, change: Callable[[Any], None] | None = None) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.title = "月报表"
    for place, value in cells.items():
        book.active[place] = value
    if change is not None:
        change(book)
    book.save(out)
    return out.getvalue()


def rendered(cells: Cells, change: Callable[[Any], None] | None = None, **more: bool) -> Rendered:
    return sheet_render(xlsx(cells, change), Source(), **more)


def table(made: Rendered) -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(io.BytesIO(made.data))["月报表"].values)


def faults(cells: Cells, change: Callable[[Any], None] | None = None) -> list[tuple[str, str]]:
    with pytest.raises(BadInput) as refused:
        rendered(cells, change)
    return [(v.code.rpartition(".")[2], str(v.facts.get("place", ""))) for v in refused.value.violations] or [
        (refused.value.code.rpartition(".")[2], str(refused.value.facts.get("part", "")))
    ]


def test_rows_come_for_each_town_and_numbers_are_numbers() -> None:
    made = rendered(LOOP)
    assert table(made) == [("乡镇", "隐患"), ("东城街道", 31), ("南城街道", 20), ("院桥镇", 0), ("合计", 60)]
    words = number_words(made.used)
    assert [(w["id"], w["value"], w["region"]) for w in words] == [
        (1, 31, "331003001"), (2, 20, "331003002"), (3, 0, "331003107"), (4, 60, "331003"),
    ]  # fmt: skip
    assert words[0]["sentence"] == "东城街道 31" and made.blanks == ()
    rows = blocks(made.lines)[0]["rows"]
    assert [[piece.text for cell in row for piece in cell] for row in rows][-1] == ["合计", "60"]


@pytest.mark.parametrize(
    ("cell", "value", "shown"),
    [
        ('{{ 数("事故.起数") }}', 8, "General"),
        ('{{ 占比("隐患.整改", "隐患.排查") }}', 0.75, "0%"),
        ('{{ 同比("事故.起数") }}', "同比下降46.7%", "General"),
        ('{{ 带单位("检查.家次") }}', "62家次", "General"),
        ('共{{ 数("事故.起数") }}起', "共8起", "General"),
        ('{% if 有("事故.起数") %}有{% else %}无{% endif %}', "有", "General"),
        ("{{ 区划 }}&<甲>", "黄岩区&<甲>", "General"),
        (12, 12, "General"),
    ],
)
def test_what_a_cell_becomes(cell: Any, value: Any, shown: str) -> None:
    made = openpyxl.load_workbook(io.BytesIO(rendered({"A1": cell}).data))["月报表"]["A1"]
    assert (made.value, made.number_format) == (value, shown)


def test_what_is_missing_is_yellow_and_listed_with_its_cell() -> None:
    made = rendered({"A1": "甲", "B2": '{{ 数("没有的数") }}', "C3": "避灾点×处"})
    assert made.blanks == ("工作表“月报表”B2：没有的数 2019年（没有填报）", "工作表“月报表”C3：“×”：避灾点×处")
    sheet = openpyxl.load_workbook(io.BytesIO(made.data))["月报表"]
    assert [sheet[place].fill.fgColor.rgb for place in ("A1", "B2", "C3")] == ["00000000", "FFFFFF00", "FFFFFF00"]


def test_styles_heights_widths_and_merged_cells_move_along() -> None:
    def change(book: Any) -> None:
        sheet = book.active
        sheet["B3"].font, sheet["A5"].font = Font(bold=True), Font(italic=True)
        sheet.row_dimensions[3].height, sheet.row_dimensions[5].height = 30, 50
        sheet.column_dimensions["B"].width = 40
        sheet["A6"] = "说明"
        sheet.merge_cells("A6:B7")
        sheet.merge_cells("C3:D3")

    made = rendered(LOOP, change)
    sheet = openpyxl.load_workbook(io.BytesIO(made.data))["月报表"]
    assert [sheet[f"B{n}"].font.b for n in (1, 2, 3, 4, 5)] == [False, True, True, True, False]
    assert sheet["A5"].font.i and sheet["A6"].value == "说明"
    assert [sheet.row_dimensions[n].height for n in (2, 3, 4, 5)] == [30, 30, 30, 50]
    assert sheet.column_dimensions["B"].width == 40
    assert sorted(str(each) for each in sheet.merged_cells.ranges) == ["A6:B7", "C2:D2", "C3:D3", "C4:D4"]


def test_the_same_figures_make_the_same_bytes_and_a_sheet_tells_the_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    first = rendered(LOOP)
    again = xlsx(LOOP)
    monkeypatch.setattr(core, "datetime", SimpleNamespace(datetime=_Later, timezone=timezone))
    assert sheet_render(again, Source()).data == first.data
    sources = list(openpyxl.load_workbook(io.BytesIO(first.data))["数据来源"].values)
    assert sources[0][:3] == ("序号", "数值", "指标") and len(sources) == 5
    assert sources[4][:5] == ("4", "60", "隐患.排查", "2019年", "台账（60行）")
    assert openpyxl.load_workbook(io.BytesIO(rendered(LOOP, appendix=False).data)).sheetnames == ["月报表"]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"B2": "=SUM(B3:B9)"}, [("formula", "工作表“月报表”B2")]),
        ({"B2": '{{ 数("没有.这个") }}'}, [("indicator", "工作表“月报表”B2")]),
        ({"B2": "{{ 数( }}"}, [("syntax", "工作表“月报表”B2")]),
        ({"B2": "{{ 数"}, [("half", "工作表“月报表”B2")]),
        ({"B2": "{{ 1+1 }}"}, [("reckoned", "工作表“月报表”B2")]),
        ({"B2": "{% if 有('事故.起数') %}甲"}, [("unclosed", "工作表“月报表”B2")]),
        ({"A2": "{{ 镇.名称 }}"}, [("word", "工作表“月报表”A2")]),
        ({"A1": "{%tr for 镇 in 各镇() %}"}, [("unclosed", "工作表“月报表”A1")]),
        ({"A1": "{%tr endfor %}"}, [("crossed", "工作表“月报表”A1")]),
        ({"A1": "{%tr for 镇 in 各镇() %}", "B1": "甲", "A2": "{%tr endfor %}"}, [("loop_row", ""), ("crossed", "")]),
        ({"A1": "{%tr for 镇 in [1] %}", "A2": "{%tr endfor %}"}, [("loop_row", ""), ("crossed", "")]),
        (LOOP | {"A3": "{%tr for 村 in 各镇() %}", "B3": None}, [("crossed", "工作表“月报表”A3")]),
    ],
)
def test_every_fault_is_told_with_its_cell(cells: Cells, expected: list[tuple[str, str]]) -> None:
    found = faults(cells)
    assert [code for code, _ in found] == [code for code, _ in expected]
    assert all(not place or place == seen for (_, place), (_, seen) in zip(expected, found, strict=True))


def _validated(book: Any) -> None:
    rule = DataValidation(type="list", formula1='"甲,乙"')
    book.active.add_data_validation(rule)
    rule.add("A1")


def _hidden_row(book: Any) -> None:
    book.active.row_dimensions[5].hidden = True


def _hidden_sheet(book: Any) -> None:
    book.create_sheet("暗").sheet_state = "hidden"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_validated, "part"),
        (_hidden_row, "hidden"),
        (_hidden_sheet, "hidden"),
        (lambda book: setattr(book.active.auto_filter, "ref", "A1:B5"), "part"),
        (lambda book: setattr(book.active["A1"], "hyperlink", "http://example.org/"), "part"),
        (lambda book: setattr(book.active["A1"], "comment", Comment("{{ 区划 }}", "甲")), "part"),
        (lambda book: book.active.merge_cells("B3:B5"), "merged"),
        (lambda book: setattr(book.active.oddHeader.center, "text", "{{ 区划 }}"), "elsewhere"),
        (lambda book: book.create_chartsheet("图"), "part"),
        (lambda book: setattr(book.active.protection, "sheet", True), "part"),
        (lambda book: book.active.cell(row=30_000, column=1, value="甲"), "large"),
        (lambda book: book.active.cell(row=1, column=900, value="甲"), "large"),
        (lambda book: book.defined_names.__setitem__("甲", DefinedName("甲", attr_text="1")), "part"),
    ],
)
def test_what_would_not_be_carried_over_is_refused(change: Callable[[Any], None], code: str) -> None:
    assert [found for found, _ in faults(LOOP, change)] == [code]


def tampered(part: str, data: bytes | Callable[[bytes], bytes], cells: Cells | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx(cells or LOOP))) as held, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in held.namelist():
            body = held.read(name)
            made.writestr(name, data(body) if name == part and callable(data) else body)
        if part not in held.namelist() and isinstance(data, bytes):
            made.writestr(part, data)
    return out.getvalue()


_EXTERNAL = b'<Relationship Id="x" Type="http://x/externalLink" Target="http://evil/" TargetMode="External"/></Relationships>'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (tampered("xl/vbaProject.bin", b"x"), "macros"),
        (tampered("[Content_Types].xml", lambda b: b.replace(b"sheet.main", b"sheet.macroEnabled.main")), "macros"),
        (tampered("xl/externalLinks/externalLink1.xml", b"<x/>"), "part"),
        (tampered("xl/connections.xml", b"<x/>"), "part"),
        (tampered("xl/embeddings/a.bin", b"x"), "part"),
        (tampered("xl/_rels/workbook.xml.rels", lambda b: b.replace(b"</Relationships>", _EXTERNAL)), "outside"),
        (tampered("xl/workbook.xml", lambda b: b.replace(b"<workbook", b"<!DOCTYPE a><workbook", 1)), "outside"),
        (tampered("xl/worksheets/sheet1.xml", lambda b: b.replace(b"<sheetData>", b"<sheetData><")), "not_xlsx"),
        (tampered("xl/worksheets/sheet1.xml", lambda b: b""), "not_xlsx"),
        (
            tampered(
                "xl/worksheets/sheet1.xml",
                lambda b: b.replace(b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
            ),
            "large",
        ),
        (
            tampered(
                "xl/worksheets/sheet1.xml",
                lambda b: b.replace(b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A1:?"/></mergeCells>'),
            ),
            "large",
        ),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old"),
        (b"PK\x03\x04 nothing", "not_docx"),
        (docx("甲"), "not_docx"),
    ],
)
def test_a_hostile_file_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(AnlanError) as refused:
        opened_workbook(data)
    assert refused.value.code == f"reporting.template.{code}"


def test_no_value_becomes_a_formula() -> None:
    class Sly(Source):
        def region_name(self, region: str) -> str:
            return "=cmd|'/c calc'!A1"

    made = sheet_render(xlsx({"A1": "{{ 区划 }}", "B1": "+{{ 区划 }}"}), Sly())
    sheet = openpyxl.load_workbook(io.BytesIO(made.data))["月报表"]
    assert [(sheet[p].data_type, sheet[p].value[:2]) for p in ("A1", "B1")] == [("s", "=c"), ("s", "+=")]


def test_a_broken_word_names_its_cell() -> None:
    with pytest.raises(BadInput) as refused:
        rendered({"B2": '{{ 数("隐患.排查", 1) }}'})
    assert refused.value.code == "reporting.template.broken" and "B2" in refused.value.facts["reason"]


def test_the_monthly_table_has_no_fault_and_is_the_same_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    from anlan.platform.catalogue import CATALOGUE

    data = outline_data("monthly")
    assert plan_sheets(opened_workbook(data), [i.name for i in CATALOGUE.indicators.values()])[1] == []
    monkeypatch.setattr(core, "datetime", SimpleNamespace(datetime=_Later, timezone=timezone))
    assert outline_data.__wrapped__("monthly") == data


def test_a_package_holds_the_workbook_under_its_name() -> None:
    data = rendered(LOOP).data
    packed = package_make(data, {"rows": [], "numbers": []}, lambda body: b"")
    parts = opened(packed)
    assert document_of(parts) == ("report.xlsx", data) and figures_of(parts)["document"] == "report.xlsx"
    assert report_name(docx("甲")) == "report.docx" and not is_workbook(b"x")
