from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from anlan.accounts.services.moves import person_move
from anlan.inspection import queries
from anlan.inspection.errors import ChecklistNotFound, InspectionNotFound, StalePage, StepRefused
from anlan.inspection.models import Checklist, Hazard, Inspection
from anlan.inspection.services.checklists import (
    ChecklistItem,
    checklist_change,
    checklist_create,
    checklist_retire,
    checklists_install,
)
from anlan.inspection.services.inspections import (
    ItemAnswer,
    inspection_finish,
    inspection_item_set,
    inspection_items_set,
    inspection_start,
)
from anlan.kernel.errors import BadInput, Conflict, NotAllowed
from anlan.registry.services.enterprises import enterprise_move
from inspection.factories import NOW, REGISTRAR, World

GUARDED = "《工贸企业重大事故隐患判定标准》第十三条第（二）项"
MARKED = "其余有限空间均有标志，仅此一处缺失"
pytestmark = pytest.mark.django_db

FIRE = ChecklistItem("zj-01", "消防", "通道畅通", "中华人民共和国消防法", "第二十八条")


def codes(error: Any) -> list[str]:
    return [v.code for v in error.value.violations]


def start(world: World, role: str = "town", **values: Any) -> str:
    full = {"enterprise_id": world.enterprise, "checklist_id": world.checklist("yxkj"), "now": NOW}
    full["officers"] = [world.mate]
    return inspection_start(scope=world.scope[role], **full | values)


def answer_all(world: World, key: str, **single: ItemAnswer) -> None:
    visit = queries.inspection_get(world.scope["town"], key)
    answers = [single.get(i.key.replace("-", "_"), ItemAnswer(i.key, "pass")) for i in queries.inspection_sheet(visit)]
    inspection_items_set(scope=world.scope["town"], inspection_id=key, answers=answers, now=NOW)


def test_inspection_start_keeps_officers_checklist_version_and_campaigns(world: World) -> None:
    campaign = world.campaign("春雷行动")
    second = world.county.person["town_second"]
    key = start(world, officers=[second], campaigns=[campaign], kind="campaign")
    visit = queries.inspection_get(world.scope["town"], key)
    assert (visit.number, visit.state, visit.source) == ("JC-331003a-2026-000001", "draft", "town")
    assert visit.checklist_version == 1
    officers = [(world.county.person["town"], "蒋安"), (second, "孔达")]
    assert queries.inspection_officers(visit) == officers
    assert [t.key for t in visit.tags.all()] == [campaign]
    assert str(visit.office_id) == world.county.office


def test_inspection_start_of_a_chemicals_unit_by_one_county_officer_is_refused(world: World) -> None:
    from inspection.factories import REGISTRAR
    from registry.factories import make_enterprise

    unit = make_enterprise(REGISTRAR, 9, name="测试危化经营部", classes=["危化经营"])
    with pytest.raises(StepRefused) as error:
        start(world, "enforcement", enterprise_id=unit, officers=[])
    assert codes(error) == ["inspection.start.two_officers_chemicals"]
    assert start(world, "enforcement", enterprise_id=unit, officers=[world.county.person["town"]])


def test_inspection_start_with_an_officer_who_may_not_inspect_is_refused(world: World) -> None:
    with pytest.raises(StepRefused) as error:
        start(world, officers=[world.county.person["enterprise"]])
    assert codes(error) == ["inspection.start.officer_unknown"]


def test_inspection_start_repeated_with_the_same_once_is_one(world: World) -> None:
    assert start(world, once="c-1") == start(world, once="c-1")
    assert Inspection.objects.count() == 1


def test_inspection_start_needs_right_checklist_and_enterprise_in_scope(world: World) -> None:
    with pytest.raises(NotAllowed):
        start(world, "enterprise")
    with pytest.raises(ChecklistNotFound):
        start(world, checklist_id="0195e000-0000-7000-8000-000000000001")
    with pytest.raises(Exception) as error:
        start(world, enterprise_id=world.other_enterprise)
    assert error.value.code == "registry.enterprise.not_found"
    assert Inspection.objects.count() == 0


