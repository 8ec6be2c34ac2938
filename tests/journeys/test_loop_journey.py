"""A major hazard in a real Chromium: judged by ticking, ordered by mistake and withdrawn, extended, on desk and phone."""

import re

import pytest

from inspection.factories import CRITERION, make_world
from journeys.browser import DESK, PHONE, chromium, chromium_path

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(chromium_path() is None, reason="no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


def fill_order(page):
    page.fill("#order-measures", "停用设备，更换防护装置并试运行")
    page.fill("#order-responsible", "生产副总")
    page.fill("#order-funds", "35000")
    page.fill("#order-plan", "整改期间断电挂牌，按现场处置方案撤离")
    page.fill("#order-note", "限期完成，整改期间停止使用")
    page.click("#step-order button[type=submit]")
    page.wait_for_selector("text=已责令限期整改")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_major_hazard_is_judged_ordered_withdrawn_and_extended(live_server, browser, tmp_path, size):
    world = make_world()
    key = world.found(description="焊接作业人员未取得特种作业操作证上岗作业", place="二号车间")

    def person(role):
        account = world.county.account[role]
        visitor = browser.person(live_server.url, account.username, world.county.password, size)
        visitor.open(f"/inspection/hazards/{key}")
        return visitor

    town = person("town")
    page = town.page
    page.click('a[href="#step-judge"]')
    page.check(f'input[name="major_criteria"][value="{CRITERION}"]')
    town.shot(tmp_path / "judge.png")
    page.click("#step-judge button[type=submit]")
    page.wait_for_selector("text=隐患级别已判定")
    assert page.locator(".card-title .tag-bad").first.inner_text() == "重大隐患"
    fill_order(page)
    page.click('a[href="#step-withdraw"]')
    page.click("#step-withdraw button[type=submit]")
    page.wait_for_selector("text=已撤回，恢复到办理前的情况")
    assert page.locator("#step-order").count() == 1
    fill_order(page)
    town.shot(tmp_path / "ordered.png")

    firm = person("enterprise")
    firm.page.click('a[href="#step-extend"]')
    firm.page.fill("#extend-days", "20")
    firm.page.fill("#extend-note", "防护装置需定制，供货期二十天")
    firm.page.click("#step-extend button[type=submit]")
    firm.page.wait_for_selector("text=延期申请已提交")
    firm.shot(tmp_path / "asked.png")

    town.open(f"/inspection/hazards/{key}")
    assert page.locator("#step-grant").is_visible()
    town.shot(tmp_path / "grant.png", whole=True)
    page.click("#step-grant button[type=submit]")
    page.wait_for_selector("text=已批准延期，整改期限已顺延")
    assert re.search(r"批准延期20天：\d{4}-\d\d-\d\d 延至 \d{4}-\d\d-\d\d", page.content())
    town.shot(tmp_path / "granted.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert (town.troubles, firm.troubles) == ([], [])


def test_several_hazards_are_ordered_from_the_list(live_server, browser, tmp_path):
    world = make_world()
    for n in range(3):
        world.found(description=f"第{n + 1}处照明损坏")
    account = world.county.account["town"]
    town = browser.person(live_server.url, account.username, world.county.password, DESK)
    page = town.open("/desk/inspection/hazard/").page
    boxes = page.locator('input[name="ids"]')
    boxes.nth(0).check()
    boxes.nth(1).check()
    town.shot(tmp_path / "list.png")
    page.click("text=批量责令整改")
    page.wait_for_selector("text=将责令整改 2 处")
    town.shot(tmp_path / "batch.png")
    page.click("button:has-text('责令限期整改 2 处')")
    page.wait_for_selector("text=已责令2处隐患限期整改")
    assert town.troubles == []
