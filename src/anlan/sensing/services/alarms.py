"""The steps of the alarm loop that people take; those of the rules are in services/raising.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from anlan.calling.queries.matters import calls_answered
from anlan.kernel.entry import Draft, Step
from anlan.kernel.errors import BadInput, Conflict
from anlan.kernel.stated import settled
from anlan.platform.database import writing
from anlan.platform.journal.held import once_recorded, versions_of
from anlan.platform.journal.record import record
from anlan.platform.scope import SYSTEM, Scope
from anlan.sensing import queries
from anlan.sensing.errors import AlarmMoved, AlarmStepRefused
from anlan.sensing.models import Alarm
from anlan.sensing.rules.alarm import ALARM_LOOP, WORDS, AlarmFacts, check_alarm_step
from anlan.sensing.services.calls import STAGE, call_off
from anlan.sensing.services.drafting import said

__all__ = [
    "Pressed", "alarm_answer", "alarm_answered_by_call", "alarm_archive", "alarm_false_alarm", "alarm_handle",
    "alarm_recover", "alarm_step", "alarms_settle",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pressed:
    """What came with a press of a button: the version seen (None: any), the form's key, words, and when it happened."""

    base: int | None = None
    once: str | None = None
    note: str = ""
    at: datetime | None = None


def alarm_step(
    action_id: str, *, scope: Scope, alarm_id: str, pressed: Pressed, now: datetime, data: Mapping[str, Any] | None = None
) -> Alarm:
    """Take one step; the alarm as it was before. A repeated press of the same person changes nothing.

    Raises:
        AlarmNotFound; AlarmMoved: "sensing.alarm.stale"; AlarmStepRefused: "sensing.alarm.refused" with every reason.
        Conflict: "journal.once_reused".
    """
    pressed = replace(pressed, at=settled(pressed.at, now))
    alarm, action = queries.alarm_get(scope, alarm_id), ALARM_LOOP.action(action_id)
    subject = f"{Alarm.SUBJECT}/{alarm.pk}"
    if subject in once_recorded(scope, [(subject, pressed.once)], action.kind):
        return alarm
    version = versions_of([subject])[subject]
    if pressed.base is not None and pressed.base != version:
        raise AlarmMoved(alarm.number, alarm.get_state_display())
    facts = AlarmFacts(
        alarm.state, scope.rights, now, scope.subjects is not None, pressed.note, bool(alarm.enterprise_id), pressed.at,
        alarm.triggered_at,
    )  # fmt: skip
    if problems := check_alarm_step(action_id, facts):
        raise AlarmStepRefused(alarm.number, problems)
    draft = Draft(
        kind=action.kind, subject=subject, region=alarm.region, data=dict(data or {}), text=said(note=pressed.note),
        at=pressed.at, step=Step(alarm.state, action.to), once=pressed.once, drill=bool(alarm.drill),
    )  # fmt: skip
    try:
        with writing():
            record(draft, scope=scope, now=now, base=version)
    except Conflict as error:
        if subject in once_recorded(scope, [(subject, pressed.once)], action.kind):
            return alarm
        raise AlarmMoved(alarm.number, alarm.get_state_display()) from error
    call_off(subject=subject, reason=action.label, now=now)
    return alarm


def alarm_answer(*, scope: Scope, alarm_id: str, pressed: Pressed, now: datetime, word: str = "seen") -> None:
    """Say that an alarm has reached one and what one does. Raises as `alarm_step`; BadInput: "sensing.alarm.word_unknown"."""
    if word not in dict(WORDS):
        raise BadInput("sensing.alarm.word_unknown", word=word[:20])
    data = {"person": scope.person, "word": word}
    alarm_step("answer", scope=scope, alarm_id=alarm_id, pressed=pressed, now=now, data=data)


def alarm_handle(*, scope: Scope, alarm_id: str, pressed: Pressed, now: datetime) -> None:
    """Begin to deal with an alarm. Raises as `alarm_step`."""
    alarm_step("handle", scope=scope, alarm_id=alarm_id, pressed=pressed, now=now)


def alarm_recover(*, scope: Scope, alarm_id: str, pressed: Pressed, now: datetime) -> None:
    """Find that it is over. Raises as `alarm_step`."""
    alarm_step("recover", scope=scope, alarm_id=alarm_id, pressed=pressed, now=now)


def alarm_false_alarm(*, scope: Scope, alarm_id: str, pressed: Pressed, now: datetime) -> None:
    """Find that it was false. Raises as `alarm_step`."""
    alarm_step("false-alarm", scope=scope, alarm_id=alarm_id, pressed=pressed, now=now)


def alarm_archive(*, scope: Scope, alarm_id: str, pressed: Pressed, now: datetime) -> None:
    """File an ended alarm away. Raises as `alarm_step`."""
    alarm_step("archive", scope=scope, alarm_id=alarm_id, pressed=pressed, now=now)


def alarm_answered_by_call(
    *, alarm_id: str, person: str, word: str, at: datetime, call: str, now: datetime
) -> bool:
    """A call was answered (已触发 -> 已叫应); whether the alarm moved. One that somebody took up already stays.

    Args:
        person: id of whoever answered. call: id of the entry that said so; the step is taken once for it.
    """
    key = queries.as_uuid(alarm_id)
    alarm = Alarm._default_manager.filter(pk=key, state="triggered").first() if key else None
    if alarm is None:
        return False
    subject = f"{Alarm.SUBJECT}/{alarm.pk}"
    draft = Draft(
        kind=ALARM_LOOP.action("answer").kind, subject=subject, region=alarm.region,
        data={"person": person, "word": word if word in dict(WORDS) else "seen", "call": call},
        at=min(max(at, alarm.triggered_at), now), step=Step("triggered", "answered"), once=f"call:{call}",
        drill=bool(alarm.drill),
    )  # fmt: skip
    try:
        with writing():
            record(draft, scope=SYSTEM, now=now, base=versions_of([subject])[subject])
    except Conflict:
        return False  # a colleague took it up at the same moment: it is answered either way
    return True


def alarms_settle(*, now: datetime) -> int:
    """Step every alarm whose call was answered and that still waits; how many did.

    An answer steps its alarm at once; this is for a process that died, or a database that was locked, between the two.
    """
    waiting = Alarm._default_manager.filter(state="triggered", superseded_by="")
    subjects = [f"{Alarm.SUBJECT}/{key}" for key in waiting.values_list("pk", flat=True)]
    return sum(
        alarm_answered_by_call(
            alarm_id=subject.partition("/")[2], person=said.person, word=said.word, at=said.at, call=said.entry, now=now
        )
        for subject, said in calls_answered(subjects, STAGE).items()
    )