def test_inspection_item_set_replaces_an_earlier_answer_with_its_photos(world: World) -> None:
    key = start(world)
    scope, first, second = world.scope["town"], world.photo("town"), world.photo("town")
    hazard = ItemAnswer("yxkj-02", "hazard", "没有标志", "污水站", general_reason=MARKED, photos=(first,))
    inspection_item_set(scope=scope, inspection_id=key, answer=hazard, now=NOW)
    again = ItemAnswer("yxkj-02", "hazard", "标志不清", general_reason=MARKED, photos=(second,))
    inspection_item_set(scope=scope, inspection_id=key, answer=again, now=NOW)
    item = next(i for i in queries.inspection_sheet(queries.inspection_get(scope, key)) if i.key == "yxkj-02")
    assert (item.result, item.note, item.place, item.photos) == ("hazard", "标志不清", "", (second,))
    inspection_item_set(scope=scope, inspection_id=key, answer=ItemAnswer("yxkj-02", "pass"), now=NOW)
    item = next(i for i in queries.inspection_sheet(queries.inspection_get(scope, key)) if i.key == "yxkj-02")
    assert (item.result, item.note, item.photos) == ("pass", "", ())


def test_inspection_items_set_by_somebody_who_is_no_officer_is_refused(world: World) -> None:
    key = start(world)
    for role in ("town_second", "supervision", "enforcement"):
        with pytest.raises(NotAllowed) as error:
            inspection_item_set(
                scope=world.scope[role], inspection_id=key, answer=ItemAnswer("yxkj-01", "pass"), now=NOW
            )
        assert error.value.code == "inspection.not_officer"
    with pytest.raises(InspectionNotFound):
        inspection_item_set(
            scope=world.scope["other_town"], inspection_id=key, answer=ItemAnswer("yxkj-01", "pass"), now=NOW
        )


def test_an_inspection_goes_with_the_post_that_is_handed_over(world: World) -> None:
    key = start(world)
    leaving, taking = world.county.post["town"], world.county.post["town_second"]
    successor = world.scope["town_second"]
    assert list(queries.draft_list(successor)) == []
    person_move(
        scope=world.scope["admin"], post_id=leaving, reason="调往县局", base=None, now=NOW, successor_post_id=taking
    )
    assert [str(v.id) for v in queries.draft_list(successor)] == [key]
    inspection_item_set(scope=successor, inspection_id=key, answer=ItemAnswer("yxkj-01", "pass"), now=NOW)
    assert queries.inspection_get(successor, key).items.count() == 1


def test_inspection_finish_files_its_hazards_in_one_transaction(world: World) -> None:
    campaign = world.campaign("春雷行动")
    key = start(world, campaigns=[campaign])
    photo = world.photo("town")
    answer_all(
        world,
        key,
        yxkj_02=ItemAnswer("yxkj-02", "hazard", "没有标志", "污水站", general_reason=MARKED, photos=(photo,)),
        yxkj_05=ItemAnswer("yxkj-05", "hazard", "无人监护", grade="major", major_basis=GUARDED),
    )
    ids = inspection_finish(scope=world.scope["town"], inspection_id=key, conclusion="隐患两处", now=NOW)
    found = {h.item_key: h for h in Hazard.objects.all()}
    assert [str(found[k].id) for k in ("yxkj-02", "yxkj-05")] == ids
    assert [h.number[-6:] for h in Hazard.objects.order_by("number")] == ["000001", "000002"]
    first, second = found["yxkj-02"], found["yxkj-05"]
    assert (first.basis, first.description, first.place) == (
        "《中华人民共和国安全生产法》第三十五条",
        "没有标志",
        "污水站",
    )
    assert (second.grade, second.major_basis) == ("major", GUARDED)
    assert [p.sha256 for p in first.photos.all()] == [photo]
    assert {t.key for h in found.values() for t in h.tags.all()} == {campaign}
    visit = queries.inspection_get(world.scope["town"], key)
    assert (visit.state, visit.finished_at, visit.conclusion) == ("finished", NOW, "隐患两处")


