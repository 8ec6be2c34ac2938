from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest

from anlan.inspection.models import Hazard
from anlan.platform import clock
from inspection.factories import NOW, World

pytestmark = pytest.mark.django_db

Call = Callable[..., tuple[int, Any]]


def caller(world: World, role: str) -> Call:
    client = world.client(role)

    def call(method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        answer = client.generic(
            method,
            f"/api/v1/inspection{path}",
            orjson.dumps(body) if body is not None else b"",
            content_type="application/json",
            headers=headers or None,
        )
        return answer.status_code, orjson.loads(answer.content) if answer.content else None

    return call


def codes(body: Any) -> list[str]:
    return [v["code"] for v in body["violations"]]


def test_hazard_report_order_submit_return_close_by_api(world: World) -> None:
    town, firm = caller(world, "town"), caller(world, "enterprise")
    with clock.frozen(NOW):
        status, made = town("POST", "/hazards", {"enterprise_id": world.enterprise, "description": "线路老化"})
        assert (status, made["state"], made["number"], made["version"]) == (201, "found", "YH-331003a-2026-000001", 1)
        path = f"/hazards/{made['id']}"
        assert town("POST", f"{path}/order", {"base": 1, "days": 10, "note": "更换线路"})[1]["version"] == 2
    with clock.frozen(NOW + timedelta(days=1)):
        photo = world.photo("enterprise")
        assert (
            firm("POST", f"{path}/submit", {"base": 2, "note": "已更换", "photos": [photo]})[1]["state"] == "submitted"
        )
        assert town("POST", f"{path}/return", {"base": 3, "note": "接头裸露"})[1]["state"] == "ordered"
        photo = world.photo("enterprise")
        assert firm("POST", f"{path}/submit", {"base": 4, "note": "已包扎", "photos": [photo]})[0] == 200
        review = {"base": 5, "note": "合格", "photos": [world.photo("town")]}
        status, refused = town("POST", f"{path}/close", review)
        assert (status, refused["code"], codes(refused)) == (
            409,
            "inspection.hazard.close.refused",
            ["inspection.hazard.close.two_officers"],
        )
        review["co_reviewer"] = world.county.person["town_second"]
        status, closed = town("POST", f"{path}/close", review)
    assert (status, closed["state"], closed["version"]) == (200, "closed", 6)
    status, photos = town("GET", f"{path}/photos")
    assert [(p["stage"], p["round"]) for p in photos["items"]] == [("after", 1), ("after", 2), ("review", 2)]
    assert town("GET", f"{path}/history")[0] == 200


def test_stale_base_and_missing_base_are_told_apart(world: World) -> None:
    key = world.found()
    town = caller(world, "town")
    with clock.frozen(NOW):
        assert town("POST", f"/hazards/{key}/order", {"days": 10})[0] == 422
        status, body = town("POST", f"/hazards/{key}/order", {"base": 7, "days": 10})
    assert (status, body["code"]) == (409, "inspection.stale")
    assert Hazard.objects.get().state == "found"


def test_idempotency_key_makes_one_hazard_and_one_step(world: World) -> None:
    town = caller(world, "town")
    body = {"enterprise_id": world.enterprise, "description": "线路老化"}
    with clock.frozen(NOW):
        first = town("POST", "/hazards", body, **{"Idempotency-Key": "k-1"})
        assert town("POST", "/hazards", body, **{"Idempotency-Key": "k-1"}) == first
        path, order = f"/hazards/{first[1]['id']}/order", {"base": 1, "days": 3}
        assert town("POST", path, order, **{"Idempotency-Key": "k-2"})[1]["version"] == 2
        assert town("POST", path, order, **{"Idempotency-Key": "k-2"})[1]["version"] == 2
    assert Hazard.objects.count() == 1


def test_actions_tell_the_version_and_the_reasons(world: World) -> None:
    key = world.ordered()
    with clock.frozen(NOW):
        status, body = caller(world, "enterprise")("GET", f"/hazards/{key}/actions")
    allowed = {a["id"]: a["allowed"] for a in body["actions"]}
    beside = dict.fromkeys(("dismiss", "merge", "judge", "grant", "refuse", "transfer", "look_back", "withdraw"), False)
    beside["co_confirm"] = False
    beside["extend"] = True
    assert (status, body["version"]) == (200, 2)
    assert allowed == {"order": False, "submit": True, "return": False, "close": False} | beside
    close = next(a for a in body["actions"] if a["id"] == "close")
    assert close["reasons"][0]["message"] == "当前状态为“责令整改”，不能进行“复查销号”。"


def test_naive_times_bad_ids_and_bad_hashes_are_refused(world: World) -> None:
    town = caller(world, "town")
    body = {"enterprise_id": world.enterprise, "description": "线路老化"}
    for wrong in ({"at": "2026-03-02T08:00:00"}, {"enterprise_id": "x"}, {"photos": ["zz"]}, {"lon": "east"}):
        status, answer = town("POST", "/hazards", body | wrong)
        assert (status, answer["code"]) == (422, "api.invalid")
    assert town("GET", "/hazards/not-an-id/actions")[0] == 404
    assert Hazard.objects.count() == 0


def test_inspection_from_start_to_finish_by_api(world: World) -> None:
    town = caller(world, "town")
    body = {"enterprise_id": world.enterprise, "checklist_id": world.checklist("yxkj"), "officers": [world.mate]}
    with clock.frozen(NOW):
        status, visit = town("POST", "/inspections", body)
        assert (status, visit["number"], visit["state"]) == (201, "JC-331003a-2026-000001", "draft")
        path = f"/inspections/{visit['id']}"
        sheet = town("GET", f"{path}/sheet")[1]
        assert (len(sheet["items"]), sheet["officers"]) == (12, [[world.county.person["town"], "蒋安"], [world.mate, "韩立"]])
        answers = [{"key": i["key"], "result": "pass"} for i in sheet["items"]]
        answers[1] |= {"result": "hazard", "note": "没有标志", "general_reason": "仅一处缺失", "photos": [world.photo("town")]}
        assert town("POST", f"{path}/items", {"answers": answers})[1]["version"] == 2
        status, done = town("POST", f"{path}/finish", {"base": 2, "conclusion": "隐患一处"})
    assert (status, done["state"], done["hazards"]) == (200, "finished", [str(Hazard.objects.get().id)])


def test_counts_campaign_progress_and_tags_by_api(world: World) -> None:
    key, campaign = world.found(), world.campaign("春雷行动")
    town = caller(world, "town")
    assert town("POST", f"/hazards/{key}/tags", {"campaign_id": campaign}) == (200, {"changed": 1})
    asked = f"/hazards/counts?since=2026-01-01&until=2026-12-31&campaigns={campaign}"
    status, counts = town("GET", asked)
    assert (status, counts["total"]["found"], counts["rows"][0]["key"]) == (200, 1, "331003001")
    progress = town("GET", f"/campaigns/{campaign}/progress")[1]
    assert (progress["found"], progress["inspected"], progress["others"]) == (1, 0, 0)
    listed = town("GET", f"/hazards?tags={campaign}")[1]
    assert [row["id"] for row in listed["items"]] == [key]
    assert town("DELETE", f"/hazards/{key}/tags/{campaign}") == (200, {"changed": 1})
    assert town("GET", asked)[1]["total"]["found"] == 0


def test_checklist_create_change_and_retire_by_api(world: World) -> None:
    office = caller(world, "supervision")
    item = {"key": "zj-1", "text": "通道畅通", "law": "中华人民共和国消防法", "article": "第二十八条"}
    status, made = office("POST", "/checklists", {"code": "zj", "name": "自建表", "items": [item]})
    assert (status, made["checklist_version"], made["version"]) == (201, 1, 1)
    path, changed = f"/checklists/{made['id']}", {"base": 1, "name": "自建消防表", "items": [item]}
    status, body = office("PUT", f"{path}/items", changed)
    assert (status, body["name"], body["checklist_version"]) == (200, "自建消防表", 2)
    assert office("POST", f"{path}/retire", {"base": 2, "reason": "不再使用"}) == (204, None)
    assert caller(world, "town")("PUT", f"{path}/items", changed)[0] == 403


def test_campaigns_come_from_the_ledger(world: World) -> None:
    leader = caller(world, "leader")
    body = {"name": "百日攻坚", "region": "331003000000", "since_on": "2026-03-01", "until_on": "2026-06-08"}
    status, made = leader("POST", "/campaigns", body)
    assert (status, made["name"]) == (201, "百日攻坚")
    assert caller(world, "town")("POST", "/campaigns", body | {"name": "另一行动"})[0] == 403


def test_list_and_record_stay_in_scope(world: World) -> None:
    key = world.found()
    assert caller(world, "town")("GET", f"/hazards/{key}")[0] == 200
    for path in (f"/hazards/{key}", f"/hazards/{key}/actions", f"/hazards/{key}/photos", f"/hazards/{key}/history"):
        assert caller(world, "other_town")("GET", path)[0] == 404
    assert caller(world, "other_town")("GET", "/hazards")[1]["items"] == []


def test_a_swapped_position_is_told_so(world: World) -> None:
    body = {"enterprise_id": world.enterprise, "description": "线路老化", "lon": 28.65, "lat": 121.26}
    status, answer = caller(world, "town")("POST", "/hazards", body)
    assert (status, [v["code"] for v in answer["violations"]]) == (409, ["kernel.geo.swapped"])
    assert answer["violations"][0]["message"] == "经度28.65、纬度121.26像是填反了：经度在前，纬度在后。"


def test_a_campaign_of_another_town_is_no_tag_by_api(world: World) -> None:
    away = world.campaign("南城行动", region="331003002000")
    key = world.found()
    status, answer = caller(world, "enforcement")("POST", f"/hazards/{key}/tags", {"campaign_id": away})
    assert (status, answer["code"]) == (409, "inspection.hazard.tag.refused")
    assert [v["code"] for v in answer["violations"]] == ["inspection.campaign.region_outside"]


def test_a_hidden_character_in_a_description_is_named(world: World) -> None:
    body = {"enterprise_id": world.enterprise, "description": "线路\u202e老化"}
    status, answer = caller(world, "town")("POST", "/hazards", body)
    assert (status, answer["violations"][0]["field"]) == (409, "description")
    assert answer["violations"][0]["message"] == "“隐患描述”第3个字符是看不见的控制字符（U+202E），请删除后重新填写。"
