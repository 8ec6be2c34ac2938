"""Packets of GB/T 26875.3 out of a byte stream.

Source: GB/T 26875.3-2011, clause 6.6; resynchronisation is a house rule (README).
"""

from __future__ import annotations

from anlan.kernel.errors import ProtocolError
from anlan.protocols.gb26875.frame import HEAD, START, Frame, measure, read_frame
from anlan.protocols.stream import StreamCutter

__all__ = ["FrameCutter"]


class FrameCutter(StreamCutter):
    """Cuts one connection's stream into `Frame`s and errors "gb26875.frame.checksum", ".malformed", ".garbage"."""

    START, HEAD = START, HEAD

    def measure(self, head: bytes) -> int:
        """As `frame.measure`. Source: GB/T 26875.3-2011, clause 6.6."""
        return measure(head)

    def judge(self, raw: bytes, offset: int) -> Frame:
        """As `frame.read_frame`. Source: GB/T 26875.3-2011, clause 6.6."""
        return read_frame(raw, offset)

    def garbage(self, dropped: int, sample: str) -> ProtocolError:
        """Source: house rule."""
        return ProtocolError("gb26875.frame.garbage", dropped=dropped, sample=sample)

    def half(self, size: int) -> ProtocolError:
        """Source: house rule."""
        return ProtocolError("gb26875.frame.malformed", size=size)
