"""What a document settles, in a few characters: the same for the same decision, whoever issues it. Pure."""

from __future__ import annotations

import hashlib
from typing import Any

from anlan.platform.documents.declare import Template

__all__ = ["matter_of"]

_DIGITS = 24


def matter_of(kind: Template, page: Any) -> str:
    """The mark of what this page settles: 24 hex digits over every field but those set aside by its kind."""
    names = sorted(set(page.__dataclass_fields__) - kind.aside)
    told = repr([(name, getattr(page, name)) for name in names])
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
