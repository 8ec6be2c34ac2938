"""Registering, changing and moving enterprises through the services."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from anlan.kernel.codes import make_uscc
from anlan.kernel.errors import BadInput, Conflict, NotAllowed, NotFound, RuleViolation
from anlan.platform.journal.record import version_of
from anlan.registry import queries
from anlan.registry.models import Enterprise
from anlan.registry.services import enterprises as services
from registry.factories import NOW, OTHER_TOWN, TOWN, VILLAGE, firm, make_enterprise

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


def reasons(error: pytest.ExceptionInfo) -> list[str]:
    return [v.code for v in error.value.violations]


def version(key: str) -> int:
    return version_of(queries.subject_of(key))


def change(county, role, key, *, base=1, now=LATER, once=None, **values):
    return services.enterprise_change(
        scope=county.scope[role], enterprise_id=key, values=values, base=base, now=now, once=once
    )


def test_a_registered_enterprise_stands_as_typed(county):
    key = make_enterprise(county.scope["town"], classes="机械、危化使用", tags="粉尘涉爆", office_id=county.office)
    row = queries.enterprise_get(county.scope["town"], key)
    assert (row.name, row.uscc, row.region, row.region6, row.region9) == (
        "测试第1机械有限公司",
        make_uscc("331003", 1),
        TOWN,
        "331003",
        "331003001",
    )
    assert (row.lon, row.lat, row.coords, row.industry) == (121.2621, 28.6502, "wgs84", "3411")
    assert (row.scale, row.level, row.status, row.standardisation) == ("small", "county", "operating", "none")
    assert str(row.office_id) == county.office
    assert [c.key for c in row.classes.all()] == ["hazchem_use", "machinery"]
    assert [t.key for t in row.tags.all()] == ["dust"]
    assert (row.created_at, row.changed_at, row.retired_at, row.former) == (NOW, NOW, None, "")
    assert version(key) == 1


def test_gaode_position_is_stored_as_wgs84(county):
    key = make_enterprise(county.scope["town"], coords="GCJ-02")
    row = Enterprise.objects.get(pk=key)
    assert (row.lon, row.lat, row.coords) == (121.25788, 28.65333, "wgs84")


def test_person_of_an_office_registers_for_that_office(county):
    key = make_enterprise(county.scope["supervision"])
    assert str(Enterprise.objects.get(pk=key).office_id) == county.scope["supervision"].office
    with pytest.raises(NotAllowed) as refused:
        make_enterprise(county.scope["supervision"], 2, office_id=county.other_office)
    assert refused.value.code == "registry.enterprise.office_outside"
    assert Enterprise.objects.count() == 1


def test_invalid_row_is_refused_with_every_reason_and_nothing_is_written(county):
    with pytest.raises(BadInput) as refused:
        make_enterprise(county.scope["town"], name="", uscc="123", lat=None)
    assert refused.value.code == "registry.enterprise.invalid"
    assert reasons(refused) == ["registry.enterprise.name_missing", "kernel.uscc.length", "registry.place.half"]
    assert Enterprise.objects.count() == 0


def test_unknown_office_is_refused(county):
    with pytest.raises(BadInput) as refused:
        make_enterprise(county.scope["town"], office_id="01900000-0000-7000-8000-000000000001")
    assert reasons(refused) == ["registry.office_unknown"]


@pytest.mark.parametrize("role", ["leader", "enforcement", "grid", "expert", "auditor", "admin", "enterprise"])
def test_roles_without_the_right_register_nothing(county, role):
    with pytest.raises(NotAllowed) as refused:
        make_enterprise(county.scope[role])
    assert refused.value.code == "platform.not_allowed"
    assert Enterprise.objects.count() == 0


def test_town_registers_only_in_its_own_region(county):
    with pytest.raises(NotAllowed) as refused:
        make_enterprise(county.scope["town"], region=OTHER_TOWN)
    assert refused.value.code == "platform.region_outside"


def test_same_code_is_refused_and_named_only_to_who_sees_it(county):
    key = make_enterprise(county.scope["town"])
    with pytest.raises(RuleViolation) as known:
        make_enterprise(county.scope["town"])
    with pytest.raises(RuleViolation) as hidden:
        make_enterprise(county.scope["other_town"], region=OTHER_TOWN)
    assert known.value.code == hidden.value.code == "registry.enterprise.duplicate"
    assert known.value.violations[0].facts == {
        "key": make_uscc("331003", 1),
        "name": "测试第1机械有限公司",
        "id": key,
    }
    assert reasons(hidden) == ["registry.duplicate.elsewhere"]
    assert hidden.value.violations[0].facts == {"key": make_uscc("331003", 1)}


def test_without_a_code_the_name_in_the_town_identifies(county):
    shop = {"name": "测试小吃店", "uscc": "", "classes": ["nine_small"]}
    make_enterprise(county.scope["town"], **shop)
    with pytest.raises(RuleViolation) as refused:
        make_enterprise(county.scope["town"], region=VILLAGE, **shop)
    assert reasons(refused) == ["registry.duplicate.known"]
    make_enterprise(county.scope["other_town"], region=OTHER_TOWN, **shop)
    assert Enterprise.objects.filter(name="测试小吃店").count() == 2


def test_repeated_once_makes_one_enterprise(county):
    scope = county.scope["town"]
    first = services.enterprise_create(scope=scope, values=firm(), now=NOW, once="phone-1")
    again = services.enterprise_create(scope=scope, values=firm(), now=LATER, once="phone-1")
    assert first == again
    assert (Enterprise.objects.count(), version(first)) == (1, 1)


def test_many_are_registered_together_or_not_at_all(county):
    scope = county.scope["supervision"]
    keys = services.enterprises_create(scope=scope, rows=[firm(i) for i in range(1, 251)], now=NOW)
    assert len(set(keys)) == Enterprise.objects.count() == 250
    with pytest.raises(BadInput) as refused:
        services.enterprises_create(
            scope=scope, rows=[*(firm(i) for i in range(300, 520)), firm(521, name="")], now=NOW
        )
    assert refused.value.violations[0].facts["row"] == 221
    assert Enterprise.objects.count() == 250


def test_many_with_the_same_code_twice_are_refused(county):
    with pytest.raises(RuleViolation) as refused:
        services.enterprises_create(scope=county.scope["supervision"], rows=[firm(1), firm(1)], now=NOW)
    assert reasons(refused) == ["registry.duplicate.twice"]


def test_only_what_differs_is_recorded_with_its_group(county):
    key = make_enterprise(county.scope["town"])
    assert change(county, "town", key, lon=121.3, address="测试路1号", scale="小型") is True
    entry = _last(key)
    assert entry.data == {"set": {"lon": 121.3, "address": "测试路1号", "lat": 28.6502}}
    assert entry.kind == "registry.enterprise.changed"
    assert change(county, "town", key, base=2, lon=121.3) is False
    assert version(key) == 2


def test_half_a_position_in_another_system_is_converted_with_the_other_half(county):
    key = make_enterprise(county.scope["town"])
    change(county, "town", key, lon=121.2621, lat=28.6502, coords="gcj02")
    row = Enterprise.objects.get(pk=key)
    assert (row.lon, row.lat) == (121.25788, 28.65333)
    change(county, "town", key, base=2, lon=121.2621, coords="gcj02")
    row = Enterprise.objects.get(pk=key)
    assert (row.lon, row.lat) == (121.25788, 28.656459)


def test_another_system_without_a_position_is_refused(county):
    key = make_enterprise(county.scope["town"])
    with pytest.raises(BadInput) as refused:
        change(county, "town", key, coords="高德")
    assert reasons(refused) == ["registry.place.coords_alone"]
    assert change(county, "town", key, coords="wgs84") is False


def test_sets_are_recorded_as_added_and_removed(county):
    key = make_enterprise(county.scope["town"], tags="粉尘涉爆、有限空间")
    change(county, "town", key, tags="有限空间、涉氨制冷")
    assert _last(key).data == {"add": {"tags": ["ammonia"]}, "remove": {"tags": ["dust"]}}
    held = queries.values_of(queries.enterprise_get(county.scope["town"], key))
    assert held["tags"] == ["ammonia", "confined_space"]


def test_stale_page_is_a_conflict(county):
    key = make_enterprise(county.scope["town"])
    change(county, "town", key, scale="中型")
    with pytest.raises(Conflict) as refused:
        change(county, "town", key, base=1, scale="大型")
    assert refused.value.code == "journal.conflict"
    assert Enterprise.objects.get(pk=key).scale == "medium"


def test_repeated_once_changes_once_even_with_its_old_version(county):
    key = make_enterprise(county.scope["town"])
    assert change(county, "town", key, once="form-1", name="测试新名有限公司") is True
    assert change(county, "town", key, once="form-1", name="测试新名有限公司") is True
    assert version(key) == 2


def test_town_can_not_touch_another_towns_enterprise(county):
    key = make_enterprise(county.scope["town"])
    with pytest.raises(NotFound):
        queries.enterprise_get(county.scope["other_town"], key)
    with pytest.raises(NotFound):
        change(county, "other_town", key, name="测试夺名有限公司")
    assert version(key) == 1


def test_town_can_not_push_its_enterprise_into_another_town(county):
    key = make_enterprise(county.scope["town"])
    with pytest.raises(NotAllowed) as refused:
        change(county, "town", key, region=OTHER_TOWN)
    assert refused.value.code == "platform.region_outside"
    with pytest.raises(NotAllowed):
        services.enterprise_move(
            scope=county.scope["town"],
            enterprise_id=key,
            values={"region": OTHER_TOWN},
            reason="搬迁",
            base=1,
            now=LATER,
        )
    assert Enterprise.objects.get(pk=key).region == TOWN


def test_change_by_someone_without_the_right_is_refused(county):
    key = make_enterprise(county.scope["supervision"])
    with pytest.raises(NotAllowed):
        change(county, "enforcement", key, name="测试新名有限公司")


def test_enterprise_user_sees_only_itself_and_changes_nothing(county):
    own, other = make_enterprise(county.scope["town"], 1), make_enterprise(county.scope["town"], 2)
    scope = county.add(
        "own", role="enterprise", organisation="测试第1机械有限公司", region="331003001", enterprise_id=own
    )
    assert [str(e.id) for e in queries.enterprise_list(scope)] == [own]
    assert queries.enterprise_choices(scope) == [(own, f"测试第1机械有限公司（{make_uscc('331003', 1)}）")]
    with pytest.raises(NotFound):
        queries.enterprise_get(scope, other)
    with pytest.raises(NotAllowed):
        change(county, "own", own, name="测试新名有限公司")
    assert list(queries.enterprises_unassigned(scope)) == []


def test_renamed_enterprise_is_found_by_its_old_name(county):
    scope = county.scope["town"]
    key = make_enterprise(scope)
    services.enterprise_rename(
        scope=scope,
        enterprise_id=key,
        name="测试改名股份有限公司",
        base=1,
        now=LATER,
        on=date(2026, 3, 1),
        reason="变更登记",
    )
    row = queries.enterprise_get(scope, key)
    assert (row.name, row.former) == ("测试改名股份有限公司", "测试第1机械有限公司")
    former = row.names.get()
    assert (former.kind, former.value) == ("name", "测试第1机械有限公司")
    assert (former.from_at, former.until_at) == (None, datetime(2026, 2, 28, 16, 0, tzinfo=UTC))
    assert [str(e.id) for e in queries.enterprise_list(scope, text="第1机械")] == [key]
    assert [str(e.id) for e in queries.enterprise_list(scope, text="改名股份")] == [key]
    assert _last(key).text == {"reason": "变更登记"}


def test_a_name_changed_by_plain_edit_is_kept_as_well(county):
    scope = county.scope["town"]
    key = make_enterprise(scope)
    change(county, "town", key, name="测试二名有限公司")
    change(county, "town", key, base=2, name="测试三名有限公司", now=LATER + timedelta(days=1))
    spans = list(
        queries.enterprise_get(scope, key).names.order_by("until_at").values_list("value", "from_at", "until_at")
    )
    assert spans == [
        ("测试第1机械有限公司", NOW, LATER),
        ("测试二名有限公司", LATER, LATER + timedelta(days=1)),
    ]


def test_recoded_enterprise_is_found_by_its_old_code(county):
    scope = county.scope["town"]
    key = make_enterprise(scope)
    old, new = make_uscc("331003", 1), make_uscc("331003", 900)
    services.enterprise_recode(scope=scope, enterprise_id=key, uscc=new.lower(), base=1, now=LATER)
    assert Enterprise.objects.get(pk=key).uscc == new
    assert [str(e.id) for e in queries.enterprise_list(scope, text=old)] == [key]
    with pytest.raises(RuleViolation) as refused:
        services.enterprise_recode(scope=scope, enterprise_id=key, uscc=new, base=2, now=LATER)
    assert reasons(refused) == ["registry.enterprise.uscc_same"]


def test_recode_to_a_code_in_use_is_refused(county):
    scope = county.scope["town"]
    key = make_enterprise(scope, 1)
    make_enterprise(scope, 2)
    with pytest.raises(RuleViolation) as refused:
        services.enterprise_recode(scope=scope, enterprise_id=key, uscc=make_uscc("331003", 2), base=1, now=LATER)
    assert reasons(refused) == ["registry.duplicate.known"]


def test_status_needs_a_reason_and_no_future_day(county):
    scope = county.scope["town"]
    key = make_enterprise(scope)
    with pytest.raises(RuleViolation) as refused:
        services.enterprise_status_set(
            scope=scope, enterprise_id=key, status="operating", reason="", base=1, now=NOW, on=date(2026, 3, 3)
        )
    assert reasons(refused) == [
        "registry.reason_missing",
        "registry.enterprise.status_same",
        "registry.enterprise.date_future",
    ]
    services.enterprise_status_set(
        scope=scope, enterprise_id=key, status="suspended", reason="设备检修", base=1, now=NOW, on=date(2026, 2, 27)
    )
    row = Enterprise.objects.get(pk=key)
    assert (row.status, row.status_on) == ("suspended", date(2026, 2, 27))


def test_moving_changes_region_address_and_position_together(county):
    scope = county.scope["supervision"]
    key = make_enterprise(scope)
    services.enterprise_move(
        scope=scope,
        enterprise_id=key,
        values={"region": OTHER_TOWN, "address": "测试新路9号"},
        reason="整体搬迁",
        base=1,
        now=LATER,
    )
    row = Enterprise.objects.get(pk=key)
    assert (row.region, row.region9, row.address, row.lon, row.lat) == (
        OTHER_TOWN,
        "331003002",
        "测试新路9号",
        None,
        None,
    )
    assert _last(key).data["from"] == TOWN
    assert [str(e.id) for e in queries.enterprise_list(county.scope["other_town"])] == [key]
    assert list(queries.enterprise_list(county.scope["town"])) == []


def test_office_is_handed_over_and_seen_by_the_new_one_only(county):
    first, second = county.scope["supervision"], county.scope["other_office"]
    key = make_enterprise(first)
    with pytest.raises(NotFound):
        queries.enterprise_get(second, key)
    services.enterprise_office_assign(
        scope=first, enterprise_id=key, office_id=second.office, reason="职责调整", base=1, now=LATER
    )
    assert str(queries.enterprise_get(second, key).id) == key
    with pytest.raises(NotFound):
        queries.enterprise_get(first, key)


def test_office_claims_what_has_none_but_not_what_another_has(county):
    first, second = county.scope["supervision"], county.scope["other_office"]
    key = make_enterprise(county.scope["town"])
    assert [str(e.id) for e in queries.enterprises_unassigned(first)] == [key]
    with pytest.raises(NotFound):
        services.enterprise_office_assign(scope=first, enterprise_id=key, office_id=second.office, base=1, now=LATER)
    services.enterprise_office_assign(scope=first, enterprise_id=key, office_id=first.office, base=1, now=LATER)
    assert list(queries.enterprises_unassigned(second)) == []
    with pytest.raises(NotFound):
        services.enterprise_office_assign(scope=second, enterprise_id=key, office_id=second.office, base=2, now=LATER)


def test_office_once_given_can_not_be_emptied(county):
    key = make_enterprise(county.scope["town"], office_id=county.office)
    with pytest.raises(BadInput) as refused:
        change(county, "town", key, office_id="")
    assert reasons(refused) == ["registry.office_missing"]


def test_grade_is_written_down_with_its_day(county):
    key = make_enterprise(county.scope["supervision"])
    services.enterprise_grade_set(
        scope=county.scope["supervision"], enterprise_id=key, grade="红", on=date(2026, 3, 1), now=LATER
    )
    row = Enterprise.objects.get(pk=key)
    assert (row.grade, row.graded_on) == ("red", date(2026, 3, 1))


def test_retired_enterprise_leaves_the_list_and_comes_back(county):
    scope = county.scope["town"]
    key = make_enterprise(scope)
    services.enterprise_retire(scope=scope, enterprise_id=key, reason="重复登记", base=1, now=LATER)
    assert list(queries.enterprise_list(scope)) == []
    assert [str(e.id) for e in queries.enterprise_list(scope, gone=True)] == [key]
    with pytest.raises(RuleViolation) as changed:
        change(county, "town", key, base=2, scale="大型")
    assert reasons(changed) == ["registry.enterprise.retired"]
    with pytest.raises(RuleViolation) as again:
        make_enterprise(scope)
    assert reasons(again) == ["registry.duplicate.known_retired"]
    services.enterprise_restore(scope=scope, enterprise_id=key, reason="登记有误", base=2, now=LATER)
    assert [str(e.id) for e in queries.enterprise_list(scope)] == [key]
    with pytest.raises(RuleViolation) as twice:
        services.enterprise_restore(scope=scope, enterprise_id=key, reason="登记有误", base=3, now=LATER)
    assert reasons(twice) == ["registry.enterprise.not_retired"]


def test_lists_filter_by_class_tag_status_region_and_office(county):
    scope = county.scope["leader"]
    one = make_enterprise(county.scope["supervision"], 1, tags="涉氨制冷", region=VILLAGE)
    two = make_enterprise(county.scope["other_office"], 2, classes="冶金", region=OTHER_TOWN, status="停产")
    found = {
        "all": queries.enterprise_list(scope),
        "region": queries.enterprise_list(scope, region="331003001"),
        "class": queries.enterprise_list(scope, class_="metallurgy"),
        "tag": queries.enterprise_list(scope, tag="ammonia"),
        "status": queries.enterprise_list(scope, status="suspended"),
        "office": queries.enterprise_list(scope, office_id=county.office),
    }
    assert {k: sorted(str(e.id) for e in rows) for k, rows in found.items()} == {
        "all": sorted([one, two]),
        "region": [one],
        "class": [two],
        "tag": [one],
        "status": [two],
        "office": [one],
    }


def test_ids_that_are_none_are_not_found(county):
    for strange in ("", "x", "../etc", "01900000-0000-7000-8000-000000000001"):
        with pytest.raises(NotFound):
            queries.enterprise_get(county.scope["leader"], strange)
    assert queries.enterprise_names(["x", ""]) == {}


def test_drill_enterprises_stay_out_of_the_real_lists(county):
    scope = county.scope["town"]
    key = services.enterprise_create(scope=scope, values=firm(), now=NOW, drill=True)
    assert list(queries.enterprise_list(scope)) == []
    assert [str(e.id) for e in queries.enterprise_list(scope, drill=True)] == [key]
    assert queries.enterprise_choices(scope) == []


def _last(key):
    from anlan.platform.journal.models import Head, JournalEntry
    from anlan.platform.journal.refold import entry_of

    sid = Head.objects.get(subject=queries.subject_of(key)).sid
    return entry_of(JournalEntry.objects.filter(sid=sid).order_by("-hlc")[0])


def test_a_key_used_for_another_act_is_refused(county):
    scope = county.scope["town"]
    key = make_enterprise(scope)
    act = {"scope": scope, "enterprise_id": key, "base": 1, "now": LATER, "once": "click-1"}
    services.enterprise_rename(name="测试改名有限公司", **act)
    services.enterprise_rename(name="测试改名有限公司", **act)
    with pytest.raises(Conflict) as refused:
        services.enterprise_retire(reason="重复登记", **act)
    assert refused.value.code == "journal.once_reused"
    assert version(key) == 2
    assert Enterprise.objects.get(pk=key).retired_at is None
