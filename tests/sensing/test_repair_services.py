"""What begins in a maintenance window and outlasts it is said when the window is over: once, and after a restart as well."""

from __future__ import annotations

from datetime import timedelta

import pytest

from anlan.sensing.models import DeviceSuppressed
from anlan.sensing.services import devices
from anlan.sensing.services import ingest as ingesting
from anlan.sensing.services.upkeep import devices_watch
from sensing.factories import BOSS, MS, NOW, Plant

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def repair(plant: Plant, since: int, until: int) -> str:
    """A window of the device, minutes after NOW; its key."""
    return devices.window_set(scope=BOSS, device_id=plant.device, since=NOW + since * MINUTE, until=NOW + until * MINUTE,
                              reason="校准", base=None, now=NOW)  # fmt: skip


def told(plant: Plant) -> list[tuple[int, str]]:
    """Alarms as (minutes after NOW, state)."""
    return [(int(a.triggered_at.timestamp() * 1000 - MS) // 60_000, a.state) for a in plant.alarms()]


@pytest.mark.parametrize("restart", [False, True])
def test_a_leak_that_begins_under_repair_is_said_when_it_is_over(plant: Plant, restart: bool) -> None:
    plant.rule()
    repair(plant, 0, 10)
    assert plant.say(5.0, 50.0, 50.0, start=1).opened == ()
    if restart:
        ingesting.ingest().forget()
    assert len(plant.say(50.0, 50.0, start=12).opened) == 1
    ingesting.ingest().forget()
    assert plant.say(50.0, start=20).opened == ()
    assert told(plant) == [(12, "triggered")]
    assert DeviceSuppressed.objects.count() == 1


def test_a_window_that_is_ended_early_hides_nothing_more(plant: Plant) -> None:
    plant.rule()
    key = repair(plant, 0, 600)
    plant.say(50.0, start=1)
    devices.window_end(scope=BOSS, device_id=plant.device, key=key, base=None, now=NOW + 3 * MINUTE)
    assert len(plant.say(50.0, start=4).opened) == 1


def test_what_is_over_before_the_repair_is_stays_unsaid(plant: Plant) -> None:
    plant.rule()
    repair(plant, 0, 10)
    plant.say(50.0, 5.0, start=1)
    plant.say(5.0, start=12)
    assert told(plant) == []
    assert len(plant.say(50.0, start=13).opened) == 1


def test_an_alarm_that_stood_before_is_not_told_again(plant: Plant) -> None:
    plant.rule()
    plant.say(50.0, start=1)
    repair(plant, 2, 10)
    found = plant.say(50.0, start=5).repeated + plant.say(50.0, start=12).repeated
    assert (told(plant), found) == ([(1, "triggered")], 0)
    assert plant.alarms()[0].repeats.count() == 0


def test_what_flutters_under_repair_is_said_afterwards(plant: Plant) -> None:
    plant.rule(flap_count=2, flap_window_s=3600)
    repair(plant, 0, 10)
    plant.say(50.0, 1.0, 50.0, 1.0, start=1)
    assert plant.say(1.0, start=12).opened == ()
    assert len(plant.say(50.0, start=13).opened) == 1
    assert plant.alarms()[0].flapping_at is not None


def test_late_readings_of_a_repair_that_was_outlasted(plant: Plant) -> None:
    plant.rule()
    repair(plant, 0, 10)
    plant.say(5.0, start=30)
    plant.say(50.0, start=5)
    plant.say(50.0, 5.0, start=12)
    assert told(plant) == [(12, "triggered")]
    assert plant.alarms()[0].cleared_at == NOW + 13 * MINUTE


@pytest.mark.parametrize(("kind", "metric"), [("offline", ""), ("missing", "a21001-Rtd")])
def test_a_silence_that_begins_under_repair_is_said_when_it_is_over(plant: Plant, kind: str, metric: str) -> None:
    plant.rule(kind, metric=metric, limit=None, window_s=600)
    plant.say(5.0)
    repair(plant, 0, 30)
    for minute in (1, 15, 29):
        devices_watch(now=NOW + minute * MINUTE)
    assert told(plant) == []
    for minute in (31, 32, 45):
        devices_watch(now=NOW + minute * MINUTE)
    assert told(plant) == [(31, "triggered")]
    assert plant.alarms()[0].repeats.count() == 0


def test_a_silence_that_was_said_before_the_repair_is_not_said_again(plant: Plant) -> None:
    plant.rule("offline", metric="", limit=None, window_s=600)
    plant.say(5.0)
    devices_watch(now=NOW + timedelta(seconds=5))
    devices_watch(now=NOW + 12 * MINUTE)
    repair(plant, 15, 20)
    devices_watch(now=NOW + 25 * MINUTE)
    assert told(plant) == [(12, "triggered")]
