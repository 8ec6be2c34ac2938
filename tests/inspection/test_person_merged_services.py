"""After two registrations were merged: what waited for either waits for the person, and no rule of two is met by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from anlan.accounts.models import Post
from anlan.accounts.queries import acting_as, acting_posts, open_work
from anlan.accounts.services.mergers import person_merge
from anlan.accounts.services.posts import post_create
from anlan.inspection import queries
from anlan.inspection.errors import StepRefused
from anlan.inspection.models import Hazard
from anlan.inspection.queries.co_reviews import co_reviews_reminded, co_reviews_waiting
from anlan.inspection.queries.listing_due import listings_to_visit
from anlan.inspection.services.hazards import hazard_close
from anlan.inspection.services.plans import plan_approve, plan_submit
from anlan.inspection.services.stepping import Pressed
from anlan.platform.journal.record import version_of
from anlan.platform.scope import Scope
from inspection.factories import NOW, World
from inspection.listing_samples import major
from inspection.task_samples import drafted

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=2, minutes=1)


def merge(world: World, gone: str, into: str) -> list[Scope]:
    """Both roles' people are one from `LATER` on, under the registration of `into`; the scopes of the account of `gone`."""
    one, other = (world.county.person[key] for key in (gone, into))
    bases = {"base": version_of(f"accounts.person/{one}"), "into_base": version_of(f"accounts.person/{other}")}
    person_merge(scope=world.scope["admin"], id=one, into=other, reason="同一人", now=LATER, **bases)
    account = world.county.account[gone]
    found = [acting_as(account, held.post_id, LATER) for held in acting_posts(account, LATER)]
    return [acting.scope for acting in found if acting]


def test_who_handed_a_plan_in_under_another_registration_does_not_approve_it(world: World) -> None:
    key = drafted(world)
    plan_submit(scope=world.scope["supervision"], plan_id=key, pressed=Pressed(), now=NOW)
    scope = next(s for s in merge(world, "supervision", "leader") if s.may("inspection.plan.approve"))
    with pytest.raises(StepRefused) as refused:
        plan_approve(scope=scope, plan_id=key, pressed=Pressed(), now=LATER)
    assert [v.code for v in refused.value.violations] == ["inspection.plan.same_person"]


def test_a_closing_that_waits_for_the_second_officer_waits_for_the_person(world: World) -> None:
    key = world.closed()
    world.county.add("third", role="town", organisation="东城街道应急办", region="331003001", now=NOW)
    scope = merge(world, "town_second", "third")[0]
    assert [str(row.pk) for row in co_reviews_waiting(scope, LATER)] == [key]
    (told,) = co_reviews_reminded([f"{Hazard.SUBJECT}/{key}"])
    assert scope.post in told.posts


def test_one_person_under_two_registrations_is_not_two_officers(world: World) -> None:
    """A post that arrived late is held under the registration that was merged; the colleague named is oneself."""
    key = world.submitted()
    held = merge(world, "town_second", "town")[0]
    stays, gone = (world.county.person[one] for one in ("town", "town_second"))
    late = replace(held, person=gone, aliases=frozenset({stays}))
    item = world.closing(key, co_reviewer=stays, photos=(world.photo("town_second"),))
    with pytest.raises(StepRefused) as refused:
        hazard_close(scope=late, item=item, now=LATER)
    assert "inspection.hazard.close.two_officers" in [v.code for v in refused.value.violations]


def test_a_post_to_come_is_in_nobody_s_way_for_the_work_that_is_there(world: World) -> None:
    world.found()
    county = world.county
    role = Post.objects.get(pk=county.post["enforcement"]).role_id
    values = {"person_id": county.person["town_second"], "organisation_id": county.town_office, "role_id": str(role)}
    values |= {"prefix": "331003001", "starts_on": "2026-04-01", "title": "兼职"}
    post = post_create(scope=world.scope["admin"], values=values, now=NOW)
    assert open_work(Post.objects.get(pk=post), LATER)
    merge(world, "town_second", "expert")
    assert Post.objects.get(pk=post).ended == 1
    later = Post.objects.get(person_id=county.person["expert"], title="兼职")
    assert (str(later.starts_on), later.ended) == ("2026-04-01", 0)


def test_who_follows_a_listing_up_goes_on_doing_so(world: World) -> None:
    listed = major(world)
    listed.propose(follower=world.county.person["town_second"])
    listed.sign()
    world.county.add("third", role="town", organisation="东城街道应急办", region="331003001", now=NOW)
    scope = merge(world, "town_second", "third")[0]
    soon = queries.listing_get(scope, listed.key).follow_due_at
    assert [str(row.pk) for row in listings_to_visit(scope, soon)] == [listed.key]
