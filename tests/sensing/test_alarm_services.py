"""The alarm loop through its services: every step, who may, who may not, stale pages, double clicks, calls, the hazard."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from anlan.calling.models import Call
from anlan.calling.services.answers import call_answer_for
from anlan.inspection.models import Hazard
from anlan.kernel.errors import AnlanError, BadInput, NotAllowed
from anlan.platform.attachments import files
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.journal.record import version_of
from anlan.sensing import queries
from anlan.sensing.models import Alarm
from anlan.sensing.services import alarms
from anlan.sensing.services.alarms import Pressed, alarm_answered_by_call
from anlan.sensing.services.calls import alarm_call, alarms_call
from anlan.sensing.services.hazards import alarm_to_hazard
from sensing.factories import NOW, Plant

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=30)
STEPS = {
    "answer": alarms.alarm_answer, "handle": alarms.alarm_handle, "recover": alarms.alarm_recover,
    "false-alarm": alarms.alarm_false_alarm, "to-hazard": alarm_to_hazard, "archive": alarms.alarm_archive,
}  # fmt: skip


def raised(plant: Plant) -> str:
    plant.rule()
    return plant.say(12.5).opened[0]


def press(plant: Plant, act: str, key: str, role: str = "supervision", **values: Any) -> None:
    pressed = Pressed(**{"note": "现场核实"} | values)
    STEPS[act](scope=plant.scope[role], alarm_id=key, pressed=pressed, now=LATER)


def state(key: str) -> str:
    return Alarm.objects.get(pk=key).state


@pytest.mark.parametrize(
    ("path", "end"),
    [
        (["answer"], "answered"),
        (["answer", "handle"], "handling"),
        (["handle"], "handling"),
        (["answer", "recover", "archive"], "archived"),
        (["answer", "handle", "recover"], "recovered"),
        (["false-alarm", "archive"], "archived"),
        (["handle", "false-alarm"], "false_alarm"),
        (["to-hazard", "archive"], "archived"),
    ],
)
def test_the_ways_through_the_loop(plant: Plant, path: list[str], end: str) -> None:
    key = raised(plant)
    for act in path:
        press(plant, act, key)
    assert state(key) == end


@pytest.mark.parametrize(
    ("before", "act"),
    [([], "recover"), ([], "archive"), (["answer"], "answer"), (["answer", "recover"], "handle"),
     (["false-alarm"], "to-hazard"), (["false-alarm", "archive"], "archive")],
)  # fmt: skip
def test_what_can_not_follow(plant: Plant, before: list[str], act: str) -> None:
    key = raised(plant)
    for done in before:
        press(plant, done, key)
    held = version_of(f"sensing.alarm/{key}")
    with pytest.raises(AnlanError) as refused:
        press(plant, act, key)
    assert refused.value.code == "sensing.alarm.refused"
    assert [v.code for v in refused.value.violations] == ["kernel.loop.not_from_here"]
    assert version_of(f"sensing.alarm/{key}") == held


_MAY = {
    "answer": {"leader", "supervision", "enforcement", "town", "grid", "department", "enterprise"},
    "handle": {"supervision", "enforcement", "town", "grid", "department", "enterprise"},
    "false-alarm": {"supervision", "enforcement", "town", "department"},
    "to-hazard": {"supervision", "enforcement", "town", "department"},
}
_ROLES = ("leader", "supervision", "enforcement", "town", "grid", "enterprise", "expert", "auditor", "admin")


@pytest.mark.parametrize("role", _ROLES)
@pytest.mark.parametrize("act", _MAY)
def test_who_may_take_a_step(plant: Plant, act: str, role: str) -> None:
    key = raised(plant)
    if role in _MAY[act]:
        press(plant, act, key, role)
        assert state(key) != "triggered"
        return
    with pytest.raises(AnlanError) as refused:
        press(plant, act, key, role)
    codes = {v.code for v in refused.value.violations}
    assert codes <= {"sensing.alarm.right_missing", "sensing.alarm.enterprise_never_ends"}
    assert codes >= {"sensing.alarm.right_missing"}
    assert state(key) == "triggered"


@pytest.mark.parametrize("role", ["other_town", "other_office", "other_enterprise"])
@pytest.mark.parametrize("act", STEPS)
def test_an_outsider_does_not_see_it(plant: Plant, act: str, role: str) -> None:
    key = raised(plant)
    with pytest.raises(AnlanError) as refused:
        press(plant, act, key, role)
    assert refused.value.code == "sensing.alarm.not_found"
    assert version_of(f"sensing.alarm/{key}") == 1


def test_a_double_click_is_one_step(plant: Plant) -> None:
    key = raised(plant)
    press(plant, "answer", key, once="form1")
    press(plant, "answer", key, once="form1", base=1)
    assert version_of(f"sensing.alarm/{key}") == 2


def test_a_stale_page_is_refused(plant: Plant) -> None:
    key = raised(plant)
    press(plant, "answer", key, base=1)
    with pytest.raises(AnlanError) as refused:
        press(plant, "handle", key, base=1)
    assert (refused.value.code, refused.value.facts["state"]) == ("sensing.alarm.stale", "已叫应")


def test_an_ending_needs_words(plant: Plant) -> None:
    key = raised(plant)
    with pytest.raises(AnlanError) as refused:
        press(plant, "false-alarm", key, note=" ")
    assert [v.code for v in refused.value.violations] == ["sensing.alarm.note_missing"]


@pytest.mark.parametrize(
    ("minutes", "code"), [(36, "sensing.alarm.at_in_future"), (-1, "sensing.alarm.at_too_early")]
)
def test_a_stated_moment_lies_between_alarm_and_now(plant: Plant, minutes: int, code: str) -> None:
    key = raised(plant)
    with pytest.raises(AnlanError) as refused:
        press(plant, "answer", key, at=NOW + timedelta(minutes=minutes))
    assert [v.code for v in refused.value.violations] == [code]


def test_an_unknown_word_is_refused(plant: Plant) -> None:
    key = raised(plant)
    with pytest.raises(BadInput, match=r"sensing.alarm.word_unknown"):
        alarms.alarm_answer(scope=plant.scope["town"], alarm_id=key, pressed=Pressed(), now=LATER, word="maybe")


def test_an_answer_says_who_and_what(plant: Plant) -> None:
    key = raised(plant)
    alarms.alarm_answer(scope=plant.scope["town"], alarm_id=key, pressed=Pressed(), now=LATER, word="on_my_way")
    alarm = Alarm.objects.get(pk=key)
    assert (alarm.answered_by, alarm.answer, alarm.answered_at) == (plant.county.person["town"], "on_my_way", LATER)


def test_an_alarm_becomes_a_hazard_with_its_curve(plant: Plant) -> None:
    plant.rule()
    plant.say(5.0, 6.0, 7.0, 12.5)
    (alarm,) = plant.alarms()
    key = str(alarm.pk)
    pressed = Pressed(note="法兰泄漏", once="h1")
    hazard_id = alarm_to_hazard(scope=plant.scope["town"], alarm_id=key, pressed=pressed, now=LATER)
    assert alarm_to_hazard(scope=plant.scope["town"], alarm_id=key, pressed=pressed, now=LATER) == hazard_id
    hazard = Hazard.objects.get(pk=hazard_id)
    assert hazard.description == (
        f"监测报警{alarm.number}：1号氨气探头 氨气浓度达12.5mg/m3，超过高限10mg/m3。监测设备：1号氨气探头。法兰泄漏"
    )
    assert (hazard.source, hazard.state, hazard.place, str(hazard.enterprise_id)) == (
        "alarm", "found", "制冷机房", plant.enterprise,
    )  # fmt: skip
    (photo,) = hazard.photos.all()
    with Image.open(files.path_of(photo.sha256)) as picture:
        assert (picture.format, picture.size) == ("PNG", (1200, 520))
    held = Alarm.objects.get(pk=key)
    assert (held.state, held.hazard_id, held.note) == ("to_hazard", hazard_id, "法兰泄漏")


def test_a_refused_hazard_leaves_the_alarm_as_it_was(plant: Plant) -> None:
    key = raised(plant)
    with pytest.raises(AnlanError) as refused:
        alarm_to_hazard(
            scope=plant.scope["town"], alarm_id=key, pressed=Pressed(note="x"), now=LATER, grade="major"
        )
    assert refused.value.code == "inspection.hazard.report.refused"
    assert state(key) == "triggered"


def test_an_alarm_without_an_enterprise_is_no_hazard(plant: Plant) -> None:
    plant.add("MN9", enterprise=None, region="331003001000", place="河边")
    plant.rule()
    key = plant.say(50.0, identity="MN9").opened[0]
    with pytest.raises(AnlanError) as refused:
        press(plant, "to-hazard", key, "town")
    assert [v.code for v in refused.value.violations] == ["sensing.alarm.no_enterprise"]


def test_an_alarm_calls_until_somebody_is_with_it(plant: Plant, django_capture_on_commit_callbacks: Any) -> None:
    key = raised(plant)
    assert alarms_call(now=LATER) == 1
    assert (alarms_call(now=LATER), alarm_call(alarm_id=key, now=LATER)) == (0, True)  # called already, once
    call = Call.objects.get(matter=f"sensing.alarm/{key}")
    assert (call.kind, call.stage, call.urgency, call.address) == (
        "sensing.alarm", "raised", "urgent", f"/sensing/alarms/{key}",
    )  # fmt: skip
    press(plant, "handle", key)
    assert Call.objects.get(pk=call.pk).state == "closed"
    assert (alarm_call(alarm_id=key, now=LATER), alarms_call(now=LATER)) == (False, 0)
    assert queries.alarm_is_open(key) is False


def test_a_call_for_an_old_alarm_says_when_it_began(plant: Plant) -> None:
    key = raised(plant)
    alarm = plant.alarms()[0]
    assert alarm_call(alarm_id=key, now=alarm.triggered_at + timedelta(minutes=11)) is True
    call = Call.objects.get(matter=f"sensing.alarm/{key}")
    assert call.text.endswith("请立即核实并答复。报警发生于03-02 10:00，请以现场情况为准。")
    assert str(call.office_id or "") == str(alarm.office_id or "")


def test_what_a_death_kept_between_answer_and_alarm_is_made_good(plant: Plant) -> None:
    key = raised(plant)
    alarms_call(now=LATER)
    call = Call.objects.get(matter=f"sensing.alarm/{key}")
    person = plant.county.person["leader"]
    # Nothing follows the commit here, as if the process had died with it.
    call_answer_for(
        scope=plant.scope["leader"], call_id=str(call.pk), person_id=person, word="on_my_way", reason="回电", at=LATER,
        now=LATER,
    )  # fmt: skip
    assert (Call.objects.get(pk=call.pk).state, state(key)) == ("answered", "triggered")
    assert (alarms.alarms_settle(now=LATER), alarms.alarms_settle(now=LATER)) == (1, 0)
    alarm = Alarm.objects.get(pk=key)
    assert (alarm.state, alarm.answered_by, alarm.answer) == ("answered", person, "on_my_way")
    assert CATALOGUE.jobs["sensing.call"].run(LATER) == "补发起叫应0条，补登记叫应答复0条。"


def test_an_answered_call_answers_the_alarm(plant: Plant) -> None:
    key = raised(plant)
    at = NOW + timedelta(minutes=3)
    person = plant.county.person["grid"]
    assert alarm_answered_by_call(alarm_id=key, person=person, word="seen", at=at, call="c1", now=LATER) is True
    assert alarm_answered_by_call(alarm_id=key, person=person, word="seen", at=at, call="c1", now=LATER) is False
    alarm = Alarm.objects.get(pk=key)
    assert (alarm.state, alarm.answered_by, alarm.answered_at, alarm.answer) == ("answered", person, at, "seen")


def test_actions_that_are_offered_are_those_that_are_allowed(plant: Plant) -> None:
    key = raised(plant)
    offered = {
        role: [a.id for a in queries.alarm_actions(plant.scope[role], Alarm.objects.get(pk=key), LATER)]
        for role in ("supervision", "enterprise", "auditor")
    }
    assert offered == {
        "supervision": ["answer", "handle", "false-alarm", "to-hazard"], "enterprise": ["answer", "handle"], "auditor": [],
    }  # fmt: skip


def test_filing_hazards_needs_its_own_right(plant: Plant) -> None:
    from dataclasses import replace

    key = raised(plant)
    scope = plant.scope["town"]
    scope = replace(scope, rights=scope.rights - {"inspection.inspect"})
    with pytest.raises(NotAllowed):
        alarm_to_hazard(scope=scope, alarm_id=key, pressed=Pressed(note="x"), now=LATER)
    assert state(key) == "triggered"


def test_calling_beside_the_ingest_finds_nothing_to_do_for_what_is_gone(plant: Plant) -> None:
    from anlan.sensing.services.calls import alarm_call_soon

    assert alarm_call_soon(alarm_id="019cac46-1500-759d-9f37-d9207c439bae", now=LATER).result(timeout=60) is False
