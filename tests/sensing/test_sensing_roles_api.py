"""Who may do what through the API in their own region: every role times every operation that changes something."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.test import Client

from anlan.platform import clock
from anlan.platform.journal.models import JournalEntry
from anlan.sensing.models import Quarantined
from anlan.sensing.services.ingest import reports_take
from sensing.factories import MS, NH3, NOW, Plant, report

pytestmark = pytest.mark.django_db
_IDS = re.compile(rb"[0-9a-f-]{36}")
_NAMES = re.compile(r"{(\w+)}")
LATER = NOW + timedelta(minutes=5)
DEVICE, RULE = "sensing.device.change", "sensing.rule.change"
# Of another town, another enterprise, another office: the device is none of theirs, whatever their rights.
ELSEWHERE = ("other_town", "other_enterprise", "other_office", "department")
_ALL = {"device", "rule", "alarm", "stranger"}
# Rules and strangers of the county belong to every office of it.
_OTHERS = dict.fromkeys(ELSEWHERE, _ALL) | dict.fromkeys(ELSEWHERE[2:], {"device", "alarm"})
ROLES = (
    "leader", "supervision", "enforcement", "town", "grid", "department", "expert", "auditor", "admin", "enterprise",
    *ELSEWHERE[:3],
)  # fmt: skip
WINDOW = {"since": LATER.isoformat(), "until": (LATER + timedelta(hours=1)).isoformat(), "reason": "校准"}
DRY = {"start": NOW.isoformat(), "end": LATER.isoformat(), "values": {"kind": "high", "metric": NH3, "limit": 1, "basis": "x"}}
OPERATIONS: dict[str, tuple[str, str, str, Any]] = {
    "device.create": (DEVICE, "POST", "/devices", {"name": "n", "identity": "n1", "place": "机房"}),
    "device.change": (DEVICE, "PATCH", "/devices/{device}", {"name": "另名"}),
    "device.retire": (DEVICE, "POST", "/devices/{device}/retire", {"reason": "拆除"}),
    "device.channel": (DEVICE, "POST", "/devices/{device}/channels", {"metric": "x", "name": "压力", "unit": "MPa"}),
    "device.window": (DEVICE, "POST", "/devices/{device}/windows", WINDOW),
    "device.doubt": (DEVICE, "POST", "/devices/{device}/doubt", {}),
    "stranger.claim": (DEVICE, "POST", "/quarantined/{stranger}/claim", {"name": "7号"}),
    "model.create": (DEVICE, "POST", "/models", {"name": "型号"}),
    "rule.create": (RULE, "POST", "/alarm_rules",
                    {"name": "r", "kind": "high", "metric": NH3, "limit": 1, "severity": "urgent", "basis": "x"}),
    "rule.change": (RULE, "PATCH", "/alarm_rules/{rule}", {"limit": 99}),
    "rule.retire": (RULE, "POST", "/alarm_rules/{rule}/retire", {"reason": "不用"}),
    "rule.dry-run": (RULE, "POST", "/dry-run", DRY),
    "alarm.answer": ("sensing.alarm.answer", "POST", "/alarms/{alarm}/answer", {"word": "seen"}),
    "alarm.handle": ("sensing.alarm.handle", "POST", "/alarms/{alarm}/handle", {}),
    "alarm.recover": ("sensing.alarm.end", "POST", "/alarms/{alarm}/recover", {"note": "好了"}),
    "alarm.false-alarm": ("sensing.alarm.end", "POST", "/alarms/{alarm}/false-alarm", {"note": "误"}),
    "alarm.to-hazard": ("sensing.alarm.end", "POST", "/alarms/{alarm}/to-hazard", {"note": "漏"}),
    "alarm.archive": ("sensing.alarm.end", "POST", "/alarms/{alarm}/archive", {}),
}  # fmt: skip


@pytest.fixture
def ids(plant: Plant) -> dict[str, str]:
    """One of everything at the first enterprise."""
    rule = plant.rule()
    (alarm,) = plant.say(20.0).opened
    reports_take([report("MN7", MS, NH3=1.0)], now=NOW)
    return {"device": plant.device, "rule": rule, "alarm": alarm, "stranger": str(Quarantined.objects.get().pk)}


@pytest.mark.parametrize("role", ROLES)
def test_without_the_right_nothing_changes(plant: Plant, ids: dict[str, str], role: str) -> None:
    client, account = Client(), plant.county.account[role]
    rights = plant.scope[role].rights
    with clock.frozen(LATER):
        assert client.post("/login", {"username": account.username, "password": plant.county.password}).status_code == 302
        for name, (right, method, path, body) in OPERATIONS.items():
            # Whoever has the right is refused only what is of another town or not of their office.
            if right in rights and (role not in ELSEWHERE or not _OTHERS[role] & set(_NAMES.findall(path))):
                continue
            before = JournalEntry.objects.count()
            found = client.generic(
                method, f"/api/v1/sensing{path.format(**ids)}", orjson.dumps(body), content_type="application/json",
                headers={"If-Match": "1"},
            )  # fmt: skip
            code = orjson.loads(found.content).get("code", "")
            # A step of the loop says everything that stands against it at once, the missing right among that.
            told = found.status_code in (403, 404) or (found.status_code, code) == (409, "sensing.alarm.refused")
            assert told, (name, found.status_code, found.content)
            assert JournalEntry.objects.count() == before, name


LOOKS = (
    "/devices/{device}/series?channel=a21001-Rtd&start=0&end=9", "/devices/{device}/channels", "/devices/{device}",
    "/devices/{device}/history", "/alarms/{alarm}/stand", "/alarms/{alarm}", "/alarms/{alarm}/history", "/fleet",
    "/quarantined", "/alarms", "/devices", "/devices.geojson", "/alarms.geojson", "/devices/export.csv",
    "/alarms/export.csv",
)  # fmt: skip


@pytest.mark.parametrize("path", LOOKS)
@pytest.mark.parametrize("role", ROLES)
def test_who_may_not_look_sees_nothing(plant: Plant, ids: dict[str, str], role: str, path: str) -> None:
    client, account = Client(), plant.county.account[role]
    with clock.frozen(LATER):
        assert client.post("/login", {"username": account.username, "password": plant.county.password}).status_code == 302
        found = client.get(f"/api/v1/sensing{path.format(**ids)}")
    text = b"".join(found.streaming_content) if found.streaming else found.content
    known = "sensing.view" in plant.scope[role].rights and role not in ELSEWHERE
    if not known:
        assert found.status_code in (200, 403, 404)
        assert found.status_code != 200 or not {ids["device"].encode(), ids["alarm"].encode()} & set(_IDS.findall(text))
        assert "1号氨气探头".encode() not in text
    elif path != "/quarantined":
        assert found.status_code in (200, 422)
