"""`anlan report issue`: drafts pass, issued reports must be whole, and nothing is issued whose package can't be kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_process import anlan
from docx import Document

pytestmark = pytest.mark.slow


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A county with one stated figure, and two templates: one whole, one with a hole."""
    data = tmp_path / "d"
    assert anlan("init", "--data", data).code == 0
    values = tmp_path / "values.csv"
    values.write_text(
        "数据名称,数值,计量单位,期间,区划,来源文件,来源单位\n收缴罚款,20.45,万元,2025年,331003000000,年报,执法队\n",
        encoding="utf-8",
    )
    ran = anlan("import", "reporting.value", values, "--data", data, "--json")
    assert ran.code == 0, ran
    for name, more in (("whole", ""), ("holed", "新增橡皮艇{{ 数('新增橡皮艇') }}只，避灾点×处。")):
        document = Document()
        document.add_paragraph("收缴罚款{{ 数('收缴罚款') }}元。" + more)
        document.save(str(tmp_path / f"{name}.docx"))
    return tmp_path


def test_a_report_with_blanks_is_a_draft_and_is_not_issued(home: Path) -> None:
    told = ("--region", "331003", "--period", "2025", "--data", home / "d", "--json")
    drafted = anlan("report", "build", home / "holed.docx", *told)
    assert (drafted.code, len(drafted.json["blanks"])) == (0, 2)
    refused = anlan("report", "issue", home / "holed.docx", *told, "--html", home / "a.zip")
    assert (refused.code, refused.json["code"]) == (1, "reporting.report.refused")
    assert [r["code"] for r in refused.json["violations"]] == ["reporting.report.blank"] * 2
    said = anlan("report", "issue", home / "holed.docx", *told[:-1], "--html", home / "a.zip")
    assert said.code == 1 and "待填：新增橡皮艇" in said.err and "避灾点×处" in said.err
    assert not list(home.glob("a.zip*"))


def test_a_whole_report_is_issued_once_and_verifies_without_the_data(home: Path) -> None:
    told = ("--region", "331003", "--period", "2025", "--title", "年度总结", "--data", home / "d", "--json")
    lost = anlan("report", "issue", home / "whole.docx", *told, "--html", home / "nowhere" / "a.zip")
    assert (lost.code, lost.json["code"]) == (1, "reporting.package.unwritable")
    issued = anlan("report", "issue", home / "whole.docx", *told, "--html", home / "a.zip")
    assert (issued.code, issued.json["count"]) == (0, 1), issued
    assert anlan("report", "verify", home / "a.zip", "--json").json["ok"]
    again = anlan("report", "issue", home / "whole.docx", *told, "--html", home / "b.zip")
    assert (again.code, [r["code"] for r in again.json["violations"]]) == (1, ["reporting.report.issued_before"])
    assert not list(home.glob("b.zip*"))
    second = anlan("report", "issue", home / "whole.docx", *told, "--html", home / "b.zip", "--again", "补盖公章")
    assert second.code == 0, second
    assert anlan("journal", "verify", "--data", home / "d").code == 0
    assert anlan("journal", "rebuild", "--check", "--data", home / "d").code == 0


def test_the_monthly_table_is_a_workbook_and_its_package_verifies(home: Path) -> None:
    told = ("--region", "331003", "--period", "2025-10", "--data", home / "d", "--json")
    assert anlan("report", "template", "monthly", "-o", home / "own.xlsx").code == 0
    built = anlan("report", "build", home / "own.xlsx", *told, "-o", home / "m.xlsx", "--html", home / "m.zip")
    assert (built.code, built.json["count"]) == (0, 207), built
    assert "工作表“月报表”B4：" in built.json["blanks"][0]
    assert (home / "m.xlsx").read_bytes()[:2] == b"PK"
    assert anlan("report", "verify", home / "m.zip", "--json").json["ok"]
    assert anlan("report", "diff", home / "m.zip", "--data", home / "d", "--json").json["differences"] == []
    wrong = anlan("report", "build", "monthly", *told, "-o", home / "m.docx")
    assert (wrong.code, wrong.json["code"]) == (1, "reporting.template.suffix") and not (home / "m.docx").exists()
