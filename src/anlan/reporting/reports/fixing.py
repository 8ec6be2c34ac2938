"""Office files as the same bytes whenever and wherever they are made."""

from __future__ import annotations

import io
import zipfile

__all__ = ["fixed_bytes"]

_TIME = (1980, 1, 1, 0, 0, 0)


def fixed_bytes(data: bytes) -> bytes:
    """The same parts with a fixed time and order, so that equal contents are equal bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as held, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in sorted(held.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            made.writestr(zipfile.ZipInfo(name, _TIME), held.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()
