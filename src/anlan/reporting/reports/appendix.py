"""What a report ends with: where each of its numbers comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from anlan.kernel.deadlines import local_time
from anlan.reporting.reports.figure import LEDGER, Figure

__all__ = ["SOURCES_HEADS", "SOURCES_TITLE", "Used", "sources_cells", "sources_table"]

_SOURCES = {"ledger": "台账", "reported": "填报", "blank": "待填"}


@dataclass(frozen=True, slots=True)
class Used:
    """A figure where it is printed: its ordinal in the document, the text printed and the sentence around it."""

    ordinal: int
    text: str
    sentence: str
    figure: Figure


SOURCES_TITLE = "数据来源"
SOURCES_HEADS = ("序号", "数值", "指标", "期间", "来源", "口径或文件", "覆盖", "数据时间")


def sources_table(document: Any, used: Sequence[Used]) -> None:
    """Put the table of sources at the end: each printed number, what it counts and what it rests on."""
    document.add_page_break()
    document.add_heading(f"附：{SOURCES_TITLE}", level=1)
    table = document.add_table(rows=1, cols=len(SOURCES_HEADS))
    table.style = "Table Grid" if any(s.name == "Table Grid" for s in document.styles) else table.style
    for cell, head in zip(table.rows[0].cells, SOURCES_HEADS, strict=True):
        cell.text = head
    for one in used:
        row = table.add_row()
        for cell, text in zip(row.cells, sources_cells(one), strict=True):
            cell.text = text


def sources_cells(one: Used) -> tuple[str, ...]:
    """A printed number in the table of sources, as SOURCES_HEADS."""
    figure = one.figure
    when = local_time(figure.as_of).strftime("%Y-%m-%d %H:%M") if figure.as_of else ""
    rows = f"（{figure.rows}行）" if figure.kind == LEDGER else ""
    return (
        str(one.ordinal), one.text, figure.label or figure.question.name, figure.question.period.label,
        f"{_SOURCES[figure.kind]}{rows}", figure.definition or figure.source or figure.why, figure.coverage, when,
    )  # fmt: skip
