"""报告 in a real browser: a draft is read number by number, a number leads to its rows and its source."""


import pytest

from journeys.browser import DESK, PHONE
from journeys.made_county import kept, officer

pytestmark = pytest.mark.browser
both = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


@both
def test_a_draft_is_read_number_by_number(browser, site, size):
    leader = officer(site, browser, size, "leader").open("/reporting/report")
    page = leader.page
    kept(leader, "report-empty", size)
    page.select_option("select[name=template]", "annual")
    page.locator("button:has-text('生成草稿')").click()
    page.wait_for_selector(".report-body")
    kept(leader, "report", size)
    first = page.locator("a.fig:not(.fig-missing)").first
    text, number = first.inner_text(), first.get_attribute("href").removeprefix("#n")
    assert not page.locator(f"#n{number} dl").is_visible()
    first.click()
    card = page.locator(f"#n{number}")
    card.locator("dl").wait_for(state="visible")
    assert text in card.inner_text() and "口径" in card.inner_text() and "期间" in card.inner_text()
    kept(leader, "report-number", size)
    rows = card.locator("a:has-text('查看')")
    if rows.count():
        rows.click()
        page.wait_for_load_state("networkidle")
        assert "/rows" in page.url
    assert leader.troubles == []
