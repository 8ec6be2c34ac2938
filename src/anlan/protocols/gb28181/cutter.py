"""SIP messages out of a TCP stream: a message ends where its Content-Length says; empty lines between messages are nothing.

Every decision is taken from the bytes of the stream alone, never from how they were portioned; at most one message is kept.
Source: RFC 3261, clauses 7.5 and 18.3; RFC 5626, clause 3.5.1 (empty lines as keep-alive); resynchronisation: house rule.
"""

from __future__ import annotations

import re

from anlan.kernel.errors import ProtocolError
from anlan.protocols.gb28181.message import LONGEST_HEAD, METHODS, SipMessage, body_size, read_message

__all__ = ["FrameCutter"]

_METHOD = "|".join(METHODS).encode()
_START = re.compile(rb"(?:" + _METHOD + rb") [^\r\n]{1,300} SIP/2\.0\r?\n|SIP/2\.0 [1-6]\d\d[^\r\n]{0,220}\r?\n")
_END = re.compile(rb"\r?\n\r?\n")
_LONGEST_START, _SAMPLE, _LOT = 340, 64, 65_536


class FrameCutter:
    """Cuts one connection's stream. `frames`, `errors` and `dropped` (bytes) count since the beginning."""

    def __init__(self) -> None:
        self.frames = self.errors = self.dropped = 0
        self._held = bytearray()
        self._offset = 0
        self._run, self._sample = 0, b""  # garbage not reported yet
        self._whole = 0  # bytes of the message at the beginning, 0 while its head is not whole
        self._searched = 0  # bytes of its head that were searched for the end

    def feed(self, data: bytes) -> list[SipMessage | ProtocolError]:
        """The messages that these bytes complete, and an error for each part that is none, in the stream's order.

        Source: RFC 3261, clause 18.3.
        """
        found: list[SipMessage | ProtocolError] = []
        for at in range(0, len(data), _LOT):
            self._held += data[at : at + _LOT]
            while self._step(found):
                pass
        return found

    def close(self) -> list[SipMessage | ProtocolError]:
        """The stream has ended: an error for half a message, one for garbage that was not reported yet.

        Source: house rule.
        """
        found: list[SipMessage | ProtocolError] = []
        size = len(self._held)
        if size and _START.match(self._held):
            self._flush(found)
            self._broken(found, ProtocolError("gb28181.frame.malformed", size=size), size)
        elif size:
            self._skip(found, size)
        self._flush(found)
        return found

    def _step(self, found: list[SipMessage | ProtocolError]) -> bool:
        """Take one thing off the beginning; False where more bytes are needed."""
        held = self._held
        if not held:
            return False
        if not self._searched and not self._whole:
            start = _START.search(held)
            if start is None:
                # The last line may be half a start line.
                keep = min(len(held), _LONGEST_START, len(held) - 1 - max(held.rfind(b"\n"), -1))
                self._skip(found, len(held) - keep)
                return False
            if start.start():
                self._skip(found, start.start())
        return self._message(found)

    def _message(self, found: list[SipMessage | ProtocolError]) -> bool:
        held = self._held
        if not self._whole:
            end = _END.search(held, max(0, self._searched - 4), LONGEST_HEAD)
            if end is None:
                self._searched = len(held)
                if len(held) < LONGEST_HEAD:
                    return False
                self._flush(found)
                self._broken(found, ProtocolError("gb28181.frame.malformed", size=len(held)), self._next(1))
                return True
            try:
                size = body_size(held[: end.start()].decode("utf-8", "replace"))
            except ProtocolError as error:
                self._flush(found)
                self._broken(found, error, end.end())
                return True
            self._whole = end.end() + max(0, size)
        if len(held) < self._whole:
            return False
        raw = bytes(held[: self._whole])
        self._flush(found)
        try:
            found.append(read_message(raw, self._offset))
            self.frames += 1
            self._drop(self._whole)
        except ProtocolError as error:
            self._broken(found, error, self._whole)
        return True

    def _next(self, since: int) -> int:
        """Where the next start line is, or all that is held."""
        start = _START.search(self._held, since)
        return start.start() if start else len(self._held)

    def _drop(self, size: int) -> None:
        del self._held[:size]
        self._offset += size
        self._whole = self._searched = 0

    def _broken(self, found: list[SipMessage | ProtocolError], error: ProtocolError, size: int) -> None:
        self.errors += 1
        self.dropped += size
        error.facts |= {"offset": self._offset, "dropped": size, "sample": bytes(self._held[:_SAMPLE]).hex()}
        found.append(error)
        self._drop(size)

    def _skip(self, found: list[SipMessage | ProtocolError], size: int) -> None:
        """Bytes outside any message; empty lines are none."""
        garbage = bytes(self._held[:size]).translate(None, b"\r\n")
        self._sample = (self._sample + garbage[:_SAMPLE])[:_SAMPLE]
        self._run += len(garbage)
        self._drop(size)
        if self._run >= _LOT:
            self._flush(found)

    def _flush(self, found: list[SipMessage | ProtocolError]) -> None:
        if self._run:
            self.dropped += self._run
            self.errors += 1
            found.append(ProtocolError("gb28181.frame.garbage", dropped=self._run, sample=self._sample.hex()))
            self._run, self._sample = 0, b""
