"""An enterprise that absorbed another sees and mends what was found there; what it is told of is what it can act on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from accounts.factories import County
from anlan.accounts.queries import acting_posts, scope_of
from anlan.accounts.queries.merged import with_absorbed
from anlan.inspection import queries
from anlan.inspection.errors import HazardNotFound
from anlan.inspection.models import Hazard
from anlan.inspection.services.hazards import SubmitInput, hazard_submit
from anlan.platform.scope import Scope
from anlan.registry.services.mergers import enterprise_merge, enterprise_separate
from inspection.factories import NOW, REGISTRAR, World

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


def merge(world: World) -> None:
    """The first enterprise goes into the second one, which lies in another town."""
    enterprise_merge(
        scope=REGISTRAR, enterprise_id=world.enterprise, into_id=world.other_enterprise, mode="merger", reason="吸收合并",
        base=None, now=LATER,
    )  # fmt: skip


def scope_now(county: County, role: str) -> Scope:
    found = scope_of(county.account[role], county.post[role], LATER)
    assert found is not None
    return found


def hand_in(world: World, scope: Scope, key: str) -> Any:
    photo = world.photo("other_enterprise")
    item = SubmitInput(hazard_id=key, note="已由存续企业整改", photos=(photo,))
    return hazard_submit(scope=scope, item=item, now=LATER + timedelta(hours=1))


def test_the_survivor_sees_and_mends_what_was_found_at_the_absorbed_one(world: World) -> None:
    key = world.ordered()
    before = scope_now(world.county, "other_enterprise")
    assert before.subjects == frozenset({world.other_enterprise})
    with pytest.raises(HazardNotFound):
        queries.hazard_get(before, key)
    merge(world)
    scope = scope_now(world.county, "other_enterprise")
    assert scope.subjects == frozenset({world.enterprise, world.other_enterprise})
    assert scope.region == "331003001"
    assert [a.scope.subjects for a in acting_posts(world.county.account["other_enterprise"], LATER)] == [scope.subjects]
    assert [str(h.pk) for h in queries.hazard_list(scope, state="ordered")] == [key]
    hand_in(world, scope, key)
    assert Hazard.objects.get(pk=key).state == "submitted"


def test_the_sight_reaches_into_the_absorbed_one_s_town(world: World) -> None:
    merge(world)
    elsewhere = replace(world.scope["other_enterprise"], region="331003002")
    assert with_absorbed(elsewhere).region == "331003"


def test_the_page_and_its_button_are_the_survivor_s(world: World) -> None:
    key = world.ordered()
    merge(world)
    page = world.client("other_enterprise").get(f"/inspection/hazards/{key}")
    assert page.status_code == 200
    assert 'id="step-submit"' in page.content.decode()


def test_the_absorbed_one_s_officers_keep_what_was_theirs_and_gain_nothing(world: World) -> None:
    key = world.ordered()
    merge(world)
    scope = scope_now(world.county, "enterprise")
    assert scope.subjects == frozenset({world.enterprise})
    assert queries.hazard_get(scope, key).number


def test_taking_the_merging_back_takes_the_sight_back(world: World) -> None:
    key = world.ordered()
    merge(world)
    assert queries.hazard_get(scope_now(world.county, "other_enterprise"), key).number
    enterprise_separate(scope=REGISTRAR, enterprise_id=world.enterprise, reason="登记有误", base=None, now=LATER)
    scope = scope_now(world.county, "other_enterprise")
    assert scope.subjects == frozenset({world.other_enterprise})
    with pytest.raises(HazardNotFound):
        queries.hazard_get(scope, key)


def test_an_officer_s_scope_stays_as_it_is(world: World) -> None:
    merge(world)
    town = world.scope["town"]
    assert with_absorbed(town) is town
    nobody = replace(world.scope["enterprise"], subjects=frozenset())
    assert with_absorbed(nobody) is nobody
