"""What sensing does when something happened: alarms call people, answers step alarms, devices follow their enterprise."""

from __future__ import annotations

from anlan.kernel.entry import Entry
from anlan.platform import bus, clock
from anlan.sensing.models import Alarm
from anlan.sensing.services.alarms import alarm_answered_by_call
from anlan.sensing.services.calls import alarm_call_soon, alarm_superseded
from anlan.sensing.services.devices import enterprise_rescope

_KINDS = ("changed", "moved", "office_assigned", "merged", "separated", "absorbed", "released")
_FIELDS = frozenset({"office_id", "merged_into_id"})


def on_alarm_triggered(entry: Entry) -> None:
    """Somebody has to be told, and the readings behind this one must not wait for it."""
    if not entry.drill:
        alarm_call_soon(alarm_id=entry.subject_id, now=clock.now())


def on_alarm_superseded(entry: Entry) -> None:
    """The further limit of the channel is being called for."""
    alarm_superseded(alarm_id=entry.subject_id, by=str(entry.data["by"]), now=clock.now())


def on_call_answered(entry: Entry) -> None:
    """The first answer to an alarm's call: 已触发 -> 已叫应."""
    kind, _, alarm_id = str(entry.data.get("matter", "")).partition("/")
    if kind == Alarm.SUBJECT:
        said = entry.data
        alarm_answered_by_call(
            alarm_id=alarm_id, person=str(said["person"]), word=str(said["word"]), at=entry.time, call=entry.id,
            now=clock.now(),
        )  # fmt: skip


def on_enterprise_changed(entry: Entry) -> None:
    """Let the enterprise's devices and alarms follow its office."""
    if _FIELDS & (entry.data.get("set") or {}).keys():
        enterprise_rescope(enterprise_id=entry.subject_id, now=clock.now())


def connect() -> None:
    """Called once when the app is ready."""
    bus.subscribe("sensing.alarm.triggered", on_alarm_triggered)
    bus.subscribe("sensing.alarm.superseded", on_alarm_superseded)
    bus.subscribe("calling.call.answered", on_call_answered)
    for kind in _KINDS:
        bus.subscribe(f"registry.enterprise.{kind}", on_enterprise_changed)
