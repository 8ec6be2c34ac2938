"""The inspector's phone: no signal, the browser closed in between, answers lost on the way; sent once all the same.

`ANLAN_SHOTS=folder` keeps a screenshot of each page.
"""

import contextlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from journeys.browser import FLAGS, PHONE, ROOT, anlan, chromium_path, environment, server
from journeys.link import link

pytestmark = pytest.mark.browser

HERE = {"longitude": 121.2625, "latitude": 28.6502}
HAZARDS = "/api/v1/inspection/hazards"
COUNT_TAPS = "window.taps = 0; addEventListener('pointerdown', () => { window.taps += 1 }, true);"
# 拍照, the enterprise's suggestion, the description's field, 提交; the camera's own shutter is the phone's.
MOST_TAPS = 4


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A served county behind a link that can be made bad."""
    assert (ROOT / "src/anlan/static/pocket/index.html").is_file(), "the phone's page is not built: make web"
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
    with server(data) as running, link(running.url) as between:
        yield between, world


@pytest.fixture
def between(site):
    site[0].swallow = lambda path, count: False
    site[0].writes.clear()
    return site[0]


@pytest.fixture(scope="module")
def playwright():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        yield started


class Phone:
    """One phone: what it holds lies in a folder and outlives the browser."""

    def __init__(self, playwright, folder, between, world):
        self.playwright, self.folder, self.link, self.world = playwright, folder, between, world
        self.troubles = []
        self.context = self.page = None

    def open(self, offline=False):
        """Start the browser on the phone's page."""
        self.context = self.playwright.chromium.launch_persistent_context(
            str(self.folder),
            executable_path=chromium_path(),
            args=list(FLAGS),
            viewport={"width": PHONE[0], "height": PHONE[1]},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            device_scale_factor=2,
            has_touch=True,
            is_mobile=True,
            offline=offline,
            geolocation=HERE,
            permissions=["geolocation"],
            env={**os.environ, "LANGUAGE": "zh_CN", "LANG": "zh_CN.UTF-8"},
        )
        self.context.add_init_script(COUNT_TAPS)
        self.page = self.context.pages[0] if self.context.pages else self.context.new_page()
        self.page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        self.page.on("console", self._note)
        self.page.goto(f"{self.link.url}/pocket/")
        return self

    def _note(self, message):
        if message.type == "error" and not re.search("Failed to load resource|net::ERR_", message.text):
            self.troubles.append(f"console: {message.text}")

    def close(self):
        self.context.close()

    def login(self, role):
        page = self.page
        page.get_by_role("link", name="登录").tap()
        page.fill("input[name=username]", self.world["users"][role])
        page.fill("input[name=password]", self.world["password"])
        page.click("button[type=submit]")
        page.get_by_text("资料更新于").wait_for()
        page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        return self

    def signal(self, there):
        self.context.set_offline(not there)

    def shot(self, name):
        assert self.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], f"{name} scrolls sideways"
        if "ANLAN_SHOTS" in os.environ:
            self.page.wait_for_timeout(400)
            folder = Path(os.environ["ANLAN_SHOTS"])
            folder.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=str(folder / f"pocket-{name}.png"))

    def snap(self, file):
        """Tap the camera's button and take `file` for the picture."""
        with self.page.expect_file_chooser() as chosen:
            self.page.get_by_text("拍照登记隐患").tap()
        chosen.value.set_files(file)
        self.page.locator(".photo img").first.wait_for()

    def file(self, photo, words):
        """File a hazard from the first page, as a practised hand does; the taps it took."""
        before = self.page.evaluate("window.taps")
        self.snap(photo)
        self.page.locator(".chip").first.tap()
        self.page.locator("#description").tap()
        self.page.keyboard.insert_text(words)
        self.page.get_by_role("button", name="提交").tap()
        self.page.locator(".hero").wait_for()
        return self.page.evaluate("window.taps") - before

    def all_sent(self):
        self.page.locator(".hero-state", has_text="全部已发送").wait_for(timeout=120_000)

    def api(self, method, path, body=None, key=""):
        """Ask the API as whoever is logged in on this phone."""
        script = """async ([method, path, body, key]) => {
            const token = document.cookie.match(/csrftoken=([^;]+)/)?.[1] ?? "";
            const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
            if (key) headers["Idempotency-Key"] = key;
            const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
            return [answer.status, await answer.json()];
        }"""
        return self.page.evaluate(script, [method, path, body, key])

    def upload(self, file):
        """Store a photo; its hash."""
        script = """async ([bytes]) => {
            const token = document.cookie.match(/csrftoken=([^;]+)/)?.[1] ?? "";
            const form = new FormData();
            form.append("file", new Blob([new Uint8Array(bytes)], { type: "image/jpeg" }), "photo.jpg");
            const headers = { "X-CSRFToken": token };
            const answer = await fetch("/api/v1/attachments", { method: "POST", headers, body: form });
            return (await answer.json()).sha256;
        }"""
        return self.page.evaluate(script, [list(Path(file).read_bytes())])

    def hazards(self):
        """Every hazard this person sees, newest first."""
        found, cursor = [], ""
        while True:
            status, body = self.api("GET", f"{HAZARDS}?limit=100{cursor}")
            assert status == 200, body
            found += body["items"]
            if not body.get("next"):
                return found
            cursor = f"&cursor={body['next']}"


