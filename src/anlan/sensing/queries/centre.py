"""What the monitoring centre (监测中心) shows: the board of open alarms, devices on the map, what the stream says of both."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count

from anlan.calling.queries import place_name
from anlan.calling.queries.matters import Called, calls_by_matter
from anlan.kernel.loops import Action
from anlan.platform.maps import Mark
from anlan.platform.scope import Scope
from anlan.sensing.models import Alarm, AlarmMember, AlarmRepeat, Device, DeviceWindow
from anlan.sensing.queries.alarms import alarm_actions, alarm_list
from anlan.sensing.queries.devices import device_list
from anlan.sensing.queries.scoped import as_uuid, names_of, versions_of
from anlan.sensing.rules.alarm import WORDS

__all__ = [
    "BOARD_MOST", "WORDS", "AlarmCard", "alarms_told", "board_cards", "card_of", "device_marks", "device_state",
    "devices_told", "place_name",
]  # fmt: skip

BOARD_MOST = 200
_CALLED_FOR = "raised"
_RANKS = {"critical": 0, "urgent": 1, "routine": 2}
# What is done from the board with one press; the rest wants words, so it is done on the alarm's page.
_AT_ONCE = ("answer", "handle")


@dataclass(frozen=True, slots=True)
class AlarmCard:
    """One alarm as the board shows it.

    Attributes:
        count: how often it triggered. members: devices of a mass alarm, 0 for others.
        version: what a step must be based on. answered_by, handled_by: names, "" for nobody.
        upper: number of the alarm that took this one over, "" for none or one out of sight.
    """

    alarm: Alarm
    place: str
    count: int
    members: int
    call: Called | None
    version: int
    answered_by: str
    handled_by: str
    actions: tuple[Action, ...]
    upper: str = ""

    @property
    def waits(self) -> bool:
        """Whether somebody still has to answer."""
        return bool(self.alarm.state == "triggered" and not self.alarm.taken_over)

    @property
    def stand(self) -> str:
        """Its state as the board's script reads it: what a further limit took over waits for nobody."""
        return "superseded" if self.alarm.taken_over else str(self.alarm.state)

    @property
    def order(self) -> str:
        """Sorts as text in the board's order."""
        late = 10**14 - int(self.alarm.triggered_at.timestamp() * 1000)
        return f"{int(not self.waits)}{_RANKS[self.alarm.severity]}{late:015d}"

    @property
    def at_once(self) -> tuple[Action, ...]:
        """The steps that one press takes."""
        return tuple(action for action in self.actions if action.id in _AT_ONCE)


def board_cards(scope: Scope, now: datetime, ids: Collection[str] | None = None) -> tuple[list[AlarmCard], int]:
    """The open alarms in scope: unanswered before answered, the worst and then the newest first; and how many there are.

    Args:
        ids: only these. At most BOARD_MOST are given.
    """
    rows = alarm_list(scope, open_only=True)
    if ids is not None:
        rows = rows.filter(pk__in=[key for i in ids if (key := as_uuid(i))])
    total = rows.count()
    worst = [a for severity in _RANKS for a in rows.filter(severity=severity)[:BOARD_MOST]][:BOARD_MOST]
    return sorted(_cards(scope, worst, now), key=lambda card: card.order), total


def card_of(scope: Scope, alarm: Alarm, now: datetime) -> AlarmCard:
    """The card of one alarm, open or not, that the caller has scoped."""
    return _cards(scope, [alarm], now)[0]


