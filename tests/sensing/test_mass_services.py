"""A storm takes eight hundred devices: one alarm with eight hundred members, however they go and however they come back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from anlan.sensing.models import Alarm
from anlan.sensing.services.alarms import Pressed, alarm_answer
from anlan.sensing.services.ingest import reports_take
from anlan.sensing.services.upkeep import devices_watch
from sensing.factories import NOW, Plant, make_plant, report
from standing import standing as in_module

pytestmark = pytest.mark.slow

MINUTE = timedelta(minutes=1)
MANY = 800
NAMES = [f"S{number}" for number in range(MANY)]


@pytest.fixture(scope="module")
def _county(django_db_setup: None, django_db_blocker: Any) -> Any:
    """Eight hundred devices and a rule over silence, for all tests of this module."""
    with in_module(django_db_blocker):
        made = make_plant()
        keys = {name: made.add(name) for name in NAMES}
        made.rule("offline", metric="", limit=None, window_s=600, severity="routine")
        yield made, keys


@pytest.fixture
def storm(_county: Any, readings: Any) -> tuple[Plant, dict[str, str]]:
    """A county whose eight hundred devices have just been heard."""
    plant, keys = _county
    hear(NAMES, NOW)
    return plant, keys


def hear(names: list[str], now: datetime) -> None:
    """One message of each device."""
    at = int(now.timestamp() * 1000)
    reports_take([report(name, at, NH3=1.0) for name in names], now=now)


def standing(alarm: Alarm) -> int:
    return alarm.members.filter(left_at__isnull=True).count()


def test_all_at_once_is_one_alarm(storm: tuple[Plant, dict[str, str]]) -> None:
    plant, keys = storm
    found = devices_watch(now=NOW + 11 * MINUTE)
    (alarm,) = plant.alarms()
    assert (found.lost, found.opened) == (MANY, (str(alarm.pk),))
    assert (alarm.kind, alarm.title, alarm.state) == ("mass", "800台监测设备同时离线", "triggered")
    assert set(alarm.members.values_list("key", flat=True)) == set(keys.values())
    assert devices_watch(now=NOW + 12 * MINUTE).opened == ()


def test_they_come_back_one_by_one_and_the_last_one_ends_it(storm: tuple[Plant, dict[str, str]]) -> None:
    plant, _ = storm
    devices_watch(now=NOW + 11 * MINUTE)
    now = NOW + 12 * MINUTE
    # Hundreds between the first and the last ones come in parcels of many, as gateways hand them in.
    singly, parcels = [[n] for n in NAMES[:20]], [NAMES[i : i + 76] for i in range(20, 780, 76)]
    back = 0
    for names in [*singly, *parcels, *([n] for n in NAMES[780:])]:
        (alarm,) = plant.alarms()
        assert (alarm.state, alarm.cleared_at, standing(alarm)) == ("triggered", None, MANY - back)
        back, now = back + len(names), now + timedelta(seconds=1)
        hear(names, now)
    (alarm,) = plant.alarms()
    assert (alarm.state, alarm.cleared_at, standing(alarm), alarm.members.count()) == ("recovered", now, 0, MANY)


def test_two_waves_are_one_alarm_that_says_how_many(storm: tuple[Plant, dict[str, str]]) -> None:
    plant, keys = storm
    hear(NAMES[300:], NOW + 15 * MINUTE)
    devices_watch(now=NOW + 11 * MINUTE)
    (alarm,) = plant.alarms()
    assert (alarm.title, alarm.members.count()) == ("300台监测设备同时离线", 300)
    assert devices_watch(now=NOW + 26 * MINUTE).opened == ()
    (alarm,) = plant.alarms()
    assert (alarm.title, set(alarm.members.values_list("key", flat=True))) == ("800台监测设备同时离线", set(keys.values()))
    # The current comes back for the first ones, and fails once more.
    hear(NAMES[:100], NOW + 27 * MINUTE)
    assert standing(alarm) == 700
    devices_watch(now=NOW + 38 * MINUTE)
    (alarm,) = plant.alarms()
    assert (alarm.title, standing(alarm)) == ("800台监测设备同时离线", MANY)


def test_who_was_lost_a_few_minutes_before_the_others_belongs_to_them(storm: tuple[Plant, dict[str, str]]) -> None:
    plant, keys = storm
    hear(NAMES[15:], NOW + 2 * MINUTE)
    first = devices_watch(now=NOW + 11 * MINUTE)
    assert len(first.opened) == 15
    (mass,) = devices_watch(now=NOW + 13 * MINUTE).opened
    alarm = Alarm.objects.get(pk=mass)
    assert (alarm.title, set(alarm.members.values_list("key", flat=True))) == ("800台监测设备同时离线", set(keys.values()))
    single = Alarm.objects.filter(kind="offline")
    assert set(single.values_list("state", "superseded_by")) == {("triggered", mass)}
    # Whoever is back ends its own alarm, and the last one the common one.
    hear(NAMES, NOW + 14 * MINUTE)
    assert {a.state for a in plant.alarms()} == {"recovered"}
    assert (len(plant.alarms()), standing(alarm)) == (16, 0)


def test_what_somebody_is_with_already_goes_on(storm: tuple[Plant, dict[str, str]]) -> None:
    plant, _ = storm
    hear(NAMES[1:], NOW + 2 * MINUTE)
    (own,) = devices_watch(now=NOW + 11 * MINUTE).opened
    alarm_answer(scope=plant.scope["supervision"], alarm_id=own, pressed=Pressed(), now=NOW + 12 * MINUTE)
    (mass,) = devices_watch(now=NOW + 13 * MINUTE).opened
    assert (Alarm.objects.get(pk=own).state, Alarm.objects.get(pk=own).superseded_by) == ("answered", "")
    assert Alarm.objects.get(pk=mass).members.count() == MANY


def test_few_at_long_intervals_are_alarms_of_their_own(storm: tuple[Plant, dict[str, str]]) -> None:
    plant, _ = storm
    hear(NAMES[15:], NOW + 15 * MINUTE)
    devices_watch(now=NOW + 11 * MINUTE)
    hear(NAMES[30:], NOW + 20 * MINUTE)
    devices_watch(now=NOW + 26 * MINUTE)
    assert ([a.kind for a in plant.alarms()], {a.superseded_by for a in plant.alarms()}) == (["offline"] * 30, {""})