@pytest.fixture
def phones(playwright, site, between, tmp_path):
    """`phones(role)` -> a phone on which that role's person is logged in; all are closed and had no trouble."""
    made = []

    def make(role):
        phone = Phone(playwright, tmp_path / f"phone-{len(made)}", between, site[1]).open()
        made.append(phone)
        return phone.login(role)

    yield make
    for phone in made:
        with contextlib.suppress(Exception):
            phone.close()
    assert [t for phone in made for t in phone.troubles] == []


def picture(folder, name, size=(3000, 2250), taken="2026:03:02 09:58:00"):
    """A photo as a phone's camera writes it: several megabytes, on its side, with time and place."""
    image = Image.effect_noise((size[0] // 8, size[1] // 8), 60).convert("RGB").resize(size)
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8769)[0x9003] = taken
    exif.get_ifd(0x8825).update({1: "N", 2: (28.0, 39.0, 0.72), 3: "E", 4: (121.0, 15.0, 45.0)})
    file = folder / f"{name}.jpg"
    image.save(file, "JPEG", quality=97, exif=exif)
    return file


def test_hazard_filed_without_signal_is_sent_once_after_closing_and_a_lost_answer(phones, between, tmp_path):
    phone = phones("town")
    phone.shot("today")
    known = len(phone.hazards())
    phone.signal(False)
    phone.page.get_by_text("没有信号，照常填写").wait_for()
    photo = picture(tmp_path, "aisle")
    assert photo.stat().st_size > 1_500_000
    taps = phone.file(photo, "二楼疏散通道堆放成品纸箱")
    assert taps <= MOST_TAPS
    phone.page.locator(".hero-state", has_text="1 项等待发送").wait_for()
    phone.shot("today-offline")
    phone.close()

    phone.open(offline=True)
    phone.page.locator(".hero-state", has_text="1 项等待发送").wait_for()
    phone.page.get_by_text("待发箱").first.tap()
    phone.page.get_by_text("二楼疏散通道堆放成品纸箱").wait_for()
    phone.shot("outbox-offline")
    assert between.to(HAZARDS) == []
    between.swallow = lambda path, count: path == HAZARDS and count == 0
    phone.page.goto(f"{between.url}/pocket/#/today")
    phone.signal(True)
    phone.all_sent()
    phone.shot("today-sent")

    writes = between.to(HAZARDS)
    assert [(w.status, w.lost) for w in writes] == [(201, True), (201, False)]
    assert len({w.key for w in writes}) == 1
    hazards = phone.hazards()
    assert len(hazards) == known + 1
    assert hazards[0]["description"] == "二楼疏散通道堆放成品纸箱"
    (stored,) = phone.api("GET", f"{HAZARDS}/{hazards[0]['id']}/photos")[1]["items"]
    facts = phone.api("GET", f"/api/v1/attachments/{stored['sha256']}")[1]
    assert facts["size"] <= 500_000
    assert (facts["taken_at"], facts["lon"], facts["lat"]) == ("2026-03-02T01:58:00+00:00", 121.2625, 28.6502)
    assert facts["height"] > facts["width"]


def test_fifty_hazards_with_photos_arrive_once_each_over_a_bad_link(phones, between, tmp_path):
    phone = phones("town")
    known = len(phone.hazards())
    phone.signal(False)
    for n in range(50):
        phone.file(picture(tmp_path, f"p{n}", size=(320 + n, 240)), f"隐患第 {n:02} 处")
    phone.page.locator(".hero-state", has_text="50 项等待发送").wait_for()
    between.swallow = lambda path, count: count % 7 == 3
    phone.signal(True)
    phone.all_sent()
    hazards = phone.hazards()
    assert len(hazards) == known + 50
    ours = [h["description"] for h in hazards if h["description"].startswith("隐患第")]
    assert sorted(ours) == [f"隐患第 {n:02} 处" for n in range(50)]
    assert sum(w.lost for w in between.writes) > 5
    assert len({w.key for w in between.to(HAZARDS)}) == 50
    photos = [phone.api("GET", f"{HAZARDS}/{h['id']}/photos")[1]["items"] for h in hazards[:50]]
    assert len({p["sha256"] for (p,) in photos}) == 50


def test_inspection_begun_filled_in_and_signed_without_signal(phones, between, tmp_path):
    phone = phones("town")
    page = phone.page
    phone.signal(False)
    page.get_by_role("link", name="开始检查").tap()
    page.locator(".chip").first.tap()
    page.locator(".option").first.tap()
    page.select_option("#officer", phone.world["people"]["town_second"])
    phone.shot("start")
    page.get_by_role("button", name="开始检查").tap()
    page.locator(".item").first.wait_for()
    page.locator(".item .choice .hazard").first.tap()
    page.locator(".item textarea").first.fill("灭火器压力不足")
    page.locator(".item input[type=file]").first.set_input_files(picture(tmp_path, "gauge", size=(640, 480)))
    page.locator(".item .photo img").wait_for()
    phone.shot("sheet")
    phone.close()

    phone.open(offline=True)
    page = phone.page
    page.locator("a.row[href*=sheet]").first.tap()
    page.get_by_role("button", name="其余均符合").tap()
    assert page.locator(".item textarea").first.input_value() == "灭火器压力不足"
    page.get_by_role("button", name="完成检查").tap()
    pad = page.locator("canvas.signature")
    pad.wait_for()
    page.wait_for_timeout(500)  # the panel slides in; a stroke drawn meanwhile would land elsewhere
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 90)
    page.mouse.down()
    for step in range(24):
        page.mouse.move(box["x"] + 40 + step * 9, box["y"] + 75 + (step % 5) * 11)
    page.mouse.up()
    page.get_by_role("button", name="重签").wait_for()
    phone.shot("sign")
    page.get_by_role("button", name="确认完成").tap()
    page.locator(".hero").wait_for()
    between.swallow = lambda path, count: path.startswith("/api/v1/inspection/inspections") and count == 0
    phone.signal(True)
    phone.all_sent()
    hazard = next(h for h in phone.hazards() if h["description"] == "灭火器压力不足")
    assert hazard["state"] == "found"
    finished = [w.path for w in between.writes if w.path.endswith("/finish")]
    history = phone.api("GET", f"/api/v1/inspection/inspections/{finished[0].split('/')[-2]}/history")[1]
    kinds = [line["kind"] for line in history["items"]]
    assert sorted(kinds) == sorted(f"inspection.inspection.{k}" for k in ("started", "items_set", "finished"))
    phone.page.locator("a.row[href*=sheet]").wait_for(state="detached")


