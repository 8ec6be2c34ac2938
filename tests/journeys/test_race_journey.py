"""Two reviewers press 复查销号 at the same moment: one closes, the other is told plainly; a mistaken closing is withdrawn."""

import pytest

from journeys.browser import DESK, PHONE, chromium
from journeys.test_hazard_journey import Journey, mend, photo, site, submit
from journeys.test_reused_photo_journey import filed, ordered

__all__ = ["site"]
pytestmark = pytest.mark.browser
# The other is told at the door (already closed) or at the journal (moved on within the same moment); both say what to do.
CLOSED, LATE = "复查合格，隐患已销号", "请刷新页面"


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


def prepared(tour, role, hazard, colour):
    """This person's page with the review filled in, but not yet sent."""
    page = tour.person(role).open(hazard).page
    page.locator("#step-close textarea[name=note]").fill(f"现场复查合格（{role}）。")
    page.select_option("#close-co", tour.world["people"]["town_second"])
    page.locator("#step-close input[type=file]").set_input_files(photo(tour.folder, f"review-{role}", colour))
    page.wait_for_load_state("networkidle")
    page.wait_for_selector("#step-close button[type=submit]:not([disabled])")
    return page


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_of_two_reviewers_at_once_one_closes_and_the_other_is_told(browser, site, size, tmp_path):
    tour = Journey(browser, site, size, tmp_path)
    found, closed = tour.counts()
    hazard = filed(tour, tour.person("town"), "安全出口上锁", photo(tmp_path, "before", (150, 90, 60)))
    ordered(tour.person("town"), hazard, 7)
    mend(tour, tour.person("enterprise").open(hazard), "已拆锁", "after", (90, 150, 90))

    roles = ("town", "enforcement")
    pages = [prepared(tour, role, hazard, (60, 120, 180 + n)) for n, role in enumerate(roles)]
    for page in pages:  # both on their way before either has an answer
        page.evaluate("document.querySelector('#step-close form button[type=submit]').click()")
    for page in pages:
        page.wait_for_selector(".notice-good, .notice-bad")
        page.wait_for_load_state("networkidle")
    texts = [page.inner_text("main") for page in pages]
    assert sorted((CLOSED in text, LATE in text) for text in texts) == [(False, True), (True, False)], texts
    assert tour.counts() == (found + 1, closed + 1)
    first = next(n for n, text in enumerate(texts) if CLOSED in text)
    tour.shot(roles[1 - first], "race-late")
    for role in roles:
        page = tour.person(role).open(hazard).page
        assert page.locator("ol.timeline li.good").count() == 1
        assert page.locator("#step-close").count() == 0

    page = tour.person(roles[first]).page
    page.click('a[href="#step-withdraw"]')
    submit(page, "withdraw")
    assert "已撤回，恢复到办理前的情况" in page.inner_text("main")
    assert tour.counts() == (found + 1, closed)
    tour.shot(roles[first], "race-withdrawn")
    page = prepared(tour, roles[1 - first], hazard, (20, 90, 140))
    submit(page, "close")
    assert CLOSED in page.inner_text("main")
    assert tour.counts() == (found + 1, closed + 1)
    for visitor in tour.visitors.values():
        assert visitor.troubles == []
