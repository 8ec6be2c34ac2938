"""The ingest: stored, judged, alarmed; whatever comes twice, late, out of order or with an impossible clock."""

from __future__ import annotations

from datetime import timedelta

import pytest

from anlan.kernel.telemetry import Report, moments
from anlan.platform.journal.models import JournalEntry
from anlan.sensing.models import Alarm
from anlan.sensing.services import ingest as ingesting
from anlan.sensing.services.ingest import Taken, reports_take
from anlan.sensing.store.readings import Store
from sensing.factories import MS, NH3, NOW, Plant, report

pytestmark = pytest.mark.django_db


def kinds(prefix: str = "sensing.alarm.") -> list[str]:
    rows = JournalEntry.objects.filter(kind__startswith=prefix).order_by("hlc", "id")
    return [kind.removeprefix(prefix) for kind in rows.values_list("kind", flat=True)]


def test_readings_are_stored_and_a_limit_alarms(plant: Plant, readings: Store) -> None:
    rule = plant.rule()
    taken = plant.say(5.0, 12.5)
    assert taken == Taken(reports=2, stored=2, opened=(str(Alarm.objects.get().pk),))
    assert readings.series(plant.device, NH3, MS, MS + 3_600_000).value.tolist() == [5.0, 12.5]
    (alarm,) = plant.alarms()
    assert (alarm.title, alarm.kind, alarm.severity, alarm.state) == (
        "1号氨气探头 氨气浓度达12.5mg/m3，超过高限10mg/m3", "high", "urgent", "triggered",
    )  # fmt: skip
    assert (str(alarm.device_id), str(alarm.enterprise_id), str(alarm.rule_id)) == (plant.device, plant.enterprise, rule)
    assert (alarm.value, alarm.limit, alarm.unit, alarm.metric) == (12.5, 10.0, "mg/m3", NH3)
    assert (alarm.region, str(alarm.office_id)) == ("331003001001", plant.county.office)
    assert alarm.triggered_at == NOW + timedelta(minutes=1)
    assert alarm.number.startswith("BJ-331003")


def test_the_same_delivery_again_changes_nothing(plant: Plant) -> None:
    plant.rule()
    plant.say(5.0, 12.5, 3.0)
    again = plant.say(5.0, 12.5, 3.0)
    assert again == Taken(reports=3, alike=3, late=3)
    assert kinds() == ["triggered", "cleared"]


def test_a_repetition_folds_into_the_open_alarm(plant: Plant) -> None:
    plant.rule()
    plant.say(12.0, 5.0, 13.0)
    (alarm,) = plant.alarms()
    assert kinds() == ["triggered", "cleared", "repeated"]
    assert [(r.value, r.at) for r in alarm.repeats.all()] == [(13.0, NOW + timedelta(minutes=2))]
    assert (alarm.cleared_at, alarm.last_at) == (None, NOW + timedelta(minutes=2))


