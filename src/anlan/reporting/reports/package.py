"""A report as a package that proves itself: the document, its numbers with the digests of their rows, a page, a signature.

`figures.json` is canonical JSON. A row is its subject, how many entries its history had, the last one's id and its hash in the
journal's chain; the digest of a number is SHA-256 over these lines, sorted. Nobody needs our software to open it.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from typing import Any

from anlan.kernel.errors import BadInput
from anlan.reporting.reports.guard import is_workbook

__all__ = [
    "FIGURES", "FORMAT", "PAGE", "SIGNATURE", "canonical", "document_of", "figures_of", "opened", "package_make",
    "package_read", "row_digest", "report_name", "shown_in_page",
]  # fmt: skip

FORMAT = "anlan-report/1"
FIGURES, SIGNATURE, PAGE = "figures.json", "figures.sig", "index.html"
REPORTS = ("report.docx", "report.xlsx")
_MOST_BYTES = 200_000_000
_TIME = (1980, 1, 1, 0, 0, 0)
_SLOT = "/*FIGURES*/"


def row_digest(rows: Sequence[Sequence[Any]]) -> str:
    """SHA-256 in hex over the rows of a number.

    Args:
        rows: (subject, version, entry, hash, ...) each; what follows is not digested.
    """
    lines = sorted(f"{subject} {version} {entry} {digest}" for subject, version, entry, digest, *_ in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def canonical(figures: Mapping[str, Any]) -> bytes:
    """The bytes that are signed."""
    return json.dumps(figures, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def shown_in_page(body: bytes) -> str:
    """The figures as the page holds them: no title closes its script."""
    return body.decode().replace("<", "\\u003c")


def package_make(document: bytes, figures: Mapping[str, Any], sign: Callable[[bytes], bytes]) -> bytes:
    """The package as a .zip.

    Args:
        figures: region, period, made_at, node, key, numbers, rows (a list) and for each number `of`, indexes into it.
    """
    name = report_name(document)
    told = {
        **figures, "document": name, "format": FORMAT, "report": hashlib.sha256(document).hexdigest(),
        "numbers": [
            {**number, "digest": row_digest([figures["rows"][n] for n in number["of"]])} for number in figures["numbers"]
        ],
    }  # fmt: skip
    body = canonical(told)
    page = resources.files("anlan.reporting.reports").joinpath("package.html").read_text(encoding="utf-8")
    shown = page.replace(_SLOT, shown_in_page(body))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        parts = ((name, document), (FIGURES, body), (SIGNATURE, sign(body).hex().encode()), (PAGE, shown.encode()))
        for name, part in parts:
            packed.writestr(zipfile.ZipInfo(name, _TIME), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def opened(data: bytes) -> dict[str, bytes]:
    """The parts of a package by name.

    Raises:
        BadInput: "reporting.package.unreadable".
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > _MOST_BYTES:
                raise BadInput("reporting.package.unreadable")
            report = next(name for name in REPORTS if name in packed.namelist())
            return {name: packed.read(name) for name in (report, FIGURES, SIGNATURE, PAGE)}
    except (zipfile.BadZipFile, KeyError, StopIteration, NotImplementedError, OSError) as error:
        raise BadInput("reporting.package.unreadable") from error


def report_name(document: bytes) -> str:
    """What the document is called within its package."""
    return REPORTS[is_workbook(document)]


def document_of(parts: Mapping[str, bytes]) -> tuple[str, bytes]:
    """The document among the parts of a package, with its name there."""
    return next((name, parts[name]) for name in REPORTS if name in parts)


def package_read(data: bytes) -> dict[str, Any]:
    """The figures of a package.

    Raises:
        BadInput: "reporting.package.unreadable".
    """
    return figures_of(opened(data))


def figures_of(parts: Mapping[str, bytes]) -> dict[str, Any]:
    """The figures among the parts. Raises as `opened`."""
    try:
        figures = json.loads(parts[FIGURES])
        if figures["format"] == FORMAT and all(len(row) >= 4 for row in figures["rows"]):
            return dict(figures)
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput("reporting.package.unreadable") from error
    raise BadInput("reporting.package.unreadable")
