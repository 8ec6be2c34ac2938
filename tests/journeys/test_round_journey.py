"""报送 in a real browser: the county asks, a town fills in what only it knows, one is sent back, the silent one is chased."""


import pytest

from journeys.browser import DESK, PHONE
from journeys.made_county import kept, officer

pytestmark = pytest.mark.browser


def opened(site, browser):
    """A monthly round of one figure of the ledger and one that only towns know, due next week."""
    clerk = officer(site, browser, DESK, "supervision").open("/reporting/rounds/new")
    page = clerk.page
    page.fill("#title", "安全生产月度工作情况")
    page.fill("#period", "2026-03")
    page.evaluate("""() => {
      const due = new Date(Date.now() + 7 * 86400000);
      document.getElementById("due_at").value = due.toISOString().slice(0, 16);
    }""")
    page.locator("summary:has-text('从台账自动带出')").click()
    page.check("input[name=indicator][value='inspection.hazards_found']")
    page.fill("textarea[name=items]", "开展宣传活动，场")
    kept(clerk, "round-new", DESK)
    page.locator("button:has-text('发起报送')").click()
    page.wait_for_url("**/reporting/rounds/*-*")
    return clerk


def submitted(site, browser, role, size, number):
    town = officer(site, browser, size, role).open("/reporting/rounds")
    page = town.page
    page.locator("main a:has-text('安全生产月度工作情况')").first.click()
    page.wait_for_load_state("networkidle")
    page.locator("input[name^=value_]").fill(number)
    kept(town, f"filing-{role}", size)
    page.locator("form .form-end button:has-text('上报')").click()
    page.wait_for_load_state("networkidle")
    assert "已上报" in page.inner_text("main") and page.input_value("input[name^=value_]") == number
    return town


def test_a_monthly_round_from_asking_to_closing(browser, site):
    clerk = opened(site, browser)
    page, where = clerk.page, clerk.page.url
    assert "已报 0/19" in page.inner_text("main")
    town = submitted(site, browser, "town", PHONE, "6")
    neighbour = submitted(site, browser, "other_town", DESK, "4")
    page.goto(where)
    said = page.inner_text("main")
    assert "2/19" in said and "未报的不按零计" in said
    total = page.locator("tr.total td.num").nth(1)
    assert total.inner_text().startswith("10")
    kept(clerk, "round", DESK)

    page.locator("tbody th a").first.click()  # the first town by code, which told six
    page.locator("summary:has-text('退回')").click()
    page.fill("#return-note", "与宣传台账不符")
    page.locator("button:has-text('退回')").click()
    page.wait_for_load_state("networkidle")
    page.goto(where)
    assert "1/19" in page.inner_text("main") and page.locator("tr.total td.num").nth(1).inner_text().startswith("4")

    town.page.reload()
    assert "与宣传台账不符" in town.page.inner_text("main")
    town.page.locator("input[name^=value_]").fill("5")
    town.page.locator("form .form-end button:has-text('再次上报')").click()
    town.page.wait_for_load_state("networkidle")

    page.goto(where)
    assert page.locator("tr.total td.num").nth(1).inner_text().startswith("9")
    silent = page.locator("tbody tr:has(button:text-is('催报'))").first
    name = silent.locator("th a").inner_text()
    silent.locator("button:text-is('催报')").click()
    page.wait_for_load_state("networkidle")
    row = page.locator(f"tbody tr:has(th a:text-is('{name}'))")
    assert "已催1次" in row.inner_text()
    page.locator("summary:has-text('结束报送')").click()
    page.locator("button:text-is('结束报送')").click()
    page.wait_for_load_state("networkidle")
    assert name in page.inner_text(".notice-warn")  # who was silent stays named after the end
    kept(clerk, "round-closed", DESK)
    leader = officer(site, browser, PHONE, "leader").open(where.partition("/reporting")[1] + where.partition("/reporting")[2])
    assert name in leader.page.inner_text(".notice-warn")
    kept(leader, "round", PHONE)
    kept(leader.open("/reporting/rounds"), "rounds", PHONE)
    page = neighbour.open("/reporting/rounds").page
    page.locator("main a:has-text('安全生产月度工作情况')").first.click()
    page.wait_for_load_state("networkidle")
    # A town is led to its own form, and hears nothing of another's.
    assert "/reporting/filings/" in page.url and "与宣传台账不符" not in page.inner_text("main")
    assert clerk.troubles == [] and town.troubles == []
