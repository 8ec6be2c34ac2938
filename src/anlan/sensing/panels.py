"""What sensing shows on an enterprise's page: its devices and its alarms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from anlan.platform.declare import Panel, PanelRow
from anlan.platform.scope import Scope
from anlan.registry import queries as registry
from anlan.sensing import queries

_ENTERPRISE = "registry.enterprise"
TONES = {
    "triggered": "bad", "answered": "warn", "handling": "warn", "recovered": "good", "false_alarm": "plain",
    "to_hazard": "plain", "archived": "good",
}  # fmt: skip


def _tone(alarm: Any) -> str:
    return "plain" if alarm.taken_over else TONES.get(alarm.state, "plain")


def _alarms(scope: Scope, key: str, limit: int) -> tuple[Sequence[PanelRow], int]:
    rows = queries.alarms_of(scope, registry.enterprise_component(key))
    shown = [
        PanelRow(a.title, f"/sensing/alarms/{a.pk}", a.state_shown, _tone(a), a.triggered_at)
        for a in rows[:limit]
    ]
    return shown, rows.count()


def _devices(scope: Scope, key: str, limit: int) -> tuple[Sequence[PanelRow], int]:
    rows = queries.devices_of(scope, registry.enterprise_component(key))
    shown = [
        PanelRow(
            d.name, f"/sensing/devices/{d.pk}", "离线" if d.down_at else d.get_status_display(),
            "bad" if d.down_at else "good" if d.status == "active" else "plain", d.down_at,
        )
        for d in rows[:limit]
    ]  # fmt: skip
    return shown, rows.count()


def _url(name: str) -> Callable[[str], str]:
    return lambda key: f"/desk/sensing/{name}/?enterprise_id={','.join(registry.enterprise_component(key))}"


PANELS = [
    Panel("sensing.enterprise_alarms", _ENTERPRISE, "监测报警", _alarms, _url("alarm"), order=5),
    Panel("sensing.enterprise_devices", _ENTERPRISE, "监测设备", _devices, _url("device"), order=40),
]
