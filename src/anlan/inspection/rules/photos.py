"""What is known of photos that shall prove a mending, and what was found doubtful in them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anlan.inspection.rules.hazard import PHOTO_STAGES
from anlan.inspection.rules.listing import LISTING_STAGES
from anlan.kernel.messages import render

__all__ = ["LISTED_STAGE", "Finding", "HazardView", "PhotoMatch", "PhotoView", "finding_of"]

LISTED_STAGE = "listing_"
"""Before the stage of a photo that belongs to the hazard's listing (rules.listing.LISTING_STAGES)."""
_STAGES = dict(PHOTO_STAGES) | {f"{LISTED_STAGE}{stage}": label for stage, label in LISTING_STAGES}


@dataclass(frozen=True, slots=True)
class PhotoView:
    """A photo as the rule sees it: hash, capture time (aware) and place (WGS-84 degrees) as its camera wrote them.

    `width`, `height`: pixels, None where not known. `empty`: nothing can be made out in it.
    """

    sha256: str
    taken_at: datetime | None = None
    lon: float | None = None
    lat: float | None = None
    width: int | None = None
    height: int | None = None
    empty: bool = False


@dataclass(frozen=True, slots=True)
class PhotoMatch:
    """`photo` is the same picture as `other`, a photo of another hazard; the same file when the hashes are equal.

    `stage`: of an earlier photo of this hazard itself (rules.hazard.PHOTO_STAGES) or of its listing (LISTED_STAGE and its
    stage), "" for one of another hazard.
    """

    photo: str
    other: str
    hazard_id: str
    likeness: float = 1.0
    stage: str = ""


@dataclass(frozen=True, slots=True)
class HazardView:
    """What the photos are judged against: when the mending was ordered, where the hazard is, how it looked before.

    `early`: the finding for a photo older than `ordered_at`; what is shown of a listed or closed hazard has to be newer
    than its listing or closing, which then stands in `ordered_at`.
    `recorded_at`: when what the photos show is recorded; none can be taken later.
    """

    ordered_at: datetime | None
    lon: float | None = None
    lat: float | None = None
    before: tuple[PhotoView, ...] = ()
    early: str = "before_order"
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason to look twice.

    Attributes:
        kind: "other_file", "other_look", "before_file", "own_file", "own_look", "before_time", "before_order",
            "before_listing", "before_closing", "after_recording", "far", "empty", "small" or "retried".
        photo: hash of the doubtful photo. other: of the one it resembles, "" for none.
        hazard_id: the other hazard, "" for none; a reader who may not see it is told that there is one.
        facts: what the sentence needs.
    """

    kind: str
    photo: str
    other: str = ""
    hazard_id: str = ""
    facts: Mapping[str, Any] | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON values for an entry's data; empty ones left out."""
        values = {"kind": self.kind, "photo": self.photo, "other": self.other, "hazard_id": self.hazard_id}
        return {name: value for name, value in values.items() if value} | ({"facts": self.facts} if self.facts else {})

    def sentence(self, hazard: str = "") -> str:
        """The Chinese sentence; `hazard`: the other hazard's number where the reader may see it."""
        word = "numbered_hazard" if hazard else "another_hazard"
        named = render(f"inspection.doubt.{word}", {"number": hazard})
        facts = dict(self.facts or {})
        if "stage" in facts:
            facts["stage"] = _STAGES.get(facts["stage"], "")
        return render(f"inspection.doubt.{self.kind}", {"hazard": named, **facts})


def finding_of(values: Mapping[str, Any]) -> Finding:
    """The finding that `as_dict` wrote. Source: house rule (how a journal entry keeps a finding)."""
    return Finding(**values)
