"""The routes of sensing: parcels of gateways, curves, devices, alarms; who gets what."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.test import Client

from anlan.kernel.errors import Unavailable
from anlan.kernel.telemetry import pack
from anlan.platform import clock
from anlan.sensing import api
from anlan.sensing.models import Alarm
from anlan.sensing.services.gateways import gateway_token_create
from anlan.sensing.store.readings import Store
from sensing.factories import MS, NH3, NOW, Plant, report

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)


def caller(plant: Plant, role: str) -> Any:
    client = Client()
    account = plant.county.account[role]
    answer = client.post("/login", {"username": account.username, "password": plant.county.password})
    assert answer.status_code == 302

    def call(method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        data = orjson.dumps(body) if body is not None else b""
        found = client.generic(
            method, f"/api/v1/sensing{path}", data, content_type="application/json", headers=headers or None
        )
        return found.status_code, orjson.loads(found.content)

    return call


def deliver(parcel: bytes, token: str) -> tuple[int, Any]:
    headers = {"Authorization": f"Token {token}"} if token else None
    found = Client().generic("POST", "/api/v1/sensing/parcels", parcel, content_type="application/json", headers=headers)
    return found.status_code, orjson.loads(found.content)


@pytest.fixture
def token(plant: Plant) -> str:
    return gateway_token_create(name="g", now=NOW).raw


def test_a_parcel_is_taken(plant: Plant, token: str, readings: Store) -> None:
    with clock.frozen(LATER):
        assert deliver(pack([report("MN1", MS, NH3=1.0), report("MN1", MS + 1, NH3=2.0)]), token) == (200, {"taken": 2})
    assert readings.series(plant.device, NH3, MS, MS + 10).value.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("key", ["", "x", "anlangw_x"])
def test_a_parcel_without_a_key_is_refused(plant: Plant, key: str) -> None:
    status, body = deliver(pack([report("MN1", MS, NH3=1.0)]), key)
    assert (status, body["code"]) == (401, "api.unauthenticated")


def test_a_person_hands_in_no_parcels(plant: Plant) -> None:
    assert caller(plant, "supervision")("POST", "/parcels", [1, []])[0] == 401


def test_a_parcel_that_can_not_be_read(plant: Plant, token: str) -> None:
    status, body = deliver(b"[2,[[[],[7]]]]", token)
    assert (status, body["code"], body["facts"]) == (422, "telemetry.parcel.malformed", {"report": 1})


def test_a_parcel_beyond_eight_megabytes(plant: Plant, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "MOST_BYTES", 100)
    status, body = deliver(pack([report("MN1", MS + i, NH3=1.0) for i in range(5)]), token)
    assert (status, body["code"]) == (413, "api.too_large")


def test_a_parcel_of_five_megabytes_is_taken(plant: Plant, token: str) -> None:
    """Django's own limit of 4 MiB is for forms."""
    many = {f"m{i:05d}-Rtd": i + 1 / 3 for i in range(1000)}
    reports = [report("MN1", MS + i * 1000, **many) for i in range(300)]
    parcel = pack(reports)
    assert 4 * 1024 * 1024 < len(parcel) < 8 * 1024 * 1024
    with clock.frozen(LATER):
        assert deliver(parcel, token) == (200, {"taken": 300})


