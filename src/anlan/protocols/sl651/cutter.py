"""Frames of SL 651 out of a byte stream.

Source: SL 651-2014, clause 6.5.2; resynchronisation is a house rule (README).
"""

from __future__ import annotations

from anlan.kernel.errors import ProtocolError
from anlan.protocols.sl651.frame import HEAD, Frame, measure, read_frame
from anlan.protocols.stream import StreamCutter

__all__ = ["FrameCutter"]


class FrameCutter(StreamCutter):
    """Cuts one connection's stream into `Frame`s and errors "sl651.frame.crc", ".garbage", ".malformed" (at the end)."""

    START, HEAD = b"\x7e\x7e", HEAD

    def measure(self, head: bytes) -> int:
        """As `frame.measure`. Source: SL 651-2014, clause 6.5.2."""
        return measure(head)

    def judge(self, raw: bytes, offset: int) -> Frame:
        """As `frame.read_frame`. Source: SL 651-2014, clause 6.5.2."""
        return read_frame(raw, offset)

    def garbage(self, dropped: int, sample: str) -> ProtocolError:
        """Source: house rule."""
        return ProtocolError("sl651.frame.garbage", dropped=dropped, sample=sample)

    def half(self, size: int) -> ProtocolError:
        """Source: house rule."""
        return ProtocolError("sl651.frame.malformed", size=size)
