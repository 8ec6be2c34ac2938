"""Rule 11, second half: headings and 一是…二是… whose numbers jump or come twice.

Source: house rule (the draft checker, rule 11); GB/T 9704-2012 7.3.3 for the order of the styles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from anlan.reporting.drafts.finding import DOUBT, ERROR, Finding
from anlan.reporting.drafts.reading import Reading

__all__ = ["numbering"]

_HAN = "零一二三四五六七八九十"
_ITEM = re.compile(
    r"(?:^|(?<=[。；：，！？\s”）、]))(?P<n>[一二三四五六七八九十]{1,2})(?P<style>是(?![否非因])|要(?=[一-鿿]))",
    re.MULTILINE,
)
_FIRST = re.compile(r"(?:^|(?<=[。；：！？\s”）]))第(?P<n>[一二三四五六七八九十])(?P<style>，)", re.MULTILINE)


def numbering(r: Reading) -> Iterator[Finding]:
    """Numbers of one style under one parent go up by one; a new list may start at one anywhere."""
    last: dict[str, tuple[int, tuple[int, ...], int]] = {}
    for index, head in enumerate(r.headings):
        previous = last.get(head.style)
        if previous is not None and head.number != 1:
            number, parent, _ = previous
            siblings = parent == head.path[:-1]
            if head.number != number + 1 and (siblings or head.style in "bd"):
                yield from _jump(r, index, previous, siblings)
        elif previous is None and head.number > 2 and head.style in "bd" and len(head.path) > 1:
            yield from _late(r, index)
        last[head.style] = (head.number, head.path[:-1], index)
    yield from _items(r)


def _shown(style: str, number: int) -> str:
    han = _HAN[number] if number <= 10 else f"十{_HAN[number - 10]}" if number < 20 else str(number)
    return {"a": f"{han}、", "b": f"({han})", "c": f"{number}.", "d": f"({number})", "e": f"第{han}"}[style]


def _jump(r: Reading, index: int, previous: tuple[int, tuple[int, ...], int], siblings: bool) -> Iterator[Finding]:
    head, (number, _, before) = r.headings[index], previous
    if not siblings and head.number > number:
        return
    if head.style in "cd" and not _reliable(r, index):
        return
    code = "heading_twice" if head.number == number else "heading_jumps"
    severity = ERROR if head.number > number else DOUBT
    if not siblings:
        return
    place = r.place(head.start, min(head.end + len(head.title), head.end + 20))
    other = r.headings[before]
    facts = {
        "was": _shown(head.style, number),
        "now": _shown(head.style, head.number),
        "due": _shown(head.style, number + 1),
    }
    yield r.finding(11, code, severity, place, r.place(other.start, other.end + min(len(other.title), 20)), **facts)


def _late(r: Reading, index: int) -> Iterator[Finding]:
    head = r.headings[index]
    facts = {"was": "—", "now": _shown(head.style, head.number), "due": _shown(head.style, 1)}
    yield r.finding(11, "heading_jumps", DOUBT, r.place(head.start, head.end + min(len(head.title), 20)), **facts)


def _reliable(r: Reading, index: int) -> bool:
    """1. and (1) are headings only where they begin a line or follow a full stop and a word follows."""
    head = r.headings[index]
    before = r.norm[max(0, head.start - 1) : head.start]
    return before in {"", "\n", "。", "；", " "} and bool(
        re.match(r"[一-鿿“《]", r.norm[head.end : head.end + 1].strip() or " ")
    )


def _items(r: Reading) -> Iterator[Finding]:
    stops = {h.start for h in r.headings}
    for pattern in (_ITEM, _FIRST):
        stack: list[tuple[int, str, int, int]] = []
        edges = sorted(stops)
        edge = 0
        for match in pattern.finditer(r.norm):
            while edge < len(edges) and edges[edge] <= match.start():
                stack, edge = [], edge + 1
            number, style = _number(match["n"]), match["style"]
            if number == 0:
                continue
            yield from _item(r, match, number, style, stack)


def _number(word: str) -> int:
    if word == "十":
        return 10
    return 10 + _HAN.index(word[1]) if len(word) == 2 and word[0] == "十" else _HAN.index(word) if len(word) == 1 else 0


def _item(
    r: Reading, match: re.Match[str], number: int, style: str, stack: list[tuple[int, str, int, int]]
) -> Iterator[Finding]:
    here = (number, style, match.start(), match.end())
    if number == 1:
        stack.append(here)
        return
    for depth in range(len(stack) - 1, -1, -1):
        if stack[depth][:2] == (number - 1, style):
            del stack[depth:]
            stack.append(here)
            return
    mine = [s for s in stack if s[1] == style]
    if mine:
        was, other = mine[-1][0], mine[-1]
        form = f"{{}}{style}" if style != "，" else "第{}"
        facts = {"was": form.format(_HAN[was] if was <= 10 else was), "now": form.format(match["n"])}
        facts["due"] = form.format(_HAN[was + 1] if was < 10 else was + 1)
        code = "heading_twice" if number == was else "heading_jumps"
        end = min(match.end() + 12, len(r.norm))
        yield r.finding(11, code, ERROR, r.place(match.start(), end), r.place(other[2], other[3]), **facts)
        stack[:] = [s for s in stack if s[1] != style]
        stack.append(here)
