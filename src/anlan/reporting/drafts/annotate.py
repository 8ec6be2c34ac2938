"""A draft with its findings as comments of Word: the clerk's own .docx, or a fresh one where the draft was plain text.

Source: ISO/IEC 29500-1: 17.13.4 comments; ISO/IEC 29500-2: relationships and content types of a package.
"""

from __future__ import annotations

import io
import zipfile
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml import etree

from anlan.kernel.errors import BadInput
from anlan.reporting.drafts.docx import LARGEST_PART
from anlan.reporting.drafts.files import Document, Paragraph
from anlan.reporting.drafts.finding import Finding, Place, sentence
from anlan.reporting.drafts.fresh import fresh_docx
from anlan.reporting.drafts.marking import Line, Marker, lines_of, local, outside

__all__ = ["Note", "annotated", "notes_of"]

_BODY, _COMMENTS, _TYPES = "word/document.xml", "word/comments.xml", "[Content_Types].xml"
_RELATIONS = "word/_rels/document.xml.rels"
_CT = "http://schemas.openxmlformats.org/package/2006/content-types"
_PR = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
_STRICT, _LOOSE = "http://purl.oclc.org/ooxml", "http://schemas.openxmlformats.org"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
# The note in the body that a paragraph of this part belongs to.
_NOTES = {"word/footnotes.xml": ("footnote", "footnoteReference"), "word/endnotes.xml": ("endnote", "endnoteReference")}


@dataclass(frozen=True, slots=True)
class Note:
    """What a comment says of a passage; `at` is its offset in the document's text, `until` excluded."""

    at: int
    until: int
    lines: tuple[str, ...]


def notes_of(document: Document, findings: Iterable[Finding]) -> list[Note]:
    """The comments for these findings: severity and rule, reasoning, the other places.

    Source: house rule.
    """
    return [Note(f.place.start, f.place.end, tuple(_lines(document, f))) for f in findings]


def _lines(document: Document, finding: Finding) -> Iterable[str]:
    rule = sentence(f"drafts.rule.{finding.rule}", {})
    yield sentence(
        "drafts.comment.head",
        {"severity": sentence(f"drafts.severity.{finding.severity}", {}), "rule": str(finding.rule), "name": rule},
    )
    yield finding.why
    for other in finding.others:
        facts = {"paragraph": str(document.paragraph_at(other.start)), "quote": _short(other)}
        yield sentence("drafts.comment.other", facts)


def _short(place: Place) -> str:
    return " ".join(place.quote.split())


