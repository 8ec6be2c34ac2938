"""监测中心 as the server renders it: the order of the board, its buttons, marks, the fleet, contacts, and who sees what."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from anlan.platform import clock
from anlan.platform.journal.models import JournalEntry
from anlan.registry.services.contacts import contact_set
from anlan.sensing.models import Alarm
from anlan.sensing.queries import centre
from anlan.sensing.services.liveness import devices_lost
from inspection.factories import REGISTRAR
from sensing.factories import NOW, Plant

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=30)


def login(plant: Plant, role: str) -> Client:
    client = Client()
    account = plant.county.account[role]
    done = client.post("/login", {"username": account.username, "password": plant.county.password})
    assert done.status_code == 302
    return client


def rows(answer: Any) -> list[tuple[str, str]]:
    """(severity, state) of the board's rows, in their order."""
    return re.findall(r'data-severity="(\w+)" data-state="(\w+)"', answer.content.decode())


@pytest.fixture
def alarms(plant: Plant) -> list[Alarm]:
    """One urgent and one critical alarm at the first enterprise."""
    plant.rule("rate", limit=5.0, window_s=600, severity="urgent")
    plant.rule("high_high", limit=30.0, severity="critical")
    plant.say(20.0, 40.0)
    return plant.alarms()


def test_the_worst_stands_first_and_what_is_answered_last(plant: Plant, alarms: list[Alarm]) -> None:
    client = login(plant, "town")
    with clock.frozen(LATER):
        board = client.get("/sensing/board")
        assert rows(board) == [("critical", "triggered"), ("urgent", "triggered")]
        text = board.content.decode()
        assert 'data-topics="alarms,calls,devices"' in text
        assert re.search(r'data-place="331003a:\d+"', text)
        assert "已持续" in text and "测试甲机械有限公司" in text
        worst = next(a for a in alarms if a.severity == "critical")
        # Pressed on the board: the answer is the row as it stands then.
        form = {"base": "1", "once": "x", "part": "row"}
        row = client.post(f"/sensing/alarms/{worst.pk}/answer", form)
        assert (row.status_code, rows(row)) == (200, [("critical", "answered")])
        again = client.post(f"/sensing/alarms/{worst.pk}/answer", form | {"once": "y"})
        assert (again.status_code, rows(again)) == (409, [("critical", "answered")])
        assert "alarm-error" in again.content.decode()
        assert rows(client.get("/sensing/board")) == [("urgent", "triggered"), ("critical", "answered")]
        only = client.get(f"/sensing/board/rows?ids={worst.pk},not-an-id")
        assert rows(only) == [("critical", "answered")]
        # Without the script the same button leads back to the board.
        plain = client.post(f"/sensing/alarms/{worst.pk}/handle", {"base": "2", "once": "z", "back": "board"})
        assert (plain.status_code, plain["Location"]) == (302, "/sensing/board")


def test_another_town_sees_nothing_of_it(plant: Plant, alarms: list[Alarm]) -> None:
    client = login(plant, "other_town")
    with clock.frozen(LATER):
        assert rows(client.get("/sensing/board")) == []
        assert rows(client.get(f"/sensing/board/rows?ids={alarms[0].pk}")) == []
        assert client.get(f"/sensing/devices/{plant.device}").status_code == 404
        assert client.get("/api/v1/map/layers/sensing.devices").json()["features"] == []
        assert "<strong data-total>0</strong>" in client.get("/sensing/board").content.decode()


