"""A hazard in three campaigns that overlap: one in each of them, one in their union, one in the town's figures."""

import re

import pytest

from journeys.browser import DESK, PHONE, chromium
from journeys.test_hazard_journey import Journey, photo, site
from journeys.test_reused_photo_journey import filed

__all__ = ["site"]
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


def campaign(tour, name):
    """A campaign over the whole of this and the next year, made on the page; its id."""
    page = tour.person("leader").open("/inspection/campaigns/new").page
    page.fill("input[name=name]", name)
    page.fill("input[name=since_on]", "2026-01-01")
    page.fill("input[name=until_on]", "2027-12-31")
    page.click("form.form button.btn-primary")
    page.wait_for_load_state("networkidle")
    return re.search(r"/campaigns/([0-9a-f-]{36})", page.url).group(1)


def line(page, label):
    """The numbers of one line of the table."""
    return page.locator(f"tr:has(th:text-is('{label}'))").first.inner_text().split()[1:]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_hazard_of_three_campaigns_counts_once(browser, site, size, tmp_path):
    tour = Journey(browser, site, size, tmp_path)
    found, closed = tour.counts()
    names = [f"{word}专项行动{size[0]}" for word in ("消防通道", "有限空间", "百日攻坚")]
    ids = [campaign(tour, name) for name in names]
    hazard = filed(tour, tour.person("town"), "安全出口堆放纸箱", photo(tmp_path, "before", (150, 90, 60)))
    page = tour.person("town").page
    for key in ids:
        page.select_option("select[name=campaign]", key)
        page.locator("form.inline button:has-text('列入')").click()
        page.wait_for_load_state("networkidle")
    assert [name in page.inner_text(".tags") for name in names] == [True, True, True]
    tour.shot("town", "campaigns-hazard")
    assert tour.counts() == (found + 1, closed)

    leader = tour.person("leader")
    for key in ids:
        leader.open(f"/inspection/campaigns/{key}")
        assert leader.page.locator("a.stat .stat-value").first.inner_text() == "1"
    chosen = "&".join(f"campaigns={key}" for key in ids)
    leader.open(f"/inspection/indicators?indicator=found&by=campaign&since=2020-01-01&{chosen}")
    assert [line(leader.page, name) for name in names] == [["1"], ["1"], ["1"]]
    assert line(leader.page, "合计（每处只计一次）") == ["1"]
    tour.shot("leader", "campaigns-union")
    leader.page.locator("tfoot a").click()
    leader.page.wait_for_load_state("networkidle")
    assert "共 1 条" in leader.page.inner_text("main")
    assert leader.page.locator(f"a[href='{hazard}']").count() == 1
    for visitor in tour.visitors.values():
        assert visitor.troubles == []
