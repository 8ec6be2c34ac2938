"""The registry's routes, its own and those of its ledger, as each kind of caller."""

from __future__ import annotations

from datetime import timedelta

import pytest

from anlan.kernel.codes import make_uscc
from anlan.platform import clock
from anlan.platform.idempotency import ApiAnswer
from anlan.platform.journal.record import version_of
from anlan.registry import queries
from anlan.registry.models import Enterprise, EnterpriseContact
from registry.factories import NOW, OTHER_TOWN, firm, make_enterprise

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=2)
PERSON = {"post": "principal", "name": "丁一", "phone": "13800138000"}


@pytest.fixture(autouse=True)
def _clock():
    with clock.frozen(LATER):
        yield


@pytest.fixture
def own(county):
    return make_enterprise(county.scope["town"], office_id=county.office)


def at(key, *rest):
    return "/".join((f"/registry/enterprises/{key}", *rest))


def test_create_read_and_change_through_the_ledgers_routes(api_as, county):
    call = api_as("town")
    status, made = call("POST", "/registry/enterprises", firm(tags=["涉氨制冷"], coords="gcj02"))
    assert status == 201
    assert (made["name"], made["lon"], made["tags"], made["version"]) == (
        "测试第1机械有限公司",
        121.25788,
        ["ammonia"],
        1,
    )
    status, changed = call("PATCH", at(made["id"]), {"base": 1, "name": "测试改名有限公司", "tags": []})
    assert (status, changed["name"], changed["tags"], changed["version"]) == (200, "测试改名有限公司", [], 2)
    status, found = call("GET", "/registry/enterprises?q=第1机械")
    assert (status, [row["id"] for row in found["items"]]) == (200, [made["id"]])
    status, stale = call("PATCH", at(made["id"]), {"base": 1, "name": "测试三名有限公司"})
    assert (status, stale["code"]) == (409, "journal.conflict")


def test_invalid_row_answers_every_reason_in_chinese(api_as):
    status, answer = api_as("town")("POST", "/registry/enterprises", firm(uscc="123", lat=None))
    assert status == 422
    assert answer["code"] == "registry.enterprise.invalid"
    assert [(v["code"], v["field"]) for v in answer["violations"]] == [
        ("kernel.uscc.length", "uscc"),
        ("registry.place.half", "lat"),
    ]
    assert answer["violations"][1]["message"] == "经度和纬度须同时填写或同时留空。"


def test_duplicate_is_refused_without_naming_what_is_out_of_scope(api_as, own):
    status, answer = api_as("other_town")("POST", "/registry/enterprises", firm(region=OTHER_TOWN))
    assert (status, answer["code"]) == (409, "registry.enterprise.duplicate")
    assert answer["violations"][0]["message"] == (
        f"“{make_uscc('331003', 1)}”已由其他地区或科室登记，请与上级应急管理部门核实。"
    )


def test_rename_through_the_api(api_as, own):
    call = api_as("town")
    status, answer = call("POST", at(own, "rename"), {"base": 1, "name": "测试改名有限公司", "on": "2026-03-01"})
    assert (status, answer) == (200, {"id": own, "version": 2, "key": "", "ids": []})
    status, profile = call("GET", at(own, "profile"))
    assert status == 200
    assert profile["former"] == [
        {
            "kind_label": "曾用名称",
            "value": "测试第1机械有限公司",
            "from_at": None,
            "until_at": "2026-02-28T16:00:00+00:00",
        }
    ]
    assert profile["labels"]["office"] == "安全生产基础科"
    assert {a["id"]: a["allowed"] for a in profile["actions"]}["rename"] is True


BODIES = {
    "rename": {"name": "测试改名有限公司"},
    "recode": {"uscc": make_uscc("331003", 77)},
    "status": {"status": "suspended", "reason": "设备检修"},
    "office": {"office_id": "01900000-0000-7000-8000-000000000001"},
    "move": {"region": OTHER_TOWN, "reason": "整体搬迁"},
    "merge": {"into": "01900000-0000-7000-8000-000000000001", "mode": "merger", "reason": "吸收合并"},
    "separate": {"reason": "合并有误"},
    "split": {"parts": [], "reason": "公司分立"},
    "restore": {"reason": "登记有误"},
    "premises": {"name": "厂区", "use": "production"},
    "contacts": PERSON,
}


@pytest.mark.parametrize("act", BODIES)
@pytest.mark.parametrize(
    ("role", "expected"), [("expert", 403), ("auditor", 403), ("other_town", 404), ("enterprise", 403)]
)
def test_outsiders_write_nothing(api_as, own, act, role, expected):
    status, _ = api_as(role)("POST", at(own, act), {"base": 1, **BODIES[act]})
    assert status == expected
    assert version_of(queries.subject_of(own)) == 1


