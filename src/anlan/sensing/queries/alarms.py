"""Reading alarms. Counts are asked, never stored."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from anlan.kernel.loops import Action
from anlan.platform.scope import Scope, region_filter
from anlan.sensing.errors import AlarmNotFound
from anlan.sensing.models import Alarm, AlarmMember
from anlan.sensing.queries.scoped import as_uuid, visible
from anlan.sensing.rules.alarm import ALARM_LOOP, AlarmFacts, check_alarm_step

__all__ = [
    "alarm_actions", "alarm_count", "alarm_get", "alarm_is_open", "alarm_list", "alarm_members", "alarms_of",
    "alarms_standing",
]  # fmt: skip


def alarm_list(scope: Scope, *, region: str = "", open_only: bool = False, device_id: str = "") -> QuerySet[Alarm]:
    """Alarms in scope, newest first, with device and enterprise; drills left out.

    Args:
        region: prefix of 2, 4, 6, 9 or 12 digits. open_only: only those that nobody has ended.
    """
    rows = visible(Alarm, scope).filter(region_filter("region", region), drill=0)
    if open_only:
        rows = rows.filter(ended_at__isnull=True)
    if device_id:
        rows = rows.filter(Q(device_id=as_uuid(device_id)) | Q(members__key=device_id))
    return rows.select_related("device", "enterprise").order_by("-triggered_at", "-id")


def alarm_get(scope: Scope, alarm_id: Any) -> Alarm:
    """One alarm with device, enterprise and rule.

    Raises:
        AlarmNotFound: "sensing.alarm.not_found", also for an id of another region.
    """
    key = as_uuid(alarm_id)
    rows = visible(Alarm, scope).select_related("device", "enterprise", "rule")
    found = rows.filter(pk=key).first() if key else None
    if found is None:
        raise AlarmNotFound
    return found


def alarm_count(alarm: Alarm) -> int:
    """How often it triggered: once, and each time again."""
    return 1 + alarm.repeats.count()


def alarm_members(alarm: Alarm) -> QuerySet[AlarmMember]:
    """The devices of a mass alarm in the order in which they were lost."""
    return alarm.members.order_by("joined_at", "key")


def alarm_is_open(alarm_id: str) -> bool:
    """Whether an alarm still waits for somebody. Unscoped: asked before every call."""
    key = as_uuid(alarm_id)
    rows = Alarm._default_manager.filter(pk=key, state="triggered", superseded_by="")
    return key is not None and rows.exists()


def alarms_of(scope: Scope, enterprise_ids: Collection[str]) -> QuerySet[Alarm]:
    """The alarms of enterprises, the open ones first."""
    rows = alarm_list(scope).filter(enterprise_id__in=list(enterprise_ids))
    return rows.annotate(closed=Count("ended_at")).order_by("closed", "-triggered_at", "-id")


def alarms_standing(device_ids: Collection[str]) -> QuerySet[Alarm]:
    """What of these devices is open or not cleared, the newest last. Unscoped: for the rules."""
    rows = Alarm._default_manager.filter(Q(ended_at__isnull=True) | Q(cleared_at__isnull=True))
    return rows.filter(device_id__in=list(device_ids), drill=0).order_by("triggered_at", "id")


def alarms_last(device_ids: Collection[str], since: datetime) -> QuerySet[Alarm]:
    """The alarms of these devices that stood at `since` or later, the newest last. Unscoped: for what rules remember."""
    rows = Alarm._default_manager.filter(Q(cleared_at__isnull=True) | Q(cleared_at__gte=since))
    return rows.filter(device_id__in=list(device_ids), drill=0).order_by("triggered_at", "id")


def alarm_actions(scope: Scope, alarm: Alarm, now: Any) -> list[Action]:
    """The actions that this person may take now, whatever still has to be filled in."""
    facts = AlarmFacts(
        alarm.state, scope.rights, now, scope.subjects is not None, note="—", has_enterprise=bool(alarm.enterprise_id)
    )
    return [a for a in ALARM_LOOP.actions_from(alarm.state) if not check_alarm_step(a.id, facts)]


