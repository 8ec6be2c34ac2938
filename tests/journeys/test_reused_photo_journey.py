"""A hazard reviewed with the photo of another one: 存疑复核, rejected by a further officer; with an honest photo, closed."""

import io

import pytest
from PIL import Image

from journeys.browser import DESK, PHONE, chromium
from journeys.test_hazard_journey import Journey, mend, photo, site, submit

__all__ = ["site"]
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


def filed(tour, town, name, picture):
    """A hazard filed on the page with one photo; its address."""
    page = town.open(f"/inspection/hazards/new?enterprise={tour.world['enterprise']}").page
    page.locator("textarea[name=description]").fill(name)
    page.locator("input[type=file]").set_input_files(picture)
    page.locator("form.form button.btn-primary[type=submit]").last.click()
    page.wait_for_load_state("networkidle")
    assert "已发现" in page.inner_text(".steps")
    return page.url.partition("?")[0].replace(tour.running.url, "")


def ordered(town, hazard, days):
    page = town.open(hazard).page
    page.locator("#step-order input[name=by][value=days]").check()
    page.locator("#step-order input[name=days]").fill(str(days))
    page.locator("#step-order textarea").fill("立即清理。")
    submit(page, "order")


def review(tour, town, hazard, note, picture):
    """The two officers of the town close it with this picture."""
    page = town.open(hazard).page
    page.locator("#step-close textarea[name=note]").fill(note)
    page.select_option("#close-co", tour.world["people"]["town_second"])
    page.locator("#step-close input[type=file]").set_input_files(picture)
    submit(page, "close")
    return page


def sent_on(file, folder):
    """As a messenger hands a photo on: smaller, compressed hard, without what the camera wrote."""
    with Image.open(file) as image:
        small = image.resize((1280, 960))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=45)
    target = folder / "from-the-group-chat.jpg"
    target.write_bytes(out.getvalue())
    return target


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_reused_photo_does_not_close_a_hazard(browser, site, size, tmp_path):
    tour = Journey(browser, site, size, tmp_path)
    found, closed = tour.counts()
    town, enterprise, office = tour.person("town"), tour.person("enterprise"), tour.person("supervision")
    taken = photo(tmp_path, "elsewhere", (120, 120, 60))
    filed(tour, town, "配电箱前堆放杂物", taken)
    hazard = filed(tour, town, "灭火器被遮挡", photo(tmp_path, "before", (150, 90, 60)))
    ordered(town, hazard, 7)
    mend(tour, enterprise.open(hazard), "已清理", "mended", (90, 150, 90))

    page = review(tour, town, hazard, "现场复查，整改到位。", sent_on(taken, tmp_path))
    assert "存疑复核" in page.inner_text(".steps")
    assert "复查照片存疑" in page.inner_text("main")
    assert page.locator("#step-confirm").count() == 0
    tour.shot("town", "doubt-own")
    assert tour.counts() == (found + 2, closed)
    assert enterprise.open(hazard).page.locator("#doubts").count() == 0
    tour.shot("enterprise", "doubt-enterprise")

    office.open("/")
    assert "存疑复核" in office.page.inner_text("main")
    page = office.open(hazard).page
    assert "同一张画面" in page.inner_text("#doubts")
    assert page.locator("#doubts figure img").count() == 2
    tour.shot("supervision", "doubt-decide")
    page.locator("#step-reject textarea[name=note]").fill("复查照片为配电箱现场，不是本隐患，请重新整改并如实拍照。")
    submit(page, "reject")
    assert "核实不通过" in page.inner_text("main")
    tour.shot("supervision", "doubt-rejected")

    mend(tour, enterprise.open(hazard), "已搬离遮挡物", "mended-again", (60, 160, 120))
    page = review(tour, town, hazard, "现场复查，灭火器无遮挡。", photo(tmp_path, "review", (60, 120, 180)))
    assert page.locator("#doubts").count() == 0
    assert "复查合格，隐患已销号" in page.inner_text("main")
    tour.shot("town", "doubt-closed")
    assert tour.counts() == (found + 2, closed + 1)
    for visitor in tour.visitors.values():
        assert visitor.troubles == []
