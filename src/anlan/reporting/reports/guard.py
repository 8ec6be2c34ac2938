"""A template's file before anything is read of it: whether it is what it says, and nothing in it runs, reaches out or expands.

Source: ISO/IEC 29500-2 (packages, relationships); MS-OFFCRYPTO (an encrypted file is a compound file); house rule.
"""

from __future__ import annotations

import io
import re
import zipfile

from anlan.kernel.errors import BadInput

__all__ = ["check_file", "check_parts", "is_workbook"]

_LARGEST = 10_000_000
_MOST_FILES, _MOST_BYTES, _RATIO, _SMALL = 2_000, 80_000_000, 200, 4_000_000
_OLE = b"\xd0\xcf\x11\xe0"
_MACRO = re.compile(r"vbaproject|macrosheets/|activex/|vbadata", re.IGNORECASE)
_DTD = (b"<!DOCTYPE", b"<!ENTITY")
_OUTSIDE = re.compile(rb"<Relationship\b[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*>")
_LINK = re.compile(rb"Type\s*=\s*[\"'][^\"']*/hyperlink[\"']")
_FIELD = re.compile(r"(?:^|[\s\"])(DDEAUTO|DDE|INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK|DATABASE)(?:\s|$)")
_WORDS = re.compile(rb"<w:instrText[^>]*>([^<]*)</w:instrText>")


def is_workbook(data: bytes) -> bool:
    """Whether a file says that it is a workbook (.xlsx), whatever its name."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        return False


def check_file(data: bytes) -> None:
    """Refuse what is no template of Word.

    Raises:
        BadInput: as check_parts.
    """
    check_parts(data, "word/document.xml")


def check_parts(data: bytes, main: str) -> None:
    """Refuse a file of parts that is none, and one that runs, reaches out or expands.

    Args:
        main: the part without which it is no such file.
    Raises:
        BadInput: "reporting.template.large", "reporting.template.old" (also encrypted), "reporting.template.not_docx",
            "reporting.template.macros", "reporting.template.outside".
    """
    if len(data) > _LARGEST:
        raise BadInput("reporting.template.large", most="10 MB")
    if data.startswith(_OLE):
        raise BadInput("reporting.template.old")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _names(archive, main)
            for info in archive.infolist():
                _part(info.filename, archive.read(info))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, KeyError, OSError) as error:
        raise BadInput("reporting.template.not_docx") from error


def _names(archive: zipfile.ZipFile, main: str) -> None:
    infos = archive.infolist()
    names = [info.filename for info in infos]
    swollen = any(i.file_size > _SMALL and i.file_size > _RATIO * max(i.compress_size, 1) for i in infos)
    if len(infos) > _MOST_FILES or sum(i.file_size for i in infos) > _MOST_BYTES or swollen:
        raise BadInput("reporting.template.large", most="80 MB")
    if any(_MACRO.search(name) for name in names) or b"macroEnabled" in archive.read("[Content_Types].xml"):
        raise BadInput("reporting.template.macros")
    if main not in names or len(set(names)) != len(names):
        raise BadInput("reporting.template.not_docx")


def _part(name: str, data: bytes) -> None:
    """Of XML parts the marks that make a reader fetch or expand something."""
    if not name.endswith((".xml", ".rels", ".vml")):
        return
    plain = data.replace(b"\x00", b"")
    reaches = name.endswith(".rels") and any(not _LINK.search(each) for each in _OUTSIDE.findall(plain))
    fields = b"".join(_WORDS.findall(plain)).decode("utf-8", "replace")
    if reaches or any(mark in plain for mark in _DTD) or _FIELD.search(fields):
        raise BadInput("reporting.template.outside", part=name)
