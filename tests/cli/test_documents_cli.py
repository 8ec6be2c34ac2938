"""anlan documents: the kinds, the office's own templates laid over ours, and fields that do not exist named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cli_process import anlan
from docx import Document

pytestmark = pytest.mark.slow


def test_templates_are_exported_checked_and_laid_over_ours(data: Path, tmp_path: Path) -> None:
    listed = anlan("documents", "list", "--data", data, "--json")
    assert listed.code == 0, listed.err
    kinds = {row["id"]: row["own"] for row in listed.json["documents"]}
    assert (len(kinds), set(kinds.values())) == (8, {False})

    folder = tmp_path / "模板"
    first = anlan("documents", "export-templates", folder, "--data", data, "--json")
    assert (first.code, len(first.json["written"]), first.json["kept"]) == (0, 8, [])
    again = anlan("documents", "export-templates", folder, "--data", data, "--json")
    assert (again.json["written"], len(again.json["kept"])) == ([], 8)

    order = folder / "inspection.order.docx"
    assert anlan("documents", "check", order, "--data", data, "--json").json["ok"] is True
    (data / "templates").mkdir()
    shutil.copy(order, data / "templates")
    listed = anlan("documents", "list", "--data", data, "--json")
    assert [row["id"] for row in listed.json["documents"] if row["own"]] == ["inspection.order"]


def test_a_field_that_does_not_exist_is_named(data: Path, tmp_path: Path) -> None:
    page = Document()
    page.add_paragraph("{{ issuer }} 致 {{ enterprize }}")
    page.save(tmp_path / "order.docx")
    ran = anlan(
        "documents", "check", tmp_path / "order.docx", "--template", "inspection.order", "--data", data, "--json"
    )
    assert (ran.code, ran.json["unknown"]) == (1, ["enterprize"])


def test_a_kind_that_does_not_exist_is_refused(data: Path, tmp_path: Path) -> None:
    Document().save(tmp_path / "nothing.docx")
    ran = anlan("documents", "check", tmp_path / "nothing.docx", "--data", data, "--json")
    assert (ran.code, ran.json["code"]) == (1, "platform.document.template_unknown")
