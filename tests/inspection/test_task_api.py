"""Plans and tasks by the API: drafted, approved, given out, previewed, given back; what the phone takes along."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from django.test import Client

from anlan.inspection.models import Task
from anlan.platform import clock
from inspection.factories import NOW, World
from inspection.task_samples import CAPACITY, LINE, assigned, posts, team

pytestmark = pytest.mark.django_db


def call(client: Client, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    with clock.frozen(NOW):
        answer = client.generic(
            method, f"/api/v1/inspection{path}", orjson.dumps(body) if body is not None else b"",
            content_type="application/json", headers=headers or None,
        )  # fmt: skip
    return answer.status_code, orjson.loads(answer.content)


def test_a_plan_from_draft_to_progress(world: World) -> None:
    office, leader = world.client("supervision"), world.client("leader")
    body = {"year": 2026, "name": "2026年度检查计划", "lines": [LINE], **CAPACITY}
    status, plan = call(office, "POST", "/plans", body, **{"Idempotency-Key": "plan-1"})
    assert (status, plan["state"], plan["version"], plan["version_in_force"]) == (201, "draft", 1, 0)
    path = f"/plans/{plan['id']}"
    changed = body | {"base": 1, "lines": [LINE | {"line": "1", "enterprises": 10}]}
    assert call(office, "POST", f"{path}/edit", changed)[1]["version"] == 2
    assert call(office, "POST", f"{path}/submit", {"base": 1})[1]["code"] == "inspection.stale"
    assert call(office, "POST", f"{path}/submit", {"base": 2})[1]["state"] == "submitted"
    assert call(office, "POST", f"{path}/approve", {"base": 3})[0] == 403
    assert call(leader, "POST", f"{path}/send_back", {"base": 3, "note": "再核"})[1]["state"] == "draft"
    assert call(office, "POST", f"{path}/submit", {"base": 4})[0] == 200
    assert call(leader, "POST", f"{path}/approve", {"base": 5})[1]["version_in_force"] == 1
    assert call(office, "POST", f"{path}/revise", {"base": 6, "note": "增加任务"})[1]["state"] == "draft"
    line = call(world.client("town"), "GET", f"{path}/progress")[1]["items"][0]
    assert {n: line[n] for n in ("line", "planned", "assigned", "done", "late", "rate_ratio")} == {
        "line": "1", "planned": 20, "assigned": 0, "done": 0, "late": 0, "rate_ratio": 0.0,
    }  # fmt: skip


def test_tasks_are_previewed_given_out_once_and_stepped(world: World) -> None:
    town = world.client("town")
    people = list(posts(world, "town", "town_second"))
    body = {"enterprises": [world.enterprise], "officers": people, "due_on": "2026-03-20"}
    status, seen = call(town, "POST", "/tasks/preview", body | {"officers": people[:1]})
    assert (status, seen["ready"]) == (200, 0)
    assert [r["code"] for r in seen["items"][0]["reasons"]] == ["inspection.task.two_officers"]
    status, made = call(town, "POST", "/tasks/assign", body, **{"Idempotency-Key": "t-1"})
    assert status == 201
    assert call(town, "POST", "/tasks/assign", body, **{"Idempotency-Key": "t-1"})[1] == made
    assert Task.objects.count() == 1
    path = f"/tasks/{made['ids'][0]}"
    assert call(town, "POST", f"{path}/return", {"base": 1, "note": "企业停产"})[1]["state"] == "returned"
    again = {"base": 2, "due_on": "2026-04-01", "officers": people}
    assert call(town, "POST", f"{path}/reassign", again)[1]["state"] == "assigned"
    assert call(world.client("other_town"), "POST", f"{path}/cancel", {"base": 3, "note": "x"})[0] == 404
    assert call(town, "POST", f"{path}/cancel", {"base": 3, "note": "企业搬迁"})[1]["state"] == "cancelled"
    rows = call(town, "GET", "/tasks?state=cancelled")[1]["items"]
    assert [r["id"] for r in rows] == made["ids"]
    assert call(world.client("enterprise"), "GET", "/tasks")[0] in (200, 403)


def test_a_round_of_peer_visits_is_made_of_groups(world: World) -> None:
    from inspection.factories import REGISTRAR
    from registry.factories import make_enterprise

    firms = [world.enterprise, *(make_enterprise(REGISTRAR, n, region="331003001001") for n in (11, 12))]
    campaign = world.campaign("涂装行业互查互学", kind="peer")
    key = team(world, "town", "town_second")
    body = {"enterprises": firms, "team_id": key, "due_on": "2026-03-20", "kind": "peer", "campaign_id": campaign}
    town = world.client("town")
    status, answer = call(town, "POST", "/tasks/assign", body | {"group_size": 1})
    assert (status, answer["code"]) == (409, "inspection.peer.refused")
    status, made = call(town, "POST", "/tasks/assign", body | {"group_size": 3})
    assert status == 201
    rows = [Task.objects.get(pk=k) for k in made["ids"]]
    assert [(t.batch, t.kind, [g.key for g in t.guests.all()]) for t in rows] == [
        ("第1组", "peer", [firms[2]]), ("第1组", "peer", [firms[0]]), ("第1组", "peer", [firms[1]]),
    ]  # fmt: skip
    page = town.get(f"/inspection/campaigns/{campaign}").content.decode()
    assert "互查编组" in page and "东城街道" in page


def test_the_phone_takes_its_tasks_along_and_begins_from_them(world: World) -> None:
    key, town = assigned(world, note="查配电间"), world.client("town")
    bundle = call(town, "GET", "/pocket")[1]
    (task,) = bundle["tasks"]
    assert task["version"] == 1
    assert (task["id"], task["enterprise_id"], task["note"]) == (key, world.enterprise, "查配电间")
    assert task["officers"] == [[world.county.person["town_second"], "孔达（东城街道应急办）"]]
    assert (bundle["alone"], bundle["accompanied"]) == (False, ["peer", "third_party"])
    assert call(world.client("grid"), "GET", "/pocket")[1]["alone"] is True
    body = {
        "enterprise_id": world.enterprise,
        "checklist_id": task["checklist_id"],
        "officers": [task["officers"][0][0]],
    }
    begin = body | {"task_id": key}
    status, visit = call(town, "POST", "/inspections", begin, **{"Idempotency-Key": "s-1"})
    assert (status, visit["state"]) == (201, "draft")
    assert call(town, "GET", "/pocket")[1]["tasks"] == []
    assert Task.objects.get(pk=key).state == "started"
    status, refused = call(town, "POST", "/inspections", begin, **{"Idempotency-Key": "s-2"})
    assert (status, refused["code"]) == (409, "inspection.start.refused")
    assert [v["code"] for v in refused["violations"]] == ["kernel.loop.not_from_here"]


def test_a_task_is_given_back_as_the_phone_saw_it(world: World) -> None:
    key, town = assigned(world), world.client("town")
    (task,) = call(town, "GET", "/pocket")[1]["tasks"]
    path, body = f"/tasks/{key}/return", {"base": task["version"], "note": "企业已停产"}
    status, answer = call(town, "POST", path, body | {"note": ""})
    assert (status, answer["code"]) == (409, "inspection.task.step_refused")
    done = call(town, "POST", path, body, **{"Idempotency-Key": "g-1"})
    assert (done[0], done[1]["state"]) == (200, "returned")
    assert call(town, "POST", path, body, **{"Idempotency-Key": "g-1"}) == done
    assert call(town, "GET", "/pocket")[1]["tasks"] == []
    status, answer = call(town, "POST", path, body, **{"Idempotency-Key": "g-2"})
    assert (status, answer["code"]) == (409, "inspection.stale")
