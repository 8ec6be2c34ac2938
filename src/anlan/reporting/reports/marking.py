"""The marks of printed numbers in a filled-in paragraph: read, taken out, and what is blank highlighted."""

from __future__ import annotations

import copy
import re
from typing import Any

from docx.oxml.ns import qn

from anlan.reporting.reports.appendix import Used
from anlan.reporting.reports.figure import BLANK, Figure
from anlan.reporting.reports.reading import Piece
from anlan.reporting.reports.said import CLOSE, OPEN

__all__ = ["MARK", "marks_read", "settle"]

MARK = re.compile(f"{OPEN}(\\d+){OPEN}([^{OPEN}{CLOSE}]*){CLOSE}")
# What a clerk leaves where a number or name is missing; 5×8 is a product.
_HOLE = re.compile(
    r"(?<!\d)[×✕]+|[×✕]+(?!\d)|Ｘ{2,}|(?<![A-Za-z])[xX]{2,}(?![A-Za-z])|_{2,}|＿{2,}|〇〇+|(?:19|20)[_＿×xX]{2}年"
)
_SENTENCE = re.compile(r"[^。；;！!？?\n]*[。；;！!？?]?")
_YELLOW = "yellow"


def settle(paragraph: Any, figures: list[Figure], used: list[Used], blanks: list[str]) -> list[Piece]:
    """Take the marks out of a paragraph, note what was printed where, and highlight what is blank; what it says, in pieces."""
    texts = list(paragraph.iter(qn("w:t")))
    pieces = marks_read("".join(node.text or "" for node in texts), figures, used, blanks)
    for node in texts:
        if node.text and (OPEN in node.text or _HOLE.search(node.text)):
            _rewrite(node, figures)
    return pieces


def marks_read(
    marked: str, figures: list[Figure], used: list[Used], blanks: list[str], *, row: str = "", place: str = ""
) -> list[Piece]:
    """What a text with marks says, in pieces; what it prints is added to `used`, what it lacks to `blanks`.

    Args:
        row: what the row of a table begins with; the sentence is then the row's. place: said before what is blank.
    """
    plain = MARK.sub(lambda match: match[2], marked)
    printed: list[range] = []
    pieces: list[Piece] = []
    at = 0
    before = f"{place}：" if place else ""
    for match in MARK.finditer(marked):
        pieces += [Piece(text, 0, blank) for text, blank in _holes(marked[at : match.start()])]
        at = match.end()
        start = len(MARK.sub(lambda one: one[2], marked[: match.start()]))
        printed.append(range(start, start + len(match[2])))
        figure = figures[int(match[1]) - 1]
        used.append(Used(len(used) + 1, match[2], f"{row} {plain}".strip() if row else _sentence(plain, start), figure))
        pieces.append(Piece(match[2], len(used), figure.kind == BLANK))
        if figure.kind == BLANK:
            why = f"（{figure.why}）" if figure.why else ""
            blanks.append(f"{before}{figure.label or figure.question.name} {figure.question.period.label}{why}")
    for hole in _HOLE.finditer(plain):
        if not any(hole.start() in piece for piece in printed):
            blanks.append(f"{before}“{hole[0]}”：{_sentence(plain, hole.start())[:60]}")
    return [*pieces, *(Piece(text, 0, blank) for text, blank in _holes(marked[at:]))]


def _sentence(text: str, at: int) -> str:
    for match in _SENTENCE.finditer(text):
        if match.start() <= at < match.end():
            return match[0].strip()
    return text.strip()


def _rewrite(node: Any, figures: list[Figure]) -> None:
    """The run of a text in pieces, blank ones highlighted."""
    run = node.getparent()
    pieces: list[tuple[str, bool]] = []
    at = 0
    for match in MARK.finditer(node.text):
        pieces += [(node.text[at : match.start()], False), (match[2], figures[int(match[1]) - 1].kind == BLANK)]
        at = match.end()
    pieces.append((node.text[at:], False))
    parts = [part for text, blank in pieces for part in ([(text, True)] if blank else _holes(text)) if part[0]]
    if run.tag != qn("w:r") or not any(blank for _, blank in parts):
        node.text = "".join(text for text, _ in parts)
        return
    for text, blank in parts:
        made = copy.deepcopy(run)
        for other in list(made):
            if other.tag not in (qn("w:rPr"), qn("w:t")):
                made.remove(other)
        fresh = made.find(qn("w:t"))
        fresh.text = text
        fresh.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        if blank:
            properties = made.get_or_add_rPr()
            light = properties.makeelement(qn("w:highlight"), {qn("w:val"): _YELLOW})
            properties.append(light)
        run.addprevious(made)
    run.getparent().remove(run)


def _holes(text: str) -> list[tuple[str, bool]]:
    parts: list[tuple[str, bool]] = []
    at = 0
    for match in _HOLE.finditer(text):
        parts += [(text[at : match.start()], False), (match[0], True)]
        at = match.end()
    return [*parts, (text[at:], False)]
