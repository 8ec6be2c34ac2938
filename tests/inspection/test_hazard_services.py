from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from anlan.inspection import queries
from anlan.inspection.errors import HazardNotFound, StalePage, StepRefused
from anlan.inspection.models import Hazard
from anlan.inspection.services.hazards import (
    CloseInput,
    HazardInput,
    OrderInput,
    ReturnInput,
    SubmitInput,
    hazard_close,
    hazard_order,
    hazard_report,
    hazard_return,
    hazard_submit,
    hazard_tag,
    hazards_close,
    hazards_order,
    hazards_report,
    hazards_submit,
    source_choices,
)
from anlan.inspection.services.upkeep import deadline_recompute
from anlan.kernel.deadlines import WorkCalendar
from anlan.kernel.errors import BadInput, Conflict, NotAllowed
from inspection.factories import NOW, World

pytestmark = pytest.mark.django_db


def codes(error: Any) -> list[str]:
    return [v.code for v in error.value.violations]


def row(hazard_id: str) -> Hazard:
    return Hazard.objects.get(pk=hazard_id)


def test_hazard_report_files_a_numbered_hazard_in_the_enterprise_s_scope(world: World) -> None:
    photo = world.photo("town")
    key = world.found(place="一号车间", photos=(photo,))
    hazard = row(key)
    assert hazard.number == "YH-331003a-2026-000001"
    assert (hazard.state, hazard.grade, hazard.source) == ("found", "general", "town")
    assert (str(hazard.enterprise_id), str(hazard.office_id)) == (world.enterprise, world.county.office)
    assert (hazard.region, hazard.lon, hazard.lat) == ("331003001001", 121.2621, 28.6502)
    assert (hazard.description, hazard.place) == ("车间安全出口堆放杂物", "一号车间")
    assert (hazard.found_at, hazard.found_by) == (NOW, world.county.person["town"])
    assert [(p.stage, p.round, p.sha256) for p in hazard.photos.all()] == [("before", 0, photo)]


def test_hazards_report_is_all_or_none(world: World) -> None:
    items = [HazardInput(world.enterprise, "照明损坏"), HazardInput(world.enterprise, " ")]
    with pytest.raises(StepRefused) as error:
        hazards_report(scope=world.scope["town"], items=items, now=NOW)
    assert codes(error) == ["inspection.hazard.report.description_missing"]
    assert Hazard.objects.count() == 0


def test_hazard_report_with_the_same_once_is_one_hazard(world: World) -> None:
    assert world.found(once="phone-1") == world.found(once="phone-1")
    assert Hazard.objects.count() == 1
    assert world.found(role="grid", once="phone-1") != world.found(once="phone-1")


def test_hazard_report_by_a_role_without_the_right_is_not_allowed(world: World) -> None:
    for role in ("enterprise", "auditor", "admin", "leader"):
        with pytest.raises(NotAllowed):
            world.found(role=role)
    assert Hazard.objects.count() == 0


def test_a_missing_right_is_called_by_its_name(world: World) -> None:
    with pytest.raises(NotAllowed) as error:
        hazard_order(scope=world.scope["grid"], item=OrderInput(hazard_id=world.found(), days=5), now=NOW)
    assert error.value.message == "您的岗位没有“责令限期整改”的权限。"
    assert error.value.facts["right"] == "inspection.hazard.order"


def test_hazard_order_sets_the_deadline_to_the_end_of_the_last_day(world: World) -> None:
    hazard = row(world.ordered(days=10))
    assert hazard.state == "ordered"
    assert hazard.due_at == datetime(2026, 3, 12, 15, 59, 59, tzinfo=UTC)
    assert (hazard.due_unit, hazard.due_count, hazard.due_provisional) == ("days", 10, 0)
    assert (hazard.requirement, hazard.ordered_by) == ("限期清理", world.county.person["town"])


def test_hazard_order_beyond_the_limit_names_every_reason(world: World) -> None:
    key = world.found()
    with pytest.raises(StepRefused) as error:
        hazard_order(scope=world.scope["town"], item=OrderInput(hazard_id=key, days=61), now=NOW)
    assert codes(error) == ["inspection.hazard.order.deadline_too_long"]
    with pytest.raises(BadInput) as ambiguous:
        hazard_order(
            scope=world.scope["town"], item=OrderInput(hazard_id=key, days=1, due_on=date(2026, 3, 9)), now=NOW
        )
    assert ambiguous.value.code == "inspection.hazard.order.deadline_ambiguous"
    assert row(key).state == "found"


