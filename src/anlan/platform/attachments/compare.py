"""Which stored pictures a picture is a copy of: found by look (index), told from look-alikes by likeness."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from anlan.platform.attachments import index
from anlan.platform.attachments.likeness import SAME, likeness

__all__ = ["Twin", "twins"]

_MOST = 12
"""Of pictures that look alike only the nearest are compared; more of one view come from one place, not from a copy."""


@dataclass(frozen=True, slots=True)
class Twin:
    """A stored picture that another one is a copy of. `likeness`: 0..1, 1 for the same picture."""

    sha256: str
    likeness: float


def twins(sha256: str, among: Callable[[Collection[str]], Collection[str]]) -> list[Twin]:
    """The stored pictures that this stored one was copied from, the likest first; the same file is not one of them.

    Args:
        among: which of the look-alikes matter to the caller (photos of other records); asked once.
    """
    found = index.near(index.looks_held(sha256), without=sha256)
    wanted = set(among([key for key, _ in found])) if found else set()
    grey = index.grey_held(sha256) if wanted else None
    if grey is None:
        return []
    same = []
    for key in [key for key, _ in found if key in wanted][:_MOST]:
        original = index.grey_held(key)
        degree = likeness(original, grey) if original is not None else 0.0
        if degree >= SAME:
            same.append(Twin(key, round(degree, 4)))
    return sorted(same, key=lambda twin: (-twin.likeness, twin.sha256))
