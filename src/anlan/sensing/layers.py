"""What sensing shows on maps."""

from __future__ import annotations

from anlan.platform.maps import MapLayer, MarkState
from anlan.sensing import queries
from anlan.sensing.queries.centre import device_marks

LAYERS = [
    MapLayer(
        "sensing.devices",
        "监测设备",
        queries.VIEW,
        (
            MarkState("critical", "紧急报警", "bad"),
            MarkState("alarm", "报警", "warn"),
            MarkState("silent", "离线", "plain"),
            MarkState("repair", "检修", "info"),
            MarkState("online", "在线", "good"),
            MarkState("off", "停用", "plain"),
        ),
        device_marks,
        topics=("alarms", "devices"),
        order=10,
    ),
]