def test_hazard_submit_by_the_enterprise_keeps_note_and_photo(world: World) -> None:
    hazard = row(world.submitted())
    assert (hazard.state, hazard.rectification) == ("submitted", "已清理并划线")
    assert hazard.submitted_at == NOW + timedelta(days=1)
    assert [(p.stage, p.round) for p in hazard.photos.all()] == [("after", 1)]


def test_hazard_submit_by_anybody_but_the_enterprise_is_refused(world: World) -> None:
    key = world.ordered()
    item = SubmitInput(hazard_id=key, note="已整改", photos=(world.photo("town"),))
    with pytest.raises(NotAllowed):
        hazard_submit(scope=world.scope["town"], item=item, now=NOW)
    with pytest.raises(HazardNotFound):
        hazard_submit(scope=world.scope["other_enterprise"], item=item, now=NOW)
    assert row(key).state == "ordered"


def test_hazard_return_sends_back_with_reason_and_new_deadline(world: World) -> None:
    key = world.submitted()
    later = NOW + timedelta(days=2)
    item = ReturnInput(hazard_id=key, note="通道仍被占用", days=3, photos=(world.photo("town"),))
    hazard_return(scope=world.scope["town"], item=item, now=later)
    hazard = row(key)
    assert (hazard.state, hazard.returned_count, hazard.return_reason) == ("ordered", 1, "通道仍被占用")
    assert hazard.due_at == datetime(2026, 3, 7, 15, 59, 59, tzinfo=UTC)
    again = SubmitInput(hazard_id=key, note="已全部清理", photos=(world.photo("enterprise"),))
    hazard_submit(scope=world.scope["enterprise"], item=again, now=later + timedelta(hours=1))
    assert sorted((p.stage, p.round) for p in hazard.photos.all()) == [("after", 1), ("after", 2), ("review", 1)]


def test_hazard_return_without_a_reason_is_refused(world: World) -> None:
    key = world.submitted()
    with pytest.raises(StepRefused) as error:
        hazard_return(scope=world.scope["town"], item=ReturnInput(hazard_id=key), now=NOW + timedelta(days=2))
    assert error.value.code == "inspection.hazard.return.refused"
    assert codes(error) == ["inspection.hazard.return.reason_missing"]


def test_hazard_close_needs_note_photo_and_two_officers(world: World) -> None:
    key = world.submitted()
    with pytest.raises(StepRefused) as error:
        hazard_close(scope=world.scope["town"], item=CloseInput(hazard_id=key), now=NOW + timedelta(days=2))
    assert codes(error) == [
        "inspection.hazard.close.note_missing",
        "inspection.hazard.close.review_photo_missing",
        "inspection.hazard.close.two_officers",
    ]
    assert row(key).state == "submitted"


def test_hazard_close_by_two_officers_closes(world: World) -> None:
    hazard = row(world.closed())
    assert (hazard.state, hazard.closed_at) == ("closed", NOW + timedelta(days=2))
    assert (hazard.closed_by, hazard.co_reviewer) == (world.county.person["town"], world.county.person["town_second"])
    assert [(p.stage, p.round) for p in hazard.photos.filter(stage="review")] == [("review", 1)]


def test_hazard_close_with_an_unknown_second_officer_is_refused(world: World) -> None:
    key = world.submitted()
    for stranger in (world.county.person["enterprise"], world.county.person["other_town"], "nobody"):
        with pytest.raises(StepRefused) as error:
            item = world.closing(key, co_reviewer=stranger)
            hazard_close(scope=world.scope["town"], item=item, now=NOW + timedelta(days=2))
        assert "inspection.hazard.close.co_reviewer_unknown" in codes(error)


def test_enterprise_cannot_review_its_own_hazard(world: World) -> None:
    key = world.submitted()
    item = CloseInput(hazard_id=key, note="合格", photos=(world.photo("enterprise"),), co_reviewer="x")
    with pytest.raises(NotAllowed):
        hazard_close(scope=world.scope["enterprise"], item=item, now=NOW + timedelta(days=2))
    with pytest.raises(NotAllowed):
        hazard_return(scope=world.scope["enterprise"], item=ReturnInput(hazard_id=key, note="不"), now=NOW)
    assert row(key).state == "submitted"


def test_double_click_is_a_conflict_and_one_step(world: World) -> None:
    key = world.found()
    base = world.base(key)
    order = OrderInput(hazard_id=key, days=10, base=base)
    hazard_order(scope=world.scope["town"], item=order, now=NOW)
    with pytest.raises(StalePage) as error:
        hazard_order(scope=world.scope["town"], item=order, now=NOW)
    assert isinstance(error.value, Conflict)
    assert (error.value.code, error.value.facts["state"]) == ("inspection.stale", "责令整改")
    assert world.base(key) == base + 1


