"""Frames out of a byte stream that arrives in any portions, with garbage between and lost bytes.

Every decision is taken from the bytes of the stream alone, never from how they were portioned. What stands between two
flags is one frame or one error, so a broken frame costs itself, and a flag that was lost the two frames beside it. At most
one frame is kept, so memory is bounded and the work is linear in what arrives.

Source: JT/T 808-2013, clause 4.4.2; resynchronisation is a house rule (README).
"""

from __future__ import annotations

from anlan.kernel.errors import ProtocolError
from anlan.protocols.jt808.frame import FLAG, LONGEST, Frame, open_frame

__all__ = ["FrameCutter"]

# Bytes without any frame are reported in lots of this size, so that whoever floods us is noticed.
_LOT = 65_536
_SAMPLE = 64


class FrameCutter:
    """Cuts one connection's stream. `frames`, `errors` and `dropped` (bytes) count since the beginning."""

    def __init__(self) -> None:
        self.frames = self.errors = self.dropped = 0
        self._held = b""  # after the last flag
        self._offset = 0  # of the first held byte in the stream
        self._opened = False  # a frame may have begun with the held bytes
        self._run = 0  # bytes of garbage not reported yet
        self._sample = b""

    def feed(self, data: bytes) -> list[Frame | ProtocolError]:
        """The frames that these bytes complete, and an error for each part that is none, in the stream's order.

        Args:
            data: the next bytes, any number.
        Returns:
            Frames; errors as values, those of `read_frame` and "jt808.frame.garbage", each with `dropped` (bytes) and
            `sample` (hexadecimal, the first 64).
        Source:
            JT/T 808-2013, clause 4.4.2; resynchronisation is a house rule (README).
        """
        found: list[Frame | ProtocolError] = []
        parts = bytes(data).split(FLAG)
        last = len(parts) - 1
        for place, part in enumerate(parts):
            if self._held:
                part = self._held + part
                self._held = b""
            if place < last:
                self._part(found, part)
                continue
            if self._opened and len(part) <= LONGEST:
                self._held = part
            elif part:
                # No frame is as long, or none has begun: nothing is one before the next flag.
                self._opened = False
                self._offset += len(part)
                self._garbage(found, part)
        return found

    def close(self) -> list[Frame | ProtocolError]:
        """The stream has ended: "jt808.frame.malformed" for half a frame, one for garbage that was not reported yet."""
        found: list[Frame | ProtocolError] = []
        self._flush(found)
        if self._held:
            half, self._held = self._held, b""
            self._report(found, "jt808.frame.malformed", half, {"size": len(half) + 1})
        self._opened = False
        return found

    def _part(self, found: list[Frame | ProtocolError], part: bytes) -> None:
        """What stands before a flag."""
        start, self._offset = self._offset, self._offset + len(part) + 1
        if not self._opened or len(part) > LONGEST:
            self._garbage(found, part)
            self._flush(found)
            self._opened = True
            return
        if not part:
            return
        try:
            found.append(open_frame(part, start - 1))
            self.frames += 1
        except ProtocolError as error:
            self._report(found, error.code, part, error.facts)

    def _garbage(self, found: list[Frame | ProtocolError], part: bytes) -> None:
        self._sample = (self._sample + part[:_SAMPLE])[:_SAMPLE]
        while self._run + len(part) >= _LOT:
            taken = _LOT - self._run
            self._run, part = _LOT, part[taken:]
            self._flush(found)
            self._sample = part[:_SAMPLE]
        self._run += len(part)

    def _flush(self, found: list[Frame | ProtocolError]) -> None:
        if self._run:
            size, sample = self._run, self._sample
            self._run, self._sample = 0, b""
            self.errors += 1
            self.dropped += size
            found.append(ProtocolError("jt808.frame.garbage", dropped=size, sample=sample.hex()))

    def _report(self, found: list[Frame | ProtocolError], code: str, part: bytes, facts: dict[str, object]) -> None:
        self.errors += 1
        self.dropped += len(part)
        found.append(ProtocolError(code, **facts, dropped=len(part), sample=part[:_SAMPLE].hex()))
