"""A report as the rules see it: the text, made alike, with its headings, sentences and quantities."""

from __future__ import annotations

import re
from dataclasses import dataclass

from anlan.reporting.drafts.finding import Finding, Place
from anlan.reporting.drafts.quantities import Quantity, quantities
from anlan.reporting.drafts.structure import Heading, Sentence, headings, paragraphs, sentences
from anlan.reporting.drafts.text import normalise

__all__ = ["Reading", "read"]


@dataclass(slots=True)
class Reading:
    """`text` as given and `norm`, the same length; everything else points into them."""

    text: str
    norm: str
    headings: list[Heading]
    sentences: list[Sentence]
    quantities: list[Quantity]

    def place(self, start: int, end: int) -> Place:
        """A passage as it was given."""
        return Place(start, end, self.text[start:end])

    def of(self, q: Quantity) -> Place:
        """The passage of a quantity with the words right before it."""
        lead = self.norm[max(0, q.start - len(q.pre) - 2) : q.start]
        start = q.start - len(lead) + max(lead.rfind(q.pre), 0) if q.pre else q.start
        return self.place(max(start, q.start - 16), q.end)

    def finding(self, rule: int, code: str, severity: str, place: Place, *others: Place, **facts: str) -> Finding:
        """A finding at a place, with the other places it is about."""
        return Finding(rule, code, severity, place, facts, tuple(o for o in others if o != place))

    def between(self, a: Quantity, b: Quantity) -> str:
        """What stands between two quantities."""
        return self.norm[a.end : b.start]

    def section_titles(self, s: Sentence) -> str:
        """The titles of the headings above a sentence, joined."""
        if s.section < 0:
            return ""
        return " ".join(self.headings[n].title for n in self.headings[s.section].path)

    def clause(self, at: int) -> tuple[int, int]:
        """The stretch between two marks ， ； 。 ： around an offset."""
        start, end = _clause_start(self.norm, at), _MARK.search(self.norm, at)
        return start, end.start() if end else len(self.norm)


_MARK = re.compile(r"[，；。：！？\n]")


def _clause_start(norm: str, at: int) -> int:
    low = max(0, at - 300)
    return max((norm.rfind(c, low, at) + 1 for c in "，；。：！？\n"), default=low) or low


def read(text: str) -> Reading:
    """Read a report once for all rules.

    Source: house rule.
    """
    norm = normalise(text)
    heads, parts = headings(norm), paragraphs(norm)
    found = quantities(norm, [(h.start, h.end) for h in heads])
    return Reading(text, norm, heads, sentences(norm, parts, heads, found), found)
