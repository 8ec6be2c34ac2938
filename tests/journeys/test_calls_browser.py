"""Calls in a real Chromium: heard and seen on whatever page is open, the board follows every step, silence is said."""

import re
from datetime import timedelta

import pytest

from anlan.calling.services.answers import call_answer
from anlan.calling.services.runs import calls_run
from anlan.platform import clock
from calling.call_factory import chain, matters, opened
from inspection.factories import make_world
from journeys.browser import DESK, PHONE, chromium, chromium_path

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(chromium_path() is None, reason="no Chromium on this machine"),
]
SIZES = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
# The pages ask every ten or fifteen seconds: the test's page asks soon.
HURRY = "const wait = window.setInterval; window.setInterval = (work, time) => wait(work, Math.min(time, 300));"


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def world():
    made = make_world()
    with matters():
        chain(made, {"post": "town"}, {"post": "grid"})
        yield made


@pytest.fixture
def visit(live_server, browser, world):
    def open_window(role, size):
        account = world.county.account[role]
        visitor = browser.person(live_server.url, account.username, world.county.password, size)
        visitor.page.add_init_script(HURRY)
        return visitor

    return open_window


def work(now):
    calls_run(holder="w", tick=lambda: now)


@SIZES
def test_whoever_is_called_hears_and_sees_it_on_any_page(visit, world, size):
    page = visit("town", size).page
    page.goto(page.url)
    page.click("h1")  # a page may sound once somebody has pressed something
    call = opened(clock.now())
    work(clock.now())
    page.wait_for_selector("#calls-open:has-text('有1件叫应等待您答复')")
    page.wait_for_function("document.documentElement.dataset.rang === 'call'")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    page.goto(re.sub(r"(https?://[^/]+).*", r"\1/desk/calling/call/", page.url))
    page.wait_for_selector("#calls-open")
    page.emulate_media(media="print")
    assert not page.locator("#calls-open").is_visible()
    page.emulate_media(media="screen")
    page.click("#calls-open a")
    page.wait_for_url("**/my-calls")
    page.click("button:has-text('已知悉')")
    page.wait_for_selector("text=已登记答复")
    page.goto(page.url)
    page.wait_for_timeout(700)
    assert page.locator("#calls-open").count() == 0
    call.refresh_from_db()
    assert call.state == "answered"


def test_the_board_follows_every_step_and_not_only_the_number(visit, world):
    now = clock.now()
    call = opened(now)
    work(now)
    page = visit("leader", DESK).page
    page.goto(re.sub(r"(https?://[^/]+).*", r"\1/calls/board", page.url))
    page.wait_for_selector("text=第1环节")
    work(call.until)
    page.wait_for_selector("text=第2环节")
    work(call.until + timedelta(minutes=10))
    page.wait_for_selector("text=叫应链上已无人可叫")
    # One ends and another begins between two questions: the number is the same.
    call_answer(scope=world.scope["town"], call_id=str(call.pk), word="seen", now=clock.now())
    opened(clock.now(), key="2", title="大坝渗漏")
    page.wait_for_selector("text=大坝渗漏")


def test_a_page_that_can_no_longer_ask_says_so(visit, world):
    page = visit("leader", DESK).page
    page.goto(re.sub(r"(https?://[^/]+).*", r"\1/calls/board", page.url))
    page.route("**/api/v1/calling/calls/board", lambda route: route.abort())
    page.wait_for_selector("#calls-lost:has-text('连接中断')")
    page.unroute("**/api/v1/calling/calls/board")
    page.wait_for_selector("#calls-lost", state="detached")
    page.context.clear_cookies()
    page.wait_for_selector("#calls-lost:has-text('登录已过期')")