def annotated(data: bytes, document: Document, notes: Sequence[Note]) -> bytes:
    """The .docx with a comment on every passage, format and everything else as it was.

    Args:
        data: the bytes that `document` was read from; looked at only where its form is docx.
        document: as `files.document_of` gave it.
    Returns:
        A .docx; existing comments stand.
    Raises:
        BadInput: "reporting.draft.file.bomb" where all parts together unpack to more than a report holds,
            "reporting.draft.file.damaged" where a part that has to be changed can't be read.
    Source:
        House rule; a passage in a foot- or endnote is commented at the note's mark, one in a text box at the box, since
        Word takes no comments there.
    """
    if document.form != "docx":
        data, document = fresh_docx(document.text)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = _Parts(archive)
            _write(parts, document, notes)
            return parts.packed()
    except (zipfile.BadZipFile, etree.XMLSyntaxError, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise BadInput("reporting.draft.file.damaged", name="") from error


class _Parts:
    """The files of a package: read as XML where asked, all others copied as they are."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.infos = {info.filename: info for info in archive.infolist()}
        self.trees: dict[str, etree._Element] = {}
        if sum(info.file_size for info in self.infos.values()) > LARGEST_PART:
            raise BadInput("reporting.draft.file.bomb", name="")

    def tree(self, part: str, empty: str = "") -> etree._Element:
        """The root of a part; `empty` is what it is made from where the package has none."""
        if part not in self.trees:
            parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=True)
            source = self.archive.read(self.infos[part]) if part in self.infos else empty.encode()
            root = etree.fromstring(source, parser)
            if root.getroottree().docinfo.doctype:
                raise ValueError(part)
            self.trees[part] = root
        return self.trees[part]

    def packed(self) -> bytes:
        """The package with what has been changed."""
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
            for name in dict.fromkeys((*self.infos, *self.trees)):
                if name in self.trees:
                    xml = etree.tostring(self.trees[name], xml_declaration=True, encoding="UTF-8", standalone=True)
                    target.writestr(name, xml)
                elif not name.endswith("/"):
                    target.writestr(name, self.archive.read(self.infos[name]))
        return made.getvalue()


def _write(parts: _Parts, document: Document, notes: Sequence[Note]) -> None:
    if not notes:
        return
    body = parts.tree(_BODY)
    space = etree.QName(body).namespace or ""
    comments = parts.tree(_COMMENTS, f'<w:comments xmlns:w="{space}"/>')
    ids = [int(i) for c in comments if (i := c.get(f"{{{space}}}id", "")).isdigit()]
    marker = Marker(space, max(ids, default=-1) + 1)
    found = _Found(parts, document, notes)
    for note in notes:
        first, last, lead = found.ends(note, marker)
        comments.append(_comment(space, marker.put(first, last), (*lead, *note.lines)))
    _declare(parts, space)


class _Found:
    """The paragraphs that the notes stand in, by part."""

    def __init__(self, parts: _Parts, document: Document, notes: Sequence[Note]) -> None:
        self.parts, self.document = parts, document
        self.starts = [p.start for p in document.paragraphs]
        wanted: dict[str, set[int]] = {_BODY: set()}
        for note in notes:
            for p in (self._paragraph(note.at), self._paragraph(note.until - 1)):
                wanted.setdefault(p.part or _BODY, set()).add(p.number)
        self.lines = {part: lines_of(parts.tree(part), numbers) for part, numbers in wanted.items()}

    def _paragraph(self, at: int) -> Paragraph:
        return self.document.paragraphs[max(bisect_right(self.starts, at) - 1, 0)]

    def _line(self, p: Paragraph) -> Line:
        return self.lines[p.part or _BODY][p.number]

    def ends(self, note: Note, marker: Marker) -> tuple[etree._Element, etree._Element, tuple[str, ...]]:
        """What the comment is anchored before and after, and what it has to say first where that is not the passage."""
        begins, ends = self._paragraph(note.at), self._paragraph(note.until - 1)
        line = self._line(begins)
        if begins.part in _NOTES:
            mark = self._mark(line, begins.part)
            return mark, mark, (sentence("drafts.comment.footnote", {"quote": self._quote(note)}),)
        if _boxed(line.element):
            box = outside(line.element)
            return box, box, (sentence("drafts.comment.box", {"quote": self._quote(note)}),)
        first = marker.begin(line, note.at - begins.start)
        if ends.part in _NOTES or _boxed(self._line(ends).element):
            ends, until = begins, begins.end
        else:
            until = min(note.until, ends.end)
        return first, marker.finish(self._line(ends), until - ends.start), ()

    def _quote(self, note: Note) -> str:
        return " ".join(self.document.text[note.at : note.until].split())

    def _mark(self, line: Line, part: str) -> etree._Element:
        """The mark of a note in the body; the body's first paragraph's text where no mark names the note."""
        holder, mark = _NOTES[part]
        note = next((a for a in line.element.iterancestors() if local(a) == holder), None)
        number = next((v for k, v in note.items() if k.endswith("}id")), "") if note is not None else ""
        body = self.parts.tree(_BODY)
        for each in body.iter(f"{{*}}{mark}"):
            if number in each.attrib.values():
                return outside(each)
        return outside(next(body.iter("{*}r"), body[0]))


def _boxed(element: etree._Element) -> bool:
    """Whether a paragraph stands where a comment can't: in a text box, or in drawing of another kind."""
    return "wordprocessingml" not in str(element.tag) or any(local(a) == "txbxContent" for a in element.iterancestors())


def _comment(space: str, number: int, lines: Sequence[str]) -> etree._Element:
    def tag(name: str) -> str:
        return f"{{{space}}}{name}"

    comment = etree.Element(
        tag("comment"), {tag("id"): str(number), tag("author"): sentence("drafts.comment.author", {})}
    )
    comment.set(tag("initials"), sentence("drafts.comment.initials", {}))
    for line in lines:
        run = etree.SubElement(etree.SubElement(comment, tag("p")), tag("r"))
        text = etree.SubElement(run, tag("t"), {_SPACE: "preserve"})
        text.text = "".join(c if c == "\t" or c >= " " and c not in "\ufffe\uffff" else " " for c in line)
    return comment


def _declare(parts: _Parts, space: str) -> None:
    """The comments named among the parts and among what the body refers to."""
    types = parts.tree(_TYPES, f'<Types xmlns="{_CT}"/>')
    if not any(e.get("PartName") == f"/{_COMMENTS}" for e in types):
        etree.SubElement(types, f"{{{_CT}}}Override", PartName=f"/{_COMMENTS}", ContentType=_TYPE)
    relations = parts.tree(_RELATIONS, f'<Relationships xmlns="{_PR}"/>')
    if not any(str(e.get("Type", "")).endswith("/relationships/comments") for e in relations):
        taken = {e.get("Id") for e in relations}
        name = next(n for i in range(len(taken) + 1) if (n := f"rIdComments{i}") not in taken)
        base = f"{_STRICT}/officeDocument" if space.startswith(_STRICT) else f"{_LOOSE}/officeDocument/2006"
        etree.SubElement(
            relations, f"{{{_PR}}}Relationship", Id=name, Type=f"{base}/relationships/comments", Target="comments.xml"
        )
