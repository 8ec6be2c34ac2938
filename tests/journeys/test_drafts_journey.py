"""审稿 in a real browser: a draft is dropped, its contradictions are seen with their sums, one is judged, the rest exported."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from docx import Document as WordDocument

from journeys.browser import DESK, PHONE, ROOT, anlan, chromium, environment, server

pytestmark = pytest.mark.browser
SHARED = Path(os.environ.get("ANLAN_SHARED", ROOT.parent / "shared"))
seeds = pytest.mark.skipif(not (SHARED / "seeds").is_dir(), reason="skipped: ../shared absent")
both = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
WRONG = "全年共发生事故12起，其中道路运输8起、工矿商贸3起、其他2起。"
# Whether an element lies within the window and within what scrolls around it.
_IN_SIGHT = """e => { const r = e.getClientRects()[0];
    const hit = document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2);
    return hit !== null && (hit === e || e.contains(hit)); }"""


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
        visitor.shot(Path(folder) / f"{name}-{'desk' if size == DESK else 'phone'}.png")


def officer(site, browser, size, role="town"):
    running, world = site
    return browser.person(running.url, world["users"][role], world["password"], size).open("/reporting/drafts")


def seed(number):
    (file,) = (SHARED / "seeds").glob(f"{number}_*.txt")
    return file


def checked(visitor, file):
    """Give the page a file and wait for what it says."""
    visitor.page.set_input_files("#draft-file", str(file))
    visitor.page.wait_for_selector("#draft-out:not([hidden])")


def heads(page):
    return page.locator(".draft-head")


def opened(page, words):
    """Open the finding whose quotation holds these words; its reasoning."""
    page.click(f".draft-head:has-text('{words}')")
    return page.inner_text(".draft-detail .draft-why")


@seeds
@both
def test_the_fines_the_hazards_and_the_row_used_twice_are_seen_with_their_sums(site, browser, tmp_path, size):
    visitor = officer(site, browser, size, "town" if size == DESK else "other_town")
    page = visitor.page
    checked(visitor, seed("003"))
    kept(visitor, "draft-findings", size)
    assert "5+5+559.57+135.5+16.49=721.56＞633.745" in opened(page, "罚款633.745万元")
    assert page.locator(".draft-why code").first.inner_text() == "5+5+559.57+135.5+16.49=721.56＞633.745"
    assert page.locator("mark.m-on").count() >= 1
    assert page.locator("mark.m-other").count() >= 5
    if size == DESK:
        assert page.locator("mark.m-on").first.evaluate(_IN_SIGHT)
    kept(visitor, "draft-fines", size)
    page.click(".draft-others button:has-text('559.57')")
    assert page.locator("mark.m-other:has-text('559.57')").evaluate(_IN_SIGHT)
    kept(visitor, "draft-place", size)
    assert "1893+8279+6012+4655=20839＞19955" in opened(page, "整改隐患19955宗")
    assert "23708宗、19955宗、1019次、633.745万元" in opened(page, "23708")
    before = heads(page).count()
    page.fill(".draft-judge input", "两处同为全区口径")
    page.click(".draft-judge button")
    page.wait_for_selector(".draft-item.is-dismissed")
    assert "不采纳：两处同为全区口径" in page.inner_text(".is-dismissed .draft-said")
    kept(visitor, "draft-dismissed", size)
    with page.expect_download() as download:
        page.click("#draft-export")
    target = tmp_path / "out.docx"
    download.value.save_as(target)
    comments = [c.text for c in WordDocument(str(target)).comments]
    assert len(comments) == before - 1
    assert sum("721.56＞633.745" in text for text in comments) == 1
    assert not any("23708宗、19955宗、1019次、633.745万元" in text for text in comments)
    page.click("#draft-anew")
    checked(visitor, seed("003"))
    assert page.locator(".draft-item.is-dismissed").count() == 1
    page.click(".is-dismissed .draft-head")
    page.click(".is-dismissed .draft-judge button")
    page.wait_for_selector(".draft-item.is-dismissed", state="detached")
    assert visitor.troubles == []


@seeds
@both
def test_the_typing_slip_and_the_two_levels_that_are_three(site, browser, size):
    visitor = officer(site, browser, size)
    checked(visitor, seed("000"))
    assert "疑为“家”之误" in opened(visitor.page, "8加涉氨企业")
    assert "实际列出3项" in opened(visitor.page, "省、市、区两级")
    kept(visitor, "draft-levels", size)
    assert visitor.troubles == []


@both
def test_a_clean_report_says_plainly_that_nothing_was_found_and_what_was_checked(site, browser, size):
    visitor = officer(site, browser, size)
    page = visitor.page
    page.fill("#draft-text", "全年共发生事故13起，其中道路运输8起、工矿商贸3起、其他2起。")
    page.click("#draft-go")
    page.wait_for_selector("#draft-clean:not([hidden])")
    told = page.inner_text("#draft-clean")
    assert told.startswith("未发现自相矛盾之处。共审读 32 字、1 段，读出 4 个数，检查了：分项与总数、比率和占比、")
    assert (heads(page).count(), page.locator("mark").count()) == (0, 0)
    assert not page.is_visible("#draft-export")
    kept(visitor, "draft-clean", size)
    assert visitor.troubles == []


def test_markup_and_characters_beyond_the_plane_are_shown_as_text_with_marks_in_place(site, browser):
    visitor = officer(site, browser, DESK)
    page = visitor.page
    text = f"𠮷𠮷<img src=x onerror=alert(1)>\n{WRONG}立案××起。"
    page.fill("#draft-text", text)
    page.click("#draft-go")
    page.wait_for_selector("#draft-out:not([hidden])")
    assert page.locator("#draft-body").evaluate("e => e.textContent") == text
    assert page.locator("#draft-body img").count() == 0
    assert "××" in page.locator("mark.m-error, mark.m-doubt, mark.m-hint").last.inner_text()
    assert visitor.troubles == []


def test_it_can_be_used_by_keyboard_alone_and_filtered(site, browser):
    visitor = officer(site, browser, DESK)
    page = visitor.page
    page.fill("#draft-text", f"{WRONG}\n立案××起。\n检查企业85加。")
    page.focus("#draft-go")
    page.keyboard.press("Enter")
    page.wait_for_selector("#draft-out:not([hidden])")
    total = heads(page).count()
    assert total == 3
    heads(page).first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "draft-head-1"
    assert heads(page).nth(1).get_attribute("aria-expanded") == "true"
    page.keyboard.press("Escape")
    assert page.locator(".draft-detail").count() == 0
    page.locator("mark[tabindex]").last.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "draft-head-2"
    page.click("[data-kind=error]")
    assert page.locator("[data-kind=error]").get_attribute("aria-pressed") == "false"
    assert page.locator(".draft-item.s-error").count() == 0
    assert page.locator("mark.m-error").count() == 0
    assert visitor.troubles == []


def test_what_can_not_be_read_is_told_and_the_next_draft_may_follow(site, browser, tmp_path):
    visitor = officer(site, browser, DESK)
    page = visitor.page
    file = tmp_path / "old.doc"
    file.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    page.set_input_files("#draft-file", str(file))
    page.wait_for_selector("#draft-error:not([hidden])")
    assert "另存为 .docx" in page.inner_text("#draft-error")
    page.click("#draft-go")
    assert page.inner_text("#draft-error") == "请先粘贴文字或选择文件。"
    page.fill("#draft-text", WRONG)
    page.click("#draft-go")
    page.wait_for_selector("#draft-out:not([hidden])")
    assert not page.is_visible("#draft-error")
    assert visitor.troubles == []


def test_a_dropped_file_is_checked_and_a_reason_is_asked_for_once(site, browser):
    visitor = officer(site, browser, DESK)
    page = visitor.page
    page.evaluate(
        """text => { const bag = new DataTransfer(); bag.items.add(new File([text], "拖入.txt"));
        const dropped = new DragEvent("drop", {dataTransfer: bag, bubbles: true, cancelable: true});
        document.getElementById("draft-drop").dispatchEvent(dropped); }""",
        WRONG,
    )
    page.wait_for_selector("#draft-out:not([hidden])")
    assert page.inner_text("#draft-name") == "拖入.txt"
    heads(page).first.click()
    page.click(".draft-judge button")
    page.wait_for_selector(".draft-refused")
    assert page.inner_text(".draft-refused") == "请填写不采纳的理由。"
    page.fill(".draft-judge input", "含上年结转")
    page.dblclick(".draft-judge button")
    page.wait_for_selector(".is-dismissed")
    assert page.inner_text("#draft-clean") == "1 条意见均已注明不采纳，没有其他意见。"
    assert visitor.troubles == []
