"""Looking for what is doubtful in the photos of a mending, a review, a visit or a look-back, before it is recorded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from anlan.inspection import queries
from anlan.inspection.models import Hazard
from anlan.inspection.queries.scoped import same_id
from anlan.inspection.rules.photos import HazardView, PhotoMatch, PhotoView
from anlan.inspection.rules.suspicion import retried, rule_on, suspicions
from anlan.kernel.deadlines import local_date
from anlan.platform.database import hold_keys
from anlan.platform.ledger.changes import CHANGES

__all__ = ["Doubt", "doubts_filed", "hold_photos"]

_SHOWING = ("inspection.hazard", "inspection.listing")


def hold_photos() -> None:
    """Let nobody else record photos of hazards until this transaction ends, so that what shows one sees what was filed."""
    hold_keys("inspection.photo", ["shown"])


class Doubt:
    """The findings on the photos of one call, which may name many hazards.

    A photo given for two hazards of the call is doubtful too, although neither has it yet.
    """

    def __init__(self, items: Iterable[tuple[str, Sequence[str]]], now: datetime) -> None:
        """`items`: (hazard id, hashes of its photos) of everything handed in together; `now`: when it is recorded."""
        self._now = now
        self._named: dict[str, list[str]] = {}
        for hazard_id, photos in items:
            for sha256 in dict.fromkeys(photos):
                self._named.setdefault(sha256, []).append(same_id(hazard_id))
        self._views: dict[str, PhotoView] | None = None
        self._mark = CHANGES.mark(*_SHOWING)

    def holds(self) -> bool:
        """Whether no photo was shown anywhere since this was begun. Call it in the transaction that records.

        Nobody else gets past it until that transaction ends, so of two closings at once with one photo the second sees
        the first.
        """
        hold_photos()
        return CHANGES.mark(*_SHOWING) == self._mark

    def of(
        self,
        hazard: Hazard,
        photos: Sequence[str],
        early: str = "before_order",
        since: datetime | None = None,
        *,
        closing: bool = False,
    ) -> dict[str, Any]:
        """`{"doubts": [...]}` for the entry's data, {} where nothing is doubtful.

        Args:
            early, since: the finding for a photo taken before `since` (None: before the order).
            closing: the photos shall close the hazard; how often that was tried counts too.
        Source: rules.suspicion.
        """
        if self._views is None:
            self._views = queries.photo_views(self._named)
        wanted = list(dict.fromkeys(photos))
        matches = [
            *(PhotoMatch(p, p, other) for p in wanted for other in self._named[p] if other != str(hazard.id)),
            *queries.photo_matches(hazard, wanted),
            *queries.photos_repeated(hazard, wanted),
        ]
        judged = [self._views.get(p, PhotoView(p)) for p in wanted]
        before = queries.photos_before(hazard)
        ordered_at, word = (since, early) if since else (hazard.ordered_at, "before_order")
        view = HazardView(ordered_at, hazard.lon, hazard.lat, before, word, self._now)
        rule = rule_on(local_date(hazard.ordered_at or hazard.found_at))
        found = suspicions(judged, view, matches, rule)
        if closing and not found:
            found = retried(judged, queries.doubts_withdrawn(hazard), rule)
        return {"doubts": [finding.as_dict() for finding in found]} if found else {}


def doubts_filed(photos: Sequence[str], now: datetime, own: Sequence[str] = ()) -> dict[str, Any]:
    """As `Doubt.of` for the photos of a new hazard: those with which another one was mended or reviewed before.

    A closing with the photo of a finding is doubtful whichever comes first; here the finding comes last, so that it is
    marked. Call it in the transaction that records, after `hold_photos`.

    Args:
        own: ids of hazards that the new one continues.
    Source: rules.suspicion.
    """
    wanted = list(dict.fromkeys(photos))
    matches = queries.photos_proving(wanted, own) if wanted else []
    if not matches:
        return {}
    rule = rule_on(local_date(now))
    found = [f.as_dict() for f in suspicions([PhotoView(p) for p in wanted], HazardView(None), matches, rule)]
    return {"doubts": found} if found else {}
