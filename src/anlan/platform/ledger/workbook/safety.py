"""What a workbook must pass before it is parsed: real sizes, no macros, a bounded sheet, no cells without a value.

The parser allocates the rectangle between a sheet's first and last cell: two cells at A1 and XFD1048576 would end the
process. So the sheet's bytes are looked through first, and nothing larger than a plausible ledger reaches the parser.
Source: house rule (CWE-409, CWE-789); ECMA-376 part 1, 18.3.1.4 for cells.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from xml.etree.ElementTree import Element, ParseError

from defusedxml.ElementTree import fromstring

from anlan.kernel.errors import BadInput

MOST_BYTES = 256 * 1024 * 1024
MOST_MEMBERS = 2000
MOST_ROWS = 200_000
MOST_COLUMNS = 104  # A..CZ
_ATTRIBUTE = rb"\sr\s*=\s*[\"']"
_TOO_WIDE = re.compile(_ATTRIBUTE + rb"(?:[A-Za-z]{3,}|[D-Zd-z][A-Za-z])[0-9]")
_TOO_LONG = re.compile(_ATTRIBUTE + rb"[A-Za-z]{0,3}(?:0*[2-9][0-9]{5}|0*[1-9][0-9]{6,})[\"']")
_CELL = re.compile(rb"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
_REFERENCE = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]+[0-9]+)")
_VALUE = re.compile(rb"<v\b[^>]*>[^<]+</v>|<is\b")
_WORDS = re.compile(rb"""\bt=["'](?:str|s|inlineStr)["']""")


def check_container(content: bytes, name: str) -> dict[str, bytes]:
    """Open an .xlsx safely and return the XML of its worksheets by sheet name.

    Raises:
        BadInput: "ledger.file.not_workbook", "ledger.file.old_excel", "ledger.file.encrypted", "ledger.file.macros",
            "ledger.file.too_large" (uncompressed), "ledger.file.too_wide", "ledger.file.too_long",
            "ledger.file.damaged".
    """
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        # The same container holds .xls and password-protected .xlsx files.
        code = "ledger.file.encrypted" if "EncryptedPackage".encode("utf-16-le") in content else "ledger.file.old_excel"
        raise BadInput(code, name=name)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            names = {m.filename for m in members}
            if "xl/workbook.xml" not in names:
                raise BadInput("ledger.file.not_workbook", name=name)
            if any(n.lower().endswith("vbaproject.bin") for n in names) or name.lower().endswith(".xlsm"):
                raise BadInput("ledger.file.macros", name=name)
            if len(members) > MOST_MEMBERS or sum(m.file_size for m in members) > MOST_BYTES:
                raise BadInput("ledger.file.too_large", name=name, limit_mb=MOST_BYTES // 1048576)
            return _sheets(archive, members, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ParseError) as error:
        raise BadInput("ledger.file.damaged", name=name) from error


def _sheets(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], name: str) -> dict[str, bytes]:
    """Read every part that the parser will read: a member that is longer than it says fails its checksum here."""
    parts: dict[str, bytes] = {}
    for member in members:
        if not member.filename.lower().endswith((".xml", ".rels")):
            continue
        xml = archive.read(member)
        if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
            raise BadInput("ledger.file.damaged", name=name)
        if "worksheets/" in member.filename and member.filename.endswith(".xml"):
            if _TOO_WIDE.search(xml):
                raise BadInput("ledger.file.too_wide", name=name, limit=MOST_COLUMNS)
            if _TOO_LONG.search(xml):
                raise BadInput("ledger.file.too_long", name=name, limit=MOST_ROWS)
        parts[member.filename] = xml
    return _by_title(parts)


def _by_title(parts: dict[str, bytes]) -> dict[str, bytes]:
    """Which part holds which sheet, by the workbook's own relations."""
    relations = parts.get("xl/_rels/workbook.xml.rels", b"")
    targets = {
        element.get("Id"): str(element.get("Target")).removeprefix("/xl/").removeprefix("xl/")
        for element in _elements(relations, "Relationship")
    }
    named = {}
    for element in _elements(parts["xl/workbook.xml"], "sheet"):
        key = next((value for name, value in element.attrib.items() if name.endswith("}id")), "")
        named[str(element.get("name"))] = parts.get(f"xl/{targets.get(key, '')}", b"")
    return named


def _elements(xml: bytes, tag: str) -> list[Element]:
    return [e for e in fromstring(xml).iter() if e.tag.rpartition("}")[2] == tag] if xml else []


def faulty_cells(xml: bytes, words: bool = False) -> dict[str, str]:
    """Cells that hold no usable value, by reference (`C5`): formulas never calculated, and error values like #REF!.

    Args:
        words: every column holds words, so that a formula whose result is a number is no usable value either.
    Returns:
        Message code by reference: "ledger.cell.formula_empty", "ledger.cell.formula_number" or "ledger.cell.error".
    """
    found: dict[str, str] = {}
    if b"<f" not in xml and b't="e"' not in xml and b"t='e'" not in xml:
        return found
    for cell in _CELL.finditer(xml):
        attributes, inner = cell.group(1), cell.group(2) or b""
        code = ""
        if b't="e"' in attributes or b"t='e'" in attributes:
            code = "ledger.cell.error"
        elif b"<f" in inner and not _VALUE.search(inner):
            code = "ledger.cell.formula_empty"
        elif words and b"<f" in inner and not _WORDS.search(attributes):
            code = "ledger.cell.formula_number"
        if code and (reference := _REFERENCE.search(attributes)):
            found[reference.group(1).decode().upper()] = code
    return found