def test_step_repeated_with_the_same_once_is_taken_once(world: World) -> None:
    key = world.found()
    order = OrderInput(hazard_id=key, days=10, once="click-1", base=1)
    assert hazard_order(scope=world.scope["town"], item=order, now=NOW) == key
    assert hazard_order(scope=world.scope["town"], item=order, now=NOW) == key
    assert world.base(key) == 2


def test_stale_base_is_a_conflict(world: World) -> None:
    key = world.submitted()
    stale = world.base(key) - 1
    with pytest.raises(StalePage):
        hazard_close(scope=world.scope["town"], item=world.closing(key, base=stale), now=NOW + timedelta(days=2))


def test_another_town_neither_sees_nor_steps(world: World) -> None:
    key = world.submitted()
    with pytest.raises(HazardNotFound):
        queries.hazard_get(world.scope["other_town"], key)
    with pytest.raises(HazardNotFound):
        hazard_close(scope=world.scope["other_town"], item=world.closing(key), now=NOW + timedelta(days=2))
    with pytest.raises(HazardNotFound):
        queries.hazard_get(world.scope["other_office"], key)
    assert list(queries.hazard_list(world.scope["other_town"])) == []


def test_photo_of_somebody_else_cannot_be_named(world: World) -> None:
    key = world.ordered()
    item = SubmitInput(hazard_id=key, note="已整改", photos=(world.photo("other_town"),))
    with pytest.raises(BadInput) as error:
        hazard_submit(scope=world.scope["enterprise"], item=item, now=NOW + timedelta(days=1))
    assert error.value.code == "platform.attachment.unknown"
    assert row(key).state == "ordered"


def test_list_forms_take_every_step_in_one_call(world: World) -> None:
    town, firm = world.scope["town"], world.scope["enterprise"]
    keys = hazards_report(
        scope=town,
        items=[HazardInput(world.enterprise, f"隐患{n}", at=NOW) for n in range(3)],
        now=NOW + timedelta(days=3),
    )
    orders = [OrderInput(hazard_id=k, days=5, at=NOW + timedelta(hours=1)) for k in keys]
    hazards_order(scope=town, items=orders, now=NOW + timedelta(days=3))
    reports = [
        SubmitInput(hazard_id=k, note="已整改", photos=(world.photo("enterprise"),), at=NOW + timedelta(days=1))
        for k in keys
    ]
    hazards_submit(scope=firm, items=reports, now=NOW + timedelta(days=3))
    hazards_close(
        scope=town, items=[world.closing(k, at=NOW + timedelta(days=2)) for k in keys], now=NOW + timedelta(days=3)
    )
    rows = Hazard.objects.order_by("number")
    assert [h.number[-6:] for h in rows] == ["000001", "000002", "000003"]
    assert {(h.found_at, h.closed_at) for h in rows} == {(NOW, NOW + timedelta(days=2))}


def test_a_step_stated_before_the_last_one_is_refused(world: World) -> None:
    key = world.found()
    for at, code in ((NOW - timedelta(days=1), "at_too_early"), (NOW + timedelta(days=1), "at_in_future")):
        with pytest.raises(StepRefused) as error:
            hazard_order(scope=world.scope["town"], item=OrderInput(hazard_id=key, days=5, at=at), now=NOW)
        assert codes(error) == [f"inspection.hazard.{code}"]


def test_provisional_deadline_is_recomputed_when_the_table_arrives(world: World) -> None:
    key = world.found()
    bare, known = WorkCalendar(), WorkCalendar.of([2026], [date(2026, 3, 3), date(2026, 3, 4)])
    order = OrderInput(hazard_id=key, working_days=3)
    hazard_order(scope=world.scope["town"], item=order, now=NOW, calendar=bare)
    assert (row(key).due_at, row(key).due_provisional) == (datetime(2026, 3, 5, 15, 59, 59, tzinfo=UTC), 1)
    assert deadline_recompute(now=NOW, calendar=bare) == 0
    assert deadline_recompute(now=NOW, calendar=known) == 1
    assert (row(key).due_at, row(key).due_provisional) == (datetime(2026, 3, 9, 15, 59, 59, tzinfo=UTC), 0)
    assert deadline_recompute(now=NOW, calendar=known) == 0


def test_history_tells_every_step_with_its_person(world: World) -> None:
    key = world.closed()
    lines = queries.hazard_history(world.scope["auditor"], key)
    assert [(line.kind, line.label, line.actor, line.counts) for line in lines] == [
        ("found", "登记隐患", "蒋安", True),
        ("ordered", "责令限期整改", "蒋安", True),
        ("submitted", "提交整改", "杨工", True),
        ("closed", "复查销号", "蒋安", True),
    ]
    assert lines[3].text["note"] == "现场复查合格"


