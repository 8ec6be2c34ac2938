"""The page of a report's package, opened from a disk without any server: numbers, rows, digests, the document."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest

from journeys.browser import DESK, PHONE, chromium
from reporting.test_report_package import package, rewritten

pytestmark = pytest.mark.browser
SIZES = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


def laid_out(folder: Path, data: bytes) -> Path:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        packed.extractall(folder)
    return folder / "index.html"


@SIZES
def test_a_deputy_checks_a_report_offline(browser, tmp_path, size):
    visitor = browser.visitor("", size)
    page = visitor.page
    page.goto(laid_out(tmp_path, package()).as_uri())
    assert page.inner_text("#verdict") == "每个数的指纹都与其背后的行相符。"
    assert "黄岩区2019年" in page.inner_text("h1")
    page.click("summary >> nth=0")
    page.wait_for_selector("details[open] td:has-text('YH-1')")
    assert page.locator("details[open] tr").count() == 2
    assert page.inner_text("details[open] tr >> nth=0").split() == ["YH-1", "隐患", "a", "aa"]
    page.set_input_files("#file", tmp_path / "report.docx")
    page.wait_for_selector("#fileverdict.good")
    (tmp_path / "other.docx").write_bytes(b"another")
    page.set_input_files("#file", tmp_path / "other.docx")
    page.wait_for_selector("#fileverdict.bad")
    page.fill("#search", "罚款")
    assert page.locator("details:visible").count() == 1
    page.fill("#search", "")
    assert visitor.width_px() <= size[0]
    if folder := os.environ.get("ANLAN_SHOTS"):
        visitor.shot(Path(folder) / f"package-{size[0]}.png")
    assert visitor.troubles == []


def test_a_row_taken_out_is_seen_on_the_page(browser, tmp_path):
    def fewer(held: bytes) -> bytes:
        return held.replace(b'"of":[0,1]', b'"of":[0]')

    page = browser.visitor("", DESK).page
    page.goto(laid_out(tmp_path, rewritten(package(), "index.html", fewer)).as_uri())
    assert page.inner_text("#verdict") == "有 1 个数与其背后的行不符。"
    assert page.locator("summary .bad").count() == 1
