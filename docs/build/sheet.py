"""Paper in the manner of GB/T 9704-2012, by python-docx: page, fonts with fallbacks, headings, tables, blocks of signatures.

Used by document_templates.py. Sizes: 二号 22 pt, 三号 16 pt, 四号 14 pt, 小四 12 pt; 22 lines of 28 characters on a page.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_LINE_SPACING
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

FANG, HEI, KAI, SONG, BIAO = "仿宋", "黑体", "楷体", "宋体", "方正小标宋简体"
_OTHER_NAMES = {
    FANG: "FangSong, 仿宋_GB2312, FangSong_GB2312, STFangsong, Noto Serif CJK SC",
    HEI: "SimHei, STHeiti, Noto Sans CJK SC",
    KAI: "KaiTi, 楷体_GB2312, KaiTi_GB2312, STKaiti, Noto Serif CJK SC",
    SONG: "SimSun, STSong, Noto Serif CJK SC",
    BIAO: "FZXiaoBiaoSong-B05S, 华文中宋, STZhongsong, 宋体, SimSun, Noto Serif CJK SC",
}
ERHAO, SANHAO, SIHAO, XIAOSI = 22, 16, 14, 12
LINE = Pt(28.95)
RED = RGBColor(0xC0, 0x00, 0x00)
WIDE = 8845
"""Width of the text in twentieths of a point: 156 mm."""


def blank(field: str, width: int = 8) -> str:
    """The mark of a field, or as many wide spaces where it is empty."""
    spaces = "\u3000" * width
    return f"{{{{ {field} or '{spaces}' }}}}"


def _fonts(properties: Any, font: str) -> None:
    fonts = properties.get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for name in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{name}"), font)


class Sheet:
    """One template being written, from top to bottom."""

    def __init__(self, title: str) -> None:
        self.doc = Document()
        self._styles()
        self._page()
        self._font_table()
        core = self.doc.core_properties
        core.title, core.author, core.comments, core.language = title, "安澜", "", "zh-CN"
        core.created = core.modified = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)

    def _styles(self) -> None:
        styles = self.doc.styles
        defaults = styles.element.find(qn("w:docDefaults"))
        properties = defaults.find(qn("w:rPrDefault")).find(qn("w:rPr"))
        _fonts(properties, FANG)
        for old in properties.findall(qn("w:lang")):
            properties.remove(old)
        properties.append(parse_xml(f'<w:lang {nsdecls("w")} w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/>'))
        normal = styles["Normal"]
        _fonts(normal.element.get_or_add_rPr(), FANG)
        normal.font.size = Pt(SANHAO)
        form = normal.paragraph_format
        form.space_before = form.space_after = Pt(0)
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, LINE
        form.widow_control = False

    def _page(self) -> None:
        section = self.doc.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(37), Mm(35)
        section.left_margin, section.right_margin = Mm(28), Mm(26)
        section.header_distance, section.footer_distance = Mm(15), Mm(23)
        for old in section._sectPr.findall(qn("w:docGrid")):
            section._sectPr.remove(old)
        section._sectPr.append(parse_xml(f'<w:docGrid {nsdecls("w")} w:type="lines" w:linePitch="579"/>'))
        self.doc.settings.odd_and_even_pages_header_footer = True
        for footer, align, side in (
            (section.footer, ALIGN.RIGHT, "right"),
            (section.even_page_footer, ALIGN.LEFT, "left"),
        ):
            footer.is_linked_to_previous = False
            line = footer.paragraphs[0]
            line.alignment = align
            setattr(line.paragraph_format, f"{side}_indent", Pt(SIHAO))
            _run(line, "— ", SONG, SIHAO)
            _page_number(line)
            _run(line, " —", SONG, SIHAO)

    def _font_table(self) -> None:
        """Other names of each font, so that an office without it gets the nearest one."""
        entries = "".join(
            f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/>'
            f'<w:family w:val="{"modern" if name == HEI else "roman"}"/><w:pitch w:val="auto"/></w:font>'
            for name, others in _OTHER_NAMES.items()
        )
        part = next(p for p in self.doc.part.package.iter_parts() if str(p.partname) == "/word/fontTable.xml")
        head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        part._blob = f"{head}<w:fonts {nsdecls('w')}>{entries}</w:fonts>".encode()

    # --- lines -----------------------------------------------------------------------------------------------------

    def line(
        self, text: str = "", font: str = FANG, size: int = SANHAO, align: Any = None, *,
        indent: bool = False, color: Any = None, lines: float = 0, keep: bool = False, right: int = 0,
    ) -> Any:  # fmt: skip
        """One paragraph. `lines`: height in lines instead of one; `right`: indent in characters; `keep`: with the next."""
        made = self.doc.add_paragraph()
        _run(made, text, font, size, color)
        _shape(made, align, indent, lines, keep, right, size)
        return made

    def gap(self) -> None:
        """A narrow space between two tables."""
        _off_grid(self.line(size=5, lines=0.3, keep=True))

    def body(self, text: str, *, keep: bool = False) -> Any:
        """A paragraph of the text, its first line two characters in."""
        return self.line(text, align=ALIGN.JUSTIFY, indent=True, keep=keep)

    def heading(self, text: str) -> Any:
        """一、二、三 in 黑体, kept with what follows."""
        return self.line(text, HEI, indent=True, keep=True)

    def mark(self, text: str) -> Any:
        """A line that holds only a mark of the template and vanishes."""
        return self.line(f"{{%p {text} %}}")

    def title(self, text: str, *, before: int = 0) -> Any:
        """The title in 二号小标宋, centred, after so many empty lines."""
        for _ in range(before):
            self.line(keep=True)
        return self.line(text, BIAO, ERHAO, ALIGN.CENTER, lines=1.25, keep=True)

    def enforcement_head(self, title: str) -> None:
        """Head of an enforcement document: who issues it, what it is, its number; a drill says so."""
        self.mark("if drill")
        self.line("（演练，不具有法律效力）", HEI, SIHAO, ALIGN.CENTER, keep=True)
        self.mark("endif")
        self.line("{{ issuer }}", BIAO, 18, ALIGN.CENTER, lines=1.15, keep=True)
        self.title(title)
        self.line("{{ number }}", FANG, SIHAO, ALIGN.RIGHT, keep=True)

    def letter_head(self, title: str, kind: str = "文件") -> None:
        """Head of an official letter: the issuer in red, number, red line, title two lines below it."""
        self.mark("if drill")
        self.line("（演练，不具有法律效力）", HEI, SIHAO, ALIGN.CENTER, keep=True)
        self.mark("endif")
        self.line(f"{{{{ issuer }}}}{kind}", BIAO, 30, ALIGN.CENTER, color=RED, lines=1.6, keep=True)
        self.line(keep=True)
        ruled = self.line("{{ number }}", FANG, SANHAO, ALIGN.CENTER, keep=True)
        ruled._p.get_or_add_pPr().append(parse_xml(
            f'<w:pBdr {nsdecls("w")}><w:bottom w:val="single" w:sz="12" w:space="11" w:color="C00000"/></w:pBdr>'
        ))  # fmt: skip
        _order(ruled)
        self.title(title, before=2)
        self.line(keep=True)

    def signed_off(self, *, note: str = "") -> None:
        """Issuer and date at the right, four characters in, kept on one page with what stands before."""
        self.line(keep=True)
        self.line("{{ issuer }}", align=ALIGN.RIGHT, keep=True, right=2)
        self.line("{{ issued_on|day }}", align=ALIGN.RIGHT, keep=bool(note), right=4)
        if note:
            self.line(keep=True)
            self.line(note, FANG, SIHAO, indent=True)

    def officers(self, label: str) -> None:
        """One line for each officer with a blank for the signature and the number of the certificate."""
        self.mark("for officer in officers")
        row = self.line(align=ALIGN.LEFT, keep=True)
        _run(row, f"{label}（签名）：", FANG, SIHAO)
        _run(row, "\u3000" * 7, FANG, SIHAO, underline=True)
        _run(row, "{% if officer.name %}（{{ officer.name }}）{% endif %}证号：", FANG, SIHAO)
        _run(row, blank("officer.certificate", 6), FANG, SIHAO, underline=True)
        self.mark("endfor")

    def sign_line(self, label: str, *, keep: bool = True) -> None:
        """A label with a blank for a signature and the date beside it."""
        row = self.line(align=ALIGN.LEFT, keep=keep)
        _run(row, f"{label}（签名）：", FANG, SIHAO)
        _run(row, "\u3000" * 7, FANG, SIHAO, underline=True)
        _run(row, "\u3000\u3000年\u3000\u3000月\u3000\u3000日", FANG, SIHAO)

    def rule_for_hand(self, lines: int, *, keep: bool = True) -> None:
        """Empty ruled lines to be written on."""
        for _ in range(lines):
            _run(self.line(keep=keep), "\u3000" * 27, FANG, SANHAO, underline=True)

    # --- tables ----------------------------------------------------------------------------------------------------

    def table(self, widths: Sequence[int]) -> Any:
        """A ruled table of fixed column widths (in thousandths of the text's width)."""
        made = self.doc.add_table(rows=0, cols=len(widths))
        made.style, made.autofit = "Table Grid", False
        total = sum(widths)
        for column, width in zip(made.columns, widths, strict=True):
            column.width = Pt(WIDE / 20 * width / total)
        made._tbl.tblPr.append(parse_xml(
            f'<w:tblCellMar {nsdecls("w")}><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar>'
        ))  # fmt: skip
        made._tbl.tblPr.append(parse_xml(f'<w:jc {nsdecls("w")} w:val="center"/>'))
        return made

    def head_row(self, table: Any, labels: Sequence[str]) -> None:
        """The head of a table, repeated on every page."""
        row = self.row(table, labels, HEI, align=ALIGN.CENTER, keep=True)
        row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))

    def row(self, table: Any, texts: Sequence[str], font: str = FANG, *, align: Any = None, keep: bool = False) -> Any:
        """One row that never breaks over a page; short columns are centred. An empty head takes part in the first mark."""
        made = table.add_row()
        made._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, text, column in zip(made.cells, texts, table.columns, strict=True):
            cell.width = column.width
            cell.vertical_alignment = 1
            line = cell.paragraphs[0]
            _run(line, text, font, XIAOSI)
            narrow = column.width.pt < 90
            form = line.paragraph_format
            form.alignment = align if align is not None else ALIGN.CENTER if narrow else ALIGN.LEFT
            form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(18)
            form.space_before = form.space_after = Pt(2)
            form.keep_with_next = keep
            _off_grid(line)
        return made

    def mark_row(self, table: Any, text: str) -> None:
        """A row that holds only a mark of the template and vanishes."""
        self.row(table, [f"{{%tr {text} %}}", *[""] * (len(table.columns) - 1)])

    def facts(self, table: Any, *rows: Sequence[str]) -> None:
        """Rows of labels and values; a row of two in a table of four spans the last three columns."""
        for texts in rows:
            spread = [*texts, *[""] * (len(table.columns) - len(texts))]
            made = self.row(table, spread)
            for place in range(0, len(texts), 2):
                line = made.cells[place].paragraphs[0]
                line.alignment = ALIGN.CENTER
                for run in line.runs:
                    _fonts(run._r.get_or_add_rPr(), HEI)
            if len(texts) < len(table.columns):
                merged = made.cells[len(texts) - 1].merge(made.cells[-1])
                for extra in merged.paragraphs[1:]:
                    extra._p.getparent().remove(extra._p)
                merged.paragraphs[0].alignment = ALIGN.LEFT
            for place in range(1, len(texts), 2):
                made.cells[place].paragraphs[0].alignment = ALIGN.LEFT


