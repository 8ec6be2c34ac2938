"""Ids as they come from addresses and forms."""

from __future__ import annotations

import uuid
from typing import Any


def as_id(value: Any) -> str | None:
    """The canonical text of an id; None for anything that is no UUID, so that it finds nothing instead of failing."""
    try:
        return str(uuid.UUID(str(value)))
    except ValueError:
        return None
