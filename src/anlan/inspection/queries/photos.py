"""Photos of hazards against each other: which belong to other hazards too, and what was found doubtful in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet

from anlan.inspection.models import Hazard, HazardPhoto, ListingPhoto
from anlan.inspection.queries.history import HistoryLine
from anlan.inspection.queries.scoped import VIEW, as_uuid, visible
from anlan.inspection.rules.listing import OFFICE
from anlan.inspection.rules.photos import LISTED_STAGE, Finding, PhotoMatch, PhotoView, finding_of
from anlan.platform import attachments
from anlan.platform.journal.models import Head
from anlan.platform.journal.refold import entries_of
from anlan.platform.scope import Scope

__all__ = [
    "DoubtView",
    "doubt_views",
    "doubts_withdrawn",
    "photo_matches",
    "photo_views",
    "photos_before",
    "photos_proving",
    "photos_repeated",
    "with_doubts",
]

_CHUNK = 400
_MOST_HAZARDS = 20
_LISTED = ("follow", "review")  # stages of a listing whose photos show the site; the others are scans of notices
_PROVING = ("after", "review")  # stages of a hazard whose photos shall prove a mending
_ANEW = frozenset({"ordered", "returned", "rejected"})  # from here on the enterprise mends, and what was tried is over
_OWN_CARD = frozenset({"doubted", "submitted"})


@dataclass(frozen=True, slots=True)
class DoubtView:
    """One finding as a reviewer reads it.

    Attributes:
        text: Chinese sentence. photo: hash of the doubtful photo.
        other: hash of the photo it resembles, "" where there is none or the reader may not see it.
        hazard_id, number: the other hazard, "" where there is none or the reader may not see it.
    """

    kind: str
    text: str
    photo: str
    other: str
    hazard_id: str
    number: str


def photo_views(sha256s: Iterable[str]) -> dict[str, PhotoView]:
    """Capture time, place and size of stored photos by hash, and which show nothing; those not held are absent."""
    held = attachments.facts_of(sorted(set(sha256s)))
    return {
        key: PhotoView(
            key, facts.taken_at, facts.lon, facts.lat, facts.width, facts.height, attachments.shows_nothing(key)
        )
        for key, facts in held.items()
    }


def doubts_withdrawn(hazard: Hazard) -> int:
    """How many doubted closings of the mending that now waits for review were taken back."""
    head = Head.objects.filter(subject=f"{Hazard.SUBJECT}/{hazard.id}").first()
    count = 0
    for entry in entries_of(head.sid) if head else ():
        word = entry.kind.rpartition(".")[2]
        if word in _ANEW:
            count = 0
        elif word == "withdrawn" and entry.data["kind"] == "doubted":
            count += 1
    return count


def photos_before(hazard: Hazard) -> tuple[PhotoView, ...]:
    """The photos of a hazard's finding."""
    return tuple(PhotoView(p.sha256, p.taken_at) for p in hazard.photos.all() if p.stage == "before")


def photo_matches(hazard: Hazard, sha256s: Sequence[str]) -> list[PhotoMatch]:
    """Photos of other hazards and their listings, of the whole node, that these are: the same file, or a copy; likest first.

    Unscoped on purpose: a photo used in another town is used all the same. What of the answer a person may read is
    decided where it is shown (`doubt_views`).
    """
    return _matches(_own(hazard), sha256s)


def photos_proving(sha256s: Sequence[str], own: Sequence[Any] = ()) -> list[PhotoMatch]:
    """Photos with which other hazards than `own` were mended or reviewed, of the whole node, that these are; likest first.

    Unscoped as `photo_matches`. Photos of findings and look-backs are left out: one picture of a room may show several.
    """
    return _matches(own, sha256s, _PROVING)


def _matches(own: Sequence[Any], sha256s: Sequence[str], stages: Collection[str] = ()) -> list[PhotoMatch]:
    found = [PhotoMatch(p, p, owner) for p, owner in _owners(own, sha256s, stages)]
    for sha256 in sha256s:
        same = attachments.twins(sha256, lambda keys: {key for key, _ in _owners(own, keys, stages)})
        degree = {twin.sha256: twin.likeness for twin in same}
        found += [PhotoMatch(sha256, key, owner, degree[key]) for key, owner in _owners(own, degree, stages)]
    return sorted(found, key=lambda m: (-m.likeness, m.hazard_id))


