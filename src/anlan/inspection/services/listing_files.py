"""Files of 挂牌督办: photos of visits and reviews, scans of the upper level's notices."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from anlan.inspection.services.drafting import photo_facts, photo_text
from anlan.kernel.errors import BadInput
from anlan.platform import attachments

__all__ = ["scan_text", "visit_text"]


def visit_text(photos: Iterable[str]) -> dict[str, Any]:
    """The `photos` and `photo_facts` of an entry's text. Raises BadInput: "inspection.photo.not_image"."""
    wanted = list(dict.fromkeys(photos))
    return photo_text(wanted, photo_facts(wanted))


def scan_text(scans: Iterable[str]) -> dict[str, Any]:
    """The `photos` of an entry's text for scanned notices.

    Raises:
        BadInput: "inspection.listing.scan_type" for what is neither a picture nor a PDF file.
    """
    wanted = list(dict.fromkeys(scans))
    for held in attachments.facts_of(wanted).values():
        if not (held.media_type.startswith("image/") or held.media_type == "application/pdf"):
            raise BadInput("inspection.listing.scan_type", name=held.name)
    return {"photos": wanted} if wanted else {}
