"""Workbooks in and out: headings, faults, dry run, all or nothing, skipping, idempotence."""

import csv
import io
import zipfile
from datetime import UTC, datetime

import openpyxl
import pytest
import xlsxwriter

from anlan.kernel.errors import BadInput, NotAllowed
from anlan.platform.journal.models import JournalEntry
from anlan.platform.ledger.filters import Ask
from anlan.platform.ledger.services import ledger_create
from anlan.platform.ledger.workbook import safety
from anlan.platform.ledger.workbook.export import export_csv, export_xlsx
from anlan.platform.ledger.workbook.import_ import import_file
from anlan.platform.ledger.workbook.read import read_table
from anlan.platform.ledger.workbook.template import template
from anlan.platform.scope import Scope
from ledger_app.ledgers import WELLS
from ledger_app.models import Well

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
EAST, SOUTH = "331003001000", "331003002000"
RIGHTS = frozenset({"registry.view", "registry.change"})
COUNTY = Scope(person="p1", post="o1", name="县级", rights=RIGHTS, region="331003")
TOWN = Scope(person="p2", post="o2", name="乡镇", rights=RIGHTS, region="331003001")
HEADS = ["*编号", "*名称", "*所在区划", "用途", "井深", "成井日期", "标签", "联系电话", "备注"]
GOOD = ["SJ-001", "东门井", EAST, "消防", "30.5", "2020-03-05", "深井、老井", "13800001234", "无"]


def book(*rows, heads=HEADS, title="水井", start=0):
    buffer = io.BytesIO()
    made = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    sheet = made.add_worksheet(title)
    for line, row in enumerate((heads, *rows), start=start):
        sheet.write_row(line, 0, row)
    made.close()
    return buffer.getvalue()


def run(content, mode="all", scope=COUNTY, name="井.xlsx", **more):
    return import_file(scope=scope, ledger=WELLS, content=content, name=name, mode=mode, now=NOW, **more)


def row(code, name="井", region=EAST, **changes):
    values = dict(zip(HEADS, GOOD, strict=True)) | {"*编号": code, "*名称": name, "*所在区划": region} | changes
    return [values[h] for h in HEADS]


def part(content, change, member="xl/worksheets/sheet1.xml"):
    """The workbook with one part rewritten by `change(bytes)`."""
    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written:
        for name in source.namelist():
            data = source.read(name)
            written.writestr(name, change(data) if name == member else data)
    return target.getvalue()


def test_import_creates_rows_in_one_batch():
    report = run(book(GOOD, row("SJ-002", "西门井", "南城街道")))
    assert (report.rows, report.created, report.bad, report.written) == (2, 2, 0, True)
    first, second = Well.objects.order_by("code")
    assert (first.use, first.depth_m, str(first.drilled_on)) == ("fire", 30.5, "2020-03-05")
    assert sorted(first.labels.values_list("key", flat=True)) == ["deep", "old"]
    assert second.region == SOUTH
    bodies = [e.body for e in JournalEntry.objects.all()]
    assert len({b.split('"batch":"')[1][:36] for b in bodies}) == 1
    assert not any("13800001234" in b for b in bodies)


def test_second_import_of_the_same_file_writes_nothing():
    content = book(GOOD, row("SJ-002"))
    run(content)
    report = run(content)
    assert (report.created, report.changed, report.unchanged) == (0, 0, 2)
    assert JournalEntry.objects.count() == 2


def test_changed_cell_changes_only_its_row_and_absent_columns_stay():
    run(book(GOOD, row("SJ-002")))
    report = run(book(["SJ-001", "东门老井", EAST], ["SJ-002", "井", EAST], heads=HEADS[:3]))
    assert (report.changed, report.unchanged) == (1, 1)
    well = Well.objects.get(code="SJ-001")
    assert (well.name, well.depth_m) == ("东门老井", 30.5)


def test_exported_workbook_imports_as_unchanged_with_masked_phones():
    run(book(GOOD, row("SJ-002", **{"备注": ""})))
    exported = b"".join(export_xlsx(COUNTY, WELLS, Ask(), now=NOW))
    cells = [[c.value for c in line] for line in openpyxl.load_workbook(io.BytesIO(exported)).active.iter_rows()]
    assert cells[0][:3] == ["编号", "名称", "所在区划"]
    assert "138****1234" in cells[1]
    assert "东城街道" in cells[1]
    report = run(exported)
    assert (report.unchanged, report.changed, report.bad) == (2, 0, 0)


