"""Packets of GB/T 26875.3: `@@`, control unit, application data unit, sum of all bytes between, `##`.

`read_frame` judges bytes that are said to be one packet; `cutter.FrameCutter` finds packets in a stream.

Source: GB/T 26875.3-2011, clause 6.6 (structure of the packet).
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from anlan.kernel.errors import ProtocolError

__all__ = ["HEAD", "LONGEST", "TAIL", "Frame", "encode_frame", "head_of", "measure", "read_frame"]

# Bytes before the application data unit and behind it.
HEAD, TAIL = 27, 3
LONGEST = 1024
START, END = b"@@", b"##"
_CONTROL = struct.Struct("<HBB6s6s6sHB")


class Frame(NamedTuple):
    """A packet whose length and sum are right.

    `stamp` are the six bytes of the time label as sent; `source` and `target` the addresses as 12 hexadecimal digits, high
    byte first; `data` the application data unit; `offset` where in the stream the packet began.
    """

    serial: int
    main: int
    user: int
    stamp: bytes
    source: str
    target: str
    command: int
    data: bytes = b""
    offset: int = 0


def measure(head: bytes) -> int:
    """Bytes of the packet with this head (at least 27 bytes), 0 when it is none.

    Source: GB/T 26875.3-2011, clause 6.6: at most 1024 bytes of data.
    """
    length = head[24] | head[25] << 8
    return HEAD + length + TAIL if head.startswith(START) and length <= LONGEST else 0


def head_of(raw: bytes) -> Frame | None:
    """The head of bytes that are no good packet, for diagnosis; None when it is not all there.

    Source: GB/T 26875.3-2011, clause 6.6.
    """
    if len(raw) < HEAD or not raw.startswith(START):
        return None
    serial, main, user, stamp, source, target, _, command = _CONTROL.unpack_from(raw, 2)
    return Frame(serial, main, user, stamp, source[::-1].hex(), target[::-1].hex(), command, raw[HEAD:-TAIL])


def read_frame(raw: bytes, offset: int = 0) -> Frame:
    """Check one packet.

    Args:
        raw: from `@@` to `##`. offset: where it stood in a stream.
    Raises:
        ProtocolError: "gb26875.frame.malformed" without start, head or end; "gb26875.frame.length" when another number of
            bytes is there than declared, or more than 1024 of data; "gb26875.frame.checksum".
    Source:
        GB/T 26875.3-2011, clauses 6.5 and 6.6.
    """
    size = len(raw)
    if size < HEAD + TAIL or not raw.startswith(START):
        raise ProtocolError("gb26875.frame.malformed", size=size)
    serial, main, user, stamp, source, target, length, command = _CONTROL.unpack_from(raw, 2)
    if length != size - HEAD - TAIL or length > LONGEST:
        raise ProtocolError("gb26875.frame.length", declared=length, actual=size - HEAD - TAIL)
    if not raw.endswith(END):
        raise ProtocolError("gb26875.frame.malformed", size=size)
    expected = sum(raw[2:-TAIL]) & 0xFF
    if raw[-TAIL] != expected:
        raise ProtocolError("gb26875.frame.checksum", found=f"{raw[-TAIL]:02X}", expected=f"{expected:02X}")
    return Frame(serial, main, user, stamp, source[::-1].hex(), target[::-1].hex(), command, raw[HEAD:-TAIL], offset)


def encode_frame(frame: Frame) -> bytes:
    """The bytes of a packet, with length and sum.

    Raises:
        ProtocolError: "gb26875.encode.length" when the data is too long, "gb26875.encode.head" when a number, an address
            or the time label can't be written.
    Source:
        GB/T 26875.3-2011, clause 6.6.
    """
    size = len(frame.data)
    if size > LONGEST:
        raise ProtocolError("gb26875.encode.length", size=size, most=LONGEST)
    try:
        source, target = bytes.fromhex(frame.source)[::-1], bytes.fromhex(frame.target)[::-1]
        if not len(source) == len(target) == len(frame.stamp) == 6:
            raise ProtocolError("gb26875.encode.head")
        control = _CONTROL.pack(frame.serial, frame.main, frame.user, frame.stamp, source, target, size, frame.command)
    except (ValueError, struct.error):
        raise ProtocolError("gb26875.encode.head") from None
    checked = control + frame.data
    return START + checked + bytes((sum(checked) & 0xFF,)) + END
