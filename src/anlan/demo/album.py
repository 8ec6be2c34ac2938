"""The pictures handed in with hazards: drawn for every hazard, or cheap ones in a large county.

What shows a mending or a review is never used twice, else every closing would be in doubt (存疑复核).
"""

from __future__ import annotations

from datetime import datetime

from anlan.demo.photos import STAGES, card, draw
from anlan.platform import attachments
from anlan.platform.scope import Scope

__all__ = ["Album"]

_FEW = 4
_NAMES = {stage: f"{stage}.jpg" for stage in STAGES}


class Album:
    """Draws, stores and remembers pictures; a picture belongs to whoever uploaded it."""

    def __init__(self, *, distinct: bool) -> None:
        """`distinct`: every (hazard, stage) is drawn anew, with capture time and place in its EXIF data; otherwise a person
        uses a few pictures of findings again, and mendings and reviews are plain cards.
        """
        self._distinct = distinct
        self._kept: dict[tuple[str, str, int], str] = {}

    def take(self, scope: Scope, stage: str, hazard: int, at: datetime, lon: float, lat: float) -> str:
        """The hash of a stored picture of this hazard at this stage, uploaded by `scope`."""
        if self._distinct:
            return self._store(draw(hazard, stage, at, lon, lat), stage, scope, at)
        if stage != "before":
            data = card(hazard * len(STAGES) + STAGES.index(stage))
            return attachments.store(data, f"{stage}.png", scope=scope, now=at).sha256
        key = (scope.person, stage, hazard % _FEW)
        if key not in self._kept:
            # Its own serial for each person: a picture that many hazards share is slow to look up.
            self._kept[key] = self._store(draw(len(self._kept), stage), stage, scope, at)
        return self._kept[key]

    def _store(self, data: bytes, stage: str, scope: Scope, at: datetime) -> str:
        return attachments.store(data, _NAMES[stage], scope=scope, now=at).sha256
