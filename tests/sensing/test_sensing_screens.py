"""The pages of sensing: shown, filled in, refused beside what was typed; panels and todos."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from anlan.kernel.messages import render
from anlan.platform import clock
from anlan.platform.ledger.services import ledger_create
from anlan.sensing.models import Alarm, DeviceChannel, Quarantined
from anlan.sensing.panels import PANELS
from anlan.sensing.services.ingest import reports_take
from anlan.sensing.todos import TODOS
from sensing.factories import MS, NH3, NOW, Plant, report

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)


def login(plant: Plant, role: str) -> Client:
    client = Client()
    account = plant.county.account[role]
    assert client.post("/login", {"username": account.username, "password": plant.county.password}).status_code == 302
    return client


def text(answer: Any) -> str:
    return answer.content.decode()


@pytest.fixture
def alarm(plant: Plant) -> str:
    plant.rule()
    return plant.say(20.0, 5.0, 21.0).opened[0]


def test_an_alarms_page_and_its_steps(plant: Plant, alarm: str) -> None:
    client = login(plant, "town")
    with clock.frozen(LATER):
        page = text(client.get(f"/sensing/alarms/{alarm}"))
        for word in ("氨气浓度达20mg/m3", "共触发2次", "已触发", "叫应", "转为隐患", "GB 14554"):
            assert word in page
        form = {"base": "1", "once": "a", "word": "seen"}
        refused = client.post(f"/sensing/alarms/{alarm}/answer", form)
        assert (refused.status_code, "刚刚已被其他人办理" in text(refused)) == (409, True)
        form = {"base": "3", "once": "b", "note": " "}
        refused = client.post(f"/sensing/alarms/{alarm}/false-alarm", form)
        assert (refused.status_code, "须写明情况" in text(refused)) == (409, True)
        done = client.post(f"/sensing/alarms/{alarm}/handle", {"base": "3", "once": "c", "at": ""})
        assert (done.status_code, Alarm.objects.get(pk=alarm).state) == (302, "handling")
        assert client.post(f"/sensing/alarms/{alarm}/answer", {}).status_code == 422
        assert client.post(f"/sensing/alarms/{alarm}/trigger", {"base": "4"}).status_code == 404
        assert client.post(f"/sensing/alarms/{alarm}/nothing", {}).status_code == 404
        assert login(plant, "other_town").get(f"/sensing/alarms/{alarm}").status_code == 404


@pytest.mark.parametrize(
    ("act", "state"), [("answer", "answered"), ("false-alarm", "false_alarm"), ("to-hazard", "to_hazard")]
)
def test_steps_from_the_page(plant: Plant, alarm: str, act: str, state: str) -> None:
    with clock.frozen(LATER):
        done = login(plant, "town").post(f"/sensing/alarms/{alarm}/{act}", {"base": "3", "once": "x", "note": "核实"})
    assert (done.status_code, Alarm.objects.get(pk=alarm).state) == (302, state)


def test_a_devices_page_and_what_is_done_there(plant: Plant, alarm: str) -> None:
    client, url = login(plant, "supervision"), f"/sensing/devices/{plant.device}"
    with clock.frozen(LATER):
        page = text(client.get(f"{url}/manage"))
        for word in ("1号氨气探头", "氨气浓度", "21.0mg/m3", "0至200mg/m3", "设定检修窗口"):
            assert word in page
        form = {"base": "2", "once": "a", "metric": "x", "name": "压力", "digits": "2", "low": "0", "high": "1"}
        assert client.post(f"{url}/channel", form).status_code == 302
        assert DeviceChannel.objects.get(key="x").high == 1.0
        bad = client.post(f"{url}/channel", form | {"base": "3", "once": "b", "high": "abc"})
        assert (bad.status_code, 'value="abc"' in text(bad)) == (422, True)
        assert client.post(f"{url}/channel", form | {"digits": "x"}).status_code == 422
        assert client.post(f"{url}/channel-remove", {"base": "3", "once": "c", "metric": "x"}).status_code == 302
        window = {"base": "4", "once": "d", "since": "", "until": "2026-03-02T12:00", "reason": "校准"}
        assert client.post(f"{url}/window", window).status_code == 302
        missing = client.post(f"{url}/window", window | {"base": "5", "once": "e", "until": ""})
        assert (missing.status_code, "没有填写检修结束时间" in text(missing)) == (422, True)
        key = plant.row().windows.get().key
    with clock.frozen(LATER + timedelta(minutes=1)):
        assert client.post(f"{url}/window-end", {"base": "5", "once": "f", "key": key}).status_code == 302
        assert client.post(f"{url}/doubt", {"base": "6", "once": "g"}).status_code == 404
        assert client.post(f"{url}/channel", {}).status_code == 422
        assert client.post(f"{url}/other", {}).status_code == 404
        assert "设定检修窗口" not in text(login(plant, "enterprise").get(f"{url}/manage"))


def test_a_form_that_did_not_come_from_our_page(plant: Plant, alarm: str) -> None:
    refused = login(plant, "town").post(f"/sensing/alarms/{alarm}/handle", {"base": "x"})
    assert (refused.status_code, render("sensing.form.base_missing", {}) in text(refused)) == (422, True)


def test_a_window_without_an_end(plant: Plant) -> None:
    form = {"base": "2", "once": "d", "until": "", "reason": "x"}
    refused = login(plant, "supervision").post(f"/sensing/devices/{plant.device}/window", form)
    assert (refused.status_code, render("sensing.window.until_missing", {}) in text(refused)) == (422, True)


def test_a_models_page(plant: Plant) -> None:
    scope = plant.scope["supervision"]
    key = ledger_create(scope=scope, ledger="sensing.model", values={"name": "AQ-1", "region": "331003000000"}, now=NOW)
    client, url = login(plant, "supervision"), f"/sensing/models/{key}"
    form = {"base": "1", "once": "a", "metric": NH3, "name": "氨气", "unit": "ppm"}
    assert client.post(f"{url}/channel", form).status_code == 302
    assert "氨气" in text(client.get(url))
    assert client.post(f"{url}/channel", form | {"name": " "}).status_code == 422
    assert client.post(f"{url}/channel-remove", {"base": "2", "once": "b", "metric": NH3}).status_code == 302
    assert client.post(f"{url}/other", {}).status_code == 404


def test_labels(plant: Plant) -> None:
    client = login(plant, "town")
    page = text(client.get(f"/sensing/devices/labels?ids={plant.device}&ids=x"))
    assert ("设备标签（1张）" in page, "data:image/svg+xml" in page, "MN1" in page) == (True, True, True)
    assert "设备标签（0张）" in text(login(plant, "other_town").get("/sensing/devices/labels"))


def test_strangers_and_their_claiming(plant: Plant) -> None:
    reports_take([report("MN7", MS, NH3=1.0)], now=NOW)
    key = Quarantined.objects.get().pk
    client = login(plant, "supervision")
    assert "MN7" in text(client.get("/sensing/strangers"))
    assert "测试甲机械有限公司" in text(client.get(f"/sensing/strangers/{key}?firm=测试甲"))
    refused = client.post(f"/sensing/strangers/{key}", {"name": "7号", "once": "a"})
    assert refused.status_code in (409, 422)
    assert "须填写安装位置" in text(refused)
    done = client.post(f"/sensing/strangers/{key}", {"name": "7号", "enterprise": plant.enterprise, "once": "b", "lon": ""})
    assert done.status_code == 302
    assert client.get(f"/sensing/strangers/{key}").status_code == 404
    assert login(plant, "enterprise").get("/sensing/strangers").status_code == 403


def test_panels_on_the_enterprises_page(plant: Plant, alarm: str) -> None:
    found = {p.id: p.rows(plant.scope["town"], plant.enterprise, 5) for p in PANELS}
    assert [(rows[0].text, total) for rows, total in found.values()] == [
        ("1号氨气探头 氨气浓度达20mg/m3，超过高限10mg/m3", 1), ("1号氨气探头", 1),
    ]  # fmt: skip
    assert [p.rows(plant.scope["other_town"], plant.enterprise, 5)[1] for p in PANELS] == [0, 0]
    page = text(login(plant, "town").get(f"/registry/enterprises/{plant.enterprise}"))
    assert ("监测报警" in page, "监测设备" in page) == (True, True)


def test_todos(plant: Plant, alarm: str) -> None:
    reports_take([report("MN7", MS, NH3=1.0)], now=NOW)

    def counts(role: str) -> list[int]:
        return [t.items(plant.scope[role], LATER, 5)[1] for t in TODOS]

    assert (counts("supervision"), counts("town"), counts("auditor")) == ([1, 0, 1], [1, 0, 0], [0, 0, 0])
    items, _ = TODOS[0].items(plant.scope["town"], LATER, 5)
    assert items[0].text == "报警：测试甲机械有限公司，1号氨气探头 氨气浓度达20mg/m3，超过高限10mg/m3"


@pytest.mark.parametrize("name", ["device", "devicemodel", "alarmrule", "alarm"])
def test_lists_of_the_desk(plant: Plant, alarm: str, name: str) -> None:
    assert login(plant, "supervision").get(f"/desk/sensing/{name}/").status_code == 200
