"""Alarms call people: opened for every alarm that somebody has to answer, ended by whatever a person does with it."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta

from django.db import connections

from anlan.calling.queries import calls_known
from anlan.calling.services.calls import LONGEST_TITLE, Matter, call_close, call_open
from anlan.kernel.deadlines import local_time
from anlan.kernel.errors import RuleViolation
from anlan.kernel.messages import render
from anlan.platform.journal.home import home_test
from anlan.sensing.models import Alarm
from anlan.sensing.rules.alarm import URGENCY

__all__ = ["AT_REST", "STAGE", "alarm_call", "alarm_call_soon", "alarm_superseded", "alarms_call", "call_off"]

STAGE = "raised"
_LOOK_BACK = timedelta(days=7)
_OLD = timedelta(minutes=10)
"""What began longer ago is said to have: its readings came late, and the place may look otherwise now."""
AT_REST = threading.Event()
"""Whether no readings are being taken in. Finding out whom to call is work, and in a mass event the next alarm is behind the
next reading: a call waits for the readings at hand, at most `_PATIENCE` seconds."""
AT_REST.set()
_PATIENCE = 1.0
_beside = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sensing-calls")


def alarm_call(*, alarm_id: str, now: datetime) -> bool:
    """Call people for an alarm; whether it is being called for now. Repeatable: an alarm is called for once.

    One that was answered, has recovered by itself meanwhile, or that a further limit took over calls nobody.
    """
    rows = Alarm._default_manager.select_related("device", "enterprise")
    alarm = rows.filter(pk=alarm_id, state="triggered", superseded_by="").first()
    if alarm is None or alarm.drill:
        return False
    where = alarm.enterprise.name if alarm.enterprise else alarm.device.place if alarm.device else ""
    text = render("sensing.alarm.call", {"number": alarm.number, "where": where or "—", "title": alarm.title})
    if now - alarm.triggered_at > _OLD:
        text += render("sensing.alarm.call_late", {"at": f"{local_time(alarm.triggered_at):%m-%d %H:%M}"})
    # Whoever is woken by it must see at once where to go: the device's name alone says nothing.
    title = render("sensing.alarm.call_title", {"where": where, "title": alarm.title}) if where else alarm.title
    matter = Matter(
        subject=f"{Alarm.SUBJECT}/{alarm.pk}", kind=Alarm.SUBJECT, stage=STAGE, region=alarm.region,
        title=title[:LONGEST_TITLE], text=text, urgency=URGENCY[alarm.severity], address=f"/sensing/alarms/{alarm.pk}",
        office_id=str(alarm.office_id) if alarm.office_id else None,
    )  # fmt: skip
    try:
        call_open(matter=matter, now=now)
    except RuleViolation:
        return False  # answered or ended between the look and the call: nobody is needed
    return True


def alarm_call_soon(*, alarm_id: str, now: datetime) -> Future[bool]:
    """Call for an alarm in a thread of its own: whoever recorded it goes on with the next readings at once.

    What fails there, or dies with the process, is taken up by `alarms_call` within a minute.
    """
    return _beside.submit(_call_and_leave, alarm_id, now)


def _call_and_leave(alarm_id: str, now: datetime) -> bool:
    AT_REST.wait(_PATIENCE)
    try:
        return alarm_call(alarm_id=alarm_id, now=now)
    finally:
        connections.close_all()


def alarms_call(*, now: datetime) -> int:
    """Call for every alarm that waits, in case the process died between the alarm and the call; how many were not yet."""
    home = home_test()
    rows = Alarm._default_manager.filter(state="triggered", ended_at__isnull=True, superseded_by="")
    rows = rows.filter(triggered_at__gte=now - _LOOK_BACK)
    waiting = [str(pk) for pk, region in rows.order_by("triggered_at").values_list("pk", "region") if home(region)]
    known = calls_known([f"{Alarm.SUBJECT}/{key}" for key in waiting], STAGE)
    left = [key for key in waiting if f"{Alarm.SUBJECT}/{key}" not in known]
    return sum(alarm_call(alarm_id=key, now=now) for key in left)


def alarm_superseded(*, alarm_id: str, by: str, now: datetime) -> None:
    """End the calling for an alarm that a further limit of its channel took over (`by`: that alarm's id)."""
    number = Alarm._default_manager.filter(pk=by).values_list("number", flat=True).first() or ""
    call_off(subject=f"{Alarm.SUBJECT}/{alarm_id}", reason=render("sensing.alarm.superseded", {"number": number}), now=now)


def call_off(*, subject: str, reason: str, now: datetime) -> None:
    """End the calling for an alarm: somebody is with it."""
    call_close(subject=subject, reason=reason, now=now)
