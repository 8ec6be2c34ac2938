"""anlan checklist: in as a new one, out as a workbook, in again as a new version; a bad row is named, nothing written."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from cli_process import anlan

pytestmark = pytest.mark.slow


def test_a_checklist_comes_in_and_goes_out_by_the_command_line(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "自建.csv"
    file.write_text("检查内容,法律法规,条款\n疏散通道畅通,消防法,第二十八条\n", encoding="utf-8")
    first = anlan("checklist", "import", "zj", file, "--name", "自建检查表", "--data", data, "--json")
    assert (first.code, first.json["version"], first.json["created"]) == (0, 1, 1), first.err
    sheet = tmp_path / "zj.xlsx"
    out = anlan("checklist", "export", "zj", "-o", sheet, "--data", data, "--json")
    assert (out.code, out.json["ok"]) == (0, True), out.err
    book = openpyxl.load_workbook(sheet)
    assert book["检查项"]["A3"].value == "zj-01"
    book["检查项"]["C3"] = "疏散通道和安全出口畅通"
    book.save(sheet)
    looked = anlan("checklist", "import", "zj", sheet, "--dry-run", "--data", data, "--json")
    assert (looked.code, looked.json["changed"], looked.json["written"]) == (0, 1, False)
    done = anlan("checklist", "import", "zj", sheet, "--data", data, "--json")
    assert (done.code, done.json["version"], done.json["written"]) == (0, 2, True)
    book["检查项"]["D3"] = "某部没有的法"
    book.save(sheet)
    bad = anlan("checklist", "import", "zj", sheet, "--data", data, "--json")
    assert (bad.code, bad.json["ok"], bad.json["errors"][0]["code"]) == (1, False, "inspection.checklist.law_unknown")
    assert anlan("checklist", "export", "zz", "--data", data, "--json").json["code"] == "inspection.checklist.not_found"
