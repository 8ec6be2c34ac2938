"""The filled-in document as a page shows it: paragraphs and table cells in pieces, each printed number a piece of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from docx.oxml.ns import qn

__all__ = ["Line", "Piece", "blocks", "line_of"]

_HEADINGS = {"title": 1, "heading1": 2, "heading2": 3, "heading3": 4}
# The fonts of official papers say what a paragraph is where its style does not (GB/T 9704-2012, 7.3).
_FONTS = (("小标宋", 1), ("黑体", 2), ("楷体", 3))


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text. `number`: ordinal of the printed number that it is, 0 for words. `blank`: something is missing here."""

    text: str
    number: int = 0
    blank: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph. `level`: 1 for the title, 2 and more for headings, 0 for text. `cell`: (table, row, cell) or None."""

    pieces: tuple[Piece, ...]
    level: int = 0
    cell: tuple[int, int, int] | None = None


def line_of(paragraph: Any, pieces: Iterable[Piece], tables: list[Any]) -> Line:
    """A paragraph's line.

    Args:
        paragraph: its w:p element. tables: the w:tbl elements seen so far; a new one is added.
    """
    kept = tuple(piece for piece in pieces if piece.text or piece.number)
    cell = _above(paragraph, "w:tc")
    if cell is None:
        return Line(kept, _level(paragraph))
    row, table = _above(cell, "w:tr"), _above(cell, "w:tbl")
    if row is None or table is None:
        return Line(kept)
    if not any(held is table for held in tables):
        tables.append(table)
    at = next(n for n, held in enumerate(tables) if held is table)
    return Line(kept, 0, (at, _place(row, table, "w:tr"), _place(cell, row, "w:tc")))


def blocks(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """Lines as a page lays them out: {"level", "pieces"} of a paragraph, {"rows": [[[piece, ...], ...], ...]} of a table."""
    made: list[dict[str, Any]] = []
    at: tuple[int, int, int] | None = None
    for line in lines:
        if line.cell is None:
            if line.pieces:
                made.append({"level": line.level, "pieces": line.pieces})
        elif at is None or at[0] != line.cell[0]:
            made.append({"rows": [[list(line.pieces)]]})
        elif at[1] != line.cell[1]:
            made[-1]["rows"].append([list(line.pieces)])
        elif at[2] != line.cell[2]:
            made[-1]["rows"][-1].append(list(line.pieces))
        else:
            made[-1]["rows"][-1][-1] += line.pieces
        at = line.cell
    return made


def _above(node: Any, tag: str) -> Any:
    found = node.getparent()
    while found is not None and found.tag != qn(tag):
        found = found.getparent()
    return found


def _place(node: Any, within: Any, tag: str) -> int:
    return next((n for n, each in enumerate(within.iter(qn(tag))) if each is node), 0)


def _level(paragraph: Any) -> int:
    style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    named = _HEADINGS.get(str(style.get(qn("w:val"))).replace(" ", "").lower()) if style is not None else None
    if named is not None:
        return named
    fonts = paragraph.find(f"{qn('w:r')}/{qn('w:rPr')}/{qn('w:rFonts')}")
    font = str(fonts.get(qn("w:eastAsia")) or "") if fonts is not None else ""
    return next((level for word, level in _FONTS if word in font), 0)