def test_inspection_finish_refused_leaves_no_hazard_behind(world: World) -> None:
    key = start(world)
    hazard = ItemAnswer("yxkj-02", "hazard", "没有标志", general_reason=MARKED)
    inspection_item_set(scope=world.scope["town"], inspection_id=key, answer=hazard, now=NOW)
    with pytest.raises(StepRefused) as error:
        inspection_finish(scope=world.scope["town"], inspection_id=key, conclusion="", now=NOW)
    assert codes(error) == ["inspection.finish.items_missing", "inspection.finish.conclusion_missing"]
    assert Hazard.objects.count() == 0


def test_inspection_finish_twice_is_a_conflict_and_once_is_harmless(world: World) -> None:
    key = start(world)
    answer_all(world, key, yxkj_02=ItemAnswer("yxkj-02", "hazard", "没有标志", general_reason=MARKED))
    base = world.version("inspection.inspection", key)
    done = {"scope": world.scope["town"], "inspection_id": key, "conclusion": "一处", "now": NOW}
    ids = inspection_finish(base=base, once="f-1", **done)
    assert inspection_finish(base=base, once="f-1", **done) == ids
    with pytest.raises(StalePage):
        inspection_finish(base=base, once="f-2", **done)
    with pytest.raises(StepRefused) as error:
        inspection_finish(**done)
    assert codes(error) == ["kernel.loop.not_from_here"]
    with pytest.raises(StepRefused) as late:
        inspection_item_set(scope=world.scope["town"], inspection_id=key, answer=ItemAnswer("yxkj-01", "na"), now=NOW)
    assert codes(late) == ["inspection.items.finished"]
    assert Hazard.objects.count() == 1


def test_checklists_install_is_repeatable(world: World) -> None:
    assert Checklist.objects.count() == 8
    assert checklists_install(now=NOW) == 0
    general = Checklist.objects.get(code="ty")
    assert (general.version, general.items.count(), general.packaged_version) == (1, 20, 1)


def test_checklist_change_makes_a_version_and_running_inspections_keep_theirs(world: World) -> None:
    scope = world.scope["supervision"]
    key = checklist_create(scope=scope, code="zj", name="自建表", items=[FIRE], now=NOW)
    visit = queries.inspection_get(world.scope["town"], start(world, checklist_id=key))
    new = [ChecklistItem("zj-01", "消防", "通道没有堆物", FIRE.law, FIRE.article)]
    second = checklist_change(scope=scope, checklist_id=key, name="自建表", items=new, base=1, now=NOW)
    assert second == 2
    assert [i.text for i in queries.inspection_sheet(visit)] == ["通道畅通"]
    later = queries.inspection_get(world.scope["town"], start(world, checklist_id=key))
    assert [i.text for i in queries.inspection_sheet(later)] == ["通道没有堆物"]
    same = checklist_change(scope=scope, checklist_id=key, name="自建表", items=new, base=2, now=NOW)
    assert (same, world.version("inspection.checklist", key)) == (2, 2)


def test_checklist_services_refuse_wrong_hands_stale_pages_and_taken_codes(world: World) -> None:
    scope = world.scope["supervision"]
    with pytest.raises(NotAllowed):
        checklist_create(scope=world.scope["town"], code="zj", name="自建表", items=[FIRE], now=NOW)
    with pytest.raises(StepRefused) as error:
        checklist_create(scope=scope, code="ty", name="自建表", items=[], now=NOW)
    assert codes(error) == ["inspection.checklist.empty", "inspection.checklist.code_taken"]
    key = checklist_create(scope=scope, code="zj", name="自建表", items=[FIRE], now=NOW, once="k")
    assert checklist_create(scope=scope, code="zj", name="自建表", items=[FIRE], now=NOW, once="k") == key
    with pytest.raises(StalePage):
        checklist_change(scope=scope, checklist_id=key, name="改名", items=[FIRE], base=9, now=NOW)
    with pytest.raises(BadInput):
        checklist_retire(scope=scope, checklist_id=key, reason="", base=1, now=NOW)
    checklist_retire(scope=scope, checklist_id=key, reason="并入通用表", base=1, now=NOW)
    with pytest.raises(StepRefused) as retired:
        start(world, checklist_id=key)
    assert codes(retired) == ["inspection.start.checklist_retired"]
    with pytest.raises(StepRefused):
        checklist_retire(scope=scope, checklist_id=key, reason="并入通用表", base=2, now=NOW + timedelta(days=1))


