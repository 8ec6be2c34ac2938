"""Whether a report's package fits: document, page, numbers, rows and signature. Needs no server and no data."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from anlan.kernel.errors import Violation
from anlan.reporting.reports.package import (
    FIGURES,
    PAGE,
    SIGNATURE,
    canonical,
    document_of,
    figures_of,
    opened,
    row_digest,
    shown_in_page,
)

__all__ = ["package_check"]


def package_check(data: bytes, key: str = "") -> list[Violation]:
    """Everything in a package that does not fit; empty where all of it does.

    Args:
        key: the server's public key as its office made it known, 64 hex digits; "" believes the package's own.
    Raises:
        BadInput: "reporting.package.unreadable".
    """
    parts = opened(data)
    figures = figures_of(parts)
    found: list[Violation] = []
    if canonical(figures) != parts[FIGURES]:
        found.append(Violation("reporting.package.rewritten", {"part": FIGURES}, ""))
    name, document = document_of(parts)
    if hashlib.sha256(document).hexdigest() != figures.get("report"):
        found.append(Violation("reporting.package.differs", {"part": name}, ""))
    if shown_in_page(parts[FIGURES]) not in parts[PAGE].decode("utf-8", "replace"):
        found.append(Violation("reporting.package.differs", {"part": PAGE}, ""))
    found += _signed(parts, str(figures.get("key", "")), key.strip().lower())
    rows = figures["rows"]
    for number in figures.get("numbers", ()):
        try:
            digest = row_digest([rows[n] for n in number["of"]])
        except (IndexError, KeyError, TypeError, ValueError):
            digest = ""
        if digest != number.get("digest"):
            facts = {"id": number.get("id"), "name": number.get("name"), "text": number.get("text")}
            found.append(Violation("reporting.package.number", facts, ""))
    return found


def _signed(parts: Mapping[str, bytes], own: str, known: str) -> list[Violation]:
    if known and own != known:
        return [Violation("reporting.package.key", {}, "")]
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(own))
        public.verify(bytes.fromhex(parts[SIGNATURE].decode()), parts[FIGURES])
    except (InvalidSignature, ValueError):
        return [Violation("reporting.package.signature", {}, "")]
    return []
