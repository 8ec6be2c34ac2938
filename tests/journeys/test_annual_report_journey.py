"""A report from its template to an outsider's check, in a real browser: uploaded, read number by number, issued, taken along,
verified offline; then a hazard is filed late and the page tells which number moved, and by what."""

import io
import zipfile

import pytest
from docx import Document

from journeys.browser import DESK, PHONE
from journeys.made_county import kept, officer

pytestmark = pytest.mark.browser
LINES = (
    "{{ 区划 }}{{ 期 }}安全生产工作总结",
    "全年发现隐患{{ 数('隐患.排查') }}处，其中重大隐患{{ 数('隐患.重大') }}处。",
    "发现隐患最多的是{{ 最多('隐患.排查', 前=1) }}。",
)


def template() -> bytes:
    document, out = Document(), io.BytesIO()
    for line in LINES:
        document.add_paragraph(line)
    document.save(out)
    return out.getvalue()


def test_from_the_template_to_the_outsider(browser, site, tmp_path):
    (tmp_path / "annual.docx").write_bytes(template())
    leader = officer(site, browser, DESK, "leader").open("/reporting/report")
    page = leader.page
    page.fill("#template-name", "本局年度总结")
    page.set_input_files("#template-file", tmp_path / "annual.docx")
    page.locator("button:text-is('上传')").click()
    page.wait_for_selector(".report-body")
    assert "没有待填" in page.inner_text(".report-sum"), page.inner_text(".report-side")
    for n in (1, 2, 3):
        page.locator(f"a#t{n}").click()
        card = page.locator(f"#n{n}")
        card.locator("dl").wait_for(state="visible")
        shown, rows = card.locator("strong").inner_text(), card.locator("a:has-text('查看台账')")
        where = page.url
        rows.click()
        page.wait_for_load_state("networkidle")
        assert f"共 {shown} 行" in page.inner_text("main")
        page.goto(where)
        page.wait_for_selector(".report-body")
    kept(leader, "annual-draft", DESK)
    page.locator("#issue button:text-is('签发')").click()
    page.wait_for_url("**/reporting/issued/*")
    kept(leader, "annual-issued", DESK)
    with page.expect_download() as taken:
        page.locator("a:has-text('下载核验包')").click()
    with zipfile.ZipFile(taken.value.path()) as packed:
        packed.extractall(tmp_path / "package")

    outsider = browser.visitor("", DESK)
    outsider.page.goto((tmp_path / "package" / "index.html").as_uri())
    assert outsider.page.inner_text("#verdict") == "每个数的指纹都与其背后的行相符。"
    outsider.page.set_input_files("#file", tmp_path / "package" / "report.docx")
    outsider.page.wait_for_selector("#fileverdict.good")
    assert outsider.troubles == []

    page.locator("a:has-text('与现在的台账比较')").click()
    page.wait_for_load_state("networkidle")
    assert "没有变化的数" in page.inner_text("#changes")
    found_later(site, browser)
    page.reload()
    changes = page.inner_text("#changes")
    assert "发现隐患数" in changes and "签发时 7，现在 8" in changes and "增加 1 行" in changes and "登记" in changes
    kept(leader, "annual-changes", DESK)
    kept(officer(site, browser, PHONE, "leader").open(page.url.partition(site[0].url)[2]), "annual-changes", PHONE)
    assert leader.troubles == []


def found_later(site, browser):
    """The town files one more hazard of the same year."""
    town = officer(site, browser, DESK, "town").open("/reporting/report")
    status = town.page.evaluate(
        """async (firm) => {
          const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
          const body = JSON.stringify({ enterprise_id: firm, description: "配电箱未关闭", place: "一车间" });
          const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
          return (await fetch("/api/v1/inspection/hazards", { method: "POST", headers, body })).status;
        }""",
        site[1]["enterprise"],
    )
    assert status == 201
