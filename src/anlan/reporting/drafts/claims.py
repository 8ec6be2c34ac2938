"""What a finding says, apart from where it stands: by this a person's judgement is found again in a later draft."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable

from anlan.reporting.drafts.finding import Finding, Place
from anlan.reporting.drafts.reading import Reading

__all__ = ["claims_of"]

# A blank is never settled by words: it waits to be filled in, in this draft and in the next.
_NEVER_AGAIN = frozenset({6})


def claims_of(reading: Reading, findings: Iterable[Finding]) -> list[str]:
    """One canonical text for each finding: rule, calculation, passages, and the whole sentences that hold them.

    Equal only where nothing of it has changed: another number anywhere in these sentences gives another text. "" for a
    finding that may not be taken over to another draft: a blank, and what the draft says more than once.

    Source: house rule (docs/howto/check-draft.md).
    """
    starts = [s.start for s in reading.sentences]
    said = [_claim(reading, starts, f) for f in findings]
    often = Counter(said)
    return [claim if claim and often[claim] == 1 else "" for claim in said]


def _claim(reading: Reading, starts: list[int], finding: Finding) -> str:
    if finding.rule in _NEVER_AGAIN:
        return ""
    passages = [[p.quote, _around(reading, starts, p)] for p in (finding.place, *finding.others)]
    return json.dumps([finding.rule, finding.code, finding.why, *passages], ensure_ascii=False)


def _around(reading: Reading, starts: list[int], place: Place) -> str:
    """The sentences from the one that holds the beginning to the one that holds the end, blanks left out."""
    first = max(bisect_right(starts, place.start) - 1, 0)
    last = max(bisect_right(starts, max(place.end - 1, place.start)) - 1, first)
    if not starts:
        return place.quote
    start = min(reading.sentences[first].start, place.start)
    end = max(reading.sentences[last].end, place.end)
    return "".join(reading.text[start:end].split())
