"""Frames of Modbus out of byte streams.

A serial line separates frames by silence, which a stream through a serial server has lost. What follows is therefore
measured by its function code and believed when its checksum is right.

Source: MODBUS over Serial Line V1.02, clause 2.5.1.1; MODBUS Messaging on TCP/IP V1.0b, clause 3.1.3; resynchronisation is a
house rule (README).
"""

from __future__ import annotations

from typing import Any

from anlan.kernel.errors import ProtocolError
from anlan.protocols.modbus.crc import TABLE
from anlan.protocols.modbus.frame import HEAD, Frame, measure_tcp, read_tcp
from anlan.protocols.stream import StreamCutter

__all__ = ["FrameCutter", "TcpCutter"]

_CREDIT, _SHARE = 65_536, 8


class _Cutter(StreamCutter):
    """What both share: no mark at the start, so any byte may begin a frame."""

    START = b""

    def garbage(self, dropped: int, sample: str) -> ProtocolError:
        """Source: house rule."""
        return ProtocolError("modbus.frame.garbage", dropped=dropped, sample=sample)

    def half(self, size: int) -> ProtocolError:
        """Source: house rule."""
        return ProtocolError("modbus.frame.malformed", size=size)


class TcpCutter(_Cutter):
    """Cuts one connection of Modbus TCP into `Frame`s and errors "modbus.frame.garbage", ".malformed" (at the end)."""

    HEAD = HEAD

    def measure(self, head: bytes) -> int:
        """As `frame.measure_tcp`. Source: MODBUS Messaging on TCP/IP V1.0b, clause 3.1.3."""
        return measure_tcp(head)

    def judge(self, raw: bytes, offset: int) -> Frame:
        """As `frame.read_tcp`. Source: MODBUS Messaging on TCP/IP V1.0b, clause 3.1.3."""
        return read_tcp(raw, offset)

    def close(self) -> list[Any]:
        """As `StreamCutter.close`. Source: house rule."""
        found: list[Any] = []
        self._flush(found)
        return found + (super().close() if self._held else [])


class FrameCutter(_Cutter):
    """Cuts a stream of Modbus RTU into `Frame`s and errors "modbus.frame.garbage".

    Call `close` whenever the line has been silent, too: half a frame then delays nothing behind it; the cutter may be fed
    again afterwards. `direction` ("request", "reply") spares it from taking one for the other.
    """

    HEAD = 4

    def __init__(self, direction: str | None = None) -> None:
        super().__init__()
        self._asks, self._answers = direction != "reply", direction != "request"

    def close(self) -> list[Any]:
        """Nothing more will come of what has begun: take the frames in what is held, report the rest.

        Source: MODBUS over Serial Line V1.02, clause 2.5.1.1 (silence ends a frame).
        """
        found: list[Any] = []
        size = len(self._held)
        self._scan(found, True)
        self._flush(found)
        self._offset += size
        self._held.clear()
        return found

    def _cut(self, found: list[Any]) -> int:
        return self._scan(found, False)

    def _scan(self, found: list[Any], final: bool) -> int:
        """Take what can be decided; returns how many of the held bytes are done with."""
        held, position, size = self._held, 0, len(self._held)
        while position < size:
            sizes = self._sizes(held, position, size)
            if sizes is None and not final:
                return position
            length, checked = self._fits(held, position, size, sizes or [])
            if length:
                self._flush(found)
                self._debt = max(0, self._debt - _SHARE * length)
                raw = bytes(held[position : position + length])
                found.append(Frame(raw[0], raw[1], raw[2:-2], None, self._offset + position))
                self.frames += 1
                position += length
                continue
            if sizes and position + sizes[-1] > size and not final:
                return position
            # A stream that checks much in vain is soon dropped by whole would-be frames.
            step = min(size - position, max(1, checked) if self._debt > _CREDIT else 1)
            self._debt = max(0, self._debt + checked - _SHARE * step)
            self._skip(found, position, position + step)
            position += step
        return position

    def _sizes(self, held: bytearray, at: int, size: int) -> list[int] | None:
        """Lengths that a frame beginning here may have, shortest first; None when too little is there to say."""
        if at + 2 > size:
            return None
        code = held[at + 1]
        if code & 0x80:
            return [5] if self._answers and code != 0x80 else []
        if code not in (1, 2, 3, 4, 5, 6, 15, 16):
            return []
        if code <= 4:
            if at + 3 > size:
                return None
            count = held[at + 2]
            fits = self._answers and 0 < count <= 250 and (code < 3 or not count & 1)
            return sorted(([8] if self._asks else []) + ([5 + count] if fits else []))
        if code <= 6 or not self._asks:
            return [8]
        if at + 7 > size:
            return None
        count = held[at + 6]
        return ([8] if self._answers else []) + ([9 + count] if 0 < count <= 246 else [])

    @staticmethod
    def _fits(held: bytearray, at: int, size: int, sizes: list[int]) -> tuple[int, int]:
        """The first of these lengths whose checksum is right, 0 for none; and how many bytes were looked at."""
        register, table, done = 0xFFFF, TABLE, 0
        for length in sizes:
            if at + length > size:
                break
            for byte in held[at + done : at + length]:
                register = (register >> 8) ^ table[(register ^ byte) & 0xFF]
            done = length
            if not register:
                return length, done
        return 0, done