def _run(line: Any, text: str, font: str, size: int, color: Any = None, *, underline: bool = False) -> None:
    made = line.add_run(text)
    _fonts(made._r.get_or_add_rPr(), font)
    made.font.size = Pt(size)
    if underline:
        made.font.underline = True
    if color is not None:
        made.font.color.rgb = color


def _shape(line: Any, align: Any, indent: bool, lines: float, keep: bool, right: int, size: int) -> None:
    form = line.paragraph_format
    form.alignment = align
    if indent:
        form.first_line_indent = Pt(2 * size)
        line._p.pPr.find(qn("w:ind")).set(qn("w:firstLineChars"), "200")
    if right:
        form.right_indent = Pt(right * size)
        line._p.pPr.find(qn("w:ind")).set(qn("w:rightChars"), str(right * 100))
    if lines:
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(28.95 * lines)
    if keep:
        form.keep_with_next = form.keep_together = True


def _off_grid(line: Any) -> None:
    """Rows of a table stand closer than the lines of the text."""
    off = OxmlElement("w:snapToGrid")
    off.set(qn("w:val"), "0")
    line._p.pPr.find(qn("w:spacing")).addprevious(off)


def _order(line: Any) -> None:
    """Borders stand before spacing in the order that Word demands of a paragraph's properties."""
    properties = line._p.pPr
    border = properties.find(qn("w:pBdr"))
    properties.remove(border)
    after = next(
        (e for e in properties if e.tag in {qn(f"w:{n}") for n in ("shd", "tabs", "spacing", "ind", "jc")}), None
    )
    if after is None:
        properties.append(border)
    else:
        after.addprevious(border)


def _page_number(line: Any) -> None:
    for kind in ("begin", "", "end"):
        _run(line, "", SONG, SIHAO)
        run = line.runs[-1]._r
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.set(qn("xml:space"), "preserve")
            mark.text = " PAGE "
        run.append(mark)