def test_dry_run_names_every_bad_cell_and_writes_nothing():
    content = book(
        GOOD,
        row("SJ-002", **{"井深": "很深", "成井日期": "2020-13-01"}),
        row("", "无编号"),
        row("SJ-003", region="西天"),
        row("SJ-001", "重复"),
        row("SJ-004", **{"用途": "洗车"}),
        row("SJ-005", **{"用途": "饮用", "井深": "3"}),
    )
    report = run(content, mode="dry_run")
    assert [(c.line, c.label, c.value, c.code) for c in report.cells] == [
        (3, "井深", "很深", "kernel.text.not_a_number"),
        (3, "成井日期", "2020-13-01", "kernel.text.not_a_date"),
        (4, "编号", "", "ledger.value.required"),
        (5, "所在区划", "西天", "ledger.region.unknown"),
        (6, "编号", "SJ-001", "ledger.import.twice"),
        (7, "用途", "洗车", "ledger.value.not_listed"),
        (8, "井深", "3", "wells.too_shallow"),
    ]
    assert report.cells[5].reason == "“洗车”不在可选范围内，请从下列选项中选择：饮用、消防、灌溉。"
    assert (report.rows, report.created, report.bad, report.written) == (7, 1, 6, False)
    assert JournalEntry.objects.count() == 0


def test_one_bad_row_stops_an_import_of_all():
    report = run(book(*(row(f"SJ-{i:03d}") for i in range(300)), row("SJ-900", region="西天")))
    assert (report.written, report.bad, report.cells[0].line) == (False, 1, 302)
    assert Well.objects.count() == 0
    assert JournalEntry.objects.count() == 0


def test_skipping_hands_bad_rows_back_as_a_workbook_that_can_be_mended():
    report = run(book(GOOD, row("SJ-002", region="西天"), row("SJ-003")), mode="skip_bad")
    assert (report.created, report.bad, report.written) == (2, 1, True)
    cells = [[c.value for c in line] for line in openpyxl.load_workbook(io.BytesIO(report.rejected)).active.iter_rows()]
    assert cells[0] == ["未导入原因", "原行号", *HEADS]
    assert cells[1][0].startswith("区划代码表中没有“西天”")
    assert cells[1][1:4] == ["3", "SJ-002", "井"]
    mended = openpyxl.load_workbook(io.BytesIO(report.rejected))
    mended.active.cell(2, 5).value = "东城街道"
    buffer = io.BytesIO()
    mended.save(buffer)
    assert run(buffer.getvalue()).created == 1
    assert Well.objects.count() == 3


def test_headings_are_found_below_a_title_in_any_order_with_full_width_and_remarks():
    heads = ["序号", "所在区划（乡镇）", "名　称", "编 号＊"]
    content = book(["1", "东城街道", "甲井", "ＳＪ－００１"], heads=heads, start=2)
    report = run(content)
    assert report.created == 1
    assert report.ignored == ("序号",)
    assert Well.objects.get().code == "SJ－001"


def test_help_line_of_the_template_is_skipped():
    filled = openpyxl.load_workbook(io.BytesIO(template(COUNTY, WELLS)))
    sheet = filled["水井"]
    assert sheet["A1"].value == "*编号"
    assert sheet["A2"].value == "县级统一编号"
    for i, cell in enumerate(["SJ-001", "东门井", "东城街道"], start=1):
        sheet.cell(3, i).value = cell
    buffer = io.BytesIO()
    filled.save(buffer)
    report = run(buffer.getvalue())
    assert (report.rows, report.created) == (1, 1)


def test_template_offers_choices_and_regions_of_the_scope():
    def rules(book):
        return {str(v.sqref).split("3")[0]: v.formula1 for v in book["水井"].data_validations.dataValidation}

    made = openpyxl.load_workbook(io.BytesIO(template(TOWN, WELLS)))
    assert rules(made)["D"] == '"饮用,消防,灌溉"'
    assert rules(made)["C"].startswith('"东城街道,东城街道')
    assert rules(openpyxl.load_workbook(io.BytesIO(template(COUNTY, WELLS))))["C"].startswith("'可选项'!$C$2:$C$")
    regions = [c.value for c in made["可选项"]["C"] if c.value]
    assert regions[:2] == ["所在区划", "东城街道"]
    assert all(name.startswith("东城街道") for name in regions[1:])


def test_gbk_csv_with_dates_and_numbers_as_text():
    text = "编号,名称,所在区划,井深,成井日期\r\nSJ-001,东门井,东城街道,３０．５,2020年3月5日\r\n"
    report = run(text.encode("gbk"), name="井.csv")
    assert report.created == 1
    well = Well.objects.get()
    assert (well.depth_m, str(well.drilled_on), well.region) == (30.5, "2020-03-05", EAST)


