"""Office files as the same bytes whenever and wherever they are made."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping

__all__ = ["fixed_bytes"]

_TIME = (1980, 1, 1, 0, 0, 0)


def fixed_bytes(data: bytes, changed: Mapping[str, Callable[[bytes], bytes]] | None = None) -> bytes:
    """The same parts with a fixed time and order, so that equal contents are equal bytes.

    Args:
        changed: part -> what is done to its bytes.
    """
    change = changed or {}
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as held, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in sorted(held.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            made.writestr(zipfile.ZipInfo(name, _TIME), change.get(name, bytes)(held.read(name)), zipfile.ZIP_DEFLATED)
    return out.getvalue()
