"""监测中心 in a real Chromium at both widths: the board follows another process, the map and the curve are drawn, the
connection's loss is said and made good."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from journeys.browser import DESK, PHONE, ROOT, anlan, chromium, chromium_path, environment, server

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(chromium_path() is None, reason="no Chromium on this machine"),
]
SIZES = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


class County:
    """A served county and the process that makes its devices speak."""

    def __init__(self, site, process, facts):
        self.site, self.process, self.facts = site, process, facts

    def do(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


@pytest.fixture(scope="module")
def centre(tmp_path_factory):
    assert (ROOT / "src/anlan/static/screen/board.js").is_file(), "the scripts of the pages are not built: make web"
    data = tmp_path_factory.mktemp("centre")
    anlan(data, "init")
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "tests" / "tools" / "make_centre.py"), str(data), "--month"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment(data),
    )  # fmt: skip
    line = process.stdout.readline()
    assert line, "the county was not made"
    with server(data) as site:
        yield County(site, process, json.loads(line))
    process.stdin.close()
    process.wait(60)


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def person(centre, browser):
    """`person("town", PHONE)` -> that role's person in a window of that size, without the way through the login page."""
    opened = []

    def enter(role, size):
        visitor = browser.visitor(centre.site.url, size)
        cookie = {"name": "sessionid", "value": centre.facts["cookies"][role], "url": centre.site.url}
        visitor.page.context.add_cookies([cookie])
        opened.append(visitor)
        return visitor

    yield enter
    for visitor in opened:
        visitor.page.context.close()


def go(visitor, path):
    """A page with an open stream is never idle on the network."""
    visitor.page.goto(visitor.base + path)
    return visitor.page


def kept(visitor, name, size, whole=False):
    """A screenshot where they are asked for; no page scrolls sideways or breaks a rule."""
    assert visitor.width_px() <= size[0], f"{name} scrolls sideways"
    assert visitor.troubles == [], name
    if folder := os.environ.get("ANLAN_SHOTS"):
        visitor.shot(Path(folder) / f"{name}-{'desk' if size == DESK else 'phone'}.png", whole)


@SIZES
def test_the_board_follows_and_is_answered_from(centre, person, size):
    here, there = person("town", size), person("other_town", size)
    page, other = go(here, "/sensing/board"), go(there, "/sensing/board")
    page.wait_for_selector("text=实时连接正常")
    other.wait_for_selector("text=实时连接正常")
    before = page.locator("article[data-alarm]").count()
    page.click("[data-sound=on]")
    page.wait_for_selector("[data-sound=off]:visible")
    identity = "MN3" if size == DESK else "MN5"  # both at the town's enterprise
    first, second = centre.do("say", identity, 50)["opened"]
    page.wait_for_selector(f"article[data-alarm='{first}']")
    page.wait_for_selector(f"article[data-alarm='{second}']")
    assert page.locator("article[data-alarm]").count() == before + 2
    states = page.eval_on_selector_all("article[data-alarm]", "rows => rows.map(r => r.dataset.order)")
    assert states == sorted(states)
    assert page.evaluate("document.documentElement.dataset.rang") in {"critical", "urgent"}
    worst = page.locator("article[data-severity=critical][data-state=triggered]").first
    key = worst.get_attribute("data-alarm")
    worst.locator("button:has-text('叫应')").click()
    page.wait_for_selector(f"article[data-alarm='{key}'][data-state=answered]")
    assert page.url.endswith("/sensing/board")
    # The other town's board is open all the while and shows nothing of it.
    assert other.locator("article[data-alarm]").count() == 0
    kept(here, "board", size)
    kept(there, "board-empty", size)


def test_what_a_duty_officer_needs_is_seen_without_scrolling(person):
    here = person("supervision", DESK)
    page = go(here, "/")
    for label in ("监测中心", "值班台叫应", "我的叫应", "我的待办"):
        box = page.locator("nav a", has_text=label).first.bounding_box()
        assert box["y"] + box["height"] <= DESK[1] // 2, label
    # In the middle of a long menu the current page stands where it is seen, too.
    page = go(here, "/desk/sensing/alarmrule/")
    current = page.locator("nav a[aria-current=page]").first.bounding_box()
    assert current["y"] >= 0 and current["y"] + current["height"] <= DESK[1]


def test_a_missing_connection_is_said_and_made_good(centre, person):
    here = person("leader", DESK)
    here.page.route("**/api/v1/stream**", lambda route: route.abort())
    page = go(here, "/sensing/board")
    page.wait_for_selector(".live-lost", timeout=60_000)
    assert "实时连接已中断" in page.inner_text("#live")
    opened = centre.do("say", "MN7", 50)["opened"]
    page.wait_for_selector(f"article[data-alarm='{opened[0]}']", timeout=60_000)  # asked for every 15 s meanwhile
    page.unroute("**/api/v1/stream**")
    page.wait_for_selector("text=实时连接正常", timeout=60_000)
    assert page.locator(".live-lost").count() == 0


