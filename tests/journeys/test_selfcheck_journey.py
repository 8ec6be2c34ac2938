"""A firm checks itself on its phone, the office sees the rate, and a blanket campaign is looked at by grid."""

from datetime import timedelta

import pytest

from anlan.inspection.models import Hazard, SelfCheck
from anlan.inspection.services.campaigns import campaign_create
from anlan.kernel.deadlines import local_date
from anlan.platform import clock
from inspection.factories import NOW, REGISTRAR, make_world
from journeys.browser import DESK, PHONE, chromium, chromium_path
from pictures import jpeg, scene
from registry.factories import make_enterprise

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(chromium_path() is None, reason="no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


def person(browser, live_server, world, role, size):
    account = world.county.account[role]
    return browser.person(live_server.url, account.username, world.county.password, size)


def photo(folder, serial):
    file = folder / f"{serial}.jpg"
    file.write_bytes(jpeg(scene(serial)))
    return str(file)


def test_a_firm_reports_one_mended_and_one_hazard_on_its_phone_and_the_office_sees_it(live_server, browser, tmp_path):
    world = make_world()
    firm = person(browser, live_server, world, "enterprise", PHONE)
    page = firm.open("/inspection/self-checks").page
    firm.shot(tmp_path / "own.png", whole=True)
    page.click("text=开始自查")
    page.wait_for_selector("text=检查表以外的问题")

    page.click("#item-ty-02 .choices label:has-text('当场整改')")
    page.fill("#note-ty-02-m", "灭火器压力不足")
    page.set_input_files("#before-ty-02-m", photo(tmp_path, 1))
    page.wait_for_selector("#item-ty-02 .photos img")
    page.set_input_files("#after-ty-02", photo(tmp_path, 2))
    page.wait_for_function("document.querySelectorAll('#mended-ty-02 .photos img').length === 2")
    page.click("#item-ty-03 .choices label:has-text('上报隐患')")
    page.fill("#note-ty-03-h", "配电箱门缺失")
    page.fill("#measure-ty-03", "更换配电箱门")
    page.fill("#planned_on-ty-03", local_date(clock.now() + timedelta(days=9)).isoformat())
    firm.shot(tmp_path / "form.png")
    page.click("button:has-text('其余各项均符合')")
    page.wait_for_selector("text=20 / 20项")
    firm.shot(tmp_path / "filled.png", whole=True)
    page.click("button[value=report]")
    page.wait_for_selector("text=自查已上报：自查自改1处，上报隐患1处。")
    firm.shot(tmp_path / "reported.png", whole=True)
    assert firm.width_px() <= PHONE[0]
    assert (SelfCheck.objects.get().state, Hazard.objects.get().state) == ("reported", "found")

    for size, name in ((DESK, "desk"), (PHONE, "phone")):
        office = person(browser, live_server, world, "leader", size)
        office.open("/inspection/self-checks")
        office.page.wait_for_selector("text=自查自报率")
        office.shot(tmp_path / f"office-{name}.png", whole=True)
        office.open(f"/inspection/self-checks/{SelfCheck.objects.get().id}")
        office.shot(tmp_path / f"record-{name}.png", whole=True)
        assert office.width_px() <= size[0]
        assert office.troubles == []
    assert firm.troubles == []


def test_the_grid_of_a_blanket_campaign_leads_to_the_firms_not_yet_visited(live_server, browser, tmp_path):
    world = make_world()
    for n, place in enumerate(("331003001001", "331003001002", "331003002001")):
        make_enterprise(REGISTRAR, 10 + n, name=f"沿街{n}号五金加工厂", region=place)
    values = {
        "name": "小微企业地毯式检查", "region": "331003000000", "since_on": "2026-01-01", "until_on": "2027-12-31",
        "target_scale": "small", "blanket": "1",
    }  # fmt: skip
    key = campaign_create(scope=world.scope["leader"], values=values, now=NOW)
    for size, name in ((DESK, "desk"), (PHONE, "phone")):
        leader = person(browser, live_server, world, "leader", size)
        page = leader.open(f"/inspection/campaigns/{key}").page
        leader.shot(tmp_path / f"campaign-{name}.png", whole=True)
        page.click(".table a:has-text('东城街道')")
        page.wait_for_selector("text=企业名单")
        leader.shot(tmp_path / f"town-{name}.png", whole=True)
        page.click("a.stat:has-text('未检查')")
        page.wait_for_selector("text=未检查的企业")
        assert page.locator(".worklist > li").count() == 3
        assert leader.width_px() <= size[0]
        assert leader.troubles == []
    grid = person(browser, live_server, world, "grid", PHONE)
    page = grid.open(f"/inspection/campaigns/{key}/grid").page
    assert page.locator(".worklist > li").count() == 2
    grid.shot(tmp_path / "grid.png", whole=True)
    page.click("text=补登企业")
    page.fill("#name", "沿街早餐店")
    page.fill("#contact", "王五")
    page.fill("#phone", "13800001111")
    grid.shot(tmp_path / "add.png", whole=True)
    page.click("button:has-text('登记并开始检查')")
    page.wait_for_selector("text=企业已登记，可以开始检查。")
    assert page.locator("text=沿街早餐店").count() == 1
    assert (grid.width_px() <= PHONE[0], grid.troubles) == (True, [])
