"""The pictures handed in with hazards: one of its own for every hazard, or a few for each person that are used again."""

from __future__ import annotations

from datetime import datetime

from anlan.demo.photos import draw
from anlan.platform import attachments
from anlan.platform.scope import Scope

__all__ = ["Album"]

_FEW = {"before": 4, "after": 1, "review": 6}
_NAMES = {"before": "before.jpg", "after": "after.jpg", "review": "review.jpg"}


class Album:
    """Draws, stores and remembers pictures; a picture belongs to whoever uploaded it."""

    def __init__(self, *, distinct: bool) -> None:
        """`distinct`: every (hazard, stage) is drawn anew, with capture time and place in its EXIF data."""
        self._distinct = distinct
        self._kept: dict[tuple[str, str, int], str] = {}

    def take(self, scope: Scope, stage: str, hazard: int, at: datetime, lon: float, lat: float) -> str:
        """The hash of a stored picture of this hazard at this stage, uploaded by `scope`."""
        if self._distinct:
            return self._store(draw(hazard, stage, at, lon, lat), stage, scope, at)
        key = (scope.person, stage, hazard % _FEW[stage])
        if key not in self._kept:
            # Its own serial for each person: a picture that many hazards share is slow to look up.
            self._kept[key] = self._store(draw(len(self._kept), stage), stage, scope, at)
        return self._kept[key]

    def _store(self, data: bytes, stage: str, scope: Scope, at: datetime) -> str:
        return attachments.store(data, _NAMES[stage], scope=scope, now=at).sha256
