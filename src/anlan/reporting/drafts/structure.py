"""How a report is built: paragraphs, numbered headings and their sections, sentences, clauses."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from anlan.reporting.drafts.numerals import han
from anlan.reporting.drafts.quantities import Quantity

__all__ = ["Heading", "Sentence", "headings", "paragraphs", "sentences"]

# Longer ones are cut: a report has none, and what compares within a sentence stays bounded.
LONGEST = 1500
_END = re.compile(r"[。！？][”’）]?|\n")
_NUM = "一二三四五六七八九十百"
_HEADING = re.compile(
    rf"(?:^|(?<=[。；！？：\s>”）|]))(?:(?P<a>[{_NUM}]{{1,4}})、|（(?P<b>[{_NUM}]{{1,4}})）、?"
    r"|(?P<c>\d{1,2})[.、](?=[^\d\s])|（(?P<d>\d{1,2})）|"
    rf"第(?P<e>[{_NUM}]{{1,4}})(?:章|节|部分)(?=[\s：、]))",
    re.MULTILINE,
)
_TITLE_END = re.compile(r"[。，；：\n]|\s{1,3}(?=\S)")


@dataclass(slots=True)
class Heading:
    """A numbered heading: style a 一、 b (一) c 1. d (1) e 第一章; `title` runs to the first mark."""

    start: int
    end: int
    style: str
    number: int
    title: str
    path: tuple[int, ...] = ()


@dataclass(slots=True)
class Sentence:
    """From `start` to `end`; `section` is the index of the heading it stands under, -1 before the first."""

    index: int
    start: int
    end: int
    text: str
    paragraph: int
    section: int
    quantities: list[Quantity] = field(default_factory=list)


def paragraphs(norm: str) -> list[tuple[int, int]]:
    """Start and end of every line that is not empty.

    Source: house rule.
    """
    found, start = [], 0
    for line in norm.split("\n"):
        if line.strip():
            found.append((start, start + len(line)))
        start += len(line) + 1
    return found


def headings(norm: str) -> list[Heading]:
    """Numbered headings in order, at the beginning of a line or after a full stop, each with the path of those above it.

    Source: house rule; GB/T 9704-2012 7.3.3 for the order of the styles.
    """
    found: list[Heading] = []
    above: list[tuple[str, int]] = []
    for match in _HEADING.finditer(norm):
        style = match.lastgroup or "a"
        number = int(match[style]) if style in "cd" else int(han(match[style]) or 0)
        end = _TITLE_END.search(norm, match.end(), match.end() + 60)
        stop = end.start() if end else min(len(norm), match.end() + 60)
        styles = [s for s, _ in above]
        above = above[: styles.index(style)] if style in styles else above
        above.append((style, len(found)))
        path = tuple(n for _, n in above)
        found.append(Heading(match.start(), match.end(), style, number, norm[match.end() : stop].strip(), path))
    return found


def sentences(norm: str, parts: list[tuple[int, int]], heads: list[Heading], found: list[Quantity]) -> list[Sentence]:
    """Sentences with their quantities; each quantity is told its sentence.

    Source: house rule.
    """
    made: list[Sentence] = []
    starts = [h.start for h in heads]
    for number, (start, end) in enumerate(parts):
        cuts = [m.end() for m in _END.finditer(norm, start, end)]
        for cut in (*cuts, end):
            while start < cut:
                stop = min(cut, start + LONGEST)
                if norm[start:stop].strip():
                    section = bisect_right(starts, start + len(norm[start:stop]) - len(norm[start:stop].lstrip())) - 1
                    made.append(Sentence(len(made), start, stop, norm[start:stop], number, section))
                start = stop
    begins = [s.start for s in made]
    for q in found:
        index = bisect_right(begins, q.start) - 1
        if index >= 0:
            q.sentence = index
            made[index].quantities.append(q)
    return made