@pytest.mark.parametrize("size", [1, 2, 7])
def test_batches_of_any_size_give_the_same_alarms(plant: Plant, size: int) -> None:
    plant.rule(hysteresis=1.0)
    plant.rule("count", times=2, among=3)
    values = [5.0, 11.0, 9.5, 12.0, 8.0, 8.0, 14.0]
    for start in range(0, len(values), size):
        plant.say(*values[start : start + size], start=start)
    assert sorted((a.kind, (a.triggered_at - NOW).seconds // 60, a.repeats.count()) for a in plant.alarms()) == [
        ("count", 3, 0), ("high", 1, 1),
    ]  # fmt: skip


def test_after_a_restart_everything_goes_on(plant: Plant) -> None:
    plant.rule(on_delay_s=120)
    plant.say(11.0, 11.0)
    ingesting._ingest = ingesting.Ingest()
    assert len(plant.say(11.0, start=2).opened) == 1
    ingesting._ingest = ingesting.Ingest()
    assert plant.say(11.0, 12.0, start=3) == Taken(reports=2, stored=2)
    ingesting._ingest = ingesting.Ingest()
    plant.say(1.0, start=5)
    assert kinds() == ["triggered", "cleared"]


@pytest.mark.parametrize("months", [0, 3, 8])
def test_what_is_delivered_again_after_a_restart_months_later_repeats_no_alarm(plant: Plant, months: int) -> None:
    plant.rule()
    told = [report("MN1", MS + 60_000 * n, NH3=v) for n, v in enumerate((5.0, 12.5, 3.0))]
    reports_take(told, now=NOW + timedelta(days=30 * months))
    ingesting._ingest = ingesting.Ingest()
    assert reports_take(told, now=NOW + timedelta(days=30 * months)) == Taken(reports=3, alike=3, late=3)
    assert kinds() == ["triggered", "cleared"]


def test_an_alarm_that_was_not_recorded_is_found_after_a_crash(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant.rule()

    class Crash(RuntimeError):
        pass

    def fail(*_: object, **__: object) -> None:
        raise Crash

    plant.say(5.0)
    with monkeypatch.context() as patch:
        patch.setattr(ingesting, "alarms_raise", fail)
        with pytest.raises(Crash):
            plant.say(12.0, start=1)
    assert plant.alarms() == []
    assert len(plant.say(12.0, start=1).opened) == 1
    ingesting._ingest = ingesting.Ingest()
    assert plant.say(12.0, start=1).opened == ()
    assert kinds() == ["triggered"]


def test_late_and_out_of_order_readings_are_kept_in_their_place(plant: Plant, readings: Store) -> None:
    plant.rule()
    plant.say(5.0, start=10)
    assert plant.say(9.0, start=5) == Taken(reports=1, stored=1, late=1)
    assert readings.series(plant.device, NH3, MS, MS + 3_600_000).value.tolist() == [9.0, 5.0]
    assert plant.alarms() == []


@pytest.mark.parametrize("at", [0, 4_070_908_800_000, MS + 600_001])
def test_an_impossible_clock_drives_no_rule(plant: Plant, readings: Store, at: int) -> None:
    plant.rule()
    taken = reports_take([report("MN1", at, received=MS, NH3=99.0)], now=NOW)
    assert taken == Taken(reports=1, skewed=1)
    assert plant.alarms() == []
    assert readings.skewed(plant.device) == [(MS, (at, [(NH3, 99.0, "N")]))]


def test_a_clock_that_runs_a_little_ahead_is_believed(plant: Plant) -> None:
    plant.rule()
    assert len(reports_take([report("MN1", MS + 600_000, received=MS, NH3=99.0)], now=NOW).opened) == 1


@pytest.mark.parametrize("flag", ["D", "M", "F", "C", "B", "S"])
def test_what_the_instrument_calls_invalid_is_kept_and_judges_nothing(plant: Plant, readings: Store, flag: str) -> None:
    plant.rule()
    assert reports_take([report("MN1", MS, NH3=(99.0, flag))], now=NOW) == Taken(reports=1, stored=1)
    assert readings.moments(plant.device, MS, MS + 1) == [(MS, [(NH3, 99.0, flag)])]


def test_a_reading_without_a_value_judges_nothing(plant: Plant, readings: Store) -> None:
    plant.rule()
    assert reports_take([report("MN1", MS, NH3=None, other=1.0)], now=NOW) == Taken(reports=1, stored=2)
    assert readings.moments(plant.device, MS, MS + 1) == [(MS, [(NH3, None, "N"), ("other", 1.0, "N")])]


def test_one_message_with_several_instants_and_a_metric_twice(plant: Plant, readings: Store) -> None:
    said = moments(((NH3, MS, 1.0, ""), (NH3, MS + 1, 2.0, ""), (NH3, MS, 1.0, "")))
    odd = Report("g:1", "hj212", "MN1", "2051", MS, "p", said)
    assert reports_take([odd], now=NOW) == Taken(reports=1, stored=2, alike=1)
    assert readings.series(plant.device, NH3, MS, MS + 10).value.tolist() == [1.0, 2.0]


def test_a_rule_with_a_future_date_leaves_the_present_alone(plant: Plant) -> None:
    plant.rule(effective_from=(NOW + timedelta(minutes=5)).isoformat())
    plant.say(*[20.0] * 7)
    assert [a.triggered_at for a in plant.alarms()] == [NOW + timedelta(minutes=5)]


def test_a_new_rule_does_not_judge_what_was_before_it(plant: Plant) -> None:
    plant.say(20.0, 20.0)
    plant.rule(now=NOW + timedelta(minutes=2))
    assert len(plant.say(20.0, start=2).opened) == 1
    assert [a.triggered_at for a in plant.alarms()] == [NOW + timedelta(minutes=2)]


def test_a_stopped_device_is_stored_and_not_judged(plant: Plant, readings: Store) -> None:
    plant.rule()
    plant.add("MN2", status="stopped")
    assert plant.say(50.0, identity="MN2") == Taken(reports=1, stored=1)
    assert plant.alarms() == []


def test_a_fluttering_alarm_is_said_once(plant: Plant) -> None:
    plant.rule(flap_count=2, flap_window_s=600)
    plant.say(*[12.0, 5.0] * 4)
    assert kinds() == ["triggered", "cleared", "flapping"]
    (alarm,) = plant.alarms()
    assert alarm.flapping_at == NOW + timedelta(minutes=2)


def test_an_alarm_that_ends_itself(plant: Plant) -> None:
    plant.rule(ends_itself=True)
    plant.say(12.0, 5.0)
    (alarm,) = plant.alarms()
    assert (alarm.state, alarm.cleared_at) == ("recovered", NOW + timedelta(minutes=1))
    assert kinds() == ["triggered", "cleared", "subsided"]
    plant.say(13.0, start=3)
    assert len(plant.alarms()) == 2
