"""One frame per line of text, in hexadecimal or as ASCII, and the answer about it: the contract of `anlan decode`.

Source: house rule (docs/howto/decode.md).
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

__all__ = ["Answer", "read_line"]

_HEX = re.compile(rb"(?:[0-9A-Fa-f]{2})+")
_ENDS = {rb"\r": b"\r", rb"\n": b"\n"}


@dataclass(slots=True)
class Answer:
    """What a codec says about one frame.

    `ok` is False only for framing, length or checksum; `error` is then the stable code. `device`, `message` and `fields`
    are told as far as they can be read even then, readings are not. `at` is aware UTC.
    """

    ok: bool
    protocol: str
    error: str | None = None
    device: str | None = None
    message: str | None = None
    at: datetime | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    readings: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The JSON object, times as ISO text."""
        plain = asdict(self)
        order = ("ok", "error", "protocol", "device", "message", "at", "fields", "readings", "warnings")
        return {key: plain[key] for key in order} | {"at": time_text(self.at)}


def time_text(at: datetime | None) -> str | None:
    """An instant as ISO text in UTC; None stays None.

    Source: house rule.
    """
    return None if at is None else at.isoformat()


def read_line(line: bytes) -> bytes:
    """The bytes of a frame from a line of text.

    Args:
        line: pairs of hexadecimal digits (blanks between them and `0x` before them are allowed), or the frame itself with
            CR and LF written as `\\\\r` and `\\\\n`. A line end of its own is taken off.
    Source:
        House rule.
    """
    text = line.rstrip(b"\r\n")
    squeezed = b"".join(text.split()).removeprefix(b"0x")
    if _HEX.fullmatch(squeezed):
        return bytes.fromhex(squeezed.decode("ascii"))
    return re.sub(rb"\\[rn]", lambda found: _ENDS[found[0]], text)