@pytest.mark.parametrize("char", ["\u202e", "\x07", "\x85"])
def test_a_cell_with_a_character_that_nobody_sees_is_named(char):
    text = f"编号,名称,所在区划,用途,井深\nJ-1,东{char}井,331003001000,消防,30\n"
    report = run(text.encode(), name="井.csv")
    assert (report.written, Well.objects.count()) == (False, 0)
    assert [(c.label, c.code) for c in report.cells] == [("名称", "kernel.text.hidden")]
    assert f"第2个字符是看不见的控制字符（U+{ord(char):04X}）" in report.cells[0].reason


def test_csv_of_unknown_encoding_is_refused_with_its_place():
    with pytest.raises(BadInput) as refusal:
        run("编号,名称".encode("gbk") + b"\xff\xff", name="井.csv")
    assert refusal.value.code == "kernel.text.encoding"


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "空.xlsx", "ledger.file.empty"),
        (b"PK\x03\x04 not a zip", "坏.xlsx", "ledger.file.damaged"),
        (b"<html></html>", "网页.xlsx", "ledger.file.damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "旧.xls", "ledger.file.old_excel"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "密.xlsx",
            "ledger.file.encrypted",
        ),
    ],
)
def test_files_that_are_no_workbook_are_refused(content, name, code):
    with pytest.raises(BadInput) as refusal:
        run(content, name=name)
    assert refusal.value.code == code


def test_wrong_sheet_is_refused_with_the_missing_headings():
    with pytest.raises(BadInput) as refusal:
        run(book(["a", "b"], heads=["姓名", "名称"], title="人员"))
    assert refusal.value.code == "ledger.file.wrong_sheet"
    assert [v.facts["label"] for v in refusal.value.violations] == ["编号", "所在区划"]
    assert refusal.value.facts["sheets"] == "人员"


def test_right_sheet_is_found_among_others():
    made = openpyxl.load_workbook(io.BytesIO(book(GOOD)))
    made.create_sheet("说明", 0)["A1"] = "填表说明"
    buffer = io.BytesIO()
    made.save(buffer)
    assert run(buffer.getvalue()).created == 1


def test_merged_heading_is_refused_by_its_cells():
    buffer = io.BytesIO()
    made = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = made.add_worksheet("水井")
    sheet.write_row(0, 0, HEADS)
    sheet.merge_range(0, 3, 0, 4, "用途")
    sheet.write_row(1, 0, GOOD)
    made.close()
    with pytest.raises(BadInput) as refusal:
        run(buffer.getvalue())
    assert (refusal.value.code, refusal.value.facts["cells"]) == ("ledger.file.merged_header", "D1:E1")


def test_heading_that_stands_twice_is_refused():
    with pytest.raises(BadInput) as refusal:
        run(book(GOOD, heads=[*HEADS[:8], "名称"]))
    assert refusal.value.code == "ledger.file.heading_twice"


def test_formulas_count_by_their_result_and_without_one_the_cell_is_named():
    buffer = io.BytesIO()
    made = xlsxwriter.Workbook(buffer, {"in_memory": True})
    made.add_worksheet("说明").write_formula("A1", "=1+1", None, "")
    sheet = made.add_worksheet("水井")
    sheet.write_row(0, 0, HEADS)
    for line, result in ((1, 12), (2, "")):
        sheet.write_row(line, 0, row(f"SJ-00{line}"))
        sheet.write_formula(line, 4, "=6*2", None, result)
    sheet.write_row(3, 0, row("SJ-003"))
    sheet.write_formula(3, 4, "=1/0", None, "#DIV/0!")
    made.close()
    report = run(buffer.getvalue(), mode="skip_bad")
    assert Well.objects.get().depth_m == 12
    assert [(c.line, c.label, c.code) for c in report.cells] == [
        (3, "井深", "ledger.cell.formula_empty"),
        (4, "井深", "ledger.cell.error"),
    ]


def test_macros_are_refused():
    source, target = zipfile.ZipFile(io.BytesIO(book(GOOD))), io.BytesIO()
    with zipfile.ZipFile(target, "w") as written:
        for name in source.namelist():
            written.writestr(name, source.read(name))
        written.writestr("xl/vbaProject.bin", b"macro")
    with pytest.raises(BadInput) as refusal:
        run(target.getvalue())
    assert refusal.value.code == "ledger.file.macros"


def test_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(safety, "MOST_BYTES", 2_000_000)
    padded = part(book(GOOD), lambda xml: xml + b" " * 3_000_000)
    assert len(padded) < 20_000
    with pytest.raises(BadInput) as refusal:
        run(padded)
    assert refusal.value.code == "ledger.file.too_large"