def submitted(phones, phone, tmp_path, words):
    """A hazard that waits for its review; the enterprise's phone handed it in."""
    key = phone.api("POST", HAZARDS, {"enterprise_id": phone.world["enterprise"], "description": words})[1]["id"]
    assert phone.api("POST", f"{HAZARDS}/{key}/order", {"base": 1, "days": 7, "note": "立即整改"})[0] == 200
    firm = phones("enterprise")
    photo = firm.upload(picture(tmp_path, f"after-{key[:8]}", size=(800, 600)))
    assert firm.api("POST", f"{HAZARDS}/{key}/submit", {"base": 2, "note": "已整改", "photos": [photo]})[0] == 200
    return key


def test_review_of_a_hazard_that_a_colleague_finished_comes_back_with_the_reason(phones, between, tmp_path):
    phone = phones("town")
    key = submitted(phones, phone, tmp_path, "配电箱前堆物")
    page = phone.page
    page.reload()
    row = page.locator(f"a.row[href*='{key}']")
    row.wait_for()
    page.wait_for_timeout(500)
    phone.signal(False)
    row.tap()
    page.locator(".stage img").wait_for()
    page.locator("input[type=file][capture]").set_input_files(picture(tmp_path, "review", size=(900, 700)))
    page.locator("section .photo button").wait_for()
    page.fill("#note", "现场复查，整改到位。")
    page.select_option("#officer", phone.world["people"]["town_second"])
    phone.shot("review")
    page.get_by_role("button", name="提交复查").tap()
    page.locator(".hero").wait_for()

    colleague = phones("enforcement")
    assert colleague.api("POST", f"{HAZARDS}/{key}/return", {"base": 3, "note": "仍有堆物"})[0] == 200
    phone.signal(True)
    page.locator(".hero-state", has_text="1 项被退回，请处理").wait_for(timeout=60_000)
    page.locator(".hero-state").tap()
    page.get_by_text("被退回").first.wait_for()
    phone.shot("outbox-refused")
    verdict = page.locator(".verdict").inner_text()
    assert re.search("责令整改|已被|已由|更新", verdict), verdict
    page.get_by_role("button", name="放弃").tap()
    page.locator(".van-dialog").get_by_text("放弃", exact=True).last.tap()
    page.locator(".entry.refused").wait_for(state="detached")
    assert phone.api("GET", f"{HAZARDS}/{key}/actions")[1]["state"] == "ordered"


