"""Frames of DL/T 645: 68, address, 68, control, length, data with 33H added to each byte, checksum, 16.

`read_frame` judges bytes that are said to be one frame; `cutter.FrameCutter` finds frames in a stream.

Source: DL/T 645-2007, clause 5.2.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from anlan.kernel.errors import ProtocolError

__all__ = ["HEAD", "PREAMBLE", "WILDCARD", "Frame", "checksum", "encode_frame", "glance", "measure", "read_frame"]

HEAD = 10
PREAMBLE = b"\xfe"
WILDCARD = "a"
"""Digit of an address that any meter takes for its own; twelve of them ask whoever is alone on the line."""
_TAIL = 2
_LONGEST = 255
_ADDRESS = re.compile(r"[0-9a-f]{12}")
_MINUS = bytes((one - 0x33) & 0xFF for one in range(256))
_PLUS = bytes((one + 0x33) & 0xFF for one in range(256))


class Frame(NamedTuple):
    """A frame whose length and checksum are right.

    `address`: twelve digits, the highest first (`a`: any digit; all 9: everybody). `data`: without the 33H that was added.
    `preamble`: how many FE stood before it. `offset`: where in the stream it began.
    """

    address: str
    control: int
    data: bytes = b""
    preamble: int = 0
    offset: int = 0

    @property
    def reply(self) -> bool:
        """Whether a meter sent it."""
        return self.control >= 0x80


def measure(head: bytes) -> int:
    """Bytes of the frame with this head (at least 10 bytes), 0 when it is none.

    Source: DL/T 645-2007, clause 5.2.
    """
    return HEAD + head[9] + _TAIL if head[0] == 0x68 == head[7] else 0


def checksum(data: bytes) -> int:
    """The sum of all bytes from the first 68 on, its lowest eight bits.

    Source: DL/T 645-2007, clause 5.2.6.
    """
    return sum(data) & 0xFF


def glance(raw: bytes) -> tuple[int, str, int, bytes] | None:
    """(preamble, address, control, data) as far as they can be read, for diagnosis; None when there is no head.

    Source: DL/T 645-2007, clause 5.2.
    """
    inner = raw.lstrip(PREAMBLE)
    if len(inner) < HEAD or not measure(inner):
        return None
    end = -_TAIL if inner.endswith(b"\x16") else len(inner)
    return len(raw) - len(inner), inner[6:0:-1].hex(), inner[8], inner[HEAD:end].translate(_MINUS)


def read_frame(raw: bytes, offset: int = 0) -> Frame:
    """Check one frame.

    Args:
        raw: from the first FE or 68 to 16. offset: where it stood in a stream.
    Raises:
        ProtocolError: "dlt645.frame.malformed" without head or end; "dlt645.frame.length" when another number of bytes is
            there than declared; "dlt645.frame.checksum".
    Source:
        DL/T 645-2007, clause 5.2.
    """
    inner = raw.lstrip(PREAMBLE)
    size = len(inner)
    total = measure(inner) if size >= HEAD else 0
    if not total:
        raise ProtocolError("dlt645.frame.malformed", size=len(raw))
    if total != size:
        raise ProtocolError("dlt645.frame.length", declared=inner[9], actual=size - HEAD - _TAIL)
    if inner[-1] != 0x16:
        raise ProtocolError("dlt645.frame.malformed", size=len(raw))
    expected = sum(inner[:-_TAIL]) & 0xFF
    if inner[-2] != expected:
        raise ProtocolError("dlt645.frame.checksum", found=f"{inner[-2]:02X}", expected=f"{expected:02X}")
    data = inner[HEAD:-_TAIL].translate(_MINUS)
    return Frame(inner[6:0:-1].hex(), inner[8], data, len(raw) - size, offset)


def encode_frame(frame: Frame) -> bytes:
    """The bytes of a frame, with its preamble, length and checksum.

    Raises:
        ProtocolError: "dlt645.encode.head" for an address or control code that can't be written, "dlt645.encode.length".
    Source:
        DL/T 645-2007, clause 5.2.
    """
    if not _ADDRESS.fullmatch(frame.address) or not 0 <= frame.control <= 0xFF or frame.preamble < 0:
        raise ProtocolError("dlt645.encode.head", address=frame.address)
    if len(frame.data) > _LONGEST:
        raise ProtocolError("dlt645.encode.length", size=len(frame.data), most=_LONGEST)
    address = bytes.fromhex(frame.address)[::-1]
    inner = b"\x68" + address + b"\x68" + bytes((frame.control, len(frame.data))) + frame.data.translate(_PLUS)
    return PREAMBLE * frame.preamble + inner + bytes((checksum(inner), 0x16))
