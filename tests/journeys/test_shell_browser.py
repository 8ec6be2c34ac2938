"""The chrome in a real Chromium: drawer, menus, sending once, confirmations, photos made small, choosing by typing."""

import base64
import io
import re

import pytest
from PIL import Image

from inspection.factories import make_world
from journeys.browser import DESK, PHONE, chromium, chromium_path

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(chromium_path() is None, reason="no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def visit(live_server, browser):
    """`visit("town", PHONE)` -> that role's person, logged in, in a window of that size."""
    world = make_world()

    def open_window(role, size=DESK):
        account = world.county.account[role]
        visitor = browser.person(live_server.url, account.username, world.county.password, size)
        visitor.world = world
        return visitor

    return open_window


LIVE = {"/sensing/board", "/sensing/map", "/sensing/fleet"}  # they keep a stream open


def _picture(width, height, exif=None):
    """A noisy photo: noise does not compress, so a large one stays large."""
    noise = Image.effect_noise((width, height), 90).convert("RGB")
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=95, **({"exif": exif} if exif else {}))
    return out.getvalue()


def test_no_page_of_the_menu_scrolls_sideways_or_breaks_the_policy(visit):
    for role, size in (("supervision", PHONE), ("supervision", DESK), ("admin", PHONE)):
        visitor = visit(role, size)
        links = visitor.page.eval_on_selector_all(".al-menu li a", "links => links.map(a => a.getAttribute('href'))")
        assert len(links) >= 8
        for link in links:
            visitor.open(link, "load" if link in LIVE else "networkidle")
            assert visitor.width_px() <= size[0], link
        assert visitor.troubles == []
        visitor.page.context.close()


def test_drawer_of_the_phone_opens_and_closes(visit):
    page = visit("supervision", PHONE).page
    menu = page.locator("#menu")
    assert not menu.is_visible()
    page.click(".al-bottom a[href='#menu']")
    menu.wait_for(state="visible")
    page.keyboard.press("Escape")
    menu.wait_for(state="hidden")
    page.click(".al-burger")
    menu.wait_for(state="visible")
    page.click("#menu >> text=统计")
    page.wait_for_url("**/figures")
    assert not page.locator("#menu").is_visible()


def test_drawer_works_without_scripts(visit, browser, live_server):
    signed_in = visit("supervision", PHONE)
    context = browser.visitor(live_server.url, PHONE).page.context.browser.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]}, java_script_enabled=False
    )
    context.add_cookies(signed_in.page.context.cookies())
    page = context.new_page()
    page.goto(live_server.url + "/")
    page.click(".al-bottom a[href='#menu']")
    page.locator("#menu").wait_for(state="visible")
    page.click(".al-menu-close")
    page.locator("#menu").wait_for(state="hidden")


def test_person_logs_out_by_a_post(visit):
    page = visit("town").page
    page.click(".al-user > summary")
    page.click("text=退出登录")
    page.wait_for_url("**/login**")
    page.goto(page.url.split("/login")[0] + "/")
    assert "/login" in page.url


def test_double_click_sends_once(visit):
    visitor = visit("town")
    visitor.open("/inspection/hazards/new")
    posts = []
    visitor.page.route(
        "**/once-test",
        lambda route: (posts.append(1), route.fulfill(status=204))[-1],
    )
    visitor.page.evaluate(
        """() => {
            const form = document.createElement("form");
            form.method = "post"; form.action = "/once-test"; form.id = "once-test";
            form.innerHTML = '<button class="btn" name="act" value="close" type="submit">发送</button>';
            document.querySelector("main").append(form);
        }"""
    )
    visitor.page.dblclick("#once-test button")
    visitor.page.wait_for_timeout(300)
    assert len(posts) == 1
    assert visitor.page.get_attribute("#once-test button", "aria-disabled") == "true"