def test_member_that_lies_about_its_size_is_refused():
    content = bytearray(part(book(GOOD), lambda xml: xml + b" " * 100_000))
    size = (100_000 + len(zipfile.ZipFile(io.BytesIO(book(GOOD))).read("xl/worksheets/sheet1.xml"))).to_bytes(
        4, "little"
    )
    while size in content:
        at = content.index(size)
        content[at : at + 4] = (500).to_bytes(4, "little")
    with pytest.raises(BadInput) as refusal:
        run(bytes(content))
    assert refusal.value.code == "ledger.file.damaged"


@pytest.mark.parametrize(
    ("cell", "code"),
    [(b"XFD2", "ledger.file.too_wide"), (b"DA2", "ledger.file.too_wide"), (b"A1048576", "ledger.file.too_long")],
)
def test_far_away_cell_never_reaches_the_parser(cell, code):
    far = part(book(GOOD), lambda xml: xml.replace(b'r="A2"', b"r = '" + cell + b"'"))
    with pytest.raises(BadInput) as refusal:
        run(far)
    assert refusal.value.code == code


def test_document_type_is_refused():
    evil = part(book(GOOD), lambda xml: xml.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet', 1))
    with pytest.raises(BadInput) as refusal:
        run(evil)
    assert refusal.value.code == "ledger.file.damaged"


def test_code_that_excel_has_rounded_is_a_bad_cell():
    report = run(book(row("SJ-001", **{"联系电话": 12345678901234567890.0})), mode="dry_run")
    assert [(c.label, c.code) for c in report.cells] == [("联系电话", "ledger.cell.rounded")]


def test_town_cannot_import_into_another_town_nor_touch_its_rows():
    run(book(row("SJ-001", region=SOUTH)))
    report = run(book(row("SJ-001", "改名"), row("SJ-002", region=SOUTH)), mode="dry_run", scope=TOWN)
    assert [c.code for c in report.cells] == ["ledger.import.elsewhere", "platform.region_outside"]
    with pytest.raises(NotAllowed):
        run(book(GOOD), right="registry.import")


def test_exports_hold_only_what_the_person_sees_and_nothing_that_runs():
    run(book(row("SJ-001", "=HYPERLINK(1)", region=EAST), row("SJ-002", region=SOUTH)))
    lines = list(csv.reader(io.StringIO(b"".join(export_csv(TOWN, WELLS, Ask(), now=NOW)).decode("utf-8-sig"))))
    assert [line[0] for line in lines] == ["编号", "SJ-001"]
    assert lines[1][1] == "'=HYPERLINK(1)"
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(export_xlsx(TOWN, WELLS, Ask(), now=NOW)))).active
    assert (sheet["B2"].value, sheet["B2"].data_type) == ("=HYPERLINK(1)", "s")


def test_row_created_meanwhile_makes_the_import_a_conflict(monkeypatch):
    from anlan.platform.ledger.workbook import import_ as module

    real = module._all_or_nothing

    def somebody_faster(*args, **kwargs):
        ledger_create(scope=COUNTY, ledger=WELLS, values={"code": "SJ-001", "name": "先", "region": EAST}, now=NOW)
        return real(*args, **kwargs)

    monkeypatch.setattr(module, "_all_or_nothing", somebody_faster)
    report = run(book(row("SJ-000"), GOOD))
    assert (report.written, [c.code for c in report.cells]) == (False, ["ledger.import.meanwhile"])
    assert [w.name for w in Well.objects.all()] == ["先"]


def test_progress_reaches_its_end():
    told = []
    run(book(*(row(f"SJ-{i:03d}") for i in range(450))), progress=lambda done, of: told.append((done, of)))
    assert told[0] == (0, 900)
    assert told[-1] == (900, 900)
    assert told == sorted(told)


def test_table_keeps_the_line_numbers_of_the_sheet():
    table = read_table(book(GOOD, [], row("SJ-003"), start=1), "井.xlsx", WELLS)
    assert [line for line, _ in table.lines] == [3, 5]


@pytest.mark.slow
def test_workbook_of_100_000_rows_is_checked_to_its_last_row():
    rows = ([f"SJ-{i:06d}", "井", EAST] for i in range(99_999))
    report = run(book(*rows, ["SJ-999999", "井", "西天"], heads=HEADS[:3]), mode="dry_run")
    assert (report.rows, report.created, report.bad) == (100_000, 99_999, 1)
    assert [(c.line, c.label) for c in report.cells] == [(100_001, "所在区划")]
