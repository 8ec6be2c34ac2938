"""A document's way in a real browser: issued from the hazard's page, signed with a finger, served; at both widths."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from journeys.browser import DESK, PHONE, ROOT, anlan, chromium, environment, server

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    data = tmp_path_factory.mktemp("county")
    anlan(data, "init")
    made = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "tools" / "make_world.py"), str(data)],
        env=environment(data),
        capture_output=True,
        text=True,
        check=True,
    )
    with server(data) as running:
        yield running, json.loads(made.stdout.strip().splitlines()[-1])


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


def kept(visitor, name, size):
    """A screenshot of this station where they are asked for; no page scrolls sideways."""
    assert visitor.width_px() <= size[0], f"{name} scrolls sideways"
    if folder := os.environ.get("ANLAN_SHOTS"):
        visitor.shot(Path(folder) / f"{name}-{'desk' if size == DESK else 'phone'}.png", whole=True)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_document_is_issued_signed_and_served(site, browser, size):
    running, world = site
    officer = browser.person(running.url, world["users"]["town"], world["password"], size)
    page = officer.page
    officer.open(f"/inspection/hazards/new?enterprise={world['enterprise']}")
    page.fill("textarea[name=description]", "车间安全出口堆放杂物")
    page.click("main form button[type=submit]:has-text('登记')")
    page.wait_for_url("**/inspection/hazards/*-*")
    page.fill("#step-order textarea[name=note]", "立即清理")
    page.click("#step-order button[type=submit]")
    page.wait_for_load_state("networkidle")
    page.click("button:has-text('责令限期整改指令书')")
    page.wait_for_url("**/documents/*-*")
    number = page.inner_text("h1")
    assert "应急责改〔" in number
    kept(officer, "document-issued", size)
    page.click("text=在屏幕上签字")
    page.wait_for_load_state("networkidle")
    page.fill("input[name=name]", "王厂长")
    page.click("button:has-text('保存签名')")
    assert page.is_visible(".pad-empty"), "an empty sheet is not sent"
    box = page.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 90)
    page.mouse.down()
    for step in range(1, 20):
        page.mouse.move(box["x"] + 30 + step * 8, box["y"] + 90 + (40 if step % 2 else -40))
    page.mouse.up()
    kept(officer, "document-pad", size)
    page.click("button:has-text('保存签名')")
    page.wait_for_url(lambda url: url.endswith("/pad") is False and "/documents/" in url)
    page.wait_for_load_state("networkidle")
    assert "已签字" in page.inner_text("main")
    assert page.locator("figure.signed img").evaluate("i => i.naturalWidth") > 100
    page.fill("#step-serve input[name=receiver]", "王厂长")
    page.click("#step-serve button[type=submit]")
    page.wait_for_load_state("networkidle")
    assert "已送达" in page.inner_text("main")
    kept(officer, "document-served", size)
    assert officer.troubles == []