def test_refused_hazard_is_corrected_and_sent(phones, between, tmp_path):
    phone = phones("town")
    page = phone.page
    # A right-to-left override hides in a text and is refused by the server alone.
    phone.file(picture(tmp_path, "hidden", size=(640, 480)), "线路老化\u202e")
    page.locator(".hero-state", has_text="1 项被退回").wait_for()
    page.locator(".hero-state").tap()
    page.get_by_role("button", name="修改").tap()
    page.fill("#description", "线路老化，绝缘层开裂")
    page.get_by_role("button", name="修改后重新提交").tap()
    phone.all_sent()
    assert [h["description"] for h in phone.hazards() if h["description"].startswith("线路老化")] == [
        "线路老化，绝缘层开裂"
    ]


def test_major_hazard_is_judged_by_ticking_without_signal_and_corrected_with_its_ticks(phones, between, tmp_path):
    phone = phones("town")
    page = phone.page
    phone.signal(False)
    phone.snap(picture(tmp_path, "dust", size=(640, 480)))
    page.locator(".chip").first.tap()
    page.fill("#description", "除尘器停用\u202e")  # refused by the server alone
    page.locator(".switch").tap()
    page.get_by_role("button", name="提交").tap()
    page.get_by_text("请勾选符合的重大隐患判定条款").wait_for()
    boxes = page.locator(".criterion input")
    ids = [boxes.nth(n).get_attribute("value") for n in range(2)]
    page.locator(".criterion").first.tap()
    phone.shot("major")
    page.get_by_role("button", name="提交").tap()
    page.locator(".hero-state", has_text="1 项等待发送").wait_for()
    phone.close()

    phone.open(offline=True)
    page = phone.page
    phone.signal(True)
    page.locator(".hero-state", has_text="1 项被退回").wait_for()
    page.locator(".hero-state").tap()
    page.get_by_role("button", name="修改").tap()
    page.locator(".criterion").nth(1).tap()
    assert [page.locator(".criterion input").nth(n).is_checked() for n in range(3)] == [True, True, False]
    page.fill("#description", "除尘器停用，粉尘积聚")
    phone.shot("major-corrected")
    page.get_by_role("button", name="修改后重新提交").tap()
    phone.all_sent()
    (found,) = [h for h in phone.hazards() if h["description"] == "除尘器停用，粉尘积聚"]
    assert found["grade"] == "major"
    judged = phone.api("GET", f"{HAZARDS}/{found['id']}/criteria")[1]
    assert judged["ticked"] == ids


