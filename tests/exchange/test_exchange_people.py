"""A person whom two towns registered is merged at the county while the towns are cut off: both go on working everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.nodes import Federation, federation

pytestmark = [pytest.mark.slow, pytest.mark.once]
COUNTY, EAST, SOUTH = "331003", "331003001", "331003002"


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Federation]:
    """A county and two of its towns, which have met once."""
    with federation(tmp_path) as made:
        made.node("county", COUNTY)
        made.node("east", EAST, "county")
        made.node("south", SOUTH, "county")
        made.settle()
        yield made


_ACCOUNT = """
from __main__ import WORLD
from dataclasses import replace
from anlan.accounts.models import Account
from anlan.accounts.services.accounts import account_create
from anlan.platform import clock
made = account_create(
    scope=WORLD.county.scope["admin"], person_id=person, username=name, now=clock.now(), must_change=False
)
answer = made.id
"""
_POSTS = """
from anlan.accounts.models import Account, Person
from anlan.accounts.queries.scopes import acting_as, acting_posts
from anlan.platform import clock
account = Account.objects.get(pk=key)
held = acting_posts(account, clock.now())
scopes = [acting_as(account, one.post_id, clock.now()).scope for one in held]
answer = sorted((s.region, s.person, sorted(s.ids)) for s in scopes)
"""
_MERGE = """
from __main__ import WORLD
from anlan.accounts.services.mergers import person_merge
from anlan.platform import clock
from anlan.platform.journal.record import version_of
bases = {"base": version_of("accounts.person/" + gone), "into_base": version_of("accounts.person/" + into)}
person_merge(scope=WORLD.county.scope["admin"], id=gone, into=into, reason="同一人", now=clock.now(), **bases)
"""
_LATE = """
from __main__ import WORLD
from anlan.accounts.models import Role
from anlan.accounts.services.posts import post_create
from anlan.platform import clock
answer = post_create(scope=WORLD.county.scope["admin"], now=clock.now(), values={
    "person_id": person, "organisation_id": WORLD.county.town_office, "prefix": "331003001", "title": "兼职",
    "role_id": str(Role.objects.get(word="grid").pk),
})
"""
_ERASE = """
from anlan.platform import vault
from anlan.platform.journal.models import Head
head = Head.objects.get(subject=f"accounts.person/{person}")
vault.erase(f"accounts.person/{person}", head.last_hlc + 5)
"""


def test_both_go_on_working_in_both_towns_after_they_were_one(three: Federation) -> None:
    top, east, south = (three.nodes[name] for name in ("county", "east", "south"))
    person = three.world.county.person
    gone, into = person["town"], person["other_town"]
    top.phone(person=gone, number="13900000001")
    three.settle()
    here = east.run(source=_ACCOUNT, person=gone, name="east.clerk")
    there = south.run(source=_ACCOUNT, person=into, name="south.clerk")
    three.pass_time(hours=1)
    top.run(source=_MERGE, gone=gone, into=into)
    east.run(source=_LATE, person=gone)  # cut off: this town knows of no merging
    three.pass_time(minutes=5)
    three.settle()
    three.pass_time(minutes=5)
    for node, key, region in ((east, here, EAST), (south, there, SOUTH)):
        held = node.run(source=_POSTS, key=key)
        assert region in {one for one, _, _ in held}, held
        assert {tuple(ids) for _, _, ids in held} == {tuple(sorted((gone, into)))}
    assert len(east.run(source=_POSTS, key=here)) >= 2
    assert (east.phone_of(person=gone), south.phone_of(person=gone)) == ("13900000001", "")
    top.run(source=_ERASE, person=gone)
    three.settle()
    assert (top.phone_of(person=gone), east.phone_of(person=gone)) == ("", "")
    assert top.marks() == east.marks() == south.marks()
