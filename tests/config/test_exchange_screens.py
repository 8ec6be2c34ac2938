"""上下级互联 as its administrator sees it: codes, requests, lines, revocation; nobody else gets in."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from anlan.platform import clock
from anlan.platform.exchange.marks import node_place
from anlan.platform.exchange.models import EnrolCode, EnrolRequest, Peer, PeerLink
from anlan.platform.journal.models import JournalEntry
from anlan.platform.ledger import places
from inspection.conftest import _standing_world, world
from inspection.factories import World

__all__ = ["_standing_world", "world"]

pytestmark = pytest.mark.django_db

TOWN = {"region": "331003002000", "name": "南城街道", "key": "ab" * 32, "box_key": "cd" * 32}


def text(client: Client, url: str = "/exchange") -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def admin(world: World) -> Client:
    return world.client("admin")


def asked(client: Client, **facts: str) -> EnrolRequest:
    shown = client.post("/exchange/codes", {"region": TOWN["region"]}).content.decode()
    (code,) = set(re.findall(r"(?:[A-Z2-7]{4}-){7}[A-Z2-7]{4}", shown))
    assert f"--region {TOWN['region']} --parent http://testserver --code {code}" in shown
    answer = Client().post("/api/v1/exchange/requests", TOWN | {"code": code} | facts, content_type="application/json")
    assert answer.status_code == 200, answer.content
    return EnrolRequest.objects.get(key=facts.get("key", TOWN["key"]))


def test_a_code_a_request_an_approval_a_revocation(admin: Client) -> None:
    assert "本机没有登记上级或下级" in text(admin)
    one = asked(admin)
    assert EnrolCode.objects.filter(used=1).count() == 1
    assert "待批准的接入申请" in text(admin)
    assert admin.post(f"/exchange/requests/{one.pk}/approve").status_code == 302
    again = admin.post(f"/exchange/requests/{one.pk}/approve")
    assert again.status_code == 409 and "已经处理过了" in again.content.decode()
    shown = text(admin)
    assert "从未" in shown and "失联" in shown and "1 个节点已超过三分钟没有联系" in shown
    peer, entry = Peer._default_manager.get(), JournalEntry.objects.get(kind="platform.peer.enrolled")
    assert entry.actor and (peer.stem, peer.state) == ("331003002", "enrolled")
    refused = admin.post(f"/exchange/peers/{peer.pk}/revoke", {"reason": " "})
    assert refused.status_code == 422 and "吊销理由" in refused.content.decode()
    assert admin.post(f"/exchange/peers/{peer.pk}/revoke", {"reason": "设备报废"}).status_code == 302
    peer.refresh_from_db()
    assert peer.state == "revoked" and "已吊销" in text(admin)


def test_a_request_is_refused(admin: Client) -> None:
    one = asked(admin)
    assert admin.post(f"/exchange/requests/{one.pk}/refuse").status_code == 302
    assert not Peer._default_manager.exists() and "待批准的接入申请" not in text(admin)


def test_a_line_says_what_it_waits_for(admin: Client) -> None:
    now = int(clock.now().timestamp() * 1000)
    PeerLink.objects.create(
        key="ab" * 32, box_key="cd" * 32, node="331003002a", region="331003002000", name="南城街道", role="child",
        turn_at=now, entry_at=now, offset_ms=73 * 365 * 86_400_000, vector='{"331003002a":"12:ab"}',
        stopped='{"331003002a":"clock"}', refused='{"331003a":"gap"}',
    )  # fmt: skip
    shown = text(admin)
    assert "时钟超前，暂不收入" in shown and "前面缺若干条，正在补" in shown and "快 2302128000 秒" in shown
    assert "失联" not in shown and ">12<" in shown


@pytest.mark.parametrize("role", ["leader", "supervision", "town", "grid", "enterprise", "auditor"])
def test_nobody_else(world: World, role: str) -> None:
    client = world.client(role)
    assert client.get("/exchange").status_code == 403
    assert "上下级互联" not in client.get("/").content.decode()
    for url in ("/exchange/codes", f"/exchange/requests/{'a' * 64}/approve"):
        assert client.post(url, {"region": TOWN["region"]}).status_code == 403
    peer = "/exchange/peers/01900000-0000-7000-8000-000000000000/revoke"
    assert client.post(peer, {"reason": "原因"}).status_code == 403
    assert not EnrolCode.objects.exists()


def test_bad_input_is_said_on_the_page(admin: Client) -> None:
    for region in ("331003", "x", "331004001"):
        answer = admin.post("/exchange/codes", {"region": region})
        assert answer.status_code in {403, 422} and "notice-bad" in answer.content.decode()
    assert admin.post(f"/exchange/requests/{'a' * 64}/refuse").status_code == 404
    assert admin.get("/exchange/codes").status_code == 405


def test_turns_that_nobody_can_read_are_refused_over_http() -> None:
    client = Client()
    answer = client.post("/api/v1/exchange/turns", b"abc", content_type="application/octet-stream")
    assert (answer.status_code, answer.json()["code"]) == (422, "exchange.not_a_part")
    assert client.get("/api/v1/exchange/turns").status_code == 405
    assert client.post("/api/v1/exchange/requests", {}, content_type="application/json").status_code == 422


def test_the_nodes_stand_on_a_map_by_their_place(world: World, admin: Client) -> None:
    now = int(clock.now().timestamp() * 1000)
    rows = (
        ("331003002", "heard", {}),
        ("331003003", "silent", {"turn_at": now - 600_000}),
        ("331003004", "waiting", {"state": "waiting"}),
        ("331003001001", "stopped", {"stopped": '{"331003001001a":"clock"}'}),
        ("331004001", "", {}),
    )
    for n, (stem, _, more) in enumerate(rows):
        facts = {"key": f"{n:064x}", "node": f"{stem}a", "region": stem.ljust(12, "0"), "name": stem}
        facts |= {"turn_at": now, "entry_at": now}
        PeerLink.objects.create(box_key="cd" * 32, role="child", **facts | more)
    marks = admin.get("/api/v1/map/layers/platform.nodes").json()["features"]
    states = {mark["properties"]["title"]: mark["properties"]["state"] for mark in marks}
    assert [title for title, state in states.items() if state == "own"] == [places.label("331003000000")]
    # The node of another county, whose places are not in the package, is in the list only.
    assert {t: s for t, s in states.items() if s != "own"} == {stem: state for stem, state, _ in rows if state}
    shown = text(admin)
    assert 'data-layers="platform.nodes"' in shown and shown.index("331003003a") < shown.index("331003002a")
    assert node_place("331003001000") != node_place("331003001001") != node_place("331003001002")
    assert node_place("110101001000") is None and node_place("331003999000") is None
    for role in ("leader", "town"):
        assert world.client(role).get("/api/v1/map/layers/platform.nodes").status_code == 403
