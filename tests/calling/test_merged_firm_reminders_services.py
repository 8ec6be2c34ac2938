"""A merged enterprise's matters: the surviving one's safety officer and office are reminded, not the old firm's."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from anlan.calling.models import Notice
from anlan.inspection.services.upkeep import enterprise_rescope
from anlan.registry import queries as registry
from anlan.registry.services.enterprises import enterprise_office_assign
from anlan.registry.services.mergers import enterprise_merge, enterprise_separate
from calling.factories import ORDERED, local, order, run, told
from inspection.factories import REGISTRAR, World
from inspection.listing_samples import Listed
from registry.factories import make_enterprise

pytestmark = pytest.mark.django_db
ROLES = ("enterprise", "other_enterprise", "supervision", "other_office")


def merge(gone: str, into: str, day: int = 5) -> None:
    enterprise_merge(
        scope=REGISTRAR, enterprise_id=gone, into_id=into, mode="merger", reason="吸收合并", base=None, now=local(day)
    )


def standing(world: World, key: str) -> dict[str, list[str]]:
    return {role: [step for step, _ in told(world, role, key)] for role in ROLES}


def test_the_survivor_s_officer_and_office_hear_of_it(world: World) -> None:
    key = order(world)
    merge(world.enterprise, world.other_enterprise)
    run(local(21))
    assert standing(world, key) == {
        "enterprise": [], "other_enterprise": ["over_1"], "supervision": [], "other_office": ["over_1"],
    }  # fmt: skip


def test_what_the_old_firm_was_told_is_withdrawn_and_comes_back_with_the_firm(world: World) -> None:
    key = order(world)
    run(local(13))
    assert standing(world, key)["enterprise"] == ["before_7"]
    merge(world.enterprise, world.other_enterprise, day=14)
    run(local(14))
    assert (standing(world, key)["enterprise"], standing(world, key)["other_enterprise"]) == ([], ["before_7"])
    enterprise_separate(
        scope=REGISTRAR, enterprise_id=world.enterprise, reason="登记有误", base=None, now=local(14, 12)
    )
    run(local(15))
    assert (standing(world, key)["enterprise"], standing(world, key)["other_enterprise"]) == (["before_7"], [])


def test_over_two_mergers_the_last_one_answers(world: World) -> None:
    key = order(world)
    between = make_enterprise(REGISTRAR, 60, name="中间机械厂", region="331003001001")
    merge(world.enterprise, between, day=5)
    merge(between, world.other_enterprise, day=6)
    run(local(21))
    assert standing(world, key)["other_enterprise"] == ["over_1"]
    assert set(registry.enterprises_become().values()) == {
        registry.Survivor(world.other_enterprise, world.county.other_office)
    }


def test_an_office_given_to_the_survivor_later_hears_of_it(world: World) -> None:
    key = order(world)
    merge(world.enterprise, world.other_enterprise)
    values = {"scope": REGISTRAR, "enterprise_id": world.other_enterprise, "base": None, "now": local(6)}
    enterprise_office_assign(office_id=world.county.office, **values)
    enterprise_rescope(enterprise_id=world.other_enterprise, now=local(6))
    run(local(21))
    held = standing(world, key)
    assert (held["supervision"], held["other_office"]) == (["over_1"], [])


def test_a_listing_of_the_old_firm_is_followed_by_the_survivor_s_office(world: World) -> None:
    key = order(world, major=True)
    case = Listed(world, key, now=ORDERED)
    case.propose(due_on=date(2026, 3, 18))
    case.sign()
    merge(world.enterprise, world.other_enterprise)
    run(case.row.follow_due_at + timedelta(days=4))
    rows = Notice.objects.filter(withdrawn_at__isnull=True).exclude(form="digest")
    told_of = {topic: set() for topic in ("inspection.listing_follow", "inspection.listing_due")}
    for topic, post in rows.filter(topic__in=told_of).values_list("topic", "post_id"):
        told_of[topic].add(str(post))
    office, old = (str(world.county.post[role]) for role in ("other_office", "supervision"))
    assert {topic: (office in posts, old in posts) for topic, posts in told_of.items()} == dict.fromkeys(
        told_of, (True, False)
    )
