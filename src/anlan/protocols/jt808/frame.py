"""Frames of JT/T 808: `7E`, header and body escaped, one byte of checksum, `7E`.

`read_frame` judges bytes that are said to be one frame; `cutter.FrameCutter` finds frames in a stream.

Source: JT/T 808-2013, clauses 4.4.2 to 4.4.4, and the header of the edition of 2019.
"""

from __future__ import annotations

from contextlib import suppress
from struct import Struct
from typing import NamedTuple

from anlan.kernel.errors import ProtocolError

__all__ = ["LONGEST", "LONGEST_BODY", "Frame", "checksum", "escape", "glance", "open_frame", "read_frame", "unescape"]

FLAG = b"\x7e"
# Ten bits declare the length of a body.
LONGEST_BODY = 1023
# Header of 2019 with packages, the longest body and the checksum, every byte escaped, both flags.
LONGEST = 2 * (21 + LONGEST_BODY + 1) + 2
SPLIT, VERSIONED = 0x2000, 0x4000
_HEAD = Struct(">HH")
_OLD = Struct(">HH6sH")
_NEW = Struct(">HHB10sH")
_PACKAGE = Struct(">HH")


class Frame(NamedTuple):
    """A frame whose length and checksum are right.

    `device` is the terminal's number as sent (12 digits, 20 with the header of 2019; letters where a terminal uses the
    field for something else), `version` that of the 2019 header, None without; `total` and `number` are 0 when the message
    is not split. `flagged`: the header says 2019 but is an old one, `loose`: the escapes are missing (README). `offset`:
    where in the stream it began.
    """

    message: int
    device: str
    serial: int
    body: bytes
    version: int | None = None
    total: int = 0
    number: int = 0
    encryption: int = 0
    flagged: bool = False
    offset: int = 0
    loose: bool = False


def checksum(data: bytes) -> int:
    """All bytes exclusively or'ed.

    Source: JT/T 808-2013, clause 4.4.4. Folded in halves, so a handful of steps serve any length.
    """
    folded, width = int.from_bytes(data), 8
    while width < 8 * len(data):
        width <<= 1
    while width > 8:
        width >>= 1
        folded ^= folded >> width
        folded &= (1 << width) - 1
    return folded & 0xFF


def escape(data: bytes) -> bytes:
    """Header, body and checksum as they go between the flags.

    Source: JT/T 808-2013, clause 4.4.2.
    """
    return data.replace(b"\x7d", b"\x7d\x01").replace(b"\x7e", b"\x7d\x02")


def unescape(data: bytes) -> bytes:
    """The inverse of `escape`.

    Raises:
        ProtocolError: "jt808.frame.escape" when 7D is followed by neither 01 nor 02.
    Source:
        JT/T 808-2013, clause 4.4.2.
    """
    if b"\x7d" not in data:
        return data
    if data.count(b"\x7d") != data.count(b"\x7d\x01") + data.count(b"\x7d\x02"):
        raise ProtocolError("jt808.frame.escape")
    return data.replace(b"\x7d\x02", b"\x7e").replace(b"\x7d\x01", b"\x7d")


def read_frame(raw: bytes) -> Frame:
    """Check one frame, flags included, and take it apart.

    Raises:
        ProtocolError: "jt808.frame.malformed" without flags or with too few bytes, "jt808.frame.escape",
            "jt808.frame.length" when another number of bytes is there than declared, "jt808.frame.checksum".
    Source:
        JT/T 808-2013, clauses 4.4.2 to 4.4.4.
    """
    inner = raw[1:-1]
    if len(raw) < 2 or raw[:1] != FLAG or raw[-1:] != FLAG:
        raise ProtocolError("jt808.frame.malformed", size=len(raw))
    if FLAG in inner:
        # Two frames in one, or one whose escapes were taken out by whoever captured it.
        try:
            return _checked(inner, 0)._replace(loose=True)
        except ProtocolError as error:
            if error.code == "jt808.frame.checksum":
                raise
            raise ProtocolError("jt808.frame.malformed", size=len(raw)) from error
    return open_frame(inner)


def open_frame(inner: bytes, offset: int = 0) -> Frame:
    """Check what stands between two flags and take it apart.

    Args:
        inner: without flags. offset: of the frame in its stream.
    Raises:
        ProtocolError: as `read_frame`.
    Source:
        JT/T 808-2013, clauses 4.4.2 to 4.4.4; what is understood although it breaks them is a house rule (README).
    """
    if b"\x7d" not in inner:
        return _checked(inner, offset)
    try:
        return _checked(unescape(inner), offset)
    except ProtocolError:
        # Terminals that forget to escape are understood where length and checksum fit the bytes as they stand.
        frame = _fitting(inner, offset)
        if frame is None:
            raise
        return frame._replace(loose=True)


def _fitting(data: bytes, offset: int) -> Frame | None:
    try:
        return _checked(data, offset)
    except ProtocolError:
        return None


def _checked(data: bytes, offset: int) -> Frame:
    """Header, body and checksum without escapes."""
    if len(data) < _OLD.size + 1:
        raise ProtocolError("jt808.frame.malformed", size=len(data) + 2)
    frame, declared = _split(data, offset)
    if frame is None or declared != len(frame.body):
        # A terminal of 2013 that sets a reserved bit of its header is understood where everything else fits.
        old = _split(data, offset, flagged=True)[0] if data[2] & 0x40 else None
        if old is None or len(old.body) != declared or checksum(data):
            actual = len(data) - 1 - _size(data) if frame is None else len(frame.body)
            raise ProtocolError("jt808.frame.length", declared=declared, actual=max(actual, 0))
        return old
    if checksum(data):
        found, expected = data[-1], checksum(data[:-1])
        raise ProtocolError("jt808.frame.checksum", found=f"{found:02X}", expected=f"{expected:02X}")
    return frame


def _size(data: bytes) -> int:
    return (_NEW.size if data[2] & 0x40 else _OLD.size) + (_PACKAGE.size if data[2] & 0x20 else 0)


def _split(data: bytes, offset: int, flagged: bool = False) -> tuple[Frame | None, int]:
    """Header and body, unchecked, and the declared length; None when the bytes do not even hold a header."""
    message, properties = _HEAD.unpack_from(data)
    declared = properties & LONGEST_BODY
    new = properties & VERSIONED and not flagged
    size = _NEW.size if new else _OLD.size
    split = properties & SPLIT
    if len(data) <= size + (_PACKAGE.size if split else 0):
        return None, declared
    version: int | None = None
    if new:
        _, _, version, device, serial = _NEW.unpack_from(data)
    else:
        _, _, device, serial = _OLD.unpack_from(data)
    total = number = 0
    if split:
        total, number = _PACKAGE.unpack_from(data, size)
        size += _PACKAGE.size
    encryption = properties >> 10 & 7
    frame = Frame(message, device.hex(), serial, data[size:-1], version, total, number, encryption, flagged, offset)
    return frame, declared


def glance(raw: bytes) -> Frame | None:
    """Header and body of a broken frame as far as they can be read, for diagnosis only; None when they can't.

    Source: house rule (docs/howto/decode.md).
    """
    if raw[:1] != FLAG:
        return None
    data = raw.strip(FLAG)[:LONGEST]
    # An escape that is none is left as it is.
    with suppress(ProtocolError):
        data = unescape(data)
    return _split(data, 0)[0] if len(data) > _OLD.size else None