def photos_repeated(hazard: Hazard, sha256s: Sequence[str]) -> list[PhotoMatch]:
    """Earlier photos of this hazard and its listings that these are: the same file, or from the same press of the button.

    A second photo of the same view is none, however alike they look. Photos of the hazards that this one repeats, or
    that repeat it, are its own.
    """
    own = _own(hazard)
    rows = HazardPhoto._default_manager.filter(parent__in=own).order_by("added_at", "key")
    listed = ListingPhoto._default_manager.filter(parent__hazard__in=own, stage__in=_LISTED)
    stages: dict[str, str] = {}
    for sha256, stage in rows.values_list("sha256", "stage"):
        stages.setdefault(sha256, stage)
    for sha256, stage in listed.order_by("added_at", "key").values_list("sha256", "stage"):
        stages.setdefault(sha256, f"{LISTED_STAGE}{stage}")
    found = [PhotoMatch(p, p, str(hazard.id), 1.0, stages[p]) for p in sha256s if p in stages]
    for sha256 in sha256s:
        for twin in attachments.same_press(sha256, stages) if sha256 not in stages else ():
            found.append(PhotoMatch(sha256, twin.sha256, str(hazard.id), twin.likeness, stages[twin.sha256]))
    return found


def _own(hazard: Hazard) -> list[Any]:
    """The ids of a hazard, of those that repeat it and of the one that it repeats.

    Asked for first and not joined: an alternative across two tables would read every photo of the county.
    """
    repeating = Hazard._default_manager.filter(merged_into_id=hazard.id).values_list("id", flat=True)
    return [hazard.id, *repeating, *([hazard.merged_into_id] if hazard.merged_into_id else [])]


def _owners(own: Sequence[Any], sha256s: Collection[str], stages: Collection[str] = ()) -> list[tuple[str, str]]:
    """(hash, hazard id) of other hazards than `own` with one of these photos; of one photo at most twenty.

    Args:
        stages: of the hazards' photos that count; none: all.
    """
    wanted, pairs = list(sha256s), []
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        rows = HazardPhoto._default_manager.filter(sha256__in=part).exclude(parent__in=own)
        rows = rows.filter(stage__in=stages) if stages else rows
        shown = [stage for stage in _LISTED if not stages or stage in stages]
        listed = ListingPhoto._default_manager.filter(sha256__in=part, stage__in=shown)
        listed = listed.exclude(parent__hazard__in=own)
        pairs += _pairs(rows, "parent_id") + _pairs(listed, "parent__hazard_id")
    kept: dict[str, list[str]] = {}
    for sha256, owner in pairs:
        if owner not in (owners := kept.setdefault(sha256, [])) and len(owners) < _MOST_HAZARDS:
            owners.append(owner)
    return [(sha256, owner) for sha256, owners in kept.items() for owner in owners]


def _pairs(rows: QuerySet[Any], owner: str) -> list[tuple[str, str]]:
    found = rows.order_by("sha256", "-added_at", "key").values_list("sha256", owner)
    return [(sha256, str(key)) for sha256, key in found]


def doubt_views(scope: Scope, hazard: Hazard, lines: Sequence[HistoryLine]) -> list[DoubtView]:
    """What is doubtful now, for those who review: at a closing in doubt, else at the enterprise's report that waits.

    Empty for an enterprise and for whoever can't review: the firm need not learn how copies are found.

    Args:
        lines: the hazard's history, oldest first.
    """
    kind = {"doubted": "doubted", "submitted": "submitted"}.get(hazard.state)
    if kind is None or scope.subjects is not None or not scope.may("inspection.hazard.review"):
        return []
    last = next((line for line in reversed(lines) if line.kind == kind and line.counts), None)
    return _shown(scope, [finding_of(values) for values in last.data.get("doubts") or ()]) if last else []


def with_doubts(scope: Scope, lines: Sequence[HistoryLine]) -> list[HistoryLine]:
    """The lines of a hazard or listing, with what is doubtful in the photos of each, for those who review.

    A report or closing in doubt is left out while nobody took it back: it has a card of its own (`doubt_views`).
    """
    if scope.subjects is not None or not (scope.may("inspection.hazard.review") or scope.may(OFFICE)):
        return list(lines)
    taken_back = {line.data.get("entry") for line in lines if line.kind == "withdrawn"}
    found = {
        line.id: [finding_of(values) for values in line.data["doubts"]]
        for line in lines
        if line.data.get("doubts") and (line.kind not in _OWN_CARD or line.id in taken_back)
    }
    return [replace(line, doubts=tuple(_shown(scope, found[line.id]))) if line.id in found else line for line in lines]


def _shown(scope: Scope, findings: Sequence[Finding]) -> list[DoubtView]:
    keys = {key for f in findings if f.hazard_id and (key := as_uuid(f.hazard_id))}
    rows = visible(Hazard, scope).filter(pk__in=keys) if keys and scope.may(VIEW) else Hazard._default_manager.none()
    numbers = {str(key): number for key, number in rows.values_list("pk", "number")}
    views = []
    for finding in findings:
        number = numbers.get(finding.hazard_id, "")
        hidden = bool(finding.hazard_id) and not number
        views.append(
            DoubtView(
                finding.kind,
                finding.sentence(number),
                finding.photo,
                "" if hidden or finding.other == finding.photo else finding.other,
                finding.hazard_id if number else "",
                number,
            )
        )
    return views
