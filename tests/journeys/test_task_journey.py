"""From the year's plan to the visit: the office plans and gives out, the officer does it on the phone without signal.

`ANLAN_SHOTS=folder` keeps a screenshot of each station.
"""

import os
from pathlib import Path

import pytest

from journeys.browser import DESK, PHONE, chromium
from journeys.test_hazard_journey import site

pytestmark = pytest.mark.browser
__all__ = ["site"]


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


def shot(visitor, name, size):
    assert visitor.width_px() <= size[0], f"{name} scrolls sideways"
    if "ANLAN_SHOTS" in os.environ:
        visitor.page.wait_for_timeout(400)
        width = "desk" if size == DESK else "phone"
        visitor.shot(Path(os.environ["ANLAN_SHOTS"]) / f"task-{name}-{width}.png", whole=True)


def press(page, step):
    page.click(f"#{step} button[type=submit]")
    if page.locator("dialog[open] button.btn-primary, dialog[open] button.btn-danger").count():
        page.locator("dialog[open] button.btn-primary, dialog[open] button.btn-danger").first.click()
    page.wait_for_load_state("networkidle")


def planned(office, leader):
    """The office draws the plan up, the leader approves it; its address."""
    page = office.open("/desk/inspection/plan/").page
    page.get_by_role("link", name="新增").click()
    page.wait_for_load_state("networkidle")
    page.fill("#year", str(page.evaluate("new Date().getFullYear()")))
    page.fill("#officers", "10")
    page.fill("#legal_days", "248")
    page.select_option("[name=importance-0]", "key")
    page.fill("[name=enterprises-0]", "2")
    page.fill("[name=times-0]", "2")
    shot(office, "plan-form", DESK)
    page.get_by_role("button", name="保存").click()
    page.wait_for_load_state("networkidle")
    url = page.url.replace(office.base, "")
    press(page, "submit")
    page = leader.open(url).page
    page.fill("#approve-note", "同意，按计划执行。")
    shot(leader, "plan-approve", DESK)
    press(page, "approve")
    assert "已批准" in page.inner_text("main")
    return url


def test_a_planned_visit_is_given_out_done_on_the_phone_and_counted(browser, site):
    running, world = site

    def person(role, size=DESK):
        return browser.person(running.url, world["users"][role], world["password"], size)

    office, leader = person("supervision"), person("leader")
    plan = planned(office, leader)

    page = office.open("/desk/registry/enterprise/").page
    page.locator(f"input[name=ids][value='{world['enterprise']}']").check()
    page.get_by_role("button", name="派发检查任务").click()
    page.wait_for_load_state("networkidle")
    page.fill("#due_on", str(page.evaluate("new Date(Date.now() + 864e6).toISOString().slice(0, 10)")))
    page.select_option("#officer-1", label="吴明（安全生产基础科）")
    page.select_option("#line", index=1)
    page.get_by_role("button", name="预览").click()
    page.wait_for_load_state("networkidle")
    assert "能检查该企业的检查人员不足两人" in page.inner_text("main")
    page.select_option("#officer-2", label="王勇（综合行政执法队）")
    page.get_by_role("button", name="预览").click()
    page.wait_for_load_state("networkidle")
    assert "可派发 1 家" in page.inner_text("main")
    shot(office, "assign", DESK)
    page.get_by_role("button", name="派发", exact=True).click()
    page.wait_for_load_state("networkidle")
    shot(office, "task", DESK)
    task = page.url.replace(running.url, "")

    officer = person("enforcement", PHONE)
    officer.open("/todos")
    assert "待检查任务" in officer.page.inner_text("main")
    shot(officer.open(task), "task", PHONE)
    shot(officer.open(plan), "plan", PHONE)
    phone = officer.open("/pocket/").page
    phone.get_by_text("资料更新于").wait_for()
    phone.evaluate("navigator.serviceWorker.ready.then(() => null)")
    shot(officer, "today", PHONE)
    phone.context.set_offline(True)
    phone.locator("a.row[href*='#/task/']").tap()
    phone.get_by_text("检查任务").wait_for()
    shot(officer, "begin", PHONE)
    phone.get_by_role("button", name="开始检查").tap()
    phone.locator(".item").first.wait_for()
    phone.get_by_role("button", name="其余均符合").tap()
    phone.get_by_role("button", name="完成检查").tap()
    phone.get_by_role("button", name="确认完成").tap()
    phone.get_by_text("没有待检查的任务").wait_for()
    assert "已派发" in office.open(task).page.inner_text("main")
    phone.context.set_offline(False)
    phone.locator(".hero-state", has_text="全部已发送").wait_for(timeout=60_000)

    page = office.open(plan).page
    row = page.locator("tbody tr").first.inner_text().split()
    assert row[-5:] == ["4", "1", "1", "0", "25.0%"] or row[-5:] == ["4", "1", "1", "0", "25%"], row
    shot(office, "plan", DESK)
    assert "已完成" in office.open(task).page.inner_text("main")
    shot(office, "done", DESK)
    troubles = [*office.troubles, *leader.troubles, *officer.troubles]
    assert [t for t in troubles if "ERR_INTERNET_DISCONNECTED" not in t] == []


def given_out(office, base, enterprise):
    """A task for this enterprise beside any plan; its address."""
    page = office.open("/desk/registry/enterprise/").page
    page.locator(f"input[name=ids][value='{enterprise}']").check()
    page.get_by_role("button", name="派发检查任务").click()
    page.wait_for_load_state("networkidle")
    page.fill("#due_on", str(page.evaluate("new Date(Date.now() + 864e6).toISOString().slice(0, 10)")))
    page.select_option("#officer-1", label="吴明（安全生产基础科）")
    page.select_option("#officer-2", label="王勇（综合行政执法队）")
    page.get_by_role("button", name="预览").click()
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="派发", exact=True).click()
    page.wait_for_load_state("networkidle")
    return page.url.replace(base, "")


def test_a_task_that_can_not_be_done_is_given_back_without_signal(browser, site):
    running, world = site

    def person(role, size=DESK):
        return browser.person(running.url, world["users"][role], world["password"], size)

    office, officer = person("supervision"), person("enforcement", PHONE)
    task = given_out(office, running.url, world["enterprise"])
    phone = officer.open("/pocket/").page
    phone.get_by_text("资料更新于").wait_for()
    phone.evaluate("navigator.serviceWorker.ready.then(() => null)")
    phone.context.set_offline(True)
    phone.locator("a.row[href*='#/task/']").tap()
    phone.get_by_text("不能完成，退回任务").tap()
    phone.get_by_role("button", name="退回任务").tap()
    phone.get_by_text("请填写退回原因").wait_for()
    phone.get_by_label("退回原因").fill("与企业负责人有亲属关系，应当回避")
    shot(officer, "give-back", PHONE)
    phone.get_by_role("button", name="退回任务").tap()
    phone.get_by_text("没有待检查的任务").wait_for()
    phone.locator(".hero-state", has_text="1 项等待发送").wait_for()
    phone.reload()
    phone.locator(".hero-state", has_text="1 项等待发送").wait_for()
    shot(officer, "give-back-waits", PHONE)
    assert "已派发" in office.open(task).page.inner_text("main")
    phone.context.set_offline(False)
    phone.locator(".hero-state", has_text="全部已发送").wait_for(timeout=60_000)
    said = office.open(task).page.inner_text("main")
    assert "已退回" in said
    assert "应当回避" in said
    troubles = [*office.troubles, *officer.troubles]
    assert [t for t in troubles if "ERR_INTERNET_DISCONNECTED" not in t] == []
