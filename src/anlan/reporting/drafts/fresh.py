"""A plain text as a .docx of its own: a paragraph for each line, in the usual type and margins of an official paper.

Source: GB/T 9704-2012, 5.2 and 7.3 (A4, margins, 仿宋 of size three); ISO/IEC 29500-1 for the parts.
"""

from __future__ import annotations

import io
import re
import zipfile
from xml.sax.saxutils import escape

from anlan.reporting.drafts.files import Document, Paragraph

__all__ = ["fresh_docx"]

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml"
# What XML can't hold, and what a paragraph of Word can't: one character for one, so that every offset stays.
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_PARTS = {
    "[Content_Types].xml": f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_MAIN}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_MAIN}.styles+xml"/></Types>',
    "_rels/.rels": f'{_HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_R}/officeDocument" Target="word/document.xml"/></Relationships>',
    "word/_rels/document.xml.rels": f'{_HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    f'relationships"><Relationship Id="rId1" Type="{_R}/styles" Target="styles.xml"/></Relationships>',
    "word/styles.xml": f'{_HEAD}<w:styles xmlns:w="{_W}"><w:docDefaults><w:rPrDefault><w:rPr>'
    '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="仿宋_GB2312"/>'
    '<w:sz w:val="32"/><w:szCs w:val="32"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault>'
    '<w:pPrDefault><w:pPr><w:spacing w:line="560" w:lineRule="exact"/></w:pPr></w:pPrDefault></w:docDefaults>'
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style></w:styles>',
}
_SECTION = (
    '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1588" '
    'w:header="851" w:footer="992" w:gutter="0"/></w:sectPr>'
)


def fresh_docx(text: str) -> tuple[bytes, Document]:
    """A .docx of this text, and the text again with its paragraphs as they are numbered there.

    Source: GB/T 9704-2012, 5.2 and 7.3.
    """
    found, lines, start = [], [], 0
    for number, line in enumerate(text.split("\n")):
        found.append(Paragraph(start, start + len(line), "word/document.xml", number))
        lines.append(_paragraph(_UNFIT.sub(" ", line)))
        start += len(line) + 1
    body = f'{_HEAD}<w:document xmlns:w="{_W}"><w:body>{"".join(lines)}{_SECTION}</w:body></w:document>'
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (_PARTS | {"word/document.xml": body}).items():
            archive.writestr(name, content)
    return made.getvalue(), Document(text, tuple(found), "docx")


def _paragraph(line: str) -> str:
    texts = (f'<w:t xml:space="preserve">{escape(part)}</w:t>' if part else "" for part in line.split("\t"))
    said = "<w:tab/>".join(texts)
    return f"<w:p><w:r>{said}</w:r></w:p>" if said else "<w:p/>"
