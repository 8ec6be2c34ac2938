"""Templates that come with the product: plain text, made into a .docx that a clerk opens, changes and keeps.

`# ` begins the title, `## ` and `### ` headings, anything else is a paragraph. Fonts and sizes are those of official papers.
Source: 党政机关公文格式 GB/T 9704-2012 (7.3: title 小标宋 2号, body 仿宋 3号, headings 黑体 and 楷体).
"""

from __future__ import annotations

import io
from functools import cache
from importlib import resources

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt

from anlan.kernel.errors import BadInput
from anlan.reporting.reports.fixing import fixed_bytes

__all__ = ["OUTLINES", "outline_data", "outline_named"]

OUTLINES = {
    "annual": "年度工作总结", "congress": "人大调研汇报", "campaign": "专项整治阶段总结", "weekly": "周通报",
    "monthly": "月报表",
}  # fmt: skip
_SHEETS = frozenset({"monthly"})
"""Id of a template that comes with the product -> its title."""
_STYLES = {"# ": ("方正小标宋简体", 22), "## ": ("黑体", 16), "### ": ("楷体", 16), "": ("仿宋", 16)}
_INDENT, _LINE = 32, 28


def outline_named(word: str) -> str | None:
    """The id of a template by its id or title; None for another word."""
    return next((key for key, title in OUTLINES.items() if word in (key, title)), None)


@cache
def outline_data(key: str) -> bytes:
    """The template as a .docx, a table as an .xlsx; the same bytes in every process, so that its digest names it.

    Raises:
        BadInput: "reporting.template.unknown".
    """
    if key not in OUTLINES:
        raise BadInput("reporting.template.unknown", name=key[:40], known="、".join(OUTLINES.values()))
    text = resources.files("anlan.reporting.reports").joinpath(f"outlines/{key}.txt").read_text(encoding="utf-8")
    if key in _SHEETS:
        from anlan.reporting.reports.sheet_outline import outline_sheet

        return outline_sheet(OUTLINES[key], text)
    document = Document()
    for line in text.splitlines():
        if line.strip():
            _paragraph(document, line)
    out = io.BytesIO()
    document.save(out)
    return fixed_bytes(out.getvalue())


def _paragraph(document: Document, line: str) -> None:  # type: ignore[valid-type]
    mark = next(m for m in _STYLES if line.startswith(m))
    font, size = _STYLES[mark]
    made = document.add_paragraph()  # type: ignore[attr-defined]
    if mark == "# ":
        made.alignment = WD_ALIGN_PARAGRAPH.CENTER
    elif not line.startswith("{%"):
        made.paragraph_format.first_line_indent = Pt(_INDENT)
    made.paragraph_format.line_spacing = Pt(_LINE)
    run = made.add_run(line.removeprefix(mark))
    run.font.size = Pt(size)
    run.font.name = font
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)
