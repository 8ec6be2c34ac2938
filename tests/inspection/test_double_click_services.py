"""The same act twice at the same moment: one is first, the other is told so, or answered with what the first one made.

A rival acts while the service waits for its turn (`hold_keys`) or between its reading and its writing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from anlan.inspection.errors import StalePage, StepRefused
from anlan.inspection.models import Hazard, Inspection, Listing, Plan, SelfCheck
from anlan.inspection.services import inspections, listing_steps, listings, plans, self_checks, steps, tasks
from anlan.inspection.services.inspections import inspection_start
from anlan.inspection.services.lookbacks import LookBackInput, hazard_look_back
from anlan.inspection.services.stepping import Pressed
from inspection.factories import NOW, World
from inspection.listing_samples import major
from inspection.self_check_factory import begun
from inspection.task_samples import assigned, drafted

pytestmark = pytest.mark.django_db


def first(monkeypatch: pytest.MonkeyPatch, module: Any, door: str, rival: Callable[[], Any]) -> None:
    """`rival` acts when the service reaches this door of its module."""
    real, depth = getattr(module, door), len(connection.savepoint_ids)

    def meanwhile(*args: Any, **kwargs: Any) -> Any:
        monkeypatch.setattr(module, door, real)
        if door == "hold_keys":  # waiting helps only in the transaction that records
            assert len(connection.savepoint_ids) > depth
        rival()
        return real(*args, **kwargs)

    monkeypatch.setattr(module, door, meanwhile)


def codes(error: Any) -> list[str]:
    return [v.code for v in error.value.violations]


def test_one_enterprise_gets_one_task(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first(monkeypatch, tasks, "hold_keys", lambda: assigned(world))
    with pytest.raises(StepRefused) as error:
        assigned(world, enterprise_id=world.enterprise.upper())
    assert codes(error) == ["inspection.task.open_already"]


def test_an_office_gets_one_plan_for_a_year(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first(monkeypatch, plans, "hold_keys", lambda: drafted(world))
    with pytest.raises(StepRefused) as error:
        drafted(world)
    assert codes(error) == ["inspection.plan.year_taken"]


def test_of_two_plans_for_a_year_one_is_handed_in_and_approved(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "_check_twin", lambda *args: [])  # how they came to be two: before this rule
    one, two = drafted(world), drafted(world)
    monkeypatch.undo()
    office, leader = world.scope["supervision"], world.scope["leader"]
    plans.plan_submit(scope=office, plan_id=one, pressed=Pressed(), now=NOW)
    with pytest.raises(StepRefused) as error:
        plans.plan_submit(scope=office, plan_id=two, pressed=Pressed(), now=NOW)
    assert codes(error) == ["inspection.plan.year_taken"]
    plans.plan_approve(scope=leader, plan_id=one, pressed=Pressed(), now=NOW)
    Plan.objects.filter(pk=two).update(state="submitted", submitted_by=office.person)
    with pytest.raises(StepRefused) as error:
        plans.plan_approve(scope=leader, plan_id=two, pressed=Pressed(), now=NOW)
    assert codes(error) == ["inspection.plan.year_taken"]


def start(world: World, minutes: int = 0, **values: Any) -> str:
    full = {
        "enterprise_id": world.enterprise,
        "checklist_id": world.checklist("yxkj"),
        "officers": [world.mate],
    } | values
    return inspection_start(scope=world.scope["town"], now=NOW + timedelta(minutes=minutes), **full)


def test_the_same_visit_begins_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    first(monkeypatch, inspections, "hold_keys", lambda: made.append(start(world)))
    assert [start(world), start(world, minutes=9)] == made * 2
    assert Inspection.objects.count() == 1


def test_an_enterprise_begins_one_self_check(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first(monkeypatch, self_checks, "hold_keys", lambda: begun(world))
    with pytest.raises(StepRefused) as error:
        begun(world)
    assert codes(error) == ["inspection.self_check.start.draft_open"]


def test_the_same_form_sent_twice_at_once_begins_one_self_check(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    first(monkeypatch, self_checks, "hold_keys", lambda: made.append(begun(world, once="form")))
    assert [begun(world, once="form"), begun(world, once="form")] == made * 2
    assert SelfCheck.objects.count() == 1


@pytest.mark.parametrize(
    "other",
    [{"minutes": 11}, {"officers": ["second"]}, {"kind": "expert"}, {"once": "k2"}, {"campaigns": ["春雷行动"]}],
    ids=["later", "officers", "kind", "key", "campaign"],
)
def test_another_visit_begins_beside_the_first(world: World, other: dict[str, Any]) -> None:
    key = start(world)
    if "officers" in other:
        other = {"officers": [world.county.person["town_second"]]}
    if "campaigns" in other:
        other = {"campaigns": [world.campaign("春雷行动")]}
    assert start(world, **other) != key
    assert Inspection.objects.count() == 2


def test_a_double_click_on_a_listing_is_told_that_it_moved_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case = major(world)
    first(monkeypatch, listings, "_facts", case.propose)
    with pytest.raises(StalePage) as error:
        case.propose()
    assert (error.value.code, Listing.objects.count()) == ("inspection.stale", 1)
    case.key = str(Listing.objects.get().id)
    first(monkeypatch, listing_steps, "visit_text", case.sign)
    with pytest.raises(StalePage) as error:
        case.sign()
    assert (error.value.code, case.row.state) == ("inspection.stale", "listed")


def test_a_double_click_on_a_look_back_is_told_that_it_moved_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    key, later = world.closed(), NOW + timedelta(days=40)

    def look(once: str | None = None) -> str:
        item = LookBackInput(hazard_id=key, note="未反弹", photos=(world.photo("town"),), once=once)
        return hazard_look_back(scope=world.scope["town"], item=item, now=later)

    held = world.base(key)
    first(monkeypatch, steps, "photo_facts", look)
    with pytest.raises(StalePage) as error:
        look()
    assert (error.value.code, world.base(key)) == ("inspection.stale", held + 1)
    first(monkeypatch, steps, "photo_facts", lambda: look("one"))
    assert look("one") == key
    assert world.base(key) == held + 2


def test_a_closing_pressed_twice_closes_once_and_both_hear_of_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A phone that lost the answer sends again while the first request is under way: the photo is its own, not re-used."""
    key, then = world.submitted(), NOW + timedelta(days=2)
    item = world.closing(key, once="tap")

    def press() -> str:
        return steps.hazard_close(scope=world.scope["town"], item=item, now=then)

    first(monkeypatch, steps, "check_close", press)
    assert press() == key
    assert (Hazard.objects.get(pk=key).state, world.base(key)) == ("closed", 4)


def test_a_closing_after_a_colleague_s_is_told_that_the_page_is_old(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, then = world.submitted(), NOW + timedelta(days=2)
    item = world.closing(key)

    def press() -> str:
        return steps.hazard_close(scope=world.scope["town"], item=item, now=then)

    first(monkeypatch, steps, "check_close", press)
    with pytest.raises(StalePage):
        press()