def test_marks_have_the_worst_state_that_holds(plant: Plant, alarms: list[Alarm]) -> None:
    silent = plant.add("MN9", name="9号探头", lon=121.2, lat=28.6)
    plant.add("MN8", name="8号探头", lon=121.3, lat=28.6, status="stopped")
    from anlan.sensing.services.ingest import ingest

    ingest().prepare(LATER)
    devices_lost([(ingest().table.devices["hj212", "MN9"], int(LATER.timestamp() * 1000))], now=LATER)
    scope = plant.scope["supervision"]
    with clock.frozen(LATER):
        marks = {mark.id: mark for mark in centre.device_marks(scope, LATER)}
        assert {mark.title: mark.state for mark in marks.values()} == {
            "1号氨气探头": "critical", "9号探头": "silent", "8号探头": "off",
        }  # fmt: skip
        client = login(plant, "supervision")
        layers = client.get("/api/v1/map/layers").json()
        assert sorted(layer["id"] for layer in layers) == ["accident.accidents", "sensing.devices"]
        layers = [layer for layer in layers if layer["id"] == "sensing.devices"]
        assert [state["id"] for state in layers[0]["states"]] == ["critical", "alarm", "silent", "repair", "online", "off"]
        feature = next(
            f for f in client.get("/api/v1/map/layers/sensing.devices").json()["features"] if f["id"] == silent
        )
        assert feature["geometry"] == {"type": "Point", "coordinates": [121.2, 28.6]}
        assert (feature["properties"]["state"], feature["properties"]["url"]) == ("silent", f"/sensing/devices/{silent}")
        assert client.get("/api/v1/map/layers/nothing").json()["code"] == "platform.map.no_layer"
        base = client.get("/api/v1/map/base").json()
        assert base["county"]["properties"]["name"] == "黄岩区"
        assert all(town["properties"]["derived"] for town in base["towns"]["features"])
        page = client.get("/sensing/map").content.decode()
        assert "紧急报警" in page and "9号探头" in page and "8号探头" not in page
        fleet = client.get("/sensing/fleet").content.decode()
        assert "9号探头" in fleet and "在线率 50.0%" in fleet


def test_a_county_without_a_base_map_says_so(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    from anlan.data import places

    def missing(county: str) -> Any:
        raise FileNotFoundError

    monkeypatch.setattr(places, "county_boundary", missing)
    answer = login(plant, "supervision").get("/api/v1/map/base")
    assert (answer.status_code, answer.json()["code"]) == (404, "platform.map.no_base")


def test_an_alarms_page_has_the_file_and_unmasks_a_contact_once(plant: Plant, alarms: list[Alarm]) -> None:
    values = {"post": "officer", "name": "丁一", "phone": "13800138000"}
    contact_set(scope=REGISTRAR, enterprise_id=plant.enterprise, values=values, base=None, now=NOW)
    client, worst = login(plant, "town"), next(a for a in alarms if a.severity == "critical")
    with clock.frozen(LATER):
        page = html.unescape(client.get(f"/sensing/alarms/{worst.pk}").content.decode())
        assert "企业档案" in page and "监测曲线" in page and "13800138000" not in page
        address = re.search(r'action="([^"]+/contacts/[^"]+/reveal)"', page).group(1)
        assert address.startswith(f"/sensing/alarms/{worst.pk}/")
        refused = client.post(address, {"reason": ""})
        assert (refused.status_code, "13800138000" in refused.content.decode()) == (422, False)
        before = JournalEntry.objects.count()
        shown = client.post(address, {"reason": f"处置报警 {worst.number}"})
        assert (shown.status_code, "13800138000" in shown.content.decode()) == (200, True)
        assert shown["Cache-Control"] == "no-store"
        assert JournalEntry.objects.count() == before + 2  # one for the name, one for the phone
        device = html.unescape(client.get(f"/sensing/devices/{plant.device}").content.decode())
        assert rows(client.get(f"/sensing/devices/{plant.device}")) == [("critical", "triggered"), ("urgent", "triggered")]
        assert f"/sensing/devices/{plant.device}/contacts/" in device


def test_what_the_stream_says_is_small_and_holds_nobodys_name(plant: Plant, alarms: list[Alarm]) -> None:
    told = centre.alarms_told([str(a.pk) for a in alarms])
    worst = next(a for a in alarms if a.severity == "critical")
    assert told[str(worst.pk)] == {
        "id": str(worst.pk), "number": worst.number, "state": "triggered", "severity": "critical",
        "device": plant.device, "drill": False, "superseded": False,
    }  # fmt: skip
    assert centre.devices_told([plant.device]) == {plant.device: {"id": plant.device, "silent": False}}