def _cards(scope: Scope, alarms: list[Alarm], now: datetime) -> list[AlarmCard]:
    keys = [alarm.pk for alarm in alarms]
    subjects = {alarm.pk: f"{Alarm.SUBJECT}/{alarm.pk}" for alarm in alarms}
    repeats, members = _counted(AlarmRepeat, keys), _counted(AlarmMember, keys)
    calls = calls_by_matter(list(subjects.values()), _CALLED_FOR)
    versions = versions_of(list(subjects.values()))
    names = names_of({p for a in alarms for p in (a.answered_by, a.handled_by)})
    uppers = _numbers(scope, {alarm.superseded_by for alarm in alarms} - {""})
    return [
        AlarmCard(
            alarm=alarm,
            place=place_name(alarm.region),
            count=1 + repeats.get(alarm.pk, 0),
            members=members.get(alarm.pk, 0),
            call=calls.get(subjects[alarm.pk]),
            version=versions[subjects[alarm.pk]],
            answered_by=names.get(alarm.answered_by, ""),
            handled_by=names.get(alarm.handled_by, ""),
            actions=tuple(alarm_actions(scope, alarm, now)),
            upper=uppers.get(alarm.superseded_by, ""),
        )
        for alarm in alarms
    ]


def _numbers(scope: Scope, keys: Collection[str]) -> dict[str, str]:
    if not keys:
        return {}
    return {str(pk): number for pk, number in alarm_list(scope).filter(pk__in=keys).values_list("pk", "number")}


def _counted(model: Any, keys: Collection[Any]) -> dict[Any, int]:
    rows = model._default_manager.filter(parent_id__in=list(keys)).values("parent_id").annotate(n=Count("id"))
    return {row["parent_id"]: row["n"] for row in rows}


def device_marks(scope: Scope, now: datetime) -> list[Mark]:
    """Every device in scope that has a position, in the worst state that holds: alarm before silence before repair."""
    rows = device_list(scope).filter(lon__isnull=False, lat__isnull=False)
    alarms = _alarmed(scope)
    windows = DeviceWindow._default_manager.filter(since__lte=now, until__gt=now).values_list("parent_id", flat=True)
    repaired = set(windows)
    return [
        Mark(
            str(device.pk),
            device.lon,
            device.lat,
            device.name,
            _state(device, alarms, repaired),
            f"/sensing/devices/{device.pk}",
            tuple(line for line in (device.enterprise.name if device.enterprise else "", device.place) if line),
            device.region,
        )
        for device in rows
    ]


def device_state(scope: Scope, device: Device, now: datetime) -> str:
    """The state in which the map shows one device that the caller has scoped."""
    repaired = {device.pk} if device.windows.filter(since__lte=now, until__gt=now).exists() else set()
    return _state(device, _alarmed(scope, device.pk), repaired)


def _alarmed(scope: Scope, device_id: Any = None) -> dict[Any, str]:
    """The worst severity of what is open, by device; members of a mass alarm are silent, not alarmed."""
    found: dict[Any, str] = {}
    rows = alarm_list(scope, open_only=True)
    rows = rows.filter(device_id=device_id) if device_id else rows
    for key, severity in rows.values_list("device_id", "severity"):
        if key and _RANKS[severity] < _RANKS.get(found.get(key, ""), 9):
            found[key] = severity
    return found


def _state(device: Device, alarms: dict[Any, str], repaired: set[Any]) -> str:
    if device.pk in alarms:
        return "critical" if alarms[device.pk] == "critical" else "alarm"
    if device.status != "active":
        return "off"
    if device.pk in repaired:
        return "repair"
    return "silent" if device.down_at else "online"


def alarms_told(ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """What the event stream says of alarms, by id. Unscoped: the stream judges each."""
    names = ("id", "number", "state", "severity", "device_id", "drill", "superseded_by")
    rows = Alarm._default_manager.filter(pk__in=list(ids)).values_list(*names)
    return {
        str(pk): {
            "id": str(pk),
            "number": number,
            "state": state,
            "severity": severity,
            "device": str(device) if device else None,
            "drill": bool(drill),
            "superseded": bool(superseded_by),
        }
        for pk, number, state, severity, device, drill, superseded_by in rows
    }


def devices_told(ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """What the event stream says of devices, by id. Unscoped: the stream judges each."""
    rows = Device._default_manager.filter(pk__in=list(ids)).values_list("id", "down_at")
    return {str(pk): {"id": str(pk), "silent": down is not None} for pk, down in rows}
