"""Regions renamed, re-coded, merged, split: what stands in them follows, and people see what they saw, no more, no less."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from anlan.accounts.models import Post
from anlan.accounts.queries import post_scopes
from anlan.inspection import queries
from anlan.inspection.models import Hazard
from anlan.kernel.entry import Draft
from anlan.platform import regions
from anlan.platform.jobs import follow_regions
from anlan.platform.journal import chain, node, rebuild
from anlan.platform.journal.home import home_test
from anlan.platform.journal.models import Head, JournalEntry
from anlan.platform.journal.record import record, version_of
from anlan.platform.scope import SYSTEM, Scope
from anlan.registry.models import Enterprise
from inspection.factories import NOW, World

pytestmark = pytest.mark.django_db

ADMIN = Scope("p", "", "", frozenset({"platform.operate"}), "331003")
TOWN, NEW, OTHER = "331003001000", "331003031000", "331003002000"
VILLAGE = "331003001001"
DAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _installed(world: World) -> Iterator[None]:
    regions.regions_install(scope=SYSTEM, region="331003000000", now=NOW)
    yield
    regions.forget()
    node.forget()


def change(action: str, **values: Any) -> regions.Changed:
    told = {"reason": "区划调整", "document": "浙政函〔2026〕1号"}
    return regions.region_change(scope=ADMIN, code=TOWN, action=action, on=DAY, now=NOW, **told | values)


def seen(world: World, role: str) -> set[str]:
    """Hazards that this role's person sees, logged in anew."""
    scope = post_scopes(world.county.account[role], NOW)[0]
    return {str(h.pk) for h in queries.hazard_list(scope)}


def moved() -> int:
    return JournalEntry.objects.filter(kind__endswith=".region_moved").count()


def test_a_renamed_region_moves_nothing(world: World) -> None:
    key = world.ordered()
    assert change("renamed", name="东官河街道").followed.moved == 0
    assert (moved(), seen(world, "town")) == (0, {key})


def test_a_recoded_region_takes_posts_and_subjects_along_and_history_keeps_the_old_code(world: World) -> None:
    key = world.closed()
    other = seen(world, "other_town")
    change("recoded", successors=[{"code": NEW}])
    hazard = Hazard.objects.get(pk=key)
    assert (hazard.region, hazard.region9, hazard.state) == ("331003031001", NEW[:9], "closed")
    assert Enterprise.objects.filter(region9=TOWN[:9]).count() == 0
    assert not Post.objects.filter(prefix__startswith=TOWN[:9], ended=0).exists()
    assert post_scopes(world.county.account["town"], NOW)[0].region == NEW[:9]
    assert (seen(world, "town"), seen(world, "other_town")) == ({key}, other)
    kinds = [line.kind for line in queries.hazard_history(world.scope["auditor"], key)]
    assert (kinds[-1], kinds.count("region_moved")) == ("region_moved", 1)
    assert rebuild.rebuild(check=True, shuffle=5).ok
    assert chain.verify().ok


def test_a_merged_region_s_people_see_what_they_saw_and_the_successor_s_see_it_too(world: World) -> None:
    key = world.ordered()
    assert seen(world, "other_town") == set()
    answer = change("merged", successors=[{"code": OTHER}])
    assert answer.below[VILLAGE].startswith(OTHER[:9])
    assert seen(world, "other_town") == {key}
    assert seen(world, "town") == {key}


def test_what_stands_in_a_village_goes_with_it_and_nobody_s_post_grows_wider(world: World) -> None:
    key = world.ordered()
    assert Hazard.objects.get(pk=key).region == VILLAGE
    widths = {p.pk: len(p.prefix) for p in Post.objects.all()}
    given = "331003002777"
    answer = change("merged", successors=[{"code": OTHER}], below={VILLAGE: given})
    assert answer.below[VILLAGE] == given
    assert Hazard.objects.get(pk=key).region == given
    assert {p.pk: len(p.prefix) for p in Post.objects.all()} == widths
    assert regions.full_name(given, below="331003").startswith(regions.name(OTHER))


def test_a_split_region_keeps_what_a_person_has_not_assigned_and_says_how_many(world: World) -> None:
    key = world.ordered()
    parts = [{"code": NEW, "name": "东城东街道"}, {"code": "331003032000", "name": "东城西街道"}]
    answer = change("split", successors=parts)
    assert Hazard.objects.get(pk=key).region == VILLAGE
    assert answer.followed.staying >= 2
    assert seen(world, "town") == {key}


def test_a_village_whose_part_of_a_split_is_named_goes_there(world: World) -> None:
    key = world.ordered()
    parts = [{"code": NEW, "name": "东城东街道"}, {"code": "331003032000", "name": "东城西街道"}]
    change("split", successors=parts, below={VILLAGE: "331003031001"})
    assert Hazard.objects.get(pk=key).region == "331003031001"
    assert regions.successors(VILLAGE) == ("331003031001",)


def test_what_came_late_follows_by_the_job_and_a_second_run_does_nothing(world: World) -> None:
    key = world.found()
    change("recoded", successors=[{"code": NEW}])
    subject = f"inspection.hazard/{key}"
    data = {"office_id": None}
    record(Draft("inspection.hazard.rescoped", subject, TOWN, data), scope=SYSTEM, now=NOW, base=version_of(subject))
    before = moved()
    assert "划转 1 项" in follow_regions(NOW)
    assert (moved(), Hazard.objects.get(pk=key).region) == (before + 1, NEW)
    assert "划转 0 项" in follow_regions(NOW)


def test_subjects_at_home_elsewhere_are_left_to_their_server(world: World) -> None:
    from anlan.platform.journal.models import Node

    key = world.ordered()
    Node.objects.create(id="331003001a", region=TOWN)
    change("recoded", successors=[{"code": NEW}])
    assert Hazard.objects.get(pk=key).region == VILLAGE


def test_the_server_s_own_region_follows_and_its_home_with_it(world: World) -> None:
    key = world.ordered()
    county, new = "331003000000", "331013000000"
    told = {"reason": "区划调整", "document": "国函〔2026〕1号"}
    scope = replace(ADMIN, region="3310")
    regions.region_change(
        scope=scope, code=county, action="recoded", on=DAY, successors=[{"code": new}], now=NOW, **told
    )
    node.forget()
    assert node.own().region == new
    assert Hazard.objects.get(pk=key).region == "331013001001"
    assert home_test()(Hazard.objects.get(pk=key).region)
    kinds = Head.objects.filter(region__startswith="331003").values_list("subject", flat=True)
    assert {s.partition("/")[0] for s in kinds} <= {"platform.region", "platform.reference"}


@pytest.mark.parametrize(
    "below",
    [
        {VILLAGE: "331003003001"},
        {VILLAGE: OTHER},
        {"331003003001": "331003002777"},
        {VILLAGE: "331003002203"},
        {VILLAGE: "331003002777", "331003001002": "331003002777"},
    ],
    ids=["not-in-successor", "other-level", "not-below", "taken", "twice"],
)
def test_a_wrong_code_for_a_region_below_is_refused(world: World, below: dict[str, str]) -> None:
    from anlan.kernel.errors import BadInput

    with pytest.raises(BadInput) as refused:
        change("merged", successors=[{"code": OTHER}], below=below)
    assert "platform.region.below" in {v.code for v in refused.value.violations}
    assert moved() == 0
