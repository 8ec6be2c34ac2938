"""Somebody is called, and only then found to have been registered twice: the call is answered by whoever the person is."""

from __future__ import annotations

from datetime import datetime, timedelta

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


def merged(world: World, gone: str, into: str, now: datetime) -> str:
    """Register somebody once more and merge the first registration into that one; its id."""
    world.county.add(into, role="town", organisation="东城街道应急办", region=TOWN, now=NOW)
    one, other = world.county.person[gone], world.county.person[into]
    bases = {"base": version_of(f"accounts.person/{one}"), "into_base": version_of(f"accounts.person/{other}")}
    person_merge(scope=world.scope["admin"], id=one, into=other, reason="同一人", now=now, **bases)
    return other


def test_a_call_to_the_registration_that_ended_is_answered_by_the_other(world: World, open_matters: Open, wire: Wire) -> None:
    phones(world)
    chain(world, {"post": "town"}, {"post": "grid"}, {})
    call, later = opened(), NOON + timedelta(minutes=1)
    work(NOON)
    gone, into = world.county.person["town"], merged(world, "town", "third", later)
    held = acting_posts(world.county.account["town"], later)[0]
    acting = acting_as(world.county.account["town"], held.post_id, later)
    assert acting is not None and acting.scope.person == into
    assert queries.calls_mine(acting.scope.ids) == [call]
    assert call_answer(scope=acting.scope, call_id=str(call.pk), word="on_my_way", now=later).first
    assert standing(call).answered_by == gone


def test_a_chain_that_names_the_registration_that_ended_calls_the_person(world: World, open_matters: Open, wire: Wire) -> None:
    phones(world)
    chain(world, {"person": "town"}, {"post": "grid"})
    into = merged(world, "town", "third", NOON)
    for number, more in enumerate(({}, {"drill": True, "participants": (world.county.person["town"],)})):
        assert set(queries.called_people(opened(key=str(number), **more))) == {into}, more
