"""Frames of DL/T 645 out of a byte stream; the FE that wake a meter up are nothing between frames.

Source: DL/T 645-2007, clauses 5.2 and 5.3; resynchronisation is a house rule (README).
"""

from __future__ import annotations

from anlan.kernel.errors import ProtocolError
from anlan.protocols.dlt645.frame import HEAD, PREAMBLE, Frame, measure, read_frame
from anlan.protocols.stream import StreamCutter

__all__ = ["FrameCutter"]


class FrameCutter(StreamCutter):
    """Cuts one connection's stream into `Frame`s and errors "dlt645.frame.checksum", ".malformed", ".garbage"."""

    START, HEAD, FILL = b"\x68", HEAD, PREAMBLE

    def measure(self, head: bytes) -> int:
        """As `frame.measure`. Source: DL/T 645-2007, clause 5.2."""
        return measure(head)

    def judge(self, raw: bytes, offset: int) -> Frame:
        """As `frame.read_frame`. Source: DL/T 645-2007, clause 5.2."""
        return read_frame(raw, offset)

    def garbage(self, dropped: int, sample: str) -> ProtocolError:
        """Source: house rule."""
        return ProtocolError("dlt645.frame.garbage", dropped=dropped, sample=sample)

    def half(self, size: int) -> ProtocolError:
        """Source: house rule."""
        return ProtocolError("dlt645.frame.malformed", size=size)
