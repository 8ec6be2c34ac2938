"""Frames out of a byte stream that arrives in any portions, with garbage between, lost bytes and lengths that lie.

Every decision is taken from the bytes of the stream alone, never from how they were portioned. A broken frame costs itself
and nothing behind it. At most one frame is kept, so memory is bounded; every byte is looked at a bounded number of times.
"""

from __future__ import annotations

import re

from anlan.kernel.errors import ProtocolError
from anlan.protocols.hj212.crc import crc
from anlan.protocols.hj212.frame import END, HEAD, LONGEST, TAIL, Frame, check_crc, is_checksum

__all__ = ["FrameCutter"]

# What ends a frame before its declared length does: an end with its checksum, or the start of the next frame.
_STOP = re.compile(rb"&&[0-9A-Fa-f]{4}(?=\r\n|##)|\r\n(?=##)")
_PORTION = 65_536
# Bytes without any frame are reported in lots of this size, so that whoever floods us is noticed.
_LOT = 65_536
_SAMPLE = 64


def _lone_payload(data: bytes) -> bytes:
    """The data section when these bytes are one good frame and nothing else, as most portions are; b"" if anything is odd."""
    size = len(data)
    if size < HEAD + TAIL + END or size > LONGEST or not data.startswith(b"##") or not data[2:HEAD].isdigit():
        return b""
    end = size - TAIL - END
    if int(data[2:HEAD]) != end - HEAD or data.find(b"##", HEAD) >= 0 or data.find(b"\r\n", HEAD) != size - END:
        return b""
    payload = bytes(data[HEAD:end])
    return payload if data[end : end + TAIL] == b"%04X" % crc(payload) else b""


