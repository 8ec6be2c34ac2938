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
