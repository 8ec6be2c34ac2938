"""Frames that state their length in a head of fixed size, out of a byte stream in any portions: the part that SL 651 and
GB/T 26875.3 share.

Every decision is taken from the bytes of the stream alone, never from how they were portioned. A broken frame costs itself
and nothing behind it. At most one frame is kept, so memory is bounded. Source: house rule (README of each protocol).
"""

from __future__ import annotations

from typing import Any

from anlan.kernel.errors import ProtocolError

__all__ = ["StreamCutter"]

_PORTION = 65_536
# Bytes without any frame are reported in lots of this size, so that whoever floods us is noticed.
_LOT = 65_536
_SAMPLE = 64
# Bytes that may be checked in vain ahead of what has been used up, and how many for each byte used up.
_CREDIT, _SHARE = 65_536, 8


class StreamCutter:
    """Cuts one connection's stream. `frames`, `errors` and `dropped` (bytes) count since the beginning.

    A protocol derives from it, sets `START` and `HEAD` (bytes that are enough to measure a frame) and says how a frame is
    measured and judged.
    """

    START: bytes
    HEAD: int
    FILL: bytes = b""
    """A byte that may stand between frames any number of times and is nothing."""

    def __init__(self) -> None:
        self.frames = self.errors = self.dropped = 0
        self._held = bytearray()
        self._offset = 0  # of the first held byte in the stream
        self._run = 0  # bytes of garbage not reported yet
        self._sample = b""
        self._debt = 0  # bytes checked in vain, less what was used up since

    def measure(self, head: bytes) -> int:
        """Bytes of the whole frame with this head, 0 when it is no head.

        Source: house rule.
        """
        raise NotImplementedError

    def judge(self, raw: bytes, offset: int) -> Any:
        """The frame in these bytes.

        Raises:
            ProtocolError: it is broken.
        Source:
            House rule.
        """
        raise NotImplementedError

    def garbage(self, dropped: int, sample: str) -> ProtocolError:
        """The error for bytes outside any frame.

        Source: house rule.
        """
        raise NotImplementedError

    def half(self, size: int) -> ProtocolError:
        """The error for a frame that the end of the stream cut off.

        Source: house rule.
        """
        raise NotImplementedError

    def feed(self, data: bytes) -> list[Any]:
        """The frames that these bytes complete, and an error for each part that is none, in the stream's order.

        Args:
            data: the next bytes, any number.
        Returns:
            Frames, and errors as values with `dropped` (bytes) and `sample` (hexadecimal, the first 64) among their facts.
        Source:
            House rule.
        """
        found: list[Any] = []
        for start in range(0, len(data), _PORTION):
            self._held += data[start : start + _PORTION]
            used = self._cut(found)
            del self._held[:used]
            self._offset += used
        return found

    def close(self) -> list[Any]:
        """The stream has ended: an error for half a frame, one for garbage that was not reported yet.

        Source: house rule.
        """
        found: list[Any] = []
        size = len(self._held)
        if self._held.startswith(self.START):
            self._flush(found)
            self._report(found, self.half(size), 0, size)
        else:
            self._skip(found, 0, size)
            self._flush(found)
        self._offset += size
        self._held.clear()
        return found

    def _cut(self, found: list[Any]) -> int:
        """Take what can be decided; returns how many of the held bytes are done with."""
        held, position, start_word, head = self._held, 0, self.START, self.HEAD
        size = len(held)
        while True:
            start = held.find(start_word, position)
            if start < 0:
                # The last byte may be the first half of a start.
                end = max(position, size - (1 if held.endswith(start_word[:1]) else 0))
                self._skip(found, position, end)
                return end
            self._skip(found, position, start)
            if size < start + head:
                return start
            length = self.measure(bytes(held[start : start + head]))
            if not length:
                self._skip(found, start, start + 1)
                position = start + 1
                continue
            if size < start + length:
                return start
            position = self._frame(found, start, length)

    def _frame(self, found: list[Any], start: int, length: int) -> int:
        """Judge the frame that begins here and is all there; returns where to go on."""
        held = self._held
        try:
            frame = self.judge(bytes(held[start : start + length]), self._offset + start)
        except ProtocolError as error:
            # Its length may have lied, or bytes were lost: a start inside may be the next frame. Each such try costs a
            # check of up to a whole frame, so a stream of nothing but starts is soon dropped frame by frame.
            inner = held.find(self.START, start + 2, start + length)
            size = length if inner < 0 or self._debt > _CREDIT else inner - start
            self._debt = max(0, self._debt + length - _SHARE * size)
            self._flush(found)
            self._report(found, error, start, size)
            return start + size
        self._flush(found)
        self._debt = max(0, self._debt - _SHARE * length)
        self.frames += 1
        found.append(frame)
        return start + length

    def _skip(self, found: list[Any], start: int, end: int) -> None:
        """Bytes outside any frame."""
        data, at = bytes(self._held[start:end]), 0
        if self.FILL:
            data = data.replace(self.FILL, b"")
        while at < len(data):
            size = min(len(data) - at, _LOT - self._run)
            if len(self._sample) < _SAMPLE:
                self._sample = (self._sample + data[at : at + _SAMPLE])[:_SAMPLE]
            self._run += size
            at += size
            if self._run == _LOT:
                self._flush(found)

    def _flush(self, found: list[Any]) -> None:
        """Report the garbage so far, if there is any."""
        if self._run:
            self.dropped += self._run
            self.errors += 1
            found.append(self.garbage(self._run, self._sample.hex()))
            self._run, self._sample = 0, b""

    def _report(self, found: list[Any], error: ProtocolError, start: int, size: int) -> None:
        self.errors += 1
        self.dropped += size
        sample = bytes(self._held[start : start + min(size, _SAMPLE)]).hex()
        error.facts |= {"offset": self._offset + start, "dropped": size, "sample": sample}
        found.append(error)
