"""What accident shows on maps: the accidents of the last 365 days."""

from __future__ import annotations

from anlan.accident import queries
from anlan.platform.maps import MapLayer, MarkState

LAYERS = [
    MapLayer(
        "accident.accidents",
        "事故",
        queries.VIEW,
        (MarkState("deadly", "有人员死亡", "bad"), MarkState("harmed", "无人员死亡", "warn")),
        queries.accident_marks,
        shown=False,
        order=60,
    ),
]
