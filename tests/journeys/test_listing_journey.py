"""The whole life of a major hazard in a real Chromium: found, judged, ordered, listed, followed up, closed, unlisted.

`ANLAN_SHOTS=folder` keeps a screenshot of each station.
"""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from anlan.inspection.models import Hazard, Listing
from anlan.kernel.deadlines import local_date
from anlan.platform import clock
from inspection.factories import CRITERION, make_world
from journeys.browser import DESK, PHONE, chromium, chromium_path
from journeys.test_hazard_journey import photo
from journeys.test_loop_journey import fill_order

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(chromium_path() is None, reason="no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


class Tour:
    """The people of the journey, each in a window of their own."""

    def __init__(self, server, browser, size, folder):
        self.world = make_world()
        self.url, self.browser, self.size, self.folder = server.url, browser, size, folder
        self.shots = Path(os.environ["ANLAN_SHOTS"]) if "ANLAN_SHOTS" in os.environ else folder
        self.people, self.hazard, self.listing = {}, "", ""

    def person(self, role):
        if role not in self.people:
            account = self.world.county.account[role]
            self.people[role] = self.browser.person(self.url, account.username, self.world.county.password, self.size)
        return self.people[role]

    def at(self, role, path):
        return self.person(role).open(path).page

    def on_hazard(self, role):
        return self.at(role, f"/inspection/hazards/{self.hazard}")

    def on_listing(self, role):
        return self.at(role, f"/inspection/listings/{self.listing}")

    def shot(self, role, name):
        assert self.person(role).width_px() <= self.size[0], f"{name} scrolls sideways"
        width = "desk" if self.size == DESK else "phone"
        self.person(role).shot(self.shots / f"listing-{name}-{width}.png", whole=True)

    def press(self, page, form, said):
        page.click(f"#{form} button[type=submit]")
        if page.locator("dialog[open] button.btn-primary, dialog[open] button.btn-danger").count():
            page.locator("dialog[open] button.btn-primary, dialog[open] button.btn-danger").first.click()
        page.wait_for_selector(f"text={said}")

    def picture(self, name, colour):
        return str(photo(self.folder, name, colour))

    def find_and_order(self):
        page = self.at("town", f"/inspection/inspections/new?enterprise={self.world.enterprise}")
        page.select_option("#officer-2", self.world.mate)
        page.get_by_role("button", name="开始检查").click()
        page.wait_for_load_state("networkidle")
        item = page.locator(".checkitem").first
        item.locator("label.bad").first.click()
        item.locator("textarea").fill("焊接作业人员未取得特种作业操作证上岗作业")
        item.locator("input[type=file]").set_input_files(self.picture("before", (150, 90, 60)))
        page.locator("button[value=rest]").click()
        page.wait_for_load_state("networkidle")
        page.fill("#conclusion", "发现隐患一处。")
        page.locator("button[value=finish]").click()
        page.wait_for_load_state("networkidle")
        self.hazard = str(Hazard.objects.get().id)
        page = self.on_hazard("town")
        page.click('a[href="#step-judge"]')
        page.check(f'input[name="major_criteria"][value="{CRITERION}"]')
        self.press(page, "step-judge", "隐患级别已判定")
        page.locator("#step-order input[name=by][value=days]").check()
        page.locator("#step-order input[name=days]").fill("30")
        fill_order(page)

    def propose_and_sign(self):
        page = self.on_hazard("supervision")
        page.get_by_role("link", name="提出挂牌督办").click()
        page.wait_for_load_state("networkidle")
        page.fill("#note", "特种作业人员无证上岗，多次检查仍未整改")
        page.fill("#due_on", str(local_date(clock.now()) + timedelta(days=20)))
        page.select_option("#follower", self.world.county.person["town"])
        self.shot("supervision", "new")
        page.get_by_role("button", name="提请签发").click()
        page.wait_for_selector("text=已提请局领导签发挂牌督办")
        self.listing = str(Listing.objects.get().id)
        assert "待签发挂牌督办" in self.at("leader", "/todos").inner_text("main")
        page = self.on_listing("leader")
        page.fill("#sign-note", "同意挂牌督办")
        self.shot("leader", "sign")
        self.press(page, "act-sign", "已签发，隐患挂牌督办")
        page = self.on_listing("supervision")
        self.press(page, "act-notice", "通知书已出具")
        assert "督办〔" in page.inner_text("main")
        self.shot("supervision", "listed")
        assert "挂牌督办" in self.on_hazard("enterprise").inner_text("main")
        self.shot("enterprise", "hazard")

    def follow_and_mend(self):
        page = self.on_listing("town")
        page.fill("#follow-note", "作业已停止，两名焊工已报名取证")
        page.set_input_files("#follow-photos", self.picture("visit", (60, 120, 170)))
        self.shot("town", "follow")
        self.press(page, "act-follow", "跟踪督办已记录")
        self.mend("after-1", (90, 150, 90))
        page = self.on_hazard("town")
        page.locator("#step-return textarea[name=note]").fill("一名焊工仍未取证")
        self.press(page, "step-return", "已退回企业继续整改")
        self.mend("after-2", (60, 160, 120))
        page = self.on_hazard("enforcement")
        page.locator("#step-close textarea[name=note]").fill("现场核验证件，均在有效期内")
        page.select_option("#close-co", self.world.county.person["town_second"])
        page.set_input_files("#close-photos", self.picture("review", (40, 90, 200)))
        self.press(page, "step-close", "复查合格，隐患已销号")

    def mend(self, name, colour):
        page = self.on_hazard("enterprise")
        page.locator("#step-submit textarea[name=note]").fill("焊工已取证，证件复印件存档")
        page.set_input_files("#submit-photos", self.picture(name, colour))
        self.press(page, "step-submit", "整改情况已提交")

    def unlist(self):
        page = self.on_listing("enterprise")
        page.fill("#apply-note", "焊工全部持证上岗，已建立证件台账")
        self.shot("enterprise", "apply")
        self.press(page, "act-apply", "摘牌申请已提交")
        page = self.on_listing("supervision")
        page.fill("#unlist-note", "现场复查，治理完成，同意摘牌")
        page.select_option("#unlist-co", self.world.county.person["enforcement"])
        page.set_input_files("#unlist-photos", self.picture("unlisting", (200, 180, 40)))
        self.shot("supervision", "unlist")
        self.press(page, "act-unlist", "复查合格，已摘牌")
        self.press(page, "act-notice", "通知书已出具")
        assert "摘牌〔" in page.inner_text("main")
        self.shot("supervision", "unlisted")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_major_hazard_is_listed_and_unlisted(live_server, browser, tmp_path, size):
    tour = Tour(live_server, browser, size, tmp_path)
    tour.find_and_order()
    tour.propose_and_sign()
    tour.follow_and_mend()
    tour.unlist()
    row, hazard = Listing.objects.get(), Hazard.objects.get()
    assert (row.state, hazard.state, hazard.listed, hazard.returned_count) == ("unlisted", "closed", "", 1)
    tour.at("leader", "/desk/inspection/listing/")
    tour.shot("leader", "list")
    tour.at("town", f"/registry/enterprises/{tour.world.enterprise}")
    tour.shot("town", "enterprise")
    history = tour.at("auditor", f"/history/inspection.listing/{tour.listing}").inner_text("main")
    for word in ("提出挂牌督办", "签发挂牌督办", "出具通知书", "跟踪督办", "申请摘牌", "复查摘牌"):
        assert word in history
    tour.shot("auditor", "history")
    assert {role: visitor.troubles for role, visitor in tour.people.items() if visitor.troubles} == {}
