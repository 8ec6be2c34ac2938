"""Taking back a step on a listing: one's own last one, within ten minutes; the row is the one before it, the hazard agrees."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from anlan.inspection import queries
from anlan.inspection.errors import StalePage, StepRefused
from anlan.inspection.models import Listing
from anlan.inspection.services import listing_withdrawals
from anlan.inspection.services.listing_steps import ListingInput
from anlan.inspection.services.listing_withdrawals import listing_withdraw
from anlan.inspection.services.lookbacks import LookBackInput, hazard_look_back
from anlan.kernel.errors import AnlanError
from anlan.platform import clock
from anlan.platform.journal.models import JournalEntry
from anlan.platform.journal.rebuild import rebuild
from anlan.platform.journal.rows import load_rows
from inspection.factories import World
from inspection.listing_samples import Listed, applied, listed, major
from inspection.test_double_click_services import first
from inspection.test_rights_services import ROLES

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def held(case: Listed) -> dict[str, Any]:
    found = load_rows(Listing.SUBJECT, [case.key])[case.key]
    return {name: value for name, value in found.items() if name != "changed_at"}


def withdraw(case: Listed, role: str, minutes: int = 1, **values: Any) -> str:
    item = ListingInput(listing_id=case.key, **values)
    return listing_withdraw(scope=case.world.scope[role], item=item, now=case.now + minutes * MINUTE)


def proposed(world: World) -> Listed:
    case = major(world)
    case.propose()
    return case


def closed(world: World) -> Listed:
    case = listed(world)
    case.close()
    return case


# name: (a listing before the step, who takes it, the step)
STEPS: dict[str, tuple[Callable[[World], Listed], str, Callable[[Listed], Any]]] = {
    "sign": (proposed, "leader", lambda c: c.sign()),
    "decline": (proposed, "leader", lambda c: c.act("decline", "leader", note="不同意")),
    "follow": (listed, "town", lambda c: c.follow()),
    "reassign": (
        listed, "supervision",
        lambda c: c.act("reassign", "supervision", follower=c.world.county.person["enforcement"]),
    ),
    "cancel": (listed, "leader", lambda c: c.act("cancel", "leader", note="挂牌有误")),
    "apply": (closed, "enterprise", lambda c: c.apply()),
    "return": (applied, "supervision", lambda c: c.act("return", "supervision", note="未验收")),
    "unlist": (applied, "supervision", lambda c: c.unlist()),
    "receive_end": (lambda world: applied(world, upper=True), "supervision", lambda c: c.end()),
}  # fmt: skip


@pytest.mark.parametrize("step", STEPS)
def test_a_withdrawn_step_leaves_exactly_the_row_before_it(world: World, step: str) -> None:
    prepare, role, act = STEPS[step]
    case = prepare(world)
    before, levels, version = held(case), case.hazard_row.listed, case.version()
    act(case)
    assert held(case) != before
    withdraw(case, role, minutes=10, base=version + 1, once="w1")
    withdraw(case, role, minutes=10, base=version + 1, once="w1")
    assert (held(case), case.hazard_row.listed, case.version()) == (before, levels, version + 2)
    act(case)
    assert rebuild(check=True, shuffle=5).differences == 0


@pytest.mark.parametrize("upper", [False, True], ids=["proposed", "received"])
def test_a_beginning_taken_back_is_a_cancelled_listing(world: World, upper: bool) -> None:
    case = major(world)
    case.receive() if upper else case.propose()
    assert case.hazard_row.listed == ("city" if upper else "county")
    withdraw(case, "supervision")
    row = case.row
    assert (row.state, row.ended_by, row.follow_due_at) == ("cancelled", world.scope["supervision"].person, None)
    assert case.hazard_row.listed == ""
    case.receive() if upper else case.propose()
    assert rebuild(check=True, shuffle=5).differences == 0


def reasons(case: Listed, role: str, minutes: int = 1) -> list[str]:
    with pytest.raises(StepRefused) as error:
        withdraw(case, role, minutes)
    assert error.value.code == "inspection.listing.refused"
    return [v.code for v in error.value.violations]


def test_only_one_s_own_last_step_and_only_for_ten_minutes(world: World) -> None:
    case = listed(world)
    assert reasons(case, "supervision") == ["inspection.hazard.withdraw.not_yours"]
    assert reasons(case, "leader", minutes=11) == ["inspection.hazard.withdraw.too_late"]
    case.act("notice", "supervision")
    assert reasons(case, "supervision") == ["inspection.listing.withdraw.nothing"]
    assert reasons(case, "leader") == ["inspection.listing.withdraw.nothing"]


def test_an_end_after_which_the_hazard_moved_on_stands(world: World) -> None:
    case = applied(world)
    case.unlist()
    look = LookBackInput(hazard_id=case.hazard, note="未反弹", photos=(world.photo("town"),))
    hazard_look_back(scope=world.scope["town"], item=look, now=case.now + MINUTE)
    assert reasons(case, "supervision", minutes=2) == ["inspection.listing.withdraw.hazard_moved"]
    assert case.row.state == "unlisted"


def test_a_stale_page_and_a_double_click_are_told_that_it_moved_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = listed(world)
    with pytest.raises(StalePage):
        withdraw(case, "leader", base=case.version() - 1)
    first(monkeypatch, listing_withdrawals, "listing_withdraw_reasons", case.follow)
    with pytest.raises(StalePage):
        withdraw(case, "leader")
    assert case.row.state == "listed"


def test_the_photos_of_a_withdrawn_visit_leave_the_record(world: World) -> None:
    case = listed(world)
    case.follow()
    assert len(queries.follow_up_views(case.row)) == 1
    withdraw(case, "town")
    assert queries.follow_up_views(case.row) == []
    assert queries.listing_photos(case.row, "follow") == []


@pytest.mark.parametrize("role", ROLES)
def test_withdraw_by_every_role(world: World, role: str) -> None:
    case = listed(world)
    before = JournalEntry.objects.count()
    if role == "leader":
        withdraw(case, role)
        assert JournalEntry.objects.count() == before + 1
        return
    with pytest.raises(AnlanError) as error:
        withdraw(case, role)
    assert error.value.status in (403, 404, 409)
    assert JournalEntry.objects.count() == before


def test_the_page_offers_it_to_whoever_took_the_step(world: World) -> None:
    case = listed(world)
    path = f"/inspection/listings/{case.key}"
    leader, office = world.client("leader"), world.client("supervision")
    assert 'id="act-withdraw"' not in office.get(path).content.decode()
    shown = queries.listing_actions(world.scope["leader"], case.row, case.now + MINUTE)
    assert [a.id for a in shown if a.allowed and a.id == "withdraw"] == ["withdraw"]
    with clock.frozen(case.now + MINUTE):
        html = leader.get(path).content.decode()
        assert "将撤回：签发挂牌督办。" in html
        answer = leader.post(f"{path}/withdraw", {"base": case.version(), "once": "p1"}, follow=True)
    assert "已撤回，恢复到办理前的情况。" in answer.content.decode()
    assert case.row.state == "proposed"
