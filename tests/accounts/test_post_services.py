"""Giving and ending posts, hand-over of open work, moving a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from anlan.accounts.models import Person, Post
from anlan.accounts.queries import open_work, post_get, posts_standing_for, scope_of
from anlan.accounts.services.bootstrap import SETUP
from anlan.accounts.services.moves import person_move
from anlan.accounts.services.posts import place_of, post_create, post_end, post_hand_over
from anlan.kernel.errors import BadInput, Conflict, NotAllowed, NotFound, RuleViolation
from anlan.platform import bus
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.declare import Todo
from anlan.platform.journal.record import version_of

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def values_for(county, **change):
    enforcement = Post.objects.get(pk=county.post["enforcement"])
    return {**place_of(enforcement), "person_id": county.person["expert"], **change}


@pytest.fixture
def three_items(monkeypatch):
    """Everybody who may order a rectification has three open items; nobody else has any."""
    asked = []

    def items(scope, now, limit):
        asked.append(scope.post)
        return [], 3 if scope.may("inspection.hazard.order") else 0

    todo = Todo(id="test.items", label="待复查", items=items)
    monkeypatch.setattr(CATALOGUE, "todos", {"test.items": todo})
    return asked


def test_a_post_is_given_with_its_limits(county):
    post_id = post_create(scope=county.scope["admin"], values=values_for(county, title="组长"), now=NOON)
    post = post_get(county.scope["admin"], post_id)
    assert (post.prefix, post.region, post.title, str(post.starts_on), post.until_on, post.ended) == (
        "331003", "331003000000", "组长", "2026-03-02", None, 0
    )  # fmt: skip


def test_a_form_sent_twice_gives_one_post(county):
    first = post_create(scope=SETUP, values=values_for(county), now=NOON, once="form-1")
    assert post_create(scope=SETUP, values=values_for(county), now=NOON, once="form-1") == first
    assert Post.objects.filter(person_id=county.person["expert"]).count() == 2
    assert version_of(f"accounts.post/{first}") == 1


def test_nobody_gives_themselves_a_post(county):
    with pytest.raises(BadInput) as refused:
        post_create(scope=county.scope["admin"], values=values_for(county, person_id=county.person["admin"]), now=NOON)
    assert [v.code for v in refused.value.violations] == ["accounts.post.for_oneself"]
    assert Post.objects.filter(person_id=county.person["admin"]).count() == 1


def test_who_may_give_posts_and_where(county):
    with pytest.raises(NotAllowed, match="platform.not_allowed"):
        post_create(scope=county.scope["leader"], values=values_for(county), now=NOON)
    town_admin = replace(county.scope["admin"], region="331003001")
    with pytest.raises(NotFound, match="accounts.person.not_found"):
        post_create(scope=town_admin, values=values_for(county), now=NOON)
    with pytest.raises(NotAllowed, match="platform.region_outside"):
        post_create(scope=town_admin, values=values_for(county, person_id=county.person["town"]), now=NOON)


def test_a_role_by_office_needs_an_office(county):
    role = Post.objects.get(pk=county.post["supervision"]).role_id
    with pytest.raises(BadInput) as refused:
        post_create(scope=SETUP, values=values_for(county, role_id=str(role)), now=NOON)
    assert [v.code for v in refused.value.violations] == ["accounts.post.office_missing"]


def test_the_same_post_is_not_given_twice(county):
    with pytest.raises(BadInput) as refused:
        post_create(scope=SETUP, values=values_for(county, person_id=county.person["enforcement"]), now=NOON)
    assert [v.code for v in refused.value.violations] == ["accounts.post.held_already"]


def test_a_stale_page_ends_no_post(county):
    post_create(scope=SETUP, values=values_for(county), now=NOON)
    with pytest.raises(Conflict, match="journal.conflict"):
        post_end(scope=SETUP, id=county.post["enforcement"], reason="", base=7, now=NOON)
    assert scope_of(county.account["enforcement"], county.post["enforcement"], NOON) is not None


def test_open_work_is_counted_by_kind_with_the_holders_own_scope(county, three_items):
    post = post_get(SETUP, county.post["enforcement"])
    assert [(w.todo, w.label, w.count) for w in open_work(post, NOON)] == [("test.items", "待复查", 3)]
    assert three_items == [county.post["enforcement"]]
    assert open_work(post_get(SETUP, county.post["auditor"]), NOON) == []


def test_the_last_holder_of_open_work_cannot_just_leave(county, three_items):
    with pytest.raises(RuleViolation) as refused:
        post_end(scope=SETUP, id=county.post["enforcement"], reason="", base=1, now=NOON)
    assert [(v.code, v.facts) for v in refused.value.violations] == [("accounts.post.open_work", {"count": 3})]
    post_create(scope=SETUP, values=values_for(county), now=NOON)  # a colleague at the same place
    post_end(scope=SETUP, id=county.post["enforcement"], reason="", base=1, now=NOON)
    assert Post.objects.get(pk=county.post["enforcement"]).ended == 1


def test_a_hand_over_moves_what_is_addressed_to_the_post(county, three_items, django_capture_on_commit_callbacks):
    heard = []
    bus.subscribe("accounts.post.handed_over", heard.append)
    successor = post_create(scope=SETUP, values=values_for(county), now=NOON)
    with django_capture_on_commit_callbacks(execute=True):
        post_end(scope=SETUP, id=county.post["enforcement"], reason="退休", base=1, now=NOON, successor_id=successor)
    assert posts_standing_for(successor) == [successor, county.post["enforcement"]]
    assert [(e.subject, dict(e.data)) for e in heard] == [
        (f"accounts.post/{county.post['enforcement']}", {"to": successor, "open": {"test.items": 3}})
    ]
    third = post_create(scope=SETUP, values=values_for(county, person_id=county.person["leader"]), now=NOON)
    post_end(scope=SETUP, id=successor, reason="", base=1, now=NOON, successor_id=third)
    assert posts_standing_for(third) == [third, successor, county.post["enforcement"]]
    assert posts_standing_for(county.post["town"]) == [county.post["town"]]


def test_hand_overs_that_lead_nowhere_are_refused(county):
    a, b = county.post["enforcement"], county.post["town"]
    with pytest.raises(RuleViolation, match="accounts.post.successor_itself"):
        post_hand_over(scope=SETUP, id=a, to=a, base=1, now=NOON)
    post_hand_over(scope=SETUP, id=a, to=b, base=1, now=NOON)
    with pytest.raises(RuleViolation, match="accounts.post.successor_circle"):
        post_hand_over(scope=SETUP, id=b, to=a, base=1, now=NOON)
    post_end(scope=SETUP, id=b, reason="", base=1, now=NOON)
    with pytest.raises(RuleViolation, match="accounts.post.successor_inactive"):
        post_hand_over(scope=SETUP, id=county.post["grid"], to=b, base=1, now=NOON)


def test_a_person_moves_to_a_town_and_somebody_takes_the_old_place(county, three_items):
    town = Post.objects.get(pk=county.post["other_town"])
    moved = person_move(
        scope=county.scope["admin"],
        post_id=county.post["enforcement"],
        reason="交流任职",
        base=1,
        entering={**place_of(town), "title": "主任"},
        successor_person_id=county.person["expert"],
        now=NOON,
        once="move-1",
    )
    account = county.account["enforcement"]
    assert scope_of(account, county.post["enforcement"], NOON) is None
    assert scope_of(account, moved.post_id, NOON).region == "331003002"
    assert scope_of(county.account["expert"], moved.successor_id, NOON).may("inspection.hazard.order")
    assert posts_standing_for(moved.successor_id) == [moved.successor_id, county.post["enforcement"]]
    assert Person.objects.get(pk=county.person["enforcement"]).region == "331003002000"


def test_a_refused_move_changes_nothing(county, three_items):
    before = version_of(f"accounts.post/{county.post['enforcement']}")
    with pytest.raises(BadInput, match="accounts.post.refused"):
        person_move(
            scope=county.scope["admin"],
            post_id=county.post["enforcement"],
            reason="",
            base=1,
            entering={"organisation_id": county.bureau, "role_id": "", "prefix": "331003"},
            successor_person_id=county.person["expert"],
            now=NOON,
        )
    assert version_of(f"accounts.post/{county.post['enforcement']}") == before
    assert Post.objects.filter(person_id=county.person["expert"]).count() == 1
