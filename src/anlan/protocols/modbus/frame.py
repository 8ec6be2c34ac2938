"""Frames of Modbus: unit, function, data; on a serial line followed by a CRC, on TCP behind a head (MBAP).

`read_rtu` and `read_tcp` judge bytes that are said to be one frame; `cutter.py` finds frames in a stream.

Source: MODBUS Application Protocol V1.1b3, clause 4.1; MODBUS over Serial Line V1.02, clause 2.5.1; MODBUS Messaging on
TCP/IP V1.0b, clause 3.1.
"""

from __future__ import annotations

from typing import NamedTuple

from anlan.kernel.errors import ProtocolError
from anlan.protocols.modbus.crc import crc

__all__ = ["HEAD", "LONGEST", "Frame", "encode_frame", "head_of", "measure_tcp", "read_rtu", "read_tcp"]

# Bytes of function and data at most; bytes of a TCP head with unit and function.
LONGEST, HEAD = 253, 8


class Frame(NamedTuple):
    """A frame whose length and checksum are right.

    `function` is the byte as sent (80 and more: an exception). `transaction` is that of TCP, None on a serial line; `offset`
    is where in the stream the frame began.
    """

    unit: int
    function: int
    data: bytes
    transaction: int | None = None
    offset: int = 0


def measure_tcp(head: bytes) -> int:
    """Bytes of the frame with this head (at least 8 bytes), 0 when it is none.

    Source: MODBUS Messaging on TCP/IP V1.0b, clause 3.1.3.
    """
    length = head[4] << 8 | head[5]
    return 6 + length if not head[2] | head[3] and 2 <= length <= LONGEST + 1 and head[7] else 0


def head_of(raw: bytes, tcp: bool) -> Frame | None:
    """Unit, function and data as far as they can be read from a broken frame, for diagnosis; None when too short.

    Source: MODBUS Application Protocol V1.1b3, clause 4.1.
    """
    if tcp:
        return Frame(raw[6], raw[7], raw[8:], raw[0] << 8 | raw[1]) if len(raw) >= HEAD else None
    return Frame(raw[0], raw[1], raw[2:-2]) if len(raw) >= 4 else None


def read_rtu(raw: bytes, offset: int = 0) -> Frame:
    """Check one frame of a serial line.

    Args:
        raw: from the unit to the checksum. offset: where it stood in a stream.
    Raises:
        ProtocolError: "modbus.frame.malformed" when it is too short or too long, "modbus.frame.crc".
    Source:
        MODBUS over Serial Line V1.02, clause 2.5.1.
    """
    size = len(raw)
    if not 4 <= size <= LONGEST + 3:
        raise ProtocolError("modbus.frame.malformed", size=size)
    if crc(raw):
        expected = crc(raw[:-2]).to_bytes(2, "little").hex().upper()
        raise ProtocolError("modbus.frame.crc", found=raw[-2:].hex().upper(), expected=expected)
    return Frame(raw[0], raw[1], raw[2:-2], None, offset)


def read_tcp(raw: bytes, offset: int = 0) -> Frame:
    """Check one frame of TCP.

    Raises:
        ProtocolError: "modbus.frame.malformed" when it is too short, its protocol is not 0 or there is no function,
            "modbus.frame.length" when another number of bytes is there than declared or more than allowed.
    Source:
        MODBUS Messaging on TCP/IP V1.0b, clause 3.1.3.
    """
    size = len(raw)
    if size < 6 or raw[2] | raw[3]:
        raise ProtocolError("modbus.frame.malformed", size=size)
    declared = raw[4] << 8 | raw[5]
    if declared != size - 6 or declared > LONGEST + 1:
        raise ProtocolError("modbus.frame.length", declared=declared, actual=size - 6)
    if declared < 2 or not raw[7]:
        raise ProtocolError("modbus.frame.malformed", size=size)
    return Frame(raw[6], raw[7], raw[8:], raw[0] << 8 | raw[1], offset)


def encode_frame(frame: Frame) -> bytes:
    """The bytes of a frame: of TCP when it has a transaction, else of a serial line.

    Raises:
        ProtocolError: "modbus.encode.head" when unit, function or transaction can't be written, "modbus.encode.length".
    Source:
        MODBUS over Serial Line V1.02, clause 2.5.1; MODBUS Messaging on TCP/IP V1.0b, clause 3.1.3.
    """
    size = len(frame.data) + 1
    if size > LONGEST:
        raise ProtocolError("modbus.encode.length", size=size, most=LONGEST)
    try:
        raw = bytes((frame.unit, frame.function)) + frame.data
        head = b"" if frame.transaction is None else frame.transaction.to_bytes(2, "big")
    except (ValueError, OverflowError):
        raise ProtocolError("modbus.encode.head") from None
    if not head:
        return raw + crc(raw).to_bytes(2, "little")
    if not frame.function:
        raise ProtocolError("modbus.encode.head")
    return head + b"\0\0" + (size + 1).to_bytes(2, "big") + raw
