"""A file or pasted bytes as the text to check, with the map of its paragraphs. Plain text in any usual coding, and .docx.

Pure: bytes in, text out. What can't be read is refused with the way out, never guessed at.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from anlan.kernel.errors import BadInput

__all__ = ["LARGEST", "Document", "Paragraph", "document_of"]

# Bytes of a file; a report of 5 MB is already some hundred times the longest we saw.
LARGEST = 32 * 1024 * 1024
_OLE, _ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
_OTHERS = (
    (b"%PDF", "PDF"),
    (b"{\\rtf", "RTF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPG"),
    (b"GIF8", "GIF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"\x7fELF", "ELF"),
    (b"MZ\x90", "EXE"),
)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph: offsets in the text; for .docx the part and the number of the w:p in it, counted from 0 as they begin."""

    start: int
    end: int
    part: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """The text that findings count their offsets in, and where its paragraphs are. `form` is txt or docx."""

    text: str
    paragraphs: tuple[Paragraph, ...]
    form: str

    def paragraph_at(self, offset: int) -> int:
        """The paragraph that holds an offset, counted from 1; 0 for a text without paragraphs."""
        return bisect_right([p.start for p in self.paragraphs], offset)


def document_of(data: bytes, name: str = "") -> Document:
    """Read a report.

    Args:
        data: the whole file, or what was pasted, at most `LARGEST` bytes. name: the file's name, for the refusal only.
    Returns:
        The text with its line ends as they stand (a byte order mark left out), and its paragraphs.
    Raises:
        BadInput: "reporting.draft.file.large", ".old_word", ".other_form", ".not_word", ".not_text"; ".damaged" and ".bomb"
            for a .docx that can't be read or would unpack to more than a report ever holds.
    Source:
        House rule.
    """
    if len(data) > LARGEST:
        raise BadInput("reporting.draft.file.large", name=name, most=LARGEST // 1024 // 1024)
    if data.startswith(_OLE):
        raise BadInput("reporting.draft.file.old_word", name=name)
    for head, form in _OTHERS:
        if data.startswith(head):
            raise BadInput("reporting.draft.file.other_form", name=name, form=form)
    if data.startswith(_ZIP):
        from anlan.reporting.drafts.docx import read_docx

        return read_docx(data, name)
    if name.lower().endswith(".docx"):
        raise BadInput("reporting.draft.file.damaged", name=name)
    if name.lower().endswith((".doc", ".wps")) and b"\x00" in data:
        raise BadInput("reporting.draft.file.old_word", name=name)
    return plain(_decoded(data, name))


def plain(text: str) -> Document:
    """A text as a document: every line that is not empty is a paragraph.

    Source: house rule.
    """
    found, start = [], 0
    for line in text.split("\n"):
        if line.strip():
            found.append(Paragraph(start, start + len(line.rstrip("\r")), number=len(found)))
        start += len(line) + 1
    return Document(text, tuple(found), "txt")


def _decoded(data: bytes, name: str) -> str:
    """UTF-8, UTF-16 or GB 18030, by the byte order mark or by what decodes."""
    marks = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
    for mark, coding in marks:
        if data.startswith(mark):
            return _strict(data[len(mark) :], (coding,), name)
    if b"\x00" in data[:4096]:
        even, odd = data[0:4096:2].count(0), data[1:4096:2].count(0)
        text = _strict(data, ("utf-16-le" if odd >= even else "utf-16-be",), name)
        if "\x00" in text:
            raise BadInput("reporting.draft.file.not_text", name=name)
        return text
    return _strict(data, ("utf-8", "gb18030"), name)


def _strict(data: bytes, codings: tuple[str, ...], name: str) -> str:
    for coding in codings:
        try:
            return data.decode(coding)
        except UnicodeDecodeError:
            continue
    raise BadInput("reporting.draft.file.not_text", name=name)
