"""Somebody is called, and only then found to have been registered twice: the call is answered by whoever the person is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.factories import TOWN
from anlan.accounts.queries import acting_as, acting_posts
from anlan.accounts.services.mergers import person_merge
from anlan.calling import queries
from anlan.calling.services.answers import call_answer
from anlan.platform.journal.record import version_of
from calling.call_factory import NOON, Open, Wire, chain, opened, phones, standing, work
from inspection.factories import NOW, World

pytestmark = pytest.mark.django_db


def test_a_call_to_the_registration_that_ended_is_answered_by_the_other(world: World, open_matters: Open, wire: Wire) -> None:
    phones(world)
    chain(world, {"post": "town"}, {"post": "grid"}, {})
    world.county.add("third", role="town", organisation="东城街道应急办", region=TOWN, now=NOW)
    call, later = opened(), NOON + timedelta(minutes=1)
    work(NOON)
    gone, into = world.county.person["town"], world.county.person["third"]
    bases = {"base": version_of(f"accounts.person/{gone}"), "into_base": version_of(f"accounts.person/{into}")}
    person_merge(scope=world.scope["admin"], id=gone, into=into, reason="同一人", now=later, **bases)
    held = acting_posts(world.county.account["town"], later)[0]
    acting = acting_as(world.county.account["town"], held.post_id, later)
    assert acting is not None and acting.scope.person == into
    assert queries.calls_mine(acting.scope.ids) == [call]
    assert call_answer(scope=acting.scope, call_id=str(call.pk), word="on_my_way", now=later).first
    assert standing(call).answered_by == gone
