"""Frames of SL 651: 7E 7E, addresses, password, function, direction and length, start, body, end, checksum.

`read_frame` judges bytes that are said to be one frame; `cutter.FrameCutter` finds frames in a stream.

Source: SL 651-2014, clause 6.5.2 (tables of the frame up and down, control characters).
"""

from __future__ import annotations

from typing import NamedTuple

from anlan.kernel.errors import ProtocolError
from anlan.protocols.sl651.crc import crc

__all__ = ["ENDS", "HEAD", "LONGEST", "TAIL", "Frame", "encode_frame", "head_of", "measure", "read_frame"]

# Bytes before the body with its packet numbers, and behind it.
HEAD, TAIL = 14, 3
LONGEST = 0xFFF
STX, SYN = 0x02, 0x16
# Control characters at the end of a frame.
ENDS: dict[int, str] = {
    0x03: "ETX",
    0x17: "ETB",
    0x05: "ENQ",
    0x04: "EOT",
    0x06: "ACK",
    0x15: "NAK",
    0x1B: "ESC",
}
_DOWN = 8


class Frame(NamedTuple):
    """A frame whose length and checksum are right.

    `station` (10 digits) and `password` (4) are hexadecimal as sent. `total` and `number` are those of a packet (start
    character 16), 0 without; `body` is what stands between them and the end character. `offset` is where in the stream the
    frame began.
    """

    down: bool
    centre: int
    station: str
    password: str
    function: int
    body: bytes
    end: int = 0x03
    total: int = 0
    number: int = 0
    offset: int = 0

    @property
    def in_packets(self) -> bool:
        """Whether this is one packet of several (mode M3)."""
        return self.total > 0


def measure(head: bytes) -> int:
    """Bytes of the frame with this head (at least 14 bytes), 0 when it is none.

    Source: SL 651-2014, clause 6.5.2.
    """
    if head[0] != 0x7E or head[1] != 0x7E or head[13] not in (STX, SYN) or head[11] & 0x70:
        return 0
    length = (head[11] & 0x0F) << 8 | head[12]
    return 0 if head[13] == SYN and length < 3 else HEAD + length + TAIL


def head_of(raw: bytes) -> tuple[bool, int, str, str, int] | None:
    """Direction, centre, station, password and function as far as they can be read, for diagnosis; None when too short.

    Source: SL 651-2014, clause 6.5.2.
    """
    if len(raw) < 12 or not raw.startswith(b"\x7e\x7e"):
        return None
    down = raw[11] >> 4 == _DOWN
    centre, station = (raw[7], raw[2:7]) if down else (raw[2], raw[3:8])
    return down, centre, station.hex().upper(), raw[8:10].hex().upper(), raw[10]


def read_frame(raw: bytes, offset: int = 0) -> Frame:
    """Check one frame.

    Args:
        raw: from 7E 7E to the checksum. offset: where it stood in a stream.
    Raises:
        ProtocolError: "sl651.frame.malformed" without start, head or start character; "sl651.frame.length" when another
            number of bytes is there than declared; "sl651.frame.crc".
    Source:
        SL 651-2014, clause 6.5.2.
    """
    size = len(raw)
    total = measure(raw) if size >= HEAD else 0
    if not total:
        raise ProtocolError("sl651.frame.malformed", size=size)
    if total != size:
        raise ProtocolError("sl651.frame.length", declared=total - HEAD - TAIL, actual=size - HEAD - TAIL)
    expected = crc(raw[:-2])
    if raw[-2] << 8 | raw[-1] != expected:
        raise ProtocolError("sl651.frame.crc", found=raw[-2:].hex().upper(), expected=f"{expected:04X}")
    text = raw[2:10].hex().upper()
    down = raw[11] >= 0x80
    station, centre = (text[:10], raw[7]) if down else (text[2:12], raw[2])
    if raw[13] == STX:
        return Frame(down, centre, station, text[12:], raw[10], raw[HEAD:-TAIL], raw[-3], 0, 0, offset)
    packets = raw[14] << 16 | raw[15] << 8 | raw[16]
    body = raw[HEAD + 3 : -TAIL]
    return Frame(down, centre, station, text[12:], raw[10], body, raw[-3], packets >> 12, packets & 0xFFF, offset)


def encode_frame(frame: Frame) -> bytes:
    """The bytes of a frame, with length and checksum.

    Raises:
        ProtocolError: "sl651.encode.length" when the body is too long, "sl651.encode.head" when an address, the password,
            the end character or the packet numbers can't be written.
    Source:
        SL 651-2014, clause 6.5.2.
    """
    packets = (frame.total << 12 | frame.number).to_bytes(3, "big") if 0 < frame.total <= 0xFFF else b""
    size = len(packets) + len(frame.body)
    if size > LONGEST:
        raise ProtocolError("sl651.encode.length", size=size, most=LONGEST)
    try:
        station, password = bytes.fromhex(frame.station), bytes.fromhex(frame.password)
        centre, function, end = bytes((frame.centre,)), bytes((frame.function,)), bytes((frame.end,))
    except ValueError:
        raise ProtocolError("sl651.encode.head") from None
    numbered = 0 < frame.number <= 0xFFF if packets else frame.total == frame.number == 0
    if len(station) != 5 or len(password) != 2 or not numbered:
        raise ProtocolError("sl651.encode.head")
    addresses = station + centre if frame.down else centre + station
    length = (size | _DOWN << 12 if frame.down else size).to_bytes(2, "big")
    start = bytes((SYN if packets else STX,))
    raw = b"\x7e\x7e" + addresses + password + function + length + start + packets + frame.body + end
    return raw + crc(raw).to_bytes(2, "big")
