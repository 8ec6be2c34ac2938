"""Ordering several hazards of the list at once: shown first, all or none, once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from anlan.inspection.models import Hazard
from anlan.inspection.services.hazards import OrderInput, hazard_order
from anlan.kernel.messages import render
from anlan.platform import clock
from anlan.platform.journal.models import JournalEntry
from inspection.factories import CRITERION, NOW, World

pytestmark = pytest.mark.django_db
URL = "/inspection/hazards/order"


def hidden(html: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="((?:ids|once|base-)[^"]*)" value="([^"]+)">', html):
        found.setdefault(name, []).append(value)
    return found


def test_the_list_offers_a_choice_of_rows_to_those_who_may_order(world: World) -> None:
    key = world.found()
    assert (
        f'form="batch" name="ids" value="{key}"'
        in world.client("town").get("/desk/inspection/hazard/").content.decode()
    )
    page = world.client("auditor").get("/desk/inspection/hazard/").content.decode()
    assert [label in page for label in ("批量责令整改", "批量出具指令书", "打印隐患档案")] == [False, False, True]


def test_the_page_tells_what_will_happen_and_orders_all_of_it_once(world: World) -> None:
    first, second = world.found(), world.found(description="照明损坏")
    major, done = world.found(major_criteria=(CRITERION,)), world.ordered()
    town = world.client("town")
    with clock.frozen(NOW):
        html = town.get(URL, {"ids": [first, second, major, done]}).content.decode()
        form = hidden(html)
        assert form["ids"] == [first, second]
        assert render("inspection.batch.major", {}) in html
        assert "当前状态为“责令整改”，不能进行“责令限期整改”" in html
        before = JournalEntry.objects.count()
        for _ in range(2):
            answer = town.post(URL, form | {"by": "days", "days": "7", "note": "统一整改"})
            assert answer.status_code == 302
    assert JournalEntry.objects.count() == before + 2
    assert {h.state for h in Hazard.objects.filter(pk__in=[first, second])} == {"ordered"}
    assert Hazard.objects.get(pk=first).requirement == "统一整改"
    assert Hazard.objects.get(pk=major).state == "found"


def test_one_hazard_that_moved_on_stops_them_all(world: World) -> None:
    first, second = world.found(), world.found()
    town = world.client("town")
    with clock.frozen(NOW):
        form = hidden(town.get(URL, {"ids": [first, second]}).content.decode())
    hazard_order(scope=world.scope["enforcement"], item=OrderInput(hazard_id=second, days=3), now=NOW)
    with clock.frozen(NOW + timedelta(minutes=1)):
        answer = town.post(URL, form | {"by": "days", "days": "7"})
    assert answer.status_code == 409
    assert "已被办理或修改" in answer.content.decode()
    assert Hazard.objects.get(pk=first).state == "found"


def test_nothing_chosen_and_too_many_are_refused_with_words(world: World) -> None:
    town = world.client("town")
    assert render("inspection.batch.none_chosen", {}) in town.post(URL, {"days": "7"}).content.decode()
    many = {"ids": [world.enterprise[:-3] + f"{n:03d}" for n in range(101)], "days": "7"}
    assert render("inspection.batch.too_many", {"most": 100}) in town.post(URL, many).content.decode()
    assert town.post(URL, {"ids": [world.found()], "days": "7"}).status_code == 422


def test_who_may_not_order_does_not_see_the_page(world: World) -> None:
    for role in ("enterprise", "grid", "leader", "auditor"):
        assert world.client(role).get(URL, {"ids": [world.found()]}).status_code == 403
