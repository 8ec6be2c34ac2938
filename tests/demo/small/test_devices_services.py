"""The demo county is monitored: devices that the simulator speaks for, limits, a chain and a roster of people who exist."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from anlan.accounts import queries as accounts
from anlan.calling.queries import chain_for, duty_facts
from anlan.calling.rules.duty import people_of
from anlan.demo.fleet import DEVICES, PROFILE
from anlan.sensing import queries, store
from anlan.sensing.models import Alarm, AlarmRule
from anlan.simulator.profiles import fleet
from demo.demo_store import COUNTY, NOW, scope_of

pytestmark = pytest.mark.django_db
WATCH = replace(COUNTY, rights=frozenset({"sensing.view"}))
PLANT = "黄岩图湛食品有限公司（演示）"


def test_every_simulated_device_is_on_file_with_all_its_channels(built: dict[str, Any]) -> None:
    rows = {d.identity: d for d in queries.device_list(WATCH)}
    simulated = fleet(PROFILE, DEVICES)
    assert sorted(rows) == sorted(d.identity for d in simulated)
    kinds = Counter(d.model.name.split()[0] for d in rows.values())
    assert kinds == {"氨气监测仪": 6, "烟气连续监测系统": 15, "水质在线监测站": 9}
    channels = queries.channels_of([str(d.pk) for d in rows.values()])
    for device in simulated:
        known = channels[str(rows[device.identity].pk)]
        assert sorted(known) == sorted(f.metric for f in device.kind.factors)
        for factor in device.kind.factors:
            span = known[factor.metric]
            assert span.low <= factor.base - factor.swing < factor.base + factor.swing <= span.high


def test_the_leak_comes_from_the_refrigeration_plant_and_drifts_to_its_own_fence(built: dict[str, Any]) -> None:
    rows = {d.identity: d for d in queries.device_list(WATCH)}
    first, second = (rows[d.identity] for d in fleet(PROFILE, 2))
    assert [(d.enterprise.name, d.place) for d in (first, second)] == [(PLANT, "制冷机房"), (PLANT, "厂界下风向")]
    assert queries.device_list(scope_of("plant")).filter(pk__in=[first.pk, second.pk]).count() == 2
    assert queries.device_list(scope_of("town2")).filter(pk=first.pk).count() == 0


def test_the_day_before_was_quiet_and_is_in_the_store(built: dict[str, Any]) -> None:
    ids = [str(pk) for pk in queries.device_list(WATCH).values_list("pk", flat=True)]
    end = int(NOW.timestamp() * 1000)
    counts = {len(store.current().series(key, metric, end - 86_400_000, end).at)
              for key in ids for metric in store.current().metrics(key)}  # fmt: skip
    assert counts == {144}
    assert Alarm.objects.count() == 0
    assert AlarmRule.objects.filter(drill=0).count() == 5


def test_the_duty_officer_is_called_first_then_the_deputy_then_who_leads_then_the_leader(built: dict[str, Any]) -> None:
    region = queries.device_list(WATCH).get(identity=fleet(PROFILE, 1)[0].identity).region
    name, steps = chain_for(region, "sensing.alarm")
    assert (name, [s.minutes for s in steps]) == ("监测报警叫应链（演示）", [1, 3, 5, 15])
    for at in (NOW, NOW + timedelta(days=14)):
        called = [people_of(step, region, at, duty_facts([step], region, at)) for step in steps]
        expected = [scope_of(username).person for username in ("enforcement", "supervision", "hazchem", "leader")]
        assert [[callee.person for callee in people] for people in called] == [[person] for person in expected]


def test_whoever_is_called_has_an_invented_number(built: dict[str, Any]) -> None:
    for username in ("enforcement", "supervision", "hazchem", "leader"):
        assert accounts.person_phone(scope_of(username).person).startswith("1540000")