def test_two_finishes_at_the_same_moment_leave_one_and_tell_the_other_it_was_late(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = start(world)
    answer_all(world, key, yxkj_02=ItemAnswer("yxkj-02", "hazard", "没有标志", general_reason=MARKED))
    done = {"scope": world.scope["town"], "inspection_id": key, "conclusion": "一处", "now": NOW}
    read = queries.inspection_sheet
    first: list[list[str]] = []

    def slowly(inspection: Inspection) -> object:
        sheet = read(inspection)
        monkeypatch.setattr(queries, "inspection_sheet", read)
        if not first:
            first.append(inspection_finish(once="f-1", **done))
        return sheet

    monkeypatch.setattr(queries, "inspection_sheet", slowly)
    with pytest.raises(StalePage) as late:
        inspection_finish(once="f-2", **done)
    assert (late.value.code, late.value.facts["state"]) == ("inspection.stale", "已完成")
    first.clear()
    assert Hazard.objects.count() == 1


def test_the_same_finish_twice_at_the_same_moment_is_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    key = start(world)
    answer_all(world, key, yxkj_02=ItemAnswer("yxkj-02", "hazard", "没有标志", general_reason=MARKED))
    done = {"scope": world.scope["town"], "inspection_id": key, "conclusion": "一处", "now": NOW, "once": "f-1"}
    recorded = queries.once_recorded
    first: list[list[str]] = []

    def slowly(*args: object) -> object:
        found = recorded(*args)
        monkeypatch.setattr(queries, "once_recorded", recorded)
        first.append(inspection_finish(**done))
        return found

    monkeypatch.setattr(queries, "once_recorded", slowly)
    assert [inspection_finish(**done)] == first
    assert Hazard.objects.count() == 1


def test_a_key_used_for_another_step_is_refused(world: World) -> None:
    key = start(world)
    answer_all(world, key)
    done = {"scope": world.scope["town"], "inspection_id": key, "now": NOW, "once": "k-1"}
    inspection_item_set(answer=ItemAnswer("yxkj-01", "na"), **done)
    with pytest.raises(Conflict) as refused:
        inspection_finish(conclusion="无隐患", **done)
    assert refused.value.code == "journal.once_reused"


def test_an_inspection_begins_under_campaigns_of_its_region_only(world: World) -> None:
    away = world.campaign("南城行动", region="331003002000")
    with pytest.raises(StepRefused) as error:
        start(world, "enforcement", officers=[world.county.person["town"]], campaigns=[away])
    assert codes(error) == ["inspection.campaign.region_outside"]
    with pytest.raises(StepRefused) as source:
        start(world, "town", source="county")
    assert codes(source) == ["inspection.start.source_not_yours"]


def test_a_hazard_does_not_inherit_a_campaign_that_its_enterprise_has_left(world: World) -> None:
    here, county = world.campaign("东城行动", region="331003001000"), world.campaign("全县行动")
    key = start(world, "enforcement", officers=[world.county.person["town"]], campaigns=[here, county])
    scope = world.scope["enforcement"]
    answers = [
        ItemAnswer(i.key, "hazard", "没有标志", general_reason=MARKED) if i.key == "yxkj-02" else ItemAnswer(i.key, "pass")
        for i in queries.inspection_sheet(queries.inspection_get(scope, key))
    ]
    inspection_items_set(scope=scope, inspection_id=key, answers=answers, now=NOW)
    moved = {"region": "331003002000", "address": "新址"}
    enterprise_move(
        scope=REGISTRAR, enterprise_id=world.enterprise, values=moved, reason="搬迁入园", base=None, now=NOW
    )
    ids = inspection_finish(scope=scope, inspection_id=key, conclusion="一处", now=NOW)
    assert [tag.key for tag in queries.hazard_get(scope, ids[0]).tags.all()] == [county]
