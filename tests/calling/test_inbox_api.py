"""/api/v1/calling: the inbox of the post the caller acts in."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from django.test import Client

from calling.factories import local, order, run
from inspection.factories import World

pytestmark = pytest.mark.django_db


def call(client: Client, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    sent = b"" if body is None else orjson.dumps(body)
    answer = client.generic(
        method, f"/api/v1/calling{path}", sent, content_type="application/json", headers=headers or None
    )
    return answer.status_code, orjson.loads(answer.content)


@pytest.fixture
def leader(world: World) -> Client:
    """The leader, with one urgent notice."""
    order(world, major=True)
    run(local(21, 0, 5))
    return world.client("leader")


def test_the_inbox_lists_notices_with_what_they_say(leader: Client) -> None:
    status, body = call(leader, "GET", "/notices")
    notice = body["items"][0]
    assert (status, body["unread"], body["after"], len(body["items"])) == (200, 1, None, 1)
    assert {k: notice[k] for k in ("form", "label", "title", "text", "state", "due_at", "made_at")} == {
        "form": "single",
        "label": "隐患整改期限",
        "title": "测试甲机械有限公司：车间安全出口堆放杂物",
        "text": "已逾期1天（期限2026-03-20），请立即办理。",
        "state": "unread",
        "due_at": "2026-03-20T15:59:59+00:00",
        "made_at": "2026-03-20T16:05:00+00:00",
    }


def test_reading_answers_what_is_left_and_may_be_repeated(leader: Client) -> None:
    number = call(leader, "GET", "/notices")[1]["items"][0]["id"]
    assert call(leader, "POST", "/notices/read", {"ids": [number]}) == (200, {"changed": 1, "unread": 0})
    assert call(leader, "POST", "/notices/read", {"ids": [number]}) == (200, {"changed": 0, "unread": 0})
    assert call(leader, "GET", "/notices?state=unread")[1]["items"] == []


def test_a_repeated_request_with_a_key_gets_the_first_answer(leader: Client) -> None:
    number = call(leader, "GET", "/notices")[1]["items"][0]["id"]
    key = {"Idempotency-Key": "read-1"}
    first = call(leader, "POST", "/notices/read", {"ids": [number]}, **key)
    assert (
        first == call(leader, "POST", "/notices/read", {"ids": [number]}, **key) == (200, {"changed": 1, "unread": 0})
    )


def test_a_digest_gives_its_items(world: World) -> None:
    order(world)
    run(local(21))
    client = world.client("enterprise")
    digest = call(client, "GET", "/notices")[1]["items"][0]
    status, body = call(client, "GET", f"/notices/{digest['id']}")
    assert (status, body["form"], body["count"], body["more"]) == (200, "digest", 1, 0)
    assert [item["text"] for item in body["items"]] == ["已逾期1天（期限2026-03-20），请立即办理。"]


def test_anothers_notice_is_not_found(leader: Client, world: World) -> None:
    number = call(leader, "GET", "/notices")[1]["items"][0]["id"]
    town = world.client("town")
    assert call(town, "GET", "/notices")[1] == {"items": [], "after": None, "unread": 0, "calls": 0, "sound": False}
    for answer in (
        call(town, "GET", f"/notices/{number}"),
        call(town, "POST", "/notices/read", {"ids": [number]}),
    ):
        assert (answer[0], answer[1]["code"]) == (404, "calling.notice.not_found")
    assert call(leader, "GET", "/notices")[1]["unread"] == 1


def test_strangers_and_odd_requests_are_refused(leader: Client) -> None:
    assert call(Client(), "GET", "/notices")[0] == 401
    assert call(leader, "GET", "/notices?state=x")[0] == 422
    assert call(leader, "GET", "/notices?limit=101")[0] == 422
    assert call(leader, "POST", "/notices/read", {"ids": []})[0] == 422
    assert call(leader, "POST", "/notices/read", {"ids": list(range(201))})[0] == 422
