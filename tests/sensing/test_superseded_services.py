"""Two limits of one channel in one excursion: people are called for the further one alone, and never for nothing (ADR 0020)."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from anlan.calling.models import Attempt, Call
from anlan.platform.journal.models import JournalEntry
from anlan.sensing import queries
from anlan.sensing.models import Alarm
from anlan.sensing.panels import PANELS
from anlan.sensing.rules.alarm import TAKEN_OVER
from anlan.sensing.services import ingest as ingesting
from anlan.sensing.services.alarms import Pressed, alarm_false_alarm, alarm_handle
from anlan.sensing.services.calls import alarm_call, alarms_call
from anlan.sensing.todos import TODOS
from sensing.factories import NOW, Plant

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def limits(plant: Plant) -> Plant:
    plant.rule()
    plant.rule("high_high", limit=100.0, severity="critical")
    return plant


def alarm(kind: str) -> Alarm:
    return Alarm.objects.get(kind=kind)


def live_calls() -> list[str]:
    """Kinds of the alarms that people are being called for."""
    waiting = Call.objects.filter(state="calling").values_list("matter", flat=True)
    return sorted(Alarm.objects.get(pk=m.partition("/")[2]).kind for m in waiting)


@pytest.mark.parametrize("order", [("high", "high_high"), ("high_high", "high")])
def test_a_jump_over_both_limits_calls_once(plant: Plant, order: tuple[str, str]) -> None:
    for kind in order:
        plant.rule(kind, limit=100.0 if kind == "high_high" else 10.0)
    assert len(plant.say(1.0, 260.0).opened) == 2
    high, further = alarm("high"), alarm("high_high")
    assert (high.state, high.superseded_by, further.superseded_by) == ("triggered", str(further.pk), "")
    assert (alarm_call(alarm_id=str(high.pk), now=LATER), alarm_call(alarm_id=str(further.pk), now=LATER)) == (False, True)
    assert alarms_call(now=LATER) == 0
    assert live_calls() == ["high_high"]
    assert (queries.alarm_is_open(str(high.pk)), queries.alarm_is_open(str(further.pk))) == (False, True)


def test_low_and_low_low_alike(plant: Plant) -> None:
    plant.rule("low", limit=5.0)
    plant.rule("low_low", limit=1.0)
    plant.say(8.0, 0.5)
    assert (alarm("low").superseded_by, alarm("low_low").superseded_by) == (str(alarm("low_low").pk), "")


def test_what_is_being_called_ends_when_the_further_limit_is_crossed(
    limits: Plant, django_capture_on_commit_callbacks: Any
) -> None:
    limits.say(1.0, 50.0)
    high = alarm("high")
    assert alarm_call(alarm_id=str(high.pk), now=LATER) is True
    with django_capture_on_commit_callbacks(execute=True):
        limits.say(150.0, start=5)
    further = alarm("high_high")
    call = Call.objects.get(matter=f"sensing.alarm/{high.pk}")
    assert (call.state, call.reason) == ("closed", f"已由报警{further.number}一并叫应。")
    assert not Attempt.objects.filter(call_id=call.pk, state="queued").exists()
    alarms_call(now=LATER)
    assert live_calls() == ["high_high"]
    [entry] = JournalEntry.objects.filter(kind="sensing.alarm.superseded")
    assert json.loads(entry.body)["data"] == {"by": str(further.pk)}


def test_whoever_answered_for_the_nearer_limit_is_called_for_the_further_one(limits: Plant) -> None:
    limits.say(1.0, 50.0)
    high = alarm("high")
    pressed = Pressed()
    alarm_handle(scope=limits.scope["supervision"], alarm_id=str(high.pk), pressed=pressed, now=LATER)
    limits.say(150.0, start=5)
    high.refresh_from_db()
    assert (high.state, high.superseded_by) == ("handling", "")
    assert alarm_call(alarm_id=str(alarm("high_high").pk), now=LATER) is True


def test_what_was_taken_over_ends_with_its_value_and_the_next_excursion_calls_anew(limits: Plant) -> None:
    limits.say(1.0, 150.0, 50.0)
    assert (alarm("high").state, alarm("high_high").cleared_at is not None) == ("triggered", True)
    limits.say(5.0, start=5)
    assert (alarm("high").state, alarm("high_high").state) == ("recovered", "triggered")
    # Nobody has ended the further alarm, but its excursion is over: this is a new one.
    opened = limits.say(60.0, start=10).opened
    assert len(opened) == 1
    again = Alarm.objects.get(pk=opened[0])
    assert (again.kind, again.superseded_by) == ("high", "")
    assert alarm_call(alarm_id=opened[0], now=LATER) is True


def test_a_spike_within_one_batch_calls_once(limits: Plant) -> None:
    limits.say(1.0, 150.0, 1.0)
    assert (alarm("high").state, alarm("high_high").state) == ("recovered", "triggered")
    assert alarms_call(now=LATER) == 1
    assert live_calls() == ["high_high"]


def test_a_delayed_limit_of_the_same_excursion_calls_nobody(plant: Plant) -> None:
    plant.rule(on_delay_s=900)
    plant.rule("high_high", limit=100.0)
    plant.say(1.0, *[150.0] * 5, *[50.0] * 12)
    assert (alarm("high").superseded_by, alarm("high_high").cleared_at is not None) == (str(alarm("high_high").pk), True)


def test_a_further_alarm_that_people_have_ended_silences_nothing(limits: Plant) -> None:
    limits.say(1.0, 150.0, 5.0)
    further = alarm("high_high")
    alarm_false_alarm(
        scope=limits.scope["supervision"], alarm_id=str(further.pk), pressed=Pressed(note="标气"), now=LATER
    )
    opened = limits.say(50.0, start=10).opened
    assert Alarm.objects.get(pk=opened[0]).superseded_by == ""


def test_a_repetition_that_somebody_is_with_silences_nothing(limits: Plant) -> None:
    limits.say(1.0, 150.0, 5.0)
    pressed = Pressed()
    alarm_handle(scope=limits.scope["supervision"], alarm_id=str(alarm("high_high").pk), pressed=pressed, now=LATER)
    opened = limits.say(50.0, start=10).opened
    assert limits.say(150.0, start=20).repeated == 1
    assert Alarm.objects.get(pk=opened[0]).superseded_by == ""


def test_another_channel_or_device_is_not_silenced(limits: Plant) -> None:
    limits.add("MN2")
    limits.say(1.0, 150.0)
    limits.say(1.0, 50.0, identity="MN2")
    assert sorted(Alarm.objects.filter(superseded_by="").values_list("kind", flat=True)) == ["high", "high_high"]


def test_delivered_again_after_a_restart_nothing_changes(limits: Plant) -> None:
    limits.say(1.0, 150.0)
    ingesting._ingest = ingesting.Ingest()
    again = limits.say(1.0, 150.0)
    assert (again.opened, again.repeated) == ((), 0)
    assert JournalEntry.objects.filter(kind="sensing.alarm.superseded").count() == 1


def test_late_readings_call_once_too(limits: Plant) -> None:
    limits.say(1.0, start=60)
    assert len(limits.say(1.0, 150.0, 1.0, start=10).opened) == 2
    assert (alarm("high").state, alarm("high").superseded_by) == ("recovered", str(alarm("high_high").pk))
    assert alarms_call(now=NOW + timedelta(hours=2)) == 1


def test_board_and_to_do_show_it_as_waiting_for_nobody(limits: Plant) -> None:
    from anlan.sensing.queries.centre import alarms_told, board_cards

    limits.say(1.0, 150.0)
    scope = limits.scope["supervision"]
    cards, total = board_cards(scope, LATER)
    stands = [(c.alarm.kind, c.waits, c.stand) for c in cards]
    assert stands == [("high_high", True, "triggered"), ("high", False, "superseded")]
    assert total == 2
    assert [c.upper for c in cards] == ["", cards[0].alarm.number]
    told = alarms_told([str(c.alarm.pk) for c in cards])
    assert [told[str(c.alarm.pk)]["superseded"] for c in cards] == [False, True]
    assert TODOS[0].items(scope, LATER, 9)[1] == 1


def test_lists_and_files_say_who_calls_for_it_and_nothing_waits_in_red(limits: Plant) -> None:
    red, quiet = '<span class="tag tag-bad">已触发</span>', f'<span class="tag">已触发，{TAKEN_OVER}</span>'
    limits.say(1.0, 150.0)
    high, client = alarm("high"), login(limits)
    for address in ("/desk/sensing/alarm/", f"/sensing/devices/{limits.device}/manage"):
        page = client.get(address).content.decode()
        assert (page.count(quiet), page.count(red)) == (1, 1), address
    heads = [client.get(f"/sensing/alarms/{alarm(kind).pk}").content.decode() for kind in ("high", "high_high")]
    assert [red in page for page in heads] == [False, True]
    for suffix in ("csv", "xlsx"):
        file = b"".join(client.get(f"/records/sensing/alarms/export.{suffix}").streaming_content)
        rows = list(csv.DictReader(io.StringIO(file.decode("utf-8-sig")))) if suffix == "csv" else book(file)
        assert sorted(row["状态"] for row in rows) == ["已触发", f"已触发，{TAKEN_OVER}"]
    [panel] = [p for p in PANELS if p.id == "sensing.enterprise_alarms"]
    shown, _ = panel.rows(limits.scope["supervision"], limits.enterprise, 10)
    assert sorted((row.state, row.tone) for row in shown) == [("已触发", "bad"), (f"已触发，{TAKEN_OVER}", "plain")]
    # Once somebody has taken it up it is an alarm like any other.
    alarm_handle(scope=limits.scope["supervision"], alarm_id=str(high.pk), pressed=Pressed(), now=LATER)
    assert TAKEN_OVER not in client.get("/desk/sensing/alarm/").content.decode()


def login(plant: Plant) -> Client:
    client, account = Client(), plant.county.account["supervision"]
    client.post("/login", {"username": account.username, "password": plant.county.password})
    return client


def book(file: bytes) -> list[dict[str, str]]:
    """The rows of the first sheet by heading."""
    head, *rows = CalamineWorkbook.from_filelike(io.BytesIO(file)).get_sheet_by_index(0).to_python()
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_the_list_and_the_board_say_it_in_one_word(limits: Plant) -> None:
    limits.say(1.0, 150.0)
    assert TAKEN_OVER == "由另一条报警一并叫应"
    # Where the other one is out of sight the board has no number to say.
    Alarm.objects.filter(kind="high").update(superseded_by="00000000-0000-7000-8000-000000000000")
    assert TAKEN_OVER in login(limits).get("/sensing/board").content.decode()