@pytest.mark.parametrize("act", BODIES)
def test_anonymous_is_refused(client, db, act):
    answer = client.post(f"/api/v1/registry/enterprises/x/{act}", BODIES[act], content_type="application/json")
    assert answer.status_code == 401


def test_every_act_through_the_api(api_as, county):
    call = api_as("town")
    key, other = make_enterprise(county.scope["town"], 1), make_enterprise(county.scope["town"], 2)
    done = []

    def act(path, **body):
        status, answer = call("POST", at(key, path), {"base": version_of(queries.subject_of(key)), **body})
        assert status == 200, (path, answer)
        done.append(answer)
        return answer

    act("recode", uscc=make_uscc("331003", 77))
    act("status", status="suspended", reason="设备检修")
    act("office", office_id=county.office)
    act("move", region="331003001001", address="测试路3号", reason="换址")
    place = act("premises", name="厂区", use="production")["key"]
    act(f"premises/{place}", name="新厂区", use="storage", lon=121.2621, lat=28.6502, coords="gcj02")
    act(f"premises/{place}/remove")
    contact = act("contacts", **PERSON)["key"]
    act(f"contacts/{contact}", **{**PERSON, "post": "director"})
    assert EnterpriseContact.objects.get().post == "director"
    act(f"contacts/{contact}/remove")
    made = act("split", parts=[firm(3)], reason="公司分立")["ids"]
    assert Enterprise.objects.get(pk=made[0]).name == "测试第3机械有限公司"
    act("merge", into=other, mode="merger", reason="吸收合并")
    act("separate", reason="合并有误")
    call("POST", at(key, "retire"), {"base": version_of(queries.subject_of(key)), "reason": "登记有误"})
    assert Enterprise.objects.get(pk=key).retired_at is not None
    act("restore", reason="恢复登记")
    assert done[-1]["version"] == version_of(queries.subject_of(key)) == 16


def test_same_key_answers_twice_and_writes_once(api_as, own):
    call = api_as("town")
    body = {"base": 1, "status": "suspended", "reason": "设备检修"}
    first = call("POST", at(own, "status"), body, **{"Idempotency-Key": "k-1"})
    again = call("POST", at(own, "status"), body, **{"Idempotency-Key": "k-1"})
    assert first == again == (200, {"id": own, "version": 2, "key": "", "ids": []})
    assert version_of(queries.subject_of(own)) == 2


def test_revealed_phone_is_kept_by_no_idempotency_key(api_as, own):
    call = api_as("town")
    _, made = call("POST", at(own, "contacts"), {"base": 1, **PERSON})
    reveal = at(own, "contacts", made["key"], "reveal")
    body = {"field": "phone", "reason": "通知整改"}
    assert call("POST", reveal, body, **{"Idempotency-Key": "k-2"}) == (200, {"value": "13800138000"})
    assert not any(b"13800138000" in bytes(a.body) for a in ApiAnswer.objects.all())
    assert api_as("expert")("POST", reveal, body)[0] == 403
    assert call("GET", at(own, "profile"))[1]["contacts"] == [
        {"key": made["key"], "post": "principal", "post_label": "主要负责人", "name": "丁*", "phone": "138****8000"}
    ]


def test_unassigned_list_and_code_lists(api_as, county):
    key = make_enterprise(county.scope["town"])
    status, rows = api_as("supervision")("GET", "/registry/enterprises/unassigned")
    assert (status, [(r["id"], r["region_name"]) for r in rows]) == (200, [(key, "东城街道")])
    assert api_as("enterprise")("GET", "/registry/enterprises/unassigned") == (200, [])
    status, tables = api_as("grid")("GET", "/registry/codes")
    assert status == 200
    assert [t["id"] for t in tables] == [
        "classes",
        "tags",
        "scale",
        "status",
        "standardisation",
        "level",
        "grade",
        "premises_use",
        "contact_post",
    ]


def test_history_speaks_chinese(api_as, own):
    call = api_as("town")
    call("POST", at(own, "rename"), {"base": 1, "name": "测试改名有限公司", "reason": "变更登记"})
    status, told = call("GET", at(own, "history"))
    assert status == 200
    assert [h["label"] for h in told["items"]] == ["变更名称", "登记"]
    assert told["items"][0]["text"] == [{"label": "原因", "text": "变更登记"}]
    assert {"field": "name", "label": "企业名称", "old": "测试第1机械有限公司", "new": "测试改名有限公司"} in told[
        "items"
    ][0]["changes"]
