"""The main job in a real browser: inspect, find, order, mend, send back, mend again, close, count; who sees it and who not.

`ANLAN_SHOTS=folder` keeps a screenshot of each station (docs/images is made this way).
"""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from journeys.browser import DESK, PHONE, ROOT, anlan, chromium, environment, server

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A served county in which nothing has been inspected yet."""
    data = tmp_path_factory.mktemp("county")
    anlan(data, "init")
    made = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "tools" / "make_world.py"), str(data)],
        env=environment(data),
        capture_output=True,
        text=True,
        check=True,
    )
    world = json.loads(made.stdout.strip().splitlines()[-1])
    with server(data) as running:
        yield running, world


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


def photo(folder, name, colour):
    """A photo as a phone would take it: large, so that the page has to shrink it before sending."""
    image = Image.effect_noise((2400, 1800), 40).convert("RGB")
    pen = ImageDraw.Draw(image)
    pen.rectangle((300, 300, 1800, 1400), fill=colour)
    # Every photo shows a place of its own: one that looks like another hazard's would be doubtful.
    dice = random.Random(f"{folder}/{name}")
    for _ in range(30):
        x, y = dice.randint(0, 2200), dice.randint(0, 1600)
        box = (x, y, x + dice.randint(60, 700), y + dice.randint(60, 600))
        pen.rectangle(box, fill=tuple(dice.randint(0, 255) for _ in range(3)))
    file = folder / f"{name}.jpg"
    image.save(file, "JPEG", quality=95)
    return file


class Journey:
    """The people of one journey in their windows."""

    def __init__(self, browser, site, size, folder):
        self.running, self.world = site
        self.browser, self.size, self.folder = browser, size, folder
        self.shots = Path(os.environ["ANLAN_SHOTS"]) if "ANLAN_SHOTS" in os.environ else None
        self.visitors = {}

    def person(self, role):
        if role not in self.visitors:
            user, password = self.world["users"][role], self.world["password"]
            self.visitors[role] = self.browser.person(self.running.url, user, password, self.size)
        return self.visitors[role]

    def shot(self, role, name):
        assert self.person(role).width_px() <= self.size[0], f"{name} scrolls sideways"
        if self.shots:
            width = "desk" if self.size == DESK else "phone"
            self.person(role).shot(self.shots / f"{name}-{width}.png", whole=self.size == PHONE)

    def counts(self, role="supervision"):
        """Found and closed of the first town, as the API tells the same person."""
        page = self.person(role).page
        asked = {"by": "town", "since": "2020-01-01", "until": "2099-12-31"}
        answer = page.request.get(f"{self.running.url}/api/v1/inspection/hazards/counts", params=asked)
        assert answer.ok
        rows = {row["key"]: row for row in answer.json()["rows"]}
        town = next((row for key, row in rows.items() if key.startswith("331003001")), {"found": 0, "closed": 0})
        return town["found"], town["closed"]


def submit(page, step):
    page.click(f"#step-{step} button[type=submit]")
    if page.locator("dialog[open] button.btn-primary, dialog[open] button.btn-danger").count():
        page.locator("dialog[open] button.btn-primary, dialog[open] button.btn-danger").first.click()
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_hazard_from_inspection_to_closing(browser, site, size, tmp_path):
    tour = Journey(browser, site, size, tmp_path)
    world = tour.world
    found, closed = tour.counts()

    town = tour.person("town")
    town.open("/")
    tour.shot("town", "home")
    town.open(f"/inspection/inspections/new?enterprise={world['enterprise']}")
    page = town.page
    page.select_option("#officer-2", world["people"]["town_second"])
    tour.shot("town", "inspection-new")
    page.get_by_role("button", name="开始检查").click()
    page.wait_for_load_state("networkidle")
    item = page.locator(".checkitem").first
    item.locator("label.bad").first.click()
    item.locator("textarea").fill("二楼疏散通道堆放成品纸箱，宽度不足 1 米")
    item.locator("input[type=file]").set_input_files(photo(tmp_path, "before", (150, 90, 60)))
    tour.shot("town", "inspection")
    page.locator("button[value=rest]").click()
    page.wait_for_load_state("networkidle")
    page.fill("#conclusion", "发现一般隐患一处，其余符合要求。")
    page.locator("button[value=finish]").click()
    page.wait_for_load_state("networkidle")
    page.locator("a[href*='/inspection/hazards/']").first.click()
    page.wait_for_load_state("networkidle")
    hazard = page.url.partition("?")[0].replace(tour.running.url, "")
    assert "已发现" in page.inner_text(".steps")

    page.locator("#step-order input[name=by][value=days]").check()
    page.locator("#step-order input[name=days]").fill("7")
    page.locator("#step-order textarea").fill("立即清理，保持疏散通道畅通。")
    submit(page, "order")
    tour.shot("town", "hazard-ordered")
    assert tour.counts() == (found + 1, closed)

    enterprise = tour.person("enterprise")
    enterprise.open("/")
    tour.shot("enterprise", "home-enterprise")
    enterprise.open(hazard)
    assert enterprise.page.locator("#step-close").count() == 0
    mend(tour, enterprise, "已清理纸箱", "after-1", (90, 150, 90))

    town.open(hazard)
    page.locator("#step-return textarea[name=note]").fill("角落仍有堆放，继续清理。")
    tour.shot("town", "hazard-submitted")
    submit(page, "return")
    assert "退回" in page.inner_text("main")

    enterprise.open(hazard)
    mend(tour, enterprise, "已全部清理并划线", "after-2", (60, 160, 120))

    town.open(hazard)
    page.locator("#step-close textarea[name=note]").fill("现场复查，通道畅通，整改到位。")
    page.select_option("#close-co", world["people"]["town_second"])
    page.locator("#step-close input[type=file]").set_input_files(photo(tmp_path, "review", (60, 120, 180)))
    submit(page, "close")
    assert page.locator("#step-close").count() == 0
    tour.shot("town", "hazard-closed")
    assert tour.counts() == (found + 1, closed + 1)

    auditor = tour.person("auditor").open(hazard.replace("/inspection/hazards/", "/history/inspection.hazard/"))
    history = auditor.page.inner_text("main")
    for word in ("登记隐患", "责令限期整改", "提交整改", "退回", "复查销号", "蒋安", "继续清理"):
        assert word in history
    assert history.count("提交整改") >= 2
    tour.shot("auditor", "history")

    stranger = tour.person("other_town")
    answer = stranger.page.goto(tour.running.url + hazard)
    assert answer.status == 404
    assert "纸箱" not in stranger.page.content()
    stranger.open("/desk/inspection/hazard/")
    assert "纸箱" not in stranger.page.content()
    assert tour.counts("other_town") == (0, 0)
    for visitor in tour.visitors.values():
        assert visitor.troubles == []


def mend(tour, enterprise, note, name, colour):
    """The enterprise hands in its report with a photo."""
    page = enterprise.page
    page.locator("#step-submit textarea[name=note]").fill(note)
    page.locator("#step-submit input[type=file]").set_input_files(photo(tour.folder, name, colour))
    tour.shot("enterprise", f"hazard-{name}")
    submit(page, "submit")
    assert page.locator("#step-submit").count() == 0