@SIZES
def test_the_map_shows_states_and_leads_to_a_device(centre, person, size):
    here = person("supervision", size)
    page = go(here, "/sensing/map")
    page.wait_for_selector("#map[data-ready='1']")
    assert "推算边界" in page.inner_text("#map-notices")
    assert "监测设备" in page.inner_text("#map-key")
    kept(here, "map", size)
    device = centre.facts["devices"]["MN9"]
    page = go(here, f"/sensing/map?device={device}")
    page.wait_for_selector("#map[data-ready='1']")
    page.wait_for_timeout(500)
    x, y = page.evaluate(f"document.getElementById('map').pixelOf('{device}')")
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + x, box["y"] + y)
    page.wait_for_url(f"**/sensing/devices/{device}")
    assert here.troubles == []


_LINES = """
import django; django.setup()
from datetime import timedelta
from anlan.platform import clock
from anlan.platform.exchange.models import PeerLink
from anlan.platform.regions import children
now = int(clock.now().timestamp() * 1000)
for n, one in enumerate(children("331003000000")):
    stem, said = one.code[:9], now + 3_600_000 if n % 6 else now - 7_200_000
    waits = '{"%sa":"clock"}' % stem if n == 4 else "{}"
    PeerLink.objects.create(
        key=f"{n:064x}", box_key="cd" * 32, node=f"{stem}a", region=one.code, name=one.name, role="child", turn_at=said,
        entry_at=said, offset_ms=n * 1000, vector='{"%sa":"%d"}' % (stem, n), stopped=waits)
"""


@SIZES
def test_the_nodes_stand_on_a_map(centre, person, size, tmp_path):
    if size == DESK:
        subprocess.run([sys.executable, "-c", _LINES], env=environment(centre.site.data), check=True)
    here = person("admin", size)
    page = go(here, "/exchange")
    page.wait_for_selector("#map[data-ready='1']")
    key = page.inner_text("#map-key")
    assert "上下级节点" in key and "监测设备" not in key and "失联" in key and "有条目未收" in key
    kept(here, "nodes", size, whole=True)
    if size != DESK:
        return  # the marks of so small a map stand in groups
    x, y = page.evaluate(f"document.getElementById('map').pixelOf('{3:064x}')")
    page.locator("#map").scroll_into_view_if_needed()
    box = page.locator("#map").bounding_box()
    page.mouse.move(box["x"] + x, box["y"] + y)
    page.wait_for_selector("#map-tip:not([hidden])")
    assert "待收 3 条" in page.inner_text("#map-tip")
    assert here.troubles == []


@SIZES
def test_a_month_is_drawn_and_looked_into(centre, person, size):
    here = person("supervision", size)
    page = go(here, f"/sensing/devices/{centre.facts['devices']['MN1']}")
    page.wait_for_selector("#curve[data-drawn-ms]")
    kept(here, "device", size, whole=True)
    page.click("[data-range='30d']")
    page.wait_for_selector("[data-range='30d'][aria-pressed=true]")
    page.wait_for_selector(".curve-note:has-text('断线处无读数')")
    assert "最小值和最大值" in page.inner_text(".curve-note")
    coarse = int(page.get_attribute("#curve", "data-points"))
    assert 200 <= coarse <= 2000
    # A week in the middle is looked at: it is asked for in full and takes the place of the coarse points.
    page.locator(".curve-plot").evaluate("plot => plot.dispatchEvent(new CustomEvent('look', {detail: [40, 65]}))")
    page.wait_for_selector("#curve[data-finer]")
    assert int(page.get_attribute("#curve", "data-finer")) > 0.25 * coarse
    if folder := os.environ.get("ANLAN_SHOTS"):
        page.locator("#curve").screenshot(path=f"{folder}/curve-{size[0]}.png")
        print("month drawn in", page.get_attribute("#curve", "data-drawn-ms"), "ms")
    assert here.troubles == []


@SIZES
def test_an_alarm_has_everything_on_one_page(centre, person, size):
    opened = centre.do("say", "MN11" if size == DESK else "MN13", 50)["opened"]
    here = person("town", size)
    page = go(here, f"/sensing/alarms/{opened[0]}")
    page.wait_for_selector("#curve[data-drawn-ms]")
    for heading in ("监测曲线", "企业档案", "联系人", "办理", "报警情况"):
        assert page.locator(f"h2:has-text('{heading}')").count() == 1
    kept(here, "alarm", size, whole=True)
    page.fill("form[action$='/to-hazard'] textarea", "制冷机组密封损坏，氨气泄漏")
    page.click("form[action$='/to-hazard'] button")
    page.wait_for_selector("text=查看隐患")
    page = go(here, "/sensing/fleet")
    page.wait_for_selector("text=实时连接正常")
    kept(here, "fleet", size)
