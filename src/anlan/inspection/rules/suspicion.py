"""When a photo that shall prove a closing, a visit or a look-back is doubtful. Pure: facts in, findings out.

Nobody is refused for a finding: a closing gets a second look, whatever else is shown is marked.

Messengers strip capture time and place from every photo, so what is missing raises no doubt; only what is there does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from anlan.inspection.rules.photos import Finding, HazardView, PhotoMatch, PhotoView
from anlan.kernel.deadlines import local_time
from anlan.kernel.geo import gcj02_to_wgs84, haversine_m

__all__ = ["SUSPICION_RULES", "SuspicionRule", "retried", "rule_on", "suspicions"]


@dataclass(frozen=True, slots=True)
class SuspicionRule:
    """From `since` on (local date): how far from the hazard a photo may be taken, and how far a camera's clock may be off.

    `same_hazards`: of so many other hazards with the same photo each is named; the rest adds nothing.
    `least_sides`: longer and shorter side in pixels that a photo has at least.
    `slips`: of so many doubted closings taken back the next one is no slip of the finger any more.
    """

    since: date
    distance_m: float
    clock_slack: timedelta
    same_hazards: int
    least_sides: tuple[int, int]
    slips: int
    source: str


SUSPICION_RULES: tuple[SuspicionRule, ...] = (
    SuspicionRule(date(2000, 1, 1), 500.0, timedelta(minutes=5), 3, (320, 240), 2, "house rule"),
)


def rule_on(day: date, rules: tuple[SuspicionRule, ...] = SUSPICION_RULES) -> SuspicionRule:
    """The rule that held on the local date `day`.

    Raises:
        LookupError: no rule is declared for this day (a defect of the rule data).
    Source: house rule: history is judged by the rule of its day.
    """
    held = [rule for rule in rules if rule.since <= day]
    if not held:
        raise LookupError(f"no rule on doubtful photos for {day}")
    return max(held, key=lambda rule: rule.since)


def suspicions(
    photos: Sequence[PhotoView], hazard: HazardView, matches: Iterable[PhotoMatch], rule: SuspicionRule
) -> list[Finding]:
    """Every reason to doubt the photos of a mending or a review, photo by photo; empty when there is none.

    Args:
        matches: photos of other hazards, and earlier ones of this hazard, that these were copied from, the likest first.
    Source: house rule.
    """
    found: list[Finding] = []
    matched = list(matches)
    for photo in photos:
        mine = [m for m in matched if m.photo == photo.sha256]
        found += _elsewhere([m for m in mine if not m.stage], rule)
        found += _of_this_hazard(photo, hazard.before, [m for m in mine if m.stage])
        found += _too_early(photo, hazard, rule)
        found += _too_late(photo, hazard, rule)
        found += _too_far(photo, hazard, rule)
        found += _shows_nothing(photo, rule)
    return found


def retried(photos: Sequence[PhotoView], withdrawn: int, rule: SuspicionRule) -> list[Finding]:
    """Whether one photo after the other is tried until none is found doubtful: closed and taken back, again and again.

    Args:
        withdrawn: doubted closings of this mending that were taken back.
    Source: house rule (a wrong photo chosen by mistake is taken back once).
    """
    return [Finding("retried", p.sha256, "", "", {"times": withdrawn}) for p in photos[:1] if withdrawn >= rule.slips]


def _elsewhere(matches: Sequence[PhotoMatch], rule: SuspicionRule) -> Iterator[Finding]:
    """The same picture in other hazards, each of them once; the same file weighs more than a likeness."""
    mine = sorted(matches, key=lambda m: (m.other != m.photo, -m.likeness))
    first = {m.hazard_id: m for m in reversed(mine)}
    ordered = [m for m in mine if first[m.hazard_id] is m]
    for match in ordered[: rule.same_hazards]:
        kind = "other_file" if match.other == match.photo else "other_look"
        yield Finding(kind, match.photo, match.other, match.hazard_id)


def _of_this_hazard(photo: PhotoView, before: Sequence[PhotoView], own: Sequence[PhotoMatch]) -> Iterator[Finding]:
    """A photo that is an earlier one of this hazard, as the file or copied, or was taken in the same second as its finding."""
    if any(old.sha256 == photo.sha256 for old in before):
        yield Finding("before_file", photo.sha256, photo.sha256)
        return
    if own:
        likest = max(own, key=lambda m: (m.other == m.photo, m.likeness))
        kind = "own_file" if likest.other == likest.photo else "own_look"
        yield Finding(kind, photo.sha256, likest.other, "", {"stage": likest.stage})
        return
    for old in before:
        if photo.taken_at is not None and photo.taken_at == old.taken_at:
            yield Finding("before_time", photo.sha256, old.sha256, "", {"taken_at": _moment(photo.taken_at)})
            return


def _too_early(photo: PhotoView, hazard: HazardView, rule: SuspicionRule) -> Iterator[Finding]:
    ordered_at = hazard.ordered_at
    if photo.taken_at is None or ordered_at is None or photo.taken_at >= ordered_at - rule.clock_slack:
        return
    facts = {"taken_at": _moment(photo.taken_at), "ordered_at": _moment(ordered_at)}
    yield Finding(hazard.early, photo.sha256, "", "", facts)


def _too_late(photo: PhotoView, hazard: HazardView, rule: SuspicionRule) -> Iterator[Finding]:
    """Nothing can be photographed after it was recorded: the camera's clock was set, or is not to be trusted."""
    recorded_at = hazard.recorded_at
    if photo.taken_at is None or recorded_at is None or photo.taken_at <= recorded_at + rule.clock_slack:
        return
    facts = {"taken_at": _moment(photo.taken_at), "recorded_at": _moment(recorded_at)}
    yield Finding("after_recording", photo.sha256, "", "", facts)


def _too_far(photo: PhotoView, hazard: HazardView, rule: SuspicionRule) -> Iterator[Finding]:
    """Some phones write the shifted coordinates of Chinese maps: the reading that is nearer counts."""
    if photo.lon is None or photo.lat is None or hazard.lon is None or hazard.lat is None:
        return
    readings = ((photo.lon, photo.lat), gcj02_to_wgs84(photo.lon, photo.lat))
    metres = min(haversine_m(lon, lat, hazard.lon, hazard.lat) for lon, lat in readings)
    if metres > rule.distance_m:
        yield Finding("far", photo.sha256, "", "", {"metres": round(metres), "limit": round(rule.distance_m)})


def _shows_nothing(photo: PhotoView, rule: SuspicionRule) -> Iterator[Finding]:
    """Too few pixels to make out a mending, or none that show anything: whatever it is, it proves nothing by itself."""
    if photo.width is not None and photo.height is not None:
        longer, shorter = max(photo.width, photo.height), min(photo.width, photo.height)
        least_longer, least_shorter = rule.least_sides
        if longer < least_longer or shorter < least_shorter:
            facts = {"width": photo.width, "height": photo.height, "longer": least_longer, "shorter": least_shorter}
            yield Finding("small", photo.sha256, "", "", facts)
            return
    if photo.empty:
        yield Finding("empty", photo.sha256)


def _moment(at: datetime) -> str:
    return local_time(at).strftime("%Y-%m-%d %H:%M:%S")
