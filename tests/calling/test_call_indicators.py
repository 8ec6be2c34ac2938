"""Calls as figures: three were made, one was answered, one by nobody."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from anlan.calling.services.answers import call_answer
from anlan.kernel.periods import read_period
from anlan.platform.indicator.ask import asked_of, indicator_find, indicator_rows, indicator_values
from calling.call_factory import NOON, Open, Wire, chain, opened, phones, work
from inspection.factories import World

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def test_calls_are_counted_by_what_became_of_them(world: World, open_matters: Open, wire: Wire) -> None:
    phones(world)
    chain(world, {"post": "town"}, {"post": "grid"})
    first = opened(key="1")
    work(NOON)
    call_answer(scope=world.scope["town"], call_id=str(first.pk), word="seen", now=NOON + MINUTE)
    opened(now=NOON + 2 * MINUTE, key="2")
    for minutes in (2, 7, 12, 30):
        work(NOON + minutes * MINUTE)
    opened(now=NOON + 40 * MINUTE, key="3")
    scope, found = world.scope["leader"], {}
    for name in ("叫应.发起", "叫应.应答", "叫应.无人应答", "叫应.应答率"):
        asked = asked_of(scope, indicator_find(name), "", read_period("2026-03"), date(2026, 3, 31))
        found[name] = indicator_values(scope, asked).total.number
        if "率" not in name:
            assert indicator_rows(scope, asked).count() == found[name]
    assert {name: round(float(number or 0), 1) for name, number in found.items()} == {
        "叫应.发起": 3, "叫应.应答": 1, "叫应.无人应答": 1, "叫应.应答率": 33.3,
    }  # fmt: skip
