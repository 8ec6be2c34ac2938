"""转隐患: an alarm becomes a hazard of its enterprise, with device, position and the picture of its curve."""

from __future__ import annotations

from datetime import datetime, timedelta

from anlan.inspection.services.hazards import HazardInput, hazard_report
from anlan.kernel.messages import render
from anlan.platform import attachments
from anlan.platform.database import writing
from anlan.platform.scope import Scope
from anlan.sensing import queries
from anlan.sensing.curve import curve_png
from anlan.sensing.models import Alarm
from anlan.sensing.queries.series import series_get
from anlan.sensing.services.alarms import Pressed, alarm_step
from anlan.sensing.services.drafting import fixed_id
from anlan.sensing.services.table import millis

__all__ = ["alarm_to_hazard"]

_BEFORE, _AFTER = timedelta(hours=1), timedelta(hours=2)
_POINTS = 1000


def alarm_to_hazard(
    *, scope: Scope, alarm_id: str, pressed: Pressed, now: datetime, grade: str = "general",
    major_criteria: tuple[str, ...] = (), major_basis: str = "",
) -> str:
    """Make an alarm a hazard, both or neither; the hazard's id. Repeating it gives the same id.

    Args:
        pressed: its note says what was found. grade, major_criteria, major_basis: as for any hazard.
    Raises:
        As services.alarms.alarm_step; NotAllowed: "platform.not_allowed" without the right to file hazards.
        StepRefused: "inspection.hazard.report.refused".
    """  # fmt: skip
    alarm = queries.alarm_get(scope, alarm_id)
    hazard_id = fixed_id("hazard", str(alarm.pk))
    if alarm.hazard_id:
        alarm_step("to-hazard", scope=scope, alarm_id=alarm_id, pressed=pressed, now=now)
        return alarm.hazard_id
    with writing():
        alarm_step("to-hazard", scope=scope, alarm_id=alarm_id, pressed=pressed, now=now, data={"hazard_id": hazard_id})
        picture = _picture(scope, alarm, now)
        device = alarm.device
        named = device.name if device else "—"
        facts = {"title": alarm.title, "number": alarm.number, "note": pressed.note.strip(), "device": named}
        item = HazardInput(
            enterprise_id=str(alarm.enterprise_id), description=render("sensing.alarm.hazard", facts),
            place=(device.place or device.name) if device else "", grade=grade, major_criteria=major_criteria,
            major_basis=major_basis, source="alarm", photos=(picture,) if picture else (), lon=alarm.lon, lat=alarm.lat,
            id=hazard_id,
        )  # fmt: skip
        hazard_report(scope=scope, item=item, now=now)
    return hazard_id


def _picture(scope: Scope, alarm: Alarm, now: datetime) -> str:
    """The hash of the stored curve around the alarm; "" for an alarm without a channel."""
    if alarm.device is None or not alarm.metric:
        return ""
    start, end = millis(alarm.triggered_at - _BEFORE), millis(min(now, alarm.last_at + _AFTER))
    shown = series_get(scope, str(alarm.device_id), alarm.metric, start, max(end, start + 1), _POINTS, now)
    data = curve_png(
        title=f"{alarm.device.name} {shown.name}", plain_title=f"{alarm.device.identity} {alarm.metric}", unit=shown.unit,
        points=shown.points, gaps=shown.gaps, limits=[t.value for t in shown.thresholds], marked_at=millis(alarm.triggered_at),
        start=start, end=max(end, start + 1),
    )  # fmt: skip
    return attachments.store(data, f"{alarm.number}.png", scope=scope, now=now).sha256