def test_checklist_item_is_judged_major_by_ticking_without_signal(phones, between, tmp_path):
    phone = phones("town")
    page = phone.page
    phone.signal(False)
    page.get_by_role("link", name="开始检查").tap()
    page.locator(".chip").first.tap()
    page.locator(".option").first.tap()
    page.select_option("#officer", phone.world["people"]["town_second"])
    page.get_by_role("button", name="开始检查").tap()
    page.locator(".item .choice .hazard").first.tap()
    page.locator(".item textarea").first.fill("泄爆口封堵")
    page.locator(".item .switch").first.tap()
    page.get_by_role("button", name="其余均符合").tap()
    page.get_by_role("button", name="完成检查").tap()
    page.get_by_text("第 1 项记为重大隐患，请勾选判定条款").wait_for()
    page.locator(".item .criterion").first.tap()
    tick = page.locator(".item .criterion input").first.get_attribute("value")
    phone.shot("sheet-major")
    page.get_by_role("button", name="完成检查").tap()
    page.get_by_role("button", name="确认完成").tap()
    page.locator(".hero").wait_for()
    phone.signal(True)
    phone.all_sent()
    (found,) = [h for h in phone.hazards() if h["description"] == "泄爆口封堵"]
    assert found["grade"] == "major"
    assert phone.api("GET", f"{HAZARDS}/{found['id']}/criteria")[1]["ticked"] == [tick]


def test_unsent_work_stays_with_its_person_when_somebody_else_logs_in(phones, between, tmp_path):
    phone = phones("town")
    page = phone.page
    between.swallow = lambda path, count: path == HAZARDS
    phone.file(picture(tmp_path, "own", size=(640, 480)), "只属于蒋安的隐患")
    page.get_by_text("暂时连不上服务器").wait_for()
    page.get_by_text("我的").last.tap()
    phone.shot("me")
    between.swallow = lambda path, count: False
    page.get_by_role("button", name="退出登录").tap()
    page.get_by_text("还有 1 项工作未发送").wait_for()
    page.get_by_text("退出", exact=True).tap()
    page.get_by_text("本机还有蒋安的 1 项工作未发送").wait_for()
    phone.shot("gate-kept")
    phone.login("enforcement")
    assert "只属于蒋安的隐患" not in page.content()
    page.get_by_text("待发箱").first.tap()
    page.get_by_text("没有等待发送的内容").wait_for()
    names = page.evaluate("indexedDB.databases().then((all) => all.map((d) => d.name).sort())")
    assert len([n for n in names if n.startswith("anlan-pocket-")]) == 2
    page.get_by_text("我的").last.tap()
    page.get_by_role("button", name="退出登录").tap()
    page.get_by_text("退出", exact=True).tap()
    page.get_by_role("link", name="登录").wait_for()
    names = page.evaluate("indexedDB.databases().then((all) => all.map((d) => d.name))")
    assert len([n for n in names if n.startswith("anlan-pocket-")]) == 1
    phone.login("town")
    phone.all_sent()
    assert [h["description"] for h in phone.hazards()].count("只属于蒋安的隐患") == 1


def test_logging_out_on_the_desk_clears_the_phone_too(phones, between):
    phone = phones("town")
    page = phone.page
    page.goto(f"{between.url}/")
    page.locator("form[action='/logout'] button").first.evaluate("button => button.click()")
    page.wait_for_url("**/login")
    page.goto(f"{between.url}/pocket/")
    page.get_by_role("link", name="登录").wait_for()
    names = page.evaluate("indexedDB.databases().then((all) => all.map((d) => d.name))")
    assert [n for n in names if n.startswith("anlan-pocket-")] == []


def test_session_that_ended_asks_for_a_login_and_loses_nothing(phones, between, tmp_path):
    phone = phones("town")
    page = phone.page
    phone.signal(False)
    phone.file(picture(tmp_path, "night", size=(640, 480)), "夜间仓库未断电")
    phone.context.clear_cookies(name="sessionid")
    phone.signal(True)
    page.get_by_text("登录已过期").wait_for()
    page.locator(".hero-state", has_text="1 项等待发送").wait_for()
    phone.shot("expired")
    page.get_by_role("link", name="去登录").tap()
    page.fill("input[name=username]", phone.world["users"]["town"])
    page.fill("input[name=password]", phone.world["password"])
    page.click("button[type=submit]")
    phone.all_sent()
    assert [h["description"] for h in phone.hazards()].count("夜间仓库未断电") == 1
