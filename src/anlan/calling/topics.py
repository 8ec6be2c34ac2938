"""What pages follow live of calling."""

from __future__ import annotations

from anlan.calling.apply import FOLDS
from anlan.calling.queries.matters import calls_told
from anlan.platform.streams import Topic

TOPICS = [
    Topic(
        "calls", tuple(f"calling.{kind}" for kind in FOLDS if kind.startswith("call.")), "calling.call.view", calls_told
    ),
]
