"""One leak as people see it: the plant's device, the board, a silent duty officer, the deputy's phone, a hazard, closed.

The demo county with its real server, gateway and sockets, as `make demo` serves it. ANLAN_DEMO names a built county to work on
a copy of; without it one is built, which takes minutes. ANLAN_SHOTS: where pictures go.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from anlan.demo.cast import PASSWORD
from anlan.demo.photos import draw
from anlan.demo.visitor import Visitor as Caller
from anlan.platform import clock
from anlan.simulator.frames import real_time_frame
from anlan.simulator.profiles import fleet
from journeys.browser import DESK, PHONE, ROOT, anlan, chromium, chromium_path, environment

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(chromium_path() is None, reason="no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """What the served demo announced."""
    assert (ROOT / "src/anlan/static/screen/board.js").is_file(), "the scripts of the pages are not built: make web"
    data = tmp_path_factory.mktemp("leak") / "data"
    if os.path.isdir(built := os.environ.get("ANLAN_DEMO", "")):
        shutil.copytree(built, data)
    else:
        anlan(data, "demo", "build")
    command = [sys.executable, "-m", "anlan.cli", "demo", "serve", "--json", "--still", "--data", str(data)]
    free = ["--port", "0", "--devices-port", "0", "--phones-port", "0"]
    with (data / "server.log").open("wb") as log:
        process = subprocess.Popen([*command, *free], stdout=subprocess.PIPE, stderr=log, env=environment(data))
        yield json.loads(process.stdout.readline())
        process.terminate()
        assert process.wait(60) == 0


def say(demo, *values):
    """Frames of the plant's device, a second apart up to now, each acknowledged before the next."""
    host, _, port = demo["listen"]["hj212"].rpartition(":")
    device, now = fleet("huangyan", 1)[0], clock.now().timestamp()
    with socket.create_connection((host, int(port)), timeout=20) as line:
        for n, value in enumerate(values, start=1 - len(values)):
            measured = [value, *(factor.base for factor in device.kind.factors[1:])]
            line.sendall(real_time_frame(device, measured, asked_at=now + n, stated_at=now + n))
            heard = b""
            while b"CN=9014" not in heard:
                heard += line.recv(4096)


def message(demo, count):
    """The count-th short message about ammonia, when it has come."""
    until = time.monotonic() + 240
    while time.monotonic() < until:
        with urllib.request.urlopen(f"{demo['phones']}/messages", timeout=10) as answer:
            said = [m for m in json.load(answer) if "氨气浓度" in m["text"]]
        if len(said) >= count:
            return said[count - 1]
        time.sleep(0.3)
    raise AssertionError(f"message {count} did not come")


def kept(visitor, name, size, whole=False):
    """No page scrolls sideways or breaks a rule; a picture where they are asked for."""
    assert visitor.width_px() <= size[0], f"{name} scrolls sideways"
    assert visitor.troubles == [], name
    if folder := os.environ.get("ANLAN_SHOTS"):
        visitor.shot(Path(folder) / f"{name}.png", whole)


