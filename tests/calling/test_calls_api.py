"""/api/v1/calling/calls and the doors of providers: who may see, who may answer, what a provider must show."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.conf import settings
from django.test import Client

from anlan.calling.models import Attempt
from anlan.platform.clock import frozen
from calling.call_factory import NOON, PHONES, Open, Wire, chain, opened, phones, standing, work
from inspection.factories import World

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
SEEN = ("leader", "supervision", "enforcement", "town", "auditor")
UNSEEN = ("grid", "department", "expert", "admin", "enterprise", "other_town")


@pytest.fixture
def ready(world: World, open_matters: Open, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> World:
    """The town's officer is called."""
    monkeypatch.setitem(settings.CALLING, "ANLAN_SMS_SECRET", "s3cret")
    monkeypatch.setitem(settings.CALLING, "ANLAN_KEYPAD_SECRET", "k3y")
    phones(world)
    chain(world, {"post": "town"}, {"post": "grid"})
    return world


def ask(client: Client, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    """A call at noon and one minute."""
    sent = b"" if body is None else orjson.dumps(body)
    with frozen(NOON + MINUTE):
        answer = client.generic(
            method, f"/api/v1/calling{path}", sent, content_type="application/json", headers=headers or None
        )
    return answer.status_code, orjson.loads(answer.content)


def at_noon(world: World, role: str) -> Client:
    with frozen(NOON):
        return world.client(role)


def test_ones_own_calls_sound_until_they_are_answered(ready: World) -> None:
    call = opened()
    work(NOON)
    client = at_noon(ready, "town")
    status, body = ask(client, "GET", "/calls/mine")
    card = body["calls"][0]
    assert (status, body["sound"], len(body["calls"])) == (200, True, 1)
    assert {k: card[k] for k in ("id", "title", "urgency", "state", "place", "step", "steps", "drill")} == {
        "id": str(call.pk), "title": "氨气浓度超高", "urgency": "urgent", "state": "calling", "place": "东城街道", "step": 1,
        "steps": 2, "drill": False,
    }  # fmt: skip
    assert [p["name"] for p in card["people"]] == ["蒋安"]
    bell = ask(client, "GET", "/notices")[1]
    assert (bell["calls"], bell["sound"]) == (1, True)
    assert ask(at_noon(ready, "grid"), "GET", "/calls/mine")[1] == {"calls": [], "sound": False}
    assert ask(client, "POST", f"/calls/{call.pk}/answer", {"word": "bad"})[0] == 422
    answer = ask(client, "POST", f"/calls/{call.pk}/answer", {"word": "on_my_way"})
    assert answer == (200, {"call_id": str(call.pk), "first": True, "word": "on_my_way"})
    assert ask(client, "GET", "/calls/mine")[1] == {"calls": [], "sound": False}


def test_who_sees_the_board_and_a_record(ready: World) -> None:
    call = opened()
    for role in SEEN:
        client = at_noon(ready, role)
        assert [c["id"] for c in ask(client, "GET", "/calls/board")[1]["calls"]] == [str(call.pk)], role
        status, body = ask(client, "GET", f"/calls/{call.pk}/record")
        assert (status, body["answers"], [a["state"] for a in body["attempts"]]) == (200, [], ["queued", "queued"])
        assert PHONES["town"] not in str(body)
    for role in UNSEEN:
        client = at_noon(ready, role)
        assert ask(client, "GET", "/calls/board")[1]["calls"] == [], role
        status, body = ask(client, "GET", f"/calls/{call.pk}/record")
        assert (status, body["code"]) == (404, "calling.call.not_found"), role
        assert ask(client, "POST", f"/calls/{call.pk}/answer", {"word": "seen"})[0] == 404, role
    assert ask(Client(), "GET", "/calls/board")[0] == 401


def test_the_desk_answers_on_behalf_through_the_api(ready: World) -> None:
    call = opened()
    town = ready.county.person["town"]
    body = {"person_id": town, "word": "seen", "reason": "回电", "at": NOON.isoformat()}
    assert ask(at_noon(ready, "auditor"), "POST", f"/calls/{call.pk}/answer-for", body)[0] == 403
    client = at_noon(ready, "leader")
    for at in (None, "2026-03-02T12:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"):
        assert ask(client, "POST", f"/calls/{call.pk}/answer-for", body | {"at": at})[0] == 422, at
    assert ask(client, "POST", f"/calls/{call.pk}/answer-for", body)[1]["first"] is True
    told = ask(client, "GET", f"/calls/{call.pk}/record")[1]["answers"]
    assert [(a["name"], a["channel"], a["reason"], a["repeated"]) for a in told] == [("蒋安", "desk", "回电", False)]


@pytest.mark.parametrize(("headers", "ended"), [({"Anlan-Background": "1"}, True), ({}, False)], ids=["page", "person"])
def test_a_page_that_asks_by_itself_keeps_no_session_alive(ready: World, headers: dict[str, str], ended: bool) -> None:
    client = at_noon(ready, "town")
    for minutes in (0, 20, 40):
        with frozen(NOON + minutes * MINUTE):
            status = client.get("/api/v1/calling/calls/mine", headers=headers if minutes else None).status_code
    assert (status == 401) is ended


def test_a_drill_sounds_at_no_desk_but_its_participants(ready: World) -> None:
    named = (ready.county.person["town"],)
    opened(drill=True, participants=named)
    status, body = ask(at_noon(ready, "leader"), "GET", "/calls/board")
    assert (status, body["sound"], [c["drill"] for c in body["calls"]]) == (200, False, [True])
    assert ask(at_noon(ready, "town"), "GET", "/calls/board")[1]["sound"] is True
    opened(key="2")
    assert ask(at_noon(ready, "leader"), "GET", "/calls/board")[1]["sound"] is True


def test_a_provider_must_show_its_secret(ready: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in ("/sms/reports", "/sms/replies", "/keypad"):
        for headers in ({}, {"Anlan-Secret": "wrong"}):
            status, body = ask(Client(), "POST", path, {}, **headers)
            assert (status, body["code"]) == (403, "calling.provider.secret")
    monkeypatch.setitem(settings.CALLING, "ANLAN_SMS_SECRET", "")
    assert ask(Client(), "POST", "/sms/replies", {}, **{"Anlan-Secret": ""})[0] == 403


def test_reports_and_replies_come_singly_or_many_as_json_or_form(ready: World) -> None:
    call = opened()
    work(NOON)
    attempt = Attempt.objects.get(call_id=call.pk, channel="sms")
    shown = {"Anlan-Secret": "s3cret"}
    reports = [{"id": f"p{attempt.pk}", "status": "DELIVRD"}, {"id": "p0", "status": "DELIVRD"}]
    assert ask(Client(), "POST", "/sms/reports", reports, **shown) == (200, {"taken": 1, "refused": []})
    attempt.refresh_from_db()
    assert attempt.state == "delivered"
    odd = [{"id": "p\0", "status": "DELIVRD"}, {"id": None}, {"id": {"a": 1}, "status": [1]}, {}]
    assert ask(Client(), "POST", "/sms/reports", odd, **shown) == (200, {"taken": 0, "refused": []})
    unknown = ask(Client(), "POST", "/sms/replies", {"mobile": "13000000000", "content": "1"}, **shown)
    assert unknown == (200, {"taken": 0, "refused": ["calling.reply.nobody"]})
    with frozen(NOON + MINUTE):
        form = {"mobile": PHONES["town"], "content": "1"}
        for first in (1, 1):
            answer = Client().post("/api/v1/calling/sms/replies?secret=s3cret", form)
            assert (answer.status_code, orjson.loads(answer.content)["taken"]) == (200, first)
    assert (standing(call).word, call.answers.count()) == ("on_my_way", 1)
    for bad in (b"{", b"[1]", orjson.dumps([{}] * 1001)):
        answer = Client().generic(
            "POST", "/api/v1/calling/sms/reports", bad, content_type="application/json", headers=shown
        )
        assert orjson.loads(answer.content)["code"] == "calling.provider.malformed"


def test_a_reply_that_is_delivered_twice_answers_no_other_call(ready: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.CALLING, "ANLAN_SMS_REPLY_FIELDS", ("mobile", "content", "id"))
    one, two = opened(key="1"), opened(key="2")
    work(NOON)
    shown = {"Anlan-Secret": "s3cret"}
    told = {"mobile": PHONES["town"], "content": "1", "id": "r1"}
    with frozen(NOON + MINUTE):
        for taken in (1, 0, 0):
            assert ask(Client(), "POST", "/sms/replies", told, **shown) == (200, {"taken": taken, "refused": []})
        assert sorted([standing(one).state, standing(two).state]) == ["answered", "calling"]
        assert ask(Client(), "POST", "/sms/replies", told | {"id": "r2"}, **shown)[1]["taken"] == 1
    assert [standing(one).state, standing(two).state] == ["answered", "answered"]


def test_a_key_on_the_telephone(ready: World, monkeypatch: pytest.MonkeyPatch) -> None:
    call = opened()
    work(NOON)
    told = {"number": PHONES["town"], "key": "2"}
    assert ask(Client(), "POST", "/keypad", told, **{"Anlan-Secret": "k3y"})[1]["taken"] == 1
    assert standing(call).channel == "keypad"
    monkeypatch.setitem(settings.CALLING, "ANLAN_KEYPAD_FIELDS", ("number",))
    refused = ask(Client(), "POST", "/keypad", told, **{"Anlan-Secret": "k3y"})[1]["refused"]
    assert refused == ["calling.provider.fields"]
