"""Tables of sensing. Projections are written by the journal alone; LOCAL ones belong to this server."""

from __future__ import annotations

from anlan.sensing.models.alarm import Alarm, AlarmMember, AlarmRepeat
from anlan.sensing.models.device import Device, DeviceChannel, DeviceModel, DeviceSuppressed, DeviceWindow, ModelChannel
from anlan.sensing.models.local import GatewayToken, Quarantined, QuarantinedReport
from anlan.sensing.models.rule import AlarmRule, AlarmRuleVersion

__all__ = [
    "Alarm", "AlarmMember", "AlarmRepeat", "AlarmRule", "AlarmRuleVersion", "Device", "DeviceChannel", "DeviceModel",
    "DeviceSuppressed", "DeviceWindow", "GatewayToken", "ModelChannel", "Quarantined", "QuarantinedReport",
]  # fmt: skip