def test_a_leak_reaches_the_deputy_and_ends_as_a_closed_hazard(demo):
    with chromium() as browser:
        base = demo["address"]
        board = browser.person(base, "enforcement", PASSWORD, DESK)
        board.open("/sensing/board", "load")
        board.page.wait_for_selector("text=实时连接正常")
        assert board.page.locator("article[data-alarm]").count() == 0
        # Ammonia at the refrigeration plant: the board shows it by itself.
        say(demo, 1.6, 260.0)
        alarm = board.page.wait_for_selector("article[data-severity=critical][data-state=triggered]")
        key = alarm.get_attribute("data-alarm")
        kept(board, "leak-board", DESK)
        # The duty officer is called and stays silent; the chain's minute later the deputy is called.
        silent, called = message(demo, 1), message(demo, 2)
        assert silent["number"] != called["number"]
        assert "黄岩图湛食品有限公司" in called["text"]
        phone = answer_on_the_phone(browser, base, called["link"])
        board.page.wait_for_selector(f"article[data-alarm='{key}'][data-state=answered]")
        hazard = read_and_file(phone, key)
        close(base, hazard)
        desk = browser.person(base, "supervision", PASSWORD, DESK)
        desk.open(f"/inspection/hazards/{hazard}")
        assert "已销号" in desk.page.inner_text("main")
        kept(desk, "leak-hazard", DESK, whole=True)
        desk.open(f"/sensing/alarms/{key}", "load")
        desk.page.wait_for_selector("#curve[data-drawn-ms]")
        assert "转隐患" in desk.page.inner_text("h1")
        kept(desk, "leak-alarm", DESK)
        # Whoever was silent was called once, and nobody after the answer.
        with urllib.request.urlopen(f"{demo['phones']}/messages", timeout=10) as said:
            assert [m["number"] for m in json.load(said)] == [silent["number"], called["number"]]


def answer_on_the_phone(browser, base, link):
    """The deputy presses the first button on the page of the link and goes on to the alarm, which wants a login."""
    phone = browser.visitor(base, PHONE)
    phone.open(urlsplit(link).path)
    kept(phone, "leak-phone", PHONE)
    phone.page.click("button[value=on_my_way]")
    phone.page.wait_for_selector("text=您已答复")
    kept(phone, "leak-phone-answered", PHONE)
    phone.page.click("text=查看详情")
    phone.page.fill("input[name=username]", "supervision")
    phone.page.fill("input[name=password]", PASSWORD)
    phone.page.click("button[type=submit]")
    return phone


def read_and_file(phone, key):
    """Curve, plant's file and contacts stand on one page; from it the alarm becomes a hazard, whose id is returned."""
    phone.page.wait_for_url(f"**/sensing/alarms/{key}")
    phone.page.wait_for_selector("#curve[data-drawn-ms]")
    for heading in ("监测曲线", "企业档案", "联系人", "办理"):
        assert phone.page.locator(f"h2:has-text('{heading}')").count() == 1
    kept(phone, "leak-phone-alarm", PHONE)
    phone.page.fill("form[action$='/to-hazard'] textarea", "制冷机房阀门密封损坏，氨气泄漏")
    phone.page.click("form[action$='/to-hazard'] button")
    phone.page.wait_for_selector("a:has-text('查看隐患')")
    address = phone.page.get_attribute("a:has-text('查看隐患')", "href")
    return address.rpartition("/")[2]


def close(base, hazard):
    """The loop of any hazard: ordered, mended by the plant, looked at again by two."""
    officer, plant = (Caller(base, name, PASSWORD) for name in ("supervision", "plant"))
    path = f"/inspection/hazards/{hazard}"
    held = officer.get(path)
    assert (held["state"], held["source"]) == ("found", "alarm")
    order = {"note": "更换阀门密封，修复前停用机组", "days": 7, "base": held["version"]}
    version = officer.post(f"{path}/order", order)["version"]
    shown = {"note": "已更换密封并试压合格", "photos": [plant.upload(draw(331_003, "after"))]}
    version = plant.post(f"{path}/submit", shown | {"base": version})["version"]
    colleague = colleague_of(officer)
    shown = {"note": "现场复查，浓度正常", "photos": [officer.upload(draw(331_003, "review"))], "co_reviewer": colleague}
    assert officer.post(f"{path}/close", shown | {"base": version})["state"] == "closed"


def colleague_of(officer):
    """Somebody whom this officer inspected with before."""
    own = officer.get("/inspection/pocket")["person"]["id"]
    for visit in officer.get("/inspection/inspections?limit=100")["items"]:
        team = officer.get(f"/inspection/inspections/{visit['id']}/sheet")["officers"]
        if others := [person for person, _ in team if person != own]:
            return others[0]
    raise AssertionError("nobody inspected with this officer")
