"""`anlan check-draft`: the contract of its JSON, its exit codes, what people read, and that it needs nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cli_process import anlan, environment
from docx import Document as WordDocument

DRAFT = "一、总体情况\n共检查企业85加，发现隐患12处，已整改15处，整改率102%。\n"


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    file = tmp_path / "总结.txt"
    file.write_text(DRAFT, encoding="utf-8")
    return file


def test_findings_are_listed_as_json_and_the_exit_code_is_zero(draft: Path) -> None:
    ran = anlan("check-draft", draft, "--json")
    found = ran.json["findings"]
    assert ran.code == 0
    assert [(f["rule"], f["severity"], f["paragraph"]) for f in found] == [
        (9, "error", 2),
        (1, "error", 2),
        (2, "error", 2),
    ]
    assert all(DRAFT[f["start"] : f["end"]] == f["quote"] and f["why"] for f in found)
    assert (ran.json["characters"], ran.json["paragraphs"], ran.out.count("\n")) == (len(DRAFT), 2, 1)


def test_people_read_findings_by_severity_with_the_passage_marked(draft: Path) -> None:
    ran = anlan("check-draft", draft)
    assert ran.code == 0
    assert ran.out.startswith("发现 3 处：错误 3，存疑 0，提示 0。\n")
    assert "1. 第2段，规则9：量词“加”疑为“家”之误。" in ran.out
    assert "共检查企业【85加】，发现隐患12处" in ran.out
    assert "另见：共检查企业85加，【发现隐患12处】，已整改15处" in ran.out


def test_a_clean_draft_says_so(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("共检查企业85家。", encoding="gbk")
    assert anlan("check-draft", file).out == "已审读 9 字，未发现自相矛盾之处。\n"
    assert anlan("check-draft", file, "--json").json["findings"] == []


def test_standard_input_is_read_for_a_dash() -> None:
    ran = anlan("check-draft", "-", "--json", "--text", stdin=DRAFT)
    assert (ran.code, len(ran.json["findings"]), ran.json["text"]) == (0, 3, DRAFT)


def test_an_empty_text_is_checked_and_said_to_be_empty(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"")
    ran = anlan("check-draft", file, "--json")
    assert (ran.code, ran.json["findings"], ran.err) == (0, [], "文中没有文字；如为扫描件，请先识别成文字。\n")


def test_what_cannot_be_read_ends_with_two(tmp_path: Path) -> None:
    pdf = tmp_path / "a.pdf"
    pdf.write_bytes(b"%PDF-1.7")
    ran = anlan("check-draft", pdf, "--json")
    assert (ran.code, ran.json["code"]) == (2, "reporting.draft.file.other_form")
    assert "另存为 .docx" in ran.err
    missing = anlan("check-draft", tmp_path / "b.txt", "--json")
    assert (missing.code, missing.json["code"]) == (2, "reporting.draft.file.missing")
    folder = anlan("check-draft", tmp_path, "--json")
    assert (folder.code, folder.json["code"]) == (2, "reporting.draft.file.unreadable")


def test_neither_django_nor_a_database_is_loaded(draft: Path) -> None:
    code = (
        "import sys; sys.argv[1:] = ['check-draft', sys.argv[1], '--json']; from anlan.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print([m for m in ('django', 'sqlite3', 'pydantic', 'defusedxml', 'docx', 'anlan.platform') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code, str(draft)], capture_output=True, text=True, env=environment())
    findings, loaded = ran.stdout.splitlines()
    assert (len(json.loads(findings)["findings"]), loaded) == (3, "[]")


def test_the_findings_are_written_as_comments_of_a_word_file(draft: Path, tmp_path: Path) -> None:
    target = tmp_path / "批注.docx"
    ran = anlan("check-draft", draft, "--annotate", target, "--json")
    assert (ran.code, len(ran.json["findings"])) == (0, 3)
    assert ran.err == f"已写出带批注的文稿“{target}”，批注3条。\n"
    word = WordDocument(str(target))
    assert [p.text for p in word.paragraphs] == [*DRAFT.splitlines(), ""]
    assert sorted(c.text.splitlines()[0] for c in word.comments) == [
        "【错误】规则1：分项与总数", "【错误】规则2：比率和占比", "【错误】规则9：量词错字",
    ]  # fmt: skip


@pytest.mark.parametrize(("target", "code"), [("总结.txt", "same"), ("no/such/a.docx", "unwritable")])
def test_the_draft_is_never_written_over_and_a_missing_folder_is_told(draft: Path, target: str, code: str) -> None:
    ran = anlan("check-draft", draft, "--annotate", draft.parent / target, "--json")
    assert (ran.code, ran.json["code"]) == (2, "reporting.draft.file." + code)
    assert draft.read_text(encoding="utf-8") == DRAFT
