"""Which stored pictures a picture is a copy of: found by look (index), told from look-alikes by likeness and framing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from anlan.platform.attachments import index
from anlan.platform.attachments.content import is_empty
from anlan.platform.attachments.framing import copied, one_press_either
from anlan.platform.attachments.likeness import laid
from anlan.platform.attachments.looks import FAR, Grey, asking, distance, looks_of, turned, turned_looks
from anlan.platform.attachments.tilt import pressed_askew, pressed_tilted, tilted_looks

__all__ = ["Twin", "same_press", "shows_nothing", "twins"]

_MOST = 12
"""Of pictures that look alike only the nearest are compared; more of one view come from one place, not from a copy."""
_MOST_ASKEW = 4
"""As `_MOST`, of those that would look alike if turned a little: to fit an angle takes many comparisons."""


@dataclass(frozen=True, slots=True)
class Twin:
    """A stored picture that another one is a copy of. `likeness`: 0..1, 1 for the same picture."""

    sha256: str
    likeness: float


def twins(sha256: str, among: Callable[[Collection[str]], Collection[str]]) -> list[Twin]:
    """The stored pictures that this stored one was copied from, the likest first; the same file is not one of them.

    A copy may be resized, cropped, a screenshot, turned by quarters or by a few degrees, or mirrored.

    Args:
        among: which of the look-alikes matter to the caller (photos of other records); asked once.
    """
    looks, grey = _seen(sha256)
    if grey is None or not looks:
        return []
    upright = [(key, 0) for key, _ in index.near(looks, without=sha256)]
    aslant = index.near_turned(turned_looks(grey), without=sha256)
    askew = index.near_turned(tilted_looks(grey), without=sha256)
    found = [*upright, *aslant, *askew]
    wanted = set(among(list(dict.fromkeys(key for key, _ in found)))) if found else set()
    same: dict[str, float] = {}
    for some in (upright, aslant):
        for key, turn in [pair for pair in some if pair[0] in wanted][:_MOST]:
            original = index.grey_held(key)
            degree = degree_of(original, turned(grey, turn)) if original is not None else 0.0
            if degree:
                same[key] = max(degree, same.get(key, 0.0))
    for key, tilt in [pair for pair in askew if pair[0] in wanted and pair[0] not in same][:_MOST_ASKEW]:
        original = index.grey_held(key)
        if original is not None and (degree := pressed_tilted(original, grey, tilt)):
            same[key] = degree
    return _ordered(same)


def degree_of(original: Grey, copy: Grey) -> float:
    """How well the pictures agree where one is a copy of the other, at most a degree askew, 0..1; 0 where it is not."""
    found = laid(original, copy)
    return copied(found) or pressed_askew(found)


def same_press(sha256: str, others: Iterable[str]) -> list[Twin]:
    """Those of a few stored pictures that come from the same press of the button as this one, the likest first.

    Made for pictures of one view, where honest ones are near each other too: what tells them is `framing.one_press`. The
    same file is not one of them; which of two is the copy does not matter.
    """
    looks, grey = _seen(sha256)
    if grey is None or not looks:
        return []
    ways = turned_looks(grey)
    same: dict[str, float] = {}
    for key in dict.fromkeys(others):
        held, original = _seen(key) if key != sha256 else ((), None)
        turns = [turn for turn, look in ways.items() if _near((look,), held)]
        if _near(asking(looks), held) or _near(asking(held), looks):
            turns.insert(0, 0)
        seen = (turned(grey, turn) for turn in turns)
        degree = max((one_press_either(original, s) for s in seen), default=0.0) if original is not None else 0.0
        if degree:
            same[key] = degree
    return _ordered(same)


def shows_nothing(sha256: str) -> bool:
    """Whether nothing can be made out in a stored picture (content.is_empty); False where its bytes are not held."""
    grey = index.grey_held(sha256)
    return grey is not None and is_empty(grey)


def _seen(sha256: str) -> tuple[tuple[int, ...], Grey | None]:
    """Looks and grey levels of a stored picture, also of one that waits to be indexed (index.refresh)."""
    grey = index.grey_held(sha256)
    looks = index.looks_held(sha256) if grey is not None else ()
    return looks or (looks_of(grey) if grey is not None else ()), grey


def _near(some: Collection[int], others: Collection[int]) -> bool:
    return any(distance(a, b) <= FAR for a in some for b in others)


def _ordered(same: dict[str, float]) -> list[Twin]:
    found = [Twin(key, round(degree, 4)) for key, degree in same.items()]
    return sorted(found, key=lambda twin: (-twin.likeness, twin.sha256))