def test_actions_offer_and_grey_buttons_with_reasons(world: World) -> None:
    key = world.ordered()

    def view(role: str) -> dict[str, list[str]]:
        hazard = queries.hazard_get(world.scope[role], key)
        return {a.id: [r.code for r in a.reasons] for a in queries.hazard_actions(world.scope[role], hazard, NOW)}

    assert view("enterprise")["submit"] == []
    assert view("town") == {
        "order": ["kernel.loop.not_from_here"],
        "submit": ["inspection.hazard.right_missing", "inspection.hazard.enterprise_only"],
        "return": ["kernel.loop.not_from_here"],
        "close": ["kernel.loop.not_from_here"],
        "dismiss": ["inspection.hazard.dismiss.finder_alone"],
        "merge": [],
    }
    assert view("enterprise")["close"] == [
        "kernel.loop.not_from_here",
        "inspection.hazard.right_missing",
        "inspection.hazard.enterprise_never_reviews",
    ]


def test_overdue_is_asked_and_ends_with_the_submission(world: World) -> None:
    key = world.ordered(days=1)
    scope, late = world.scope["town"], NOW + timedelta(days=3)
    assert [str(h.id) for h in queries.hazards_overdue(scope, NOW)] == []
    assert [str(h.id) for h in queries.hazards_overdue(scope, late)] == [key]
    item = SubmitInput(hazard_id=key, note="已整改", photos=(world.photo("enterprise"),))
    hazard_submit(scope=world.scope["enterprise"], item=item, now=late)
    assert list(queries.hazards_overdue(scope, late)) == []


def test_hazard_report_of_an_enterprise_outside_scope_is_not_found(world: World) -> None:
    with pytest.raises(Exception) as error:
        hazard_report(scope=world.scope["town"], item=HazardInput(world.other_enterprise, "隐患"), now=NOW)
    assert error.value.code == "registry.enterprise.not_found"


@pytest.mark.parametrize(
    ("role", "own", "foreign"),
    [
        ("grid", "village", "upper"),
        ("town", "town", "county"),
        ("supervision", "county", "village"),
        ("enforcement", "county", "department"),
        ("expert", "expert", "county"),
    ],
)
def test_a_role_names_its_own_sources_only(world: World, role: str, own: str, foreign: str) -> None:
    assert queries.hazard_get(world.scope[role], world.found(role=role)).source == own
    count = Hazard.objects.count()
    with pytest.raises(StepRefused) as error:
        world.found(role=role, source=foreign)
    assert codes(error) == ["inspection.hazard.report.source_not_yours"]
    assert Hazard.objects.count() == count


def test_forms_offer_the_sources_that_the_role_may_name(world: World) -> None:
    assert [word for word, _ in source_choices(world.scope["grid"])] == ["town", "village"]


def test_a_campaign_of_one_town_takes_no_hazard_of_another(world: World) -> None:
    county, town = world.campaign("全县行动"), world.campaign("东城行动", region="331003001000")
    scope = replace(world.scope["supervision"], office=None)
    item = HazardInput(enterprise_id=world.other_enterprise, description="通道堵塞")
    here, there = world.found(), hazard_report(scope=scope, item=item, now=NOW)
    assert hazard_tag(scope=scope, hazard_ids=[here], campaign_id=town, now=NOW) == 1
    with pytest.raises(StepRefused) as error:
        hazard_tag(scope=scope, hazard_ids=[here, there], campaign_id=town, now=NOW)
    assert [v.message for v in error.value.violations] == ["该专项行动的范围是“东城街道”，不包括“南城街道”。"]
    with pytest.raises(StepRefused) as filed:
        hazard_report(scope=scope, item=replace(item, campaigns=(county, town)), now=NOW)
    assert codes(filed) == ["inspection.campaign.region_outside"]
    assert hazard_tag(scope=scope, hazard_ids=[here, there], campaign_id=county, now=NOW) == 2
    assert queries.campaign_choices(scope, region="331003002000") == [(county, "全县行动")]


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        (0.0, 0.0, "kernel.geo.outside_china"),
        (28.65, 121.26, "kernel.geo.swapped"),
        (72.5, 40.0, "kernel.geo.outside_china"),
        (121.26, None, "inspection.hazard.report.place_half"),
    ],
)
def test_a_position_outside_china_is_refused(world: World, lon: float, lat: float | None, code: str) -> None:
    with pytest.raises(StepRefused) as error:
        world.found(lon=lon, lat=lat)
    assert codes(error) == [code]
