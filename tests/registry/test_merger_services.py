"""Merging, taking a merging back, splitting: both histories stay and each side knows the other."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from anlan.kernel.codes import make_uscc
from anlan.kernel.errors import Conflict, NotFound, RuleViolation
from anlan.platform.journal.record import version_of
from anlan.registry import queries
from anlan.registry.models import Enterprise
from anlan.registry.services import enterprises, mergers
from registry.factories import NOW, OTHER_TOWN, firm, make_enterprise

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


def reasons(error):
    return [v.code for v in error.value.violations]


def merge(scope, gone, into, *, mode="merger", base=1, once=None, reason="吸收合并"):
    mergers.enterprise_merge(
        scope=scope, enterprise_id=gone, into_id=into, mode=mode, reason=reason, base=base, now=LATER, once=once
    )


@pytest.fixture
def pair(county):
    scope = county.scope["town"]
    return scope, make_enterprise(scope, 1, tags="涉氨制冷"), make_enterprise(scope, 2, classes="轻工", tags="粉尘涉爆")


def test_merging_closes_the_one_and_leads_to_the_other(pair):
    scope, gone, into = pair
    merge(scope, gone, into)
    left, stays = queries.enterprise_get(scope, gone), queries.enterprise_get(scope, into)
    assert (str(left.merged_into_id), left.status, left.status_on) == (into, "closed", date(2026, 3, 3))
    assert left.retired_at == LATER
    assert stays.former == f"{make_uscc('331003', 1)}、测试第1机械有限公司"
    assert [t.key for t in stays.tags.all()] == ["ammonia", "dust"]
    assert [c.key for c in stays.classes.all()] == ["light_industry", "machinery"]
    assert [str(e.id) for e in queries.enterprise_list(scope, text="第1机械")] == [into]
    assert [str(e.id) for e in stays.absorbed.all()] == [gone]


def test_both_histories_stay_whole(pair):
    scope, gone, into = pair
    merge(scope, gone, into)
    assert version_of(queries.subject_of(gone)) == version_of(queries.subject_of(into)) == 2
    assert queries.enterprise_component(into) == sorted([gone, into])
    assert queries.enterprise_component(gone) == [gone]
    assert queries.enterprise_current(gone) == queries.enterprise_current(into) == into


def test_chain_of_mergers_is_followed_to_its_end(pair):
    scope, first, second = pair
    third = make_enterprise(scope, 3)
    merge(scope, first, second)
    merge(scope, second, third, base=2)
    assert queries.enterprise_current(first) == third
    assert queries.enterprise_component(third) == sorted([first, second, third])


def test_a_cycle_made_by_two_nodes_is_walked_once(pair):
    _, first, second = pair
    Enterprise.objects.filter(pk=first).update(merged_into=second)
    Enterprise.objects.filter(pk=second).update(merged_into=first)
    assert queries.enterprise_component(first) == sorted([first, second])
    assert queries.enterprise_current(first) == queries.enterprise_current(second) == min(first, second)


def test_duplicates_with_two_codes_are_no_duplicates(pair):
    scope, gone, into = pair
    with pytest.raises(RuleViolation) as refused:
        merge(scope, gone, into, mode="重复登记")
    assert reasons(refused) == ["registry.merge.duplicate_codes"]


def test_duplicate_registration_keeps_its_status(county):
    scope = county.scope["town"]
    into = make_enterprise(scope, 1)
    gone = make_enterprise(scope, 2, uscc="", classes="九小场所")
    merge(scope, gone, into, mode="duplicate")
    row = Enterprise.objects.get(pk=gone)
    assert (row.status, str(row.merged_into_id)) == ("operating", into)


def test_merging_with_itself_or_twice_is_refused(pair):
    scope, gone, into = pair
    with pytest.raises(RuleViolation) as itself:
        merge(scope, gone, gone)
    assert reasons(itself) == ["registry.merge.self"]
    merge(scope, gone, into)
    with pytest.raises(RuleViolation) as twice:
        merge(scope, gone, into, base=2)
    assert reasons(twice) == ["registry.enterprise.merged_away"]
    with pytest.raises(RuleViolation) as backwards:
        merge(scope, into, gone, base=2)
    assert reasons(backwards) == ["registry.enterprise.merged_away"]


def test_stale_page_merges_nothing(pair):
    scope, gone, into = pair
    enterprises.enterprise_change(scope=scope, enterprise_id=gone, values={"scale": "大型"}, base=1, now=NOW)
    with pytest.raises(Conflict):
        merge(scope, gone, into)
    assert version_of(queries.subject_of(into)) == 1
    assert Enterprise.objects.get(pk=into).former == ""


def test_repeated_once_merges_once(pair):
    scope, gone, into = pair
    merge(scope, gone, into, once="m-1")
    merge(scope, gone, into, once="m-1")
    assert version_of(queries.subject_of(gone)) == version_of(queries.subject_of(into)) == 2


def test_town_can_not_merge_into_what_it_does_not_see(county):
    gone = make_enterprise(county.scope["town"], 1)
    into = make_enterprise(county.scope["other_town"], 2, region=OTHER_TOWN)
    with pytest.raises(NotFound):
        merge(county.scope["town"], gone, into)
    assert version_of(queries.subject_of(gone)) == 1


def test_merged_enterprise_can_not_be_changed(pair):
    scope, gone, into = pair
    merge(scope, gone, into)
    with pytest.raises(RuleViolation) as refused:
        enterprises.enterprise_rename(scope=scope, enterprise_id=gone, name="测试别名有限公司", base=2, now=LATER)
    assert reasons(refused) == ["registry.enterprise.merged_away"]


def test_a_merging_can_be_taken_back(pair):
    scope, gone, into = pair
    merge(scope, gone, into)
    mergers.enterprise_separate(scope=scope, enterprise_id=gone, reason="合并有误", base=2, now=LATER)
    left, stays = Enterprise.objects.get(pk=gone), Enterprise.objects.get(pk=into)
    assert (left.merged_into_id, left.retired_at, stays.former) == (None, None, "")
    assert stays.names.count() == 0
    with pytest.raises(RuleViolation) as refused:
        mergers.enterprise_separate(scope=scope, enterprise_id=gone, reason="合并有误", base=3, now=LATER)
    assert reasons(refused) == ["registry.merge.not_merged"]


def test_drill_and_real_do_not_merge(county):
    scope = county.scope["town"]
    real = make_enterprise(scope, 1)
    drill = enterprises.enterprise_create(scope=scope, values=firm(2), now=NOW, drill=True)
    with pytest.raises(RuleViolation) as refused:
        merge(scope, drill, real)
    assert reasons(refused) == ["registry.merge.drill"]


def split(scope, key, parts, **more):
    return mergers.enterprise_split(
        scope=scope, enterprise_id=key, parts=parts, reason="公司分立", base=1, now=LATER, **more
    )


def test_parts_of_a_split_know_their_origin(county):
    scope = county.scope["town"]
    key = make_enterprise(scope, 1)
    made = split(scope, key, [firm(2), firm(3)])
    origin = queries.enterprise_get(scope, key)
    assert sorted(str(e.id) for e in origin.offspring.all()) == sorted(made)
    assert origin.status == "operating"
    assert version_of(queries.subject_of(key)) == 2


def test_dissolving_split_closes_the_origin(county):
    scope = county.scope["town"]
    key = make_enterprise(scope, 1)
    split(scope, key, [firm(2), firm(3)], dissolve=True)
    row = Enterprise.objects.get(pk=key)
    assert (row.status, row.status_on) == ("closed", date(2026, 3, 3))


def test_repeated_once_splits_once(county):
    scope = county.scope["town"]
    key = make_enterprise(scope, 1)
    assert split(scope, key, [firm(2)], once="s-1") == split(scope, key, [firm(2)], once="s-1")
    assert Enterprise.objects.count() == 2


def test_bad_part_splits_nothing(county):
    scope = county.scope["town"]
    key = make_enterprise(scope, 1)
    with pytest.raises(RuleViolation) as none:
        split(scope, key, [])
    assert reasons(none) == ["registry.split.no_parts"]
    with pytest.raises(RuleViolation) as same:
        split(scope, key, [firm(2), firm(2)])
    assert reasons(same) == ["registry.split.same_code"]
    with pytest.raises(RuleViolation) as taken:
        split(scope, key, [firm(1)])
    assert reasons(taken) == ["registry.duplicate.known"]
    assert (Enterprise.objects.count(), version_of(queries.subject_of(key))) == (1, 1)
