"""报告 in a real browser: a draft is read number by number, a number leads to its rows and its source."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from journeys.browser import DESK, PHONE, ROOT, anlan, chromium, environment, server

pytestmark = pytest.mark.browser
both = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    data = tmp_path_factory.mktemp("county")
    anlan(data, "init")
    made = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "tools" / "make_world.py"), str(data), "7"],
        env=environment(data), capture_output=True, text=True, check=True,
    )  # fmt: skip
    with server(data) as running:
        yield running, json.loads(made.stdout.strip().splitlines()[-1])


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


def officer(site, browser, size, role):
    running, world = site
    return browser.person(running.url, world["users"][role], world["password"], size)


def kept(visitor, name, size):
    """A screenshot of this station where they are asked for; no page scrolls sideways."""
    assert visitor.width_px() <= size[0], f"{name} scrolls sideways"
    if folder := os.environ.get("ANLAN_SHOTS"):
        visitor.shot(Path(folder) / f"{name}-{'desk' if size == DESK else 'phone'}.png")


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
