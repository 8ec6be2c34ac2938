"""Joining messages that were sent in packets: pictures, long answers (mode M3).

Source: SL 651-2014, clauses 5.2 and 6.5.2; bounds are a house rule.
"""

from __future__ import annotations

from collections import OrderedDict

from anlan.protocols.sl651.frame import Frame

__all__ = ["Joiner"]

_Key = tuple[str, int, int]


class Joiner:
    """Collects packets in any order and with repetitions; they belong together when station, function and total agree.

    One joiner serves one connection or many. It holds at most `most` packets (each at most 4092 bytes); beyond that the
    message that has waited longest for its next packet is given up and counted in `dropped`.
    """

    def __init__(self, most: int = 4096) -> None:
        self.dropped = 0
        self._most = most
        self._packets = 0
        self._open: OrderedDict[_Key, dict[int, Frame]] = OrderedDict()

    def add(self, frame: Frame) -> Frame | None:
        """The whole message when this packet completes it; a frame that is no packet comes back as it is.

        A packet that comes again takes the place of the first; a first packet with another serial number or time begins
        anew. A packet numbered 0 or beyond the total is no part of anything and is left out.

        Returns:
            A frame without packet numbers whose body may exceed what one frame can carry; None while packets are missing.
        Source:
            SL 651-2014, clause 6.5.2.
        """
        if not frame.in_packets or frame.down:
            return frame
        if not 1 <= frame.number <= frame.total:
            return None
        key = (frame.station, frame.function, frame.total)
        held = self._open.setdefault(key, {})
        first = held.get(1)
        if frame.number == 1 and first is not None and first.body[:8] != frame.body[:8]:
            self._packets -= len(held)
            self.dropped += 1
            held.clear()
        self._packets += frame.number not in held
        held[frame.number] = frame
        self._open.move_to_end(key)
        if len(held) == frame.total:
            del self._open[key]
            self._packets -= frame.total
            ordered = [held[number] for number in range(1, frame.total + 1)]
            body = b"".join(part.body for part in ordered)
            return ordered[0]._replace(body=body, end=ordered[-1].end, total=0, number=0)
        while self._packets > self._most:
            self._packets -= len(self._open.popitem(last=False)[1])
            self.dropped += 1
        return None

    def missing(self, frame: Frame) -> list[int]:
        """Numbers of the packets that this packet's message still lacks, for `encode.repeat`.

        Source: SL 651-2014, clause 5.2 (mode M3).
        """
        held = self._open.get((frame.station, frame.function, frame.total), {})
        return [number for number in range(1, frame.total + 1) if number not in held] if held else []
