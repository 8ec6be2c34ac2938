"""What a search box holds: its words, and the condition that each of them occurs in one of the searched columns."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from anlan.kernel.text import normalise_width

MAX_TERMS = 6
MAX_LENGTH = 60


def terms(text: str) -> tuple[str, ...]:
    """The words of a search box: split at blanks, full-width letters as half-width, at most six, no repeats."""
    words = normalise_width(text.replace("\u3000", " ").replace("\x00", " ")).split()
    return tuple(dict.fromkeys(word[:MAX_LENGTH] for word in words))[:MAX_TERMS]


def condition(paths: Sequence[str], words: Sequence[str]) -> Q:
    """Every word in at least one of the columns; a word of Chinese only needs no folding of upper and lower case."""
    found = Q()
    for word in words:
        operator = "contains" if not any("a" <= c.lower() <= "z" for c in word) else "icontains"
        either = Q()
        for path in paths:
            either |= Q(**{f"{path}__{operator}": word})
        found &= either if paths else Q(pk__in=[])
    return found
