"""An officer who works for the enterprise as well takes no officer's step there, in whichever post he acts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from anlan.accounts.models import Post
from anlan.accounts.services.posts import post_create
from anlan.inspection import queries
from anlan.inspection.errors import StepRefused
from anlan.inspection.models import Hazard
from anlan.inspection.queries.officers import colleagues_for
from anlan.inspection.services.co_reviews import hazard_dispute
from anlan.inspection.services.dismissals import MergeInput, hazard_dismiss, hazard_merge
from anlan.inspection.services.doubts import ConfirmInput, hazard_confirm
from anlan.inspection.services.extensions import ExtendInput, hazard_extend, hazard_grant, hazard_refuse
from anlan.inspection.services.hazards import OrderInput, StepInput, hazard_close, hazard_order
from anlan.inspection.services.inspections import inspection_start
from anlan.inspection.services.majors import JudgeInput, hazard_judge
from anlan.kernel.messages import render
from inspection.factories import CRITERION, NOW, World
from inspection.listing_samples import Listed, listed

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=2)


def employed(world: World, role: str, firm: str = "enterprise") -> None:
    """This role's person gets a post at the firm beside the office held."""
    held = Post.objects.get(pk=world.county.post[firm])
    names = ("role_id", "organisation_id", "enterprise_id")
    values = {"person_id": world.county.person[role], "prefix": held.prefix}
    values |= {name: str(getattr(held, name)) for name in names}
    post_create(scope=world.scope["admin"], values=values, now=NOW - timedelta(days=1))


def refused(act: Callable[[], object]) -> list[str]:
    with pytest.raises(StepRefused) as error:
        act()
    return [v.code for v in error.value.violations]


@pytest.mark.parametrize("role", ["town", "town_second"])
def test_neither_officer_of_a_review_works_for_the_enterprise(world: World, role: str) -> None:
    key = world.submitted()
    employed(world, role)
    item = world.closing(key)
    expected = "inspection.hazard.own_firm" if role == "town" else "inspection.hazard.close.own_firm"
    assert refused(lambda: hazard_close(scope=world.scope["town"], item=item, now=LATER)) == [expected]
    item = world.closing(key, "supervision", co_reviewer=world.county.person["enforcement"])
    hazard_close(scope=world.scope["supervision"], item=item, now=LATER)
    assert Hazard.objects.get(pk=key).state == "closed"


def test_who_works_for_another_enterprise_reviews(world: World) -> None:
    employed(world, "town", "other_enterprise")
    assert Hazard.objects.get(pk=world.closed()).state == "closed"


def test_who_works_for_the_enterprise_clears_no_doubt(world: World) -> None:
    employed(world, "supervision")
    key = world.closed()
    hazard_dispute(scope=world.scope["town_second"], item=StepInput(hazard_id=key, note="当日未到现场"), now=LATER)
    item = ConfirmInput(hazard_id=key, note="已到现场核实")
    assert refused(lambda: hazard_confirm(scope=world.scope["supervision"], item=item, now=LATER)) == [
        "inspection.hazard.own_firm"
    ]
    hazard_confirm(scope=world.scope["enforcement"], item=item, now=LATER)
    assert Hazard.objects.get(pk=key).state == "closed"


def test_who_works_for_the_enterprise_takes_nothing_off_the_list(world: World) -> None:
    case = listed(world)
    case.follow()
    case.close()
    case.apply()
    employed(world, "supervision")
    assert refused(case.unlist) == ["inspection.hazard.own_firm"]
    assert case.row.state == "unlisting_applied"


def test_who_works_for_the_enterprise_orders_nothing_and_ends_nothing(world: World) -> None:
    found, other = world.found(), world.found(description="灭火器过期")
    asked = world.ordered(description="配电箱未接地")
    item = ExtendInput(hazard_id=asked, days=3, note="配件未到货")
    hazard_extend(scope=world.scope["enterprise"], item=item, now=NOW)
    for role in ("town", "leader", "supervision"):
        employed(world, role)
    town, leader, office = world.scope["town"], world.scope["leader"], world.scope["supervision"]
    order = OrderInput(hazard_id=found, days=5, note="清理")
    reason = "经现场核实并不属于隐患"
    steps: list[Callable[[], object]] = [
        lambda: hazard_order(scope=town, item=order, now=LATER),
        lambda: hazard_judge(scope=town, item=JudgeInput(hazard_id=found, note="误判"), now=LATER),
        lambda: hazard_dismiss(scope=office, item=StepInput(hazard_id=found, note=reason), now=LATER),
        lambda: hazard_merge(scope=office, item=MergeInput(hazard_id=found, into=other, note=reason), now=LATER),
        lambda: hazard_grant(scope=leader, item=ExtendInput(hazard_id=asked, days=3), now=LATER),
        lambda: hazard_refuse(scope=leader, item=StepInput(hazard_id=asked, note="可自行调货"), now=LATER),
    ]
    assert [("inspection.hazard.own_firm" in refused(step)) for step in steps] == [True] * 6
    assert Hazard.objects.get(pk=found).state == "found"
    assert Hazard.objects.get(pk=asked).extensions.get().state == "applied"


def test_the_page_says_why_and_offers_others(world: World) -> None:
    key = world.submitted()
    hazard = Hazard.objects.get(pk=key)
    person = world.county.person["town_second"]
    office = world.scope["supervision"]
    assert person in dict(queries.officer_choices(office, "inspection.hazard.review", LATER, hazard))
    assert person in colleagues_for(office, "inspection.hazard.review", LATER, [hazard])[hazard.pk]
    employed(world, "town_second")
    employed(world, "supervision")
    offered = dict(queries.officer_choices(office, "inspection.hazard.review", LATER, hazard))
    assert person not in offered and world.county.person["town"] in offered
    named = colleagues_for(office, "inspection.hazard.review", LATER, [hazard])[hazard.pk]
    assert person not in named and world.county.person["town"] in named
    close = next(v for v in queries.hazard_actions(office, hazard, LATER) if v.id == "close")
    assert [render(v.code, v.facts) for v in close.reasons] == [
        "您在该企业任职，应当回避，不能办理“复查销号”，请由其他监管人员办理。"
    ]


def test_who_works_for_the_enterprise_neither_inspects_nor_follows_it_up(world: World) -> None:
    hazard = world.ordered(days=30, major_criteria=(CRITERION,))
    employed(world, "town_second")
    second, town = world.county.person["town_second"], world.scope["town"]
    values = {"enterprise_id": world.enterprise, "checklist_id": world.checklist(), "officers": [second], "now": LATER}
    assert refused(lambda: inspection_start(scope=town, **values)) == ["inspection.start.own_firm"]
    case = Listed(world, hazard)
    assert refused(lambda: case.propose(follower=second)) == ["inspection.listing.own_firm"]
    case.propose()
    assert refused(lambda: case.act("reassign", "supervision", follower=second, note="调岗")) == [
        "inspection.listing.own_firm"
    ]


def test_an_officer_named_for_a_review_still_says_that_he_took_no_part(world: World) -> None:
    key = world.closed()
    employed(world, "town_second")
    hazard_dispute(scope=world.scope["town_second"], item=StepInput(hazard_id=key, note="当日未到现场"), now=LATER)
    assert Hazard.objects.get(pk=key).state == "doubted"