def test_a_store_that_is_away_is_503(plant: Plant, token: str, readings: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise Unavailable("sensing.store.unavailable", why="database is locked")

    monkeypatch.setattr(readings, "add", fail)
    status, body = deliver(pack([report("MN1", MS, NH3=1.0)]), token)
    assert (status, body["code"]) == (503, "sensing.store.unavailable")


def test_a_curve(plant: Plant) -> None:
    plant.say(5.0, 6.0)
    path = f"/devices/{plant.device}/series?channel={NH3}&start={MS}&end={MS + 600_000}&points=100"
    with clock.frozen(LATER):
        status, body = caller(plant, "enterprise")("GET", path)
        assert caller(plant, "other_town")("GET", path)[0] == 404
    assert status == 200
    assert body["points"] == [[MS, 5.0], [MS + 60_000, 6.0]]
    assert (body["channel"], body["unit"], body["gaps"], body["thresholds"], body["alarms"]) == (NH3, "mg/m3", [], [], [])


def test_channels_windows_and_fleet(plant: Plant) -> None:
    call = caller(plant, "supervision")
    base = f"/devices/{plant.device}"
    with clock.frozen(LATER):
        assert call("POST", f"{base}/channels", {"metric": "x", "name": "压力", "unit": "MPa"})[0] == 200
        assert [c["metric"] for c in call("GET", f"{base}/channels")[1]["items"]] == ["x", NH3]
        window = {"since": LATER.isoformat(), "until": (LATER + timedelta(hours=1)).isoformat(), "reason": "校准"}
        for bare in ({"since": "2026-03-02T12:00:00"}, {"until": "2026-03-02T12:00:00"}):
            status, refused = call("POST", f"{base}/windows", window | bare)
            assert (status, refused["violations"][0]["code"]) == (422, "api.invalid.timezone_aware")
        status, made = call("POST", f"{base}/windows", window)
        assert status == 201
        assert call("GET", "/fleet")[1]["maintenance"] == 1
    with clock.frozen(LATER + timedelta(minutes=1)):
        assert call("POST", f"{base}/windows/{made['key']}/end", {})[0] == 200
        assert call("GET", "/fleet")[1]["maintenance"] == 0
        assert call("POST", f"{base}/doubt", {})[1]["code"] == "sensing.device.not_doubted"
        assert caller(plant, "auditor")("POST", f"{base}/windows", window)[0] == 403


def test_strangers_are_claimed(plant: Plant, token: str) -> None:
    with clock.frozen(LATER):
        deliver(pack([report("MN7", MS, NH3=1.0)]), token)
        call = caller(plant, "supervision")
        (held,) = call("GET", "/quarantined")[1]["items"]
        assert (held["identity"], held["metrics"]) == ("MN7", [NH3])
        body = {"name": "7号", "enterprise": plant.enterprise}
        assert caller(plant, "town")("POST", f"/quarantined/{held['id']}/claim", body)[0] == 404
        assert call("POST", f"/quarantined/{held['id']}/claim", body)[0] == 201
        assert call("GET", "/quarantined")[1]["items"] == []


def test_a_dry_run(plant: Plant) -> None:
    plant.say(20.0)
    body = {
        "start": NOW.isoformat(), "end": LATER.isoformat(),
        "values": {"kind": "high", "metric": NH3, "limit": 10, "basis": "x"},
    }  # fmt: skip
    status, found = caller(plant, "supervision")("POST", "/dry-run", body)
    assert (status, [a["value"] for a in found["alarms"]], found["cut"]) == (200, [20.0], False)
    assert caller(plant, "enterprise")("POST", "/dry-run", body)[0] == 403
    status, refused = caller(plant, "supervision")("POST", "/dry-run", body | {"start": "2026-03-02T12:00:00"})
    assert (status, refused["violations"][0]["code"]) == (422, "api.invalid.timezone_aware")


def test_an_alarm_goes_its_way(plant: Plant) -> None:
    plant.rule()
    key = plant.say(20.0, 5.0, 21.0).opened[0]
    call = caller(plant, "town")
    with clock.frozen(LATER):
        assert [a["id"] for a in call("GET", "/alarms")[1]["items"]] == [key]
        status, stand = call("GET", f"/alarms/{key}/stand")
        assert (status, stand["count"], stand["state"]) == (200, 2, "triggered")
        assert [a["id"] for a in stand["actions"]] == ["answer", "handle", "false-alarm", "to-hazard"]
        assert call("POST", f"/alarms/{key}/answer", {"word": "on_my_way", "base": stand["version"]})[1]["state"] == "answered"
        assert call("POST", f"/alarms/{key}/handle", {"base": stand["version"]})[0] == 409
        assert call("POST", f"/alarms/{key}/handle", {})[1]["state"] == "handling"
        assert call("POST", f"/alarms/{key}/recover", {})[1]["violations"][0]["code"] == "sensing.alarm.note_missing"
        assert call("POST", f"/alarms/{key}/recover", {"note": "已关阀"})[1]["state"] == "recovered"
        assert call("POST", f"/alarms/{key}/archive", {})[1]["state"] == "archived"
        assert caller(plant, "other_town")("GET", f"/alarms/{key}/stand")[0] == 404


@pytest.mark.parametrize(("act", "state"), [("false-alarm", "false_alarm"), ("to-hazard", "to_hazard")])
def test_other_endings(plant: Plant, act: str, state: str) -> None:
    plant.rule()
    key = plant.say(20.0).opened[0]
    with clock.frozen(LATER):
        status, body = caller(plant, "town")("POST", f"/alarms/{key}/{act}", {"note": "现场核实"})
    assert (status, body["state"], bool(body["hazard_id"])) == (200, state, act == "to-hazard")


def test_a_repeated_request_is_one_step(plant: Plant) -> None:
    plant.rule()
    key = plant.say(20.0).opened[0]
    call = caller(plant, "town")
    with clock.frozen(LATER):
        one = call("POST", f"/alarms/{key}/answer", {}, **{"Idempotency-Key": "k1"})
        assert call("POST", f"/alarms/{key}/answer", {}, **{"Idempotency-Key": "k1"}) == one
    assert Alarm.objects.get(pk=key).state == "answered"