def test_confirmation_is_asked_and_can_be_refused(visit):
    visitor = visit("town")
    posts = []
    visitor.page.route(
        "**/confirm-test", lambda route: (posts.append(route.request.post_data), route.fulfill(status=204))[-1]
    )
    visitor.page.evaluate(
        """() => {
            const form = document.createElement("form");
            form.method = "post"; form.action = "/confirm-test"; form.id = "confirm-test";
            form.innerHTML = '<button name="act" value="retire" type="submit" data-confirm="确定停用？">停用</button>';
            document.querySelector("main").append(form);
        }"""
    )
    visitor.page.click("#confirm-test button")
    assert visitor.page.inner_text(".al-dialog p") == "确定停用？"
    visitor.page.click(".al-dialog >> text=取消")
    assert (posts, visitor.page.locator(".al-dialog").count()) == ([], 0)
    visitor.page.click("#confirm-test button")
    visitor.page.click(".al-dialog >> text=确定 >> nth=-1")
    visitor.page.wait_for_timeout(300)
    assert posts == ["act=retire"]


def test_large_photo_is_sent_small_and_upright_with_its_facts(visit):
    visitor = visit("town")
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x0132] = "2026:03:02 10:00:00"
    photo = _picture(2400, 1800, exif)
    assert len(photo) > 1_500_000
    visitor.page.evaluate(
        """() => {
            const form = document.createElement("form");
            form.innerHTML = '<input type="file" id="shot" multiple data-photos><button>发送</button>';
            document.querySelector("main").append(form);
        }"""
    )
    visitor.page.add_script_tag(url="/static/anlan/forms.js")
    visitor.page.set_input_files("#shot", {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": photo})
    visitor.page.locator("#shot ~ .photos img").wait_for()
    sent = visitor.page.evaluate(
        """async () => {
            const file = document.getElementById("shot").files[0];
            const reader = new FileReader();
            const url = await new Promise((done) => { reader.onload = () => done(reader.result); reader.readAsDataURL(file); });
            return {name: file.name, type: file.type, body: url.split(",")[1]};
        }"""
    )
    body = base64.b64decode(sent["body"])
    small = Image.open(io.BytesIO(body))
    assert (sent["name"], sent["type"]) == ("现场.jpg", "image/jpeg")
    assert len(body) <= 500_000
    assert small.height > small.width
    assert small.getexif()[0x0112] == 1
    assert small.getexif()[0x0132] == "2026:03:02 10:00:00"
    visitor.page.click("#shot ~ .photos .remove")
    assert visitor.page.evaluate("document.getElementById('shot').files.length") == 0
    assert visitor.troubles == []


def test_enterprise_is_chosen_by_typing_and_with_the_keyboard(visit):
    visitor = visit("supervision").open("/inspection/hazards/new")
    page = visitor.page
    page.type("#q", "测试甲")
    page.locator(".search-select li[aria-selected=true]").wait_for()
    assert page.inner_text(".search-select li[aria-selected=true]").startswith("测试甲机械有限公司")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/inspection/hazards/new?enterprise={visitor.world.enterprise}*")
    assert not page.locator("#major-part").is_visible()
    page.click("text=重大隐患")
    assert page.locator("#major-part").is_visible()
    page.click("text=一般隐患")
    assert page.locator("#major-part input").first.is_disabled()
    assert visitor.troubles == []


def test_words_that_match_nothing_say_so(visit):
    page = visit("supervision").open("/inspection/hazards/new").page
    page.type("#q", "没有这家")
    page.locator(".search-select li.none").wait_for()
    assert page.inner_text(".search-select li.none") == "没有匹配的记录"


def test_conditions_of_a_list_fold_away_on_the_phone(visit):
    page = visit("supervision", PHONE).open("/desk/inspection/hazard/?found_at_from=2026-03-01").page
    assert page.locator(".filters-words input").is_visible()
    assert not page.locator(".filters select").first.is_visible()
    page.click(".filters-more > summary")
    assert page.locator(".filters select").first.is_visible()
    assert page.input_value("input[name=found_at_from]") == "2026-03-01"


def test_focus_is_seen(visit):
    page = visit("town").page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "al-skip"
    page.keyboard.press("Tab")
    outline = page.evaluate(
        "getComputedStyle(document.activeElement).outlineStyle + getComputedStyle(document.activeElement).outlineWidth"
    )
    assert re.fullmatch(r"solid2px", outline)