class FrameCutter:
    """Cuts one connection's stream. `frames`, `errors` and `dropped` (bytes) count since the beginning."""

    def __init__(self) -> None:
        self.frames = self.errors = self.dropped = 0
        self._held = bytearray()
        self._offset = 0  # of the first held byte in the stream
        self._run = 0  # bytes of garbage not reported yet
        self._sample = b""
        self._remains = 0  # bytes that may still belong to a broken frame that was reported
        self._stop = (-1, -1)  # last stop found, as places in the stream
        self._clean = 0  # no stop begins before this place of the stream, but the one just named

    def feed(self, data: bytes) -> list[Frame | ProtocolError]:
        """The frames that these bytes complete, and an error for each part that is none, in the stream's order.

        Args:
            data: the next bytes, any number.
        Returns:
            Frames; errors "hj212.frame.length", "hj212.frame.crc", "hj212.frame.garbage" as values, each with `dropped`
            (bytes) and `sample` (hexadecimal, the first 64), the first two with `offset` too.
        Source:
            HJ 212-2017, clause 6.3; resynchronisation is a house rule (README).
        """
        if not self._held and not self._run and (payload := _lone_payload(data)):
            self._remains = 0
            self.frames += 1
            self._offset += len(data)
            return [Frame(payload, self._offset - len(data))]
        found: list[Frame | ProtocolError] = []
        for start in range(0, len(data), _PORTION):
            self._held += data[start : start + _PORTION]
            used = self._cut(found)
            del self._held[:used]
            self._offset += used
        return found

    def close(self) -> list[Frame | ProtocolError]:
        """The stream has ended: "hj212.frame.malformed" for half a frame, one for garbage that was not reported yet."""
        found: list[Frame | ProtocolError] = []
        if self._held[:2] == b"##":
            self._flush(found)
            self._report(found, "hj212.frame.malformed", 0, len(self._held), size=len(self._held))
        else:
            self._skip(found, 0, len(self._held))
            self._flush(found)
        self._offset += len(self._held)
        self._held.clear()
        return found

    def _cut(self, found: list[Frame | ProtocolError]) -> int:
        """Take what can be decided; returns how many of the held bytes are done with."""
        held, position = self._held, 0
        while True:
            start = held.find(b"##", position)
            if start < 0:
                # The last byte may be the first half of a start.
                end = len(held) - (1 if held.endswith(b"#") else 0)
                self._skip(found, position, max(position, end))
                return max(position, end)
            self._skip(found, position, start)
            if len(held) < start + HEAD:
                return start
            if not held[start + 2 : start + HEAD].isdigit():
                self._skip(found, start, start + 1)
                position = start + 1
                continue
            after = self._frame(found, start)
            if after is None:
                return start
            position = after

    def _frame(self, found: list[Frame | ProtocolError], start: int) -> int | None:
        """Judge the frame that begins here; returns where to go on, None when bytes are missing."""
        held = self._held
        end = start + HEAD + int(held[start + 2 : start + HEAD])
        # The start first: among many of them it is near, while a line end may be far.
        if held.find(b"##", start + HEAD, end) >= 0 or held.find(b"\r\n", start + HEAD, end) >= 0:
            stop = self._next_stop(start + HEAD, end)
            if stop is not None:
                return self._lied(found, start, stop)
        if len(held) < end + TAIL:
            return None
        digits = bytes(held[end : end + TAIL])
        ended = held.startswith(b"&&", end - 2)
        if not ended and len(held) < end + TAIL + END:
            return None
        if not is_checksum(digits) or not (ended or held.startswith(b"\r\n", end + TAIL)):
            return self._lied(found, start, end + TAIL)
        self._flush(found)
        self._remains = 0
        payload = bytes(held[start + HEAD : end])
        try:
            check_crc(payload, digits)
        except ProtocolError as error:
            self._report(found, "hj212.frame.crc", start, end + TAIL - start, **error.facts)
        else:
            self.frames += 1
            found.append(Frame(payload, self._offset + start))
        return end + TAIL

    def _next_stop(self, begin: int, end: int) -> int | None:
        """Where a stop that lies in this part of the held bytes ends. Remembered, so that no byte is searched twice."""
        base = self._offset
        if self._stop[0] < base + begin:
            last = min(end, len(self._held))
            found = _STOP.search(self._held, max(begin, self._clean - base), last)
            if found is None:
                # A stop and what must follow it are at most 8 bytes long, so 7 may be its beginning.
                self._clean = max(self._clean, base + last - 7)
                return None
            self._stop = (base + found.start(), base + found.end())
        stop = self._stop[1] - base
        return stop if stop + END <= end else None

    def _lied(self, found: list[Frame | ProtocolError], start: int, stop: int) -> int:
        """The length is wrong: go on at the next start inside, else where the frame seems to end."""
        stop -= self._held[stop - 1] == ord("#")
        inner = self._held.find(b"##", start + 2, stop)
        after = stop if inner < 0 else inner
        self._flush(found)
        declared, actual = int(self._held[start + 2 : start + HEAD]), max(0, after - start - HEAD - TAIL)
        self._report(found, "hj212.frame.length", start, after - start, declared=declared, actual=actual)
        self._remains = LONGEST
        return after

    def _skip(self, found: list[Frame | ProtocolError], start: int, end: int) -> None:
        """Bytes outside any frame. Line ends are none of them; what follows a broken frame is its rest."""
        if start >= end:
            return
        rest = bytes(self._held[start:end]).translate(None, b"\r\n")
        quiet = min(self._remains, len(rest))
        self._remains -= quiet
        self.dropped += quiet
        rest = rest[quiet:]
        while rest:
            part, rest = rest[: _LOT - self._run], rest[_LOT - self._run :]
            self._sample = (self._sample + part[:_SAMPLE])[:_SAMPLE]
            self._run += len(part)
            if self._run == _LOT:
                self._flush(found)

    def _flush(self, found: list[Frame | ProtocolError]) -> None:
        """Report the garbage so far, if there is any."""
        if self._run:
            self.dropped += self._run
            self.errors += 1
            found.append(ProtocolError("hj212.frame.garbage", dropped=self._run, sample=self._sample.hex()))
            self._run, self._sample = 0, b""

    def _report(self, out: list[Frame | ProtocolError], code: str, start: int, size: int, /, **facts: object) -> None:
        self.errors += 1
        self.dropped += size
        sample = bytes(self._held[start : start + min(size, _SAMPLE)]).hex()
        out.append(ProtocolError(code, offset=self._offset + start, dropped=size, sample=sample, **facts))
