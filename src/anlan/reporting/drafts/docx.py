"""The text of a .docx: paragraphs, tables, text boxes, footnotes; of tracked changes what was inserted, not what was deleted.

Source: ISO/IEC 29500-1 (WordprocessingML): 17.3.1.22 p, 17.3.3.31 t, 17.13.5 revisions, 17.11 notes; ISO/IEC 29500-3 for the
fallback that repeats a text box.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from anlan.kernel.errors import BadInput
from anlan.reporting.drafts.files import Document, Paragraph

__all__ = ["BREAKS", "HIDDEN", "LARGEST_PART", "is_stop", "read_docx"]

# Bytes of one part once unpacked, and how much more it may be than packed: XML of Word shrinks some twentyfold.
LARGEST_PART = 160 * 1024 * 1024
_RATIO, _SMALL = 200, 4 * 1024 * 1024
_MOST_FILES, _DEEPEST = 10_000, 400
_PARTS = ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml")
HIDDEN = {"del", "moveFrom", "Fallback", "pPrChange", "rPrChange"}
BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


@dataclass(slots=True)
class _Text:
    """What has been read of one part."""

    lines: list[tuple[int, str]] = field(default_factory=list)
    open: list[tuple[int, list[str], list[tuple[int, str]]]] = field(default_factory=list)
    hidden: int = 0
    count: int = 0

    def begin(self) -> None:
        self.open.append((self.count, [], []))
        self.count += 1

    def finish(self) -> None:
        number, words, inner = self.open.pop()
        mine = [(number, "".join(words)), *inner]
        (self.open[-1][2] if self.open else self.lines).extend(mine)

    def say(self, words: str) -> None:
        if self.open and not self.hidden:
            self.open[-1][1].append(words)


def read_docx(data: bytes, name: str = "") -> Document:
    """The text of a Word document, a line for each paragraph, notes after the body.

    Args:
        data: the file. name: for the refusal.
    Raises:
        BadInput: "reporting.draft.file.not_word" for another kind of archive, ".damaged" for one that is broken or holds a
            DTD or entities, ".bomb" for one that unpacks to far more than it is.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if len(names) > _MOST_FILES:
                raise BadInput("reporting.draft.file.bomb", name=name)
            if _PARTS[0] not in names:
                raise BadInput("reporting.draft.file.not_word", name=name)
            read = [(part, _lines(archive, part, name)) for part in _PARTS if part in names]
    except (
        zipfile.BadZipFile,
        ParseError,
        DefusedXmlException,
        NotImplementedError,
        RuntimeError,
        EOFError,
        ValueError,
    ) as error:
        raise BadInput("reporting.draft.file.damaged", name=name) from error
    text, found, at = [], [], 0
    for part, lines in read:
        for number, line in lines:
            if line.strip():
                found.append(Paragraph(at, at + len(line), part, number))
                text.append(line)
                at += len(line) + 1
    return Document("\n".join(text), tuple(found), "docx")


def _lines(archive: zipfile.ZipFile, part: str, name: str) -> list[tuple[int, str]]:
    info = archive.getinfo(part)
    if info.file_size > LARGEST_PART or (
        info.file_size > _SMALL and info.file_size > _RATIO * max(info.compress_size, 1)
    ):
        raise BadInput("reporting.draft.file.bomb", name=name)
    with archive.open(info) as file:
        # zipfile never yields more than the size it was told, so a lying header cannot unpack further.
        return _parsed(file, name)


def _parsed(file: zipfile.ZipExtFile, name: str) -> list[tuple[int, str]]:
    read, depth = _Text(), 0
    for event, element in iterparse(file, events=("start", "end"), forbid_dtd=True):
        tag = element.tag.rpartition("}")[2]
        if event == "start":
            depth += 1
            if depth > _DEEPEST:
                raise BadInput("reporting.draft.file.damaged", name=name)
            read.hidden += tag in HIDDEN
            if tag == "p" and not read.hidden:
                read.begin()
            continue
        depth -= 1
        if tag in HIDDEN:
            read.hidden -= 1
        elif tag == "p" and not read.hidden:
            read.finish()
        elif tag == "t":
            read.say(element.text or "")
        elif tag in BREAKS and not (tag == "tab" and is_stop(element)):
            read.say(BREAKS[tag])
        element.clear()
    return read.lines


def is_stop(element: object) -> bool:
    """A tab stop of the paragraph's layout has a position; a tab in the text has none."""
    return any(key.endswith("}pos") for key in getattr(element, "attrib", {}))
