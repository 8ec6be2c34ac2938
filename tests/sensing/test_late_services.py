"""Readings that come after later ones: a limit crossed while the line was down is told, once, with its own times."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from anlan.sensing.services import ingest as ingesting
from anlan.sensing.services.ingest import reports_take
from sensing.factories import MS, NH3, NOW, Plant, report

pytestmark = pytest.mark.django_db


def spans(plant: Plant) -> list[tuple[int, int | None, str]]:
    """(minute begun, minute cleared, state) of every alarm."""

    def minute(at: datetime | None) -> int | None:
        return None if at is None else round((at - NOW).total_seconds() / 60)

    return [(minute(a.triggered_at), minute(a.cleared_at), a.state) for a in plant.alarms()]  # type: ignore[misc]


def test_a_limit_crossed_while_the_line_was_down_raises_its_alarm(plant: Plant) -> None:
    plant.rule()
    plant.say(5.0, start=0)
    plant.say(5.0, start=30)
    taken = plant.say(5.0, 50.0, 60.0, 4.0, 4.0, start=10)
    assert (len(taken.opened), taken.late, taken.repeated) == (1, 5, 0)
    assert spans(plant) == [(11, 13, "triggered")]
    assert plant.alarms()[0].value == 50.0


def test_the_same_again_a_day_later_raises_nothing(plant: Plant) -> None:
    plant.rule(ends_itself=True)
    plant.say(5.0, start=30)
    assert len(plant.say(5.0, 50.0, 4.0, start=10).opened) == 1
    for _ in range(2):
        again = plant.say(5.0, 50.0, 4.0, start=10, now=NOW + timedelta(days=1))
        assert (again.opened, again.alike, again.repeated) == ((), 3, 0)
        ingesting._ingest = ingesting.Ingest()
    assert spans(plant) == [(11, 12, "recovered")]


def test_what_was_judged_in_time_is_not_told_again(plant: Plant) -> None:
    plant.rule(ends_itself=True)
    first = plant.say(5.0, 50.0, 4.0, start=0)
    assert len(first.opened) == 1
    plant.say(5.0, start=60)
    assert plant.say(5.0, 50.0, 4.0, start=0).opened == ()
    assert plant.say(70.0, start=1, gap=60).conflicting == 1
    assert spans(plant) == [(1, 2, "recovered")]


def test_a_delay_holds_for_late_readings_too(plant: Plant) -> None:
    plant.rule(on_delay_s=120)
    plant.say(5.0, start=60)
    assert plant.say(5.0, 50.0, 50.0, 4.0, start=10).opened == ()
    assert len(plant.say(50.0, 50.0, 50.0, 4.0, start=30).opened) == 1
    assert spans(plant) == [(32, 33, "triggered")]


def test_the_limit_of_its_own_time_counts(plant: Plant) -> None:
    plant.rule(now=NOW + timedelta(minutes=20), effective_from=NOW + timedelta(minutes=20))
    plant.say(5.0, start=60)
    assert plant.say(50.0, 5.0, start=10).opened == ()
    assert len(plant.say(50.0, 5.0, start=30).opened) == 1


def test_an_alarm_that_is_open_takes_no_second_one(plant: Plant) -> None:
    plant.rule()
    plant.say(5.0, 50.0, 5.0, start=30)
    assert plant.say(5.0, 60.0, 5.0, start=10).opened == ()
    assert spans(plant) == [(31, 32, "triggered")]


def test_what_still_stands_is_cleared_when_its_delay_is_over(plant: Plant) -> None:
    plant.rule(off_delay_s=600)
    plant.say(5.0, start=12)
    assert len(plant.say(50.0, start=10).opened) == 1
    assert spans(plant) == [(10, None, "triggered")]
    plant.say(5.0, start=20)
    assert spans(plant) == [(10, None, "triggered")]
    plant.say(5.0, 5.0, start=30)
    assert spans(plant) == [(10, 30, "triggered")]


def test_low_limits_and_invalid_readings(plant: Plant) -> None:
    plant.rule("low", limit=2.0)
    plant.say(5.0, start=30)
    assert plant.say(1.0, 5.0, start=10).opened != ()
    bad = report("MN1", MS + 20 * 60_000, NH3=(0.5, "D"))
    assert reports_take([bad], now=NOW + timedelta(hours=1)).opened == ()
    assert [a.metric for a in plant.alarms()] == [NH3]


RATE = {"kind": "rate", "limit": 2.0, "window_s": 3600}
SUM = {"kind": "sum", "limit": 50.0, "window_s": 1800}
COUNT = {"kind": "count", "limit": 10.0, "times": 3, "among": 5}


def test_a_rise_that_a_late_reading_shows_is_told_with_its_own_time(plant: Plant) -> None:
    plant.rule(**RATE)
    # 45 in half an hour is slow; that it was still low after twenty minutes makes the last ten a jump.
    plant.say(5.0, start=0)
    assert plant.say(50.0, 50.0, start=30).opened == ()
    assert len(plant.say(5.0, start=20).opened) == 1
    assert spans(plant) == [(30, 31, "triggered")]


def test_a_sum_counts_what_came_late(plant: Plant) -> None:
    plant.rule(**SUM)
    plant.say(20.0, start=0)
    assert plant.say(20.0, 0.0, start=20).opened == ()
    assert len(plant.say(15.0, start=10).opened) == 1
    assert spans(plant) == [(20, None, "triggered")]
    # The rules go on with it: the sum falls when the first twenty leave the window.
    plant.say(0.0, start=31)
    assert spans(plant) == [(20, 31, "triggered")]


def test_what_came_late_is_in_the_window_of_what_comes_next(plant: Plant) -> None:
    plant.rule(**SUM)
    plant.say(20.0, start=5)
    assert plant.say(25.0, start=0).opened == ()
    assert len(plant.say(10.0, start=20).opened) == 1
    assert spans(plant) == [(20, None, "triggered")]


def test_three_of_five_with_a_late_one_among_them(plant: Plant) -> None:
    plant.rule(**COUNT)
    plant.say(1.0, 50.0, start=0)
    plant.say(1.0, 50.0, start=10)
    assert plant.say(1.0, start=5).opened == ()
    assert len(plant.say(50.0, start=6).opened) == 1
    assert spans(plant) == [(11, None, "triggered")]
    # One within the limit adds nothing.
    assert plant.say(2.0, start=7).opened == ()


@pytest.mark.parametrize("rule", [RATE, SUM, COUNT])
def test_the_same_late_readings_again_raise_nothing(plant: Plant, rule: dict) -> None:
    plant.rule(**rule, ends_itself=True)
    plant.say(1.0, start=90)
    assert plant.say(1.0, 40.0, 40.0, 40.0, 1.0, start=10).opened != ()
    plant.say(1.0, start=91)
    told = spans(plant)
    assert {state for _, _, state in told} == {"recovered"}
    for _ in range(2):
        assert plant.say(1.0, 40.0, 40.0, 40.0, 1.0, start=10, now=NOW + timedelta(days=1)).opened == ()
        ingesting._ingest = ingesting.Ingest()
        plant.say(1.0, start=91, now=NOW + timedelta(days=1))
    assert spans(plant) == told


@pytest.mark.parametrize("rule", [RATE, SUM, COUNT])
def test_what_was_told_in_time_is_not_told_again_by_a_late_neighbour(plant: Plant, rule: dict) -> None:
    plant.rule(**rule, ends_itself=True)
    assert plant.say(1.0, 40.0, 40.0, 40.0, 1.0, 1.0, 1.0, 1.0, 1.0, start=10).opened != ()
    plant.say(1.0, start=90)
    told = spans(plant)
    assert {state for _, _, state in told} == {"recovered"}
    neighbour = report("MN1", MS + 12 * 60_000 + 30_000, NH3=40.0)
    assert reports_take([neighbour], now=NOW + timedelta(hours=2)).opened == ()
    assert spans(plant) == told


def test_in_any_order_of_arrival_it_is_told_once(plant: Plant) -> None:
    import random

    plant.rule(**SUM, ends_itself=True)
    values = [0.0] * 40 + [9.0] * 10 + [0.0] * 60
    for seed in range(4):
        identity = f"R{seed}"
        plant.add(identity)
        order = list(enumerate(values))
        random.Random(seed).shuffle(order)
        order.sort(key=lambda pair: pair[0] // 30)  # late by at most half an hour
        for minute, value in order:
            plant.say(value, start=minute, identity=identity, now=NOW + timedelta(hours=3))
        plant.say(0.0, start=200, identity=identity, now=NOW + timedelta(hours=4))
        found = [a for a in plant.alarms() if a.device.identity == identity]
        # Six nines make 54: at minute 45 by the whole history, and at 49 at the latest by what was there then.
        assert [45 <= (a.triggered_at - NOW).total_seconds() / 60 <= 49 for a in found] == [True]


def test_a_late_change_ends_what_seemed_stuck(plant: Plant) -> None:
    plant.rule("stuck", limit=None, window_s=1200)
    plant.say(5.0, start=0)
    plant.say(5.0, start=15)
    plant.say(9.0, start=10)
    assert plant.say(5.0, start=25).opened == ()
    assert len(plant.say(5.0, start=36).opened) == 1
