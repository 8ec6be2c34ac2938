"""Checklists by Excel: out and in again, every bad row named, all rows or none."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from anlan.inspection import queries
from anlan.inspection.errors import StalePage, StepRefused
from anlan.inspection.rules.checklist_sheet import MOST_ROWS, law_named, numbered
from anlan.inspection.services.checklist_sheets import SheetReport, checklist_import, checklist_sheet
from anlan.kernel.errors import BadInput, NotAllowed
from anlan.kernel.messages import render
from inspection.factories import NOW, World

pytestmark = pytest.mark.django_db
HEAD = ["检查项编号", "类别", "检查内容", "法律法规", "条款", "重大隐患判定依据"]
LAW = "中华人民共和国消防法"
GOOD = ["zj-01", "消防", "疏散通道畅通", LAW, "第二十八条", ""]


def book(rows: Sequence[Sequence[Any]], head: Sequence[str] = tuple(HEAD), merge: str = "") -> bytes:
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "检查项"
    for row in (head, *rows):
        sheet.append(list(row))
    if merge:
        sheet.merge_cells(merge)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def bring(world: World, content: bytes, role: str = "supervision", **values: Any) -> SheetReport:
    full: dict[str, Any] = {"filename": "表.xlsx", "dry_run": False, "code": "zj", "name": "自建检查表", "now": NOW}
    return checklist_import(scope=world.scope[role], content=content, **full | values)


def reasons(report: SheetReport) -> list[tuple[int, str, str]]:
    return [(e.row, e.column, e.code.rpartition(".")[2]) for e in report.errors]


def test_a_new_checklist_comes_in_whole_and_keys_are_given(world: World) -> None:
    rows = [GOOD, ["", "消防", "灭火器有效", "消防法", "第十六条", ""]]
    looked = bring(world, book(rows), dry_run=True)
    assert (looked.rows, looked.created, looked.bad, looked.written) == (2, 2, 0, False)
    assert queries.checklist_by_code("zj") is None
    report = bring(world, book(rows))
    items = queries.checklist_items(report.checklist_id, 1)
    assert (report.written, report.version) == (True, 1)
    assert [(i.item_key, i.law, i.article) for i in items] == [("zj-01", LAW, "第二十八条"), ("zj-02", LAW, "第十六条")]


def test_what_goes_out_comes_in_unchanged_and_a_change_is_a_new_version(world: World) -> None:
    key = world.checklist()
    sheet = checklist_sheet(world.scope["supervision"], key)
    same = bring(world, sheet, checklist_id=key, dry_run=True)
    assert (same.rows, same.bad, same.errors) == (20, 0, [])
    assert (same.created, same.changed, same.unchanged, same.dropped) == (0, 0, 20, 0)
    made = openpyxl.load_workbook(io.BytesIO(sheet))
    made["检查项"]["C3"] = "全员安全生产责任制已建立并公示"
    made["检查项"].delete_rows(22)
    out = io.BytesIO()
    made.save(out)
    report = bring(world, out.getvalue(), checklist_id=key, name="")
    assert (report.changed, report.dropped, report.version) == (1, 1, 2)
    items = queries.checklist_items(key, 2)
    assert (len(items), items[0].text, items[0].item_key) == (19, "全员安全生产责任制已建立并公示", "ty-01")
    assert queries.checklist_items(key, 1)[0].text != items[0].text


@pytest.mark.parametrize("code", ["whjy", "jyz", "whsy", "jx", "fcsb", "saly", "yxkj"])
def test_every_packaged_checklist_goes_out_and_comes_in(world: World, code: str) -> None:
    key = world.checklist(code)
    report = bring(world, checklist_sheet(world.scope["town"], key), checklist_id=key, dry_run=True)
    assert (report.errors, report.changed, report.created, report.dropped) == ([], 0, 0, 0)


def test_the_template_has_chinese_headings_and_a_drop_down_of_laws(world: World) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(checklist_sheet(world.scope["supervision"])))["检查项"]
    assert [cell.value for cell in sheet[1]] == [
        "检查项编号", "类别", "*检查内容", "*法律法规", "*条款", "重大隐患判定依据",
    ]  # fmt: skip
    assert [str(v.sqref)[:2] for v in sheet.data_validations.dataValidation] == ["D3"]
    with pytest.raises(StepRefused) as error:
        bring(world, checklist_sheet(world.scope["supervision"]))
    assert [v.code for v in error.value.violations] == ["inspection.checklist.empty"]


def test_every_bad_row_is_named_and_nothing_is_written(world: World) -> None:
    rows = [
        GOOD,
        ["ZJ 02", "消防", "灭火器有效", LAW, "第十六条", ""],
        ["zj-03", "消防", "", LAW, "第十六条", ""],
        ["zj-04", "消防", "有预案", "中华人民共和国消防发", "第十六条", ""],
        ["zj-05", "消防", "有预案", LAW, "16条", ""],
        ["zj-06", "消防", "有预案", LAW, "第九百条", ""],
        ["zj-01", "消防", "有演练", LAW, "第十六条", ""],
    ]
    report = bring(world, book(rows))
    assert reasons(report) == [
        (3, "检查项编号", "key_invalid"), (4, "检查内容", "text_missing"), (5, "法律法规", "law_unknown"),
        (6, "条款", "clause_missing"), (7, "条款", "article_unknown"), (8, "检查项编号", "key_on_line"),
    ]  # fmt: skip
    assert (report.bad, report.written, queries.checklist_by_code("zj")) == (6, False, None)
    assert {e.code for e in report.errors} >= {
        "inspection.checklist.law_unknown", "inspection.checklist.article_unknown", "inspection.checklist.key_on_line",
    }  # fmt: skip
    law = next(e for e in report.errors if e.column == "法律法规")
    assert (law.value, LAW in law.reason, bool(law.mend)) == ("中华人民共和国消防发", True, True)
    assert report.as_dict()["errors"][0]["row"] == 3


def test_formulas_without_a_value_merged_headings_and_other_files_are_refused(world: World) -> None:
    report = bring(world, book([["zj-01", "消防", "=A1&B1", LAW, "第二十八条", ""]]))
    assert reasons(report) == [(2, "检查内容", "formula_empty")]
    with pytest.raises(BadInput, match="ledger.file.merged_header"):
        bring(world, book([GOOD], merge="A1:B1"))
    with pytest.raises(BadInput, match="ledger.file.wrong_sheet"):
        bring(world, book([GOOD], head=["甲", "乙", "丙", "丁", "戊", "己"]))
    with pytest.raises(BadInput, match="ledger.file.wrong_sheet"):
        bring(world, book([GOOD[:3]], head=HEAD[:3]))
    text = ",".join(HEAD) + "\n" + ",".join(GOOD)
    assert bring(world, text.encode("gb18030"), filename="表.csv", dry_run=True).bad == 0


@pytest.mark.parametrize(("formula", "value", "codes"), [("=1+1", 2, ["formula_number"]), ('="畅"&"通"', "畅通", [])])
def test_a_formula_that_gives_no_words_is_no_item(world: World, formula: str, value: Any, codes: list[str]) -> None:
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out)
    sheet = made.add_worksheet("检查项")
    sheet.write_row(0, 0, HEAD)
    sheet.write_row(1, 0, GOOD)
    sheet.write_formula(1, 2, formula, None, value)
    made.close()
    report = bring(world, out.getvalue(), dry_run=True)
    assert [e.code for e in report.errors] == [f"ledger.cell.{c}" for c in codes]


def test_as_many_rows_as_one_checklist_may_have_come_in_and_five_thousand_are_refused(world: World) -> None:
    rows = [["", f"类别{n % 9}", f"第{n}处疏散通道畅通无堆放物", LAW, "第二十八条", ""] for n in range(5000)]
    report = bring(world, book(rows[:MOST_ROWS]))
    assert (report.created, report.written) == (500, True)
    assert len(queries.checklist_items(report.checklist_id, 1)) == 500
    with pytest.raises(BadInput, match="inspection.checklist.rows_too_many") as error:
        bring(world, book(rows), code="zk")
    assert error.value.facts == {"rows": 5000, "most": 500}


def test_who_may_import_and_a_stale_page(world: World) -> None:
    for role in ("town", "leader", "enterprise", "admin", "grid"):
        with pytest.raises(NotAllowed):
            bring(world, book([GOOD]), role)
    key = bring(world, book([GOOD])).checklist_id
    bring(world, book([[*GOOD[:2], "安全出口畅通", *GOOD[3:]]]), checklist_id=key, base=1)
    with pytest.raises(StalePage):
        bring(world, book([GOOD]), checklist_id=key, base=1)
    with pytest.raises(StepRefused) as error:
        bring(world, book([GOOD]))
    assert [v.code for v in error.value.violations] == ["inspection.checklist.code_taken"]


def test_laws_by_their_short_names_and_numbers_for_rows_without_a_key() -> None:
    assert law_named("《消防法》", [LAW]) == LAW
    assert law_named("某法", [LAW]) == "某法"
    rows = [{"item_key": key} for key in ("", "zj-01", "", "a")]
    assert numbered(rows, "zj") == ["zj-02", "zj-01", "zj-03", "a"]


def upload(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("表.xlsx", content)


def test_the_page_looks_first_and_then_writes_the_same_file(world: World) -> None:
    client = world.client("supervision")
    form = {"code": "zj", "name": "自建检查表", "once": "one", "do": "check"}
    bad = client.post("/inspection/checklists/import", form | {"file": upload(book([[*GOOD[:4], "第九百条", ""]]))})
    text = bad.content.decode()
    assert (bad.status_code, "没有写入任何一行" in text, "不在法律法规库中" in text, "sha256" in text) == (
        200,
        True,
        True,
        False,
    )
    text = client.post("/inspection/checklists/import", form | {"file": upload(book([GOOD]))}).content.decode()
    sha256 = text.partition('name="sha256" value="')[2][:64]
    assert queries.checklist_by_code("zj") is None
    done = client.post("/inspection/checklists/import", form | {"sha256": sha256, "do": "write"})
    held = queries.checklist_by_code("zj")
    assert held is not None
    assert done.headers["Location"] == f"/inspection/checklists/{held.id}"
    page = client.get(f"/inspection/checklists/{held.id}").content.decode()
    assert ("导出 Excel" in page, "从 Excel 导入" in page) == (True, True)
    more = {"base": "1", "once": "two", "do": "write", "name": "自建检查表"}
    again = client.post(
        f"/inspection/checklists/{held.id}/import", more | {"file": upload(book([GOOD, ["", *GOOD[1:]]]))}
    )
    assert (again.status_code, len(queries.checklist_items(held.id, 2))) == (302, 2)


def test_the_page_refuses_no_file_another_s_file_and_a_role_without_the_right(world: World) -> None:
    client, form = world.client("supervision"), {"code": "zj", "name": "自建", "once": "o", "do": "write"}
    answer = client.post("/inspection/checklists/import", form)
    missing = render("inspection.checklist.file_missing", {})
    assert (answer.status_code, missing in answer.content.decode()) == (422, True)
    assert client.post("/inspection/checklists/import", form | {"sha256": "a" * 64}).status_code == 404
    assert world.client("town").get("/inspection/checklists/import").status_code == 403
    file = world.client("town").get(f"/inspection/checklists/{world.checklist()}/items.xlsx")
    assert (file.status_code, file.content[:2]) == (200, b"PK")
    assert client.get("/inspection/checklists/template.xlsx").content[:2] == b"PK"
