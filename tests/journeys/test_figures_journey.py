"""指标 in a real browser: a figure month by month with its chart, a click to exactly its rows, a stated value beside it."""

import re

import pytest

from journeys.browser import DESK, PHONE
from journeys.made_county import kept, officer

pytestmark = pytest.mark.browser
both = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


@both
def test_a_number_leads_to_its_rows(browser, site, size):
    leader = officer(site, browser, size, "leader").open("/reporting/indicators?period=2020-01..2030-12&compare=")
    page = leader.page
    line = page.locator("tr:has(a:text-is('发现隐患数'))")
    number = int(line.locator("td.num a").inner_text())
    assert number == 7
    kept(leader, "figures", size)
    line.locator("th a").click()
    page.wait_for_load_state("networkidle")
    page.select_option("select[name=by]", "month")
    page.locator("button:has-text('查询')").click()
    page.wait_for_selector("[data-trend][data-drawn]")
    kept(leader, "figures-months", size)
    months = [int(each) for each in page.locator("tbody td.num a").all_inner_texts()]
    assert sum(months) == number
    page.locator("tfoot td.num a").click()
    page.wait_for_load_state("networkidle")
    assert f"共 {number} 行" in page.inner_text("main")
    kept(leader, "figures-rows", size)
    page.locator("tbody a:text-is('打开')").first.click()
    page.wait_for_load_state("networkidle")
    assert re.search("/inspection/hazards/", page.url)
    assert leader.troubles == []


def test_a_period_that_is_none_is_said(browser, site):
    leader = officer(site, browser, DESK, "leader").open("/reporting/indicators?period=去年")
    assert "去年" in leader.page.inner_text("main")


def test_a_stated_value_stands_beside_what_is_counted(browser, site):
    """The clerk enters last year's accidents from the yearbook; the page names the source and adds nothing."""
    clerk = officer(site, browser, DESK, "supervision").open("/records/reporting/values/new")
    page = clerk.page
    fields = {
        "name": "事故.起数", "value": "8", "unit": "起", "period": "2025", "source_title": "2025年统计年报",
        "source_office": "区统计局",
    }  # fmt: skip
    for name, value in fields.items():
        page.fill(f"[name={name}]", value)
    region = page.locator("[name=region]")
    if region.evaluate("e => e.tagName") == "SELECT":
        region.select_option("331003000000")
    else:
        region.fill("331003000000")
    page.locator("form button[type=submit]").last.click()
    page.wait_for_load_state("networkidle")
    clerk.open("/reporting/indicators/accident.all_count?period=2025")
    shown = clerk.page.inner_text("main")
    assert "区统计局《2025年统计年报》" in shown and "合计（填报）" in shown
    kept(clerk, "figures-stated", DESK)
    assert clerk.troubles == []
