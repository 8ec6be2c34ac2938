"""What the platform itself shows on maps."""

from __future__ import annotations

from anlan.platform.exchange.marks import node_marks
from anlan.platform.maps import MapLayer, MarkState

LAYERS = [
    MapLayer(
        "platform.nodes",
        "上下级节点",
        "platform.peers",
        (
            MarkState("silent", "失联", "bad"),
            MarkState("stopped", "有条目未收", "warn"),
            MarkState("waiting", "待批准", "info"),
            MarkState("heard", "正常", "good"),
            MarkState("own", "本机", "plain"),
        ),
        node_marks,
        shown=False,
        order=90,
    ),
]
