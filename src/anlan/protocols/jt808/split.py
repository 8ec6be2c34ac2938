"""Joining messages that were sent in several packages, and knowing which of them are missing.

Source: JT/T 808-2013, clauses 4.4.3, 7.12 and 8.4; bounds are a house rule.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from typing import NamedTuple

from anlan.protocols.jt808.frame import Frame

__all__ = ["Joiner", "Pending"]


class Pending(NamedTuple):
    """A message of which packages are missing: what `replies.resend_request` needs."""

    message: int
    device: str
    first_serial: int
    total: int
    missing: tuple[int, ...]


_Key = tuple[str, int, int, int]


class Joiner:
    """Collects the packages of messages, in any order and with repetitions.

    One joiner serves one connection or many. It holds at most `most` packages (each below 1,024 bytes); beyond that the
    message that has waited longest for its next package is given up and counted in `dropped`.
    """

    def __init__(self, most: int = 4096) -> None:
        self.dropped = 0
        self._most = most
        self._packages = 0
        self._open: OrderedDict[_Key, dict[int, Frame]] = OrderedDict()
        self._kinds: defaultdict[tuple[str, int, int], list[_Key]] = defaultdict(list)

    def add(self, frame: Frame) -> Frame | None:
        """The whole message when this package completes it; a frame that is not split comes back as it is.

        Packages belong together when terminal, message, total and the serial number of the first package agree; a package
        that comes again takes the place of the first, also under the serial number of its repetition when only one message
        of that kind waits for it (terminals count on instead of repeating the number).

        Returns:
            A frame with the whole body and the serial number of the first package, `total` 0. None while packages are
            missing, and for a package whose number is not within its total.
        Source:
            JT/T 808-2013, clauses 4.4.3 and 7.12.
        """
        total, number = frame.total, frame.number
        if total < 2:
            return frame if not total else frame._replace(total=0, number=0)
        if not 1 <= number <= total:
            return None
        key = self._key(frame)
        if key not in self._open:
            self._open[key] = {}
            self._kinds[key[:3]].append(key)
        held = self._open[key]
        self._packages += number not in held
        held[number] = frame
        self._open.move_to_end(key)
        if len(held) == total:
            self._packages -= len(self._drop(key))
            body = b"".join(held[place].body for place in range(1, total + 1))
            return held[1]._replace(body=body, serial=key[3], total=0, number=0)
        while self._packages > self._most:
            self._packages -= len(self._drop(next(iter(self._open))))
            self.dropped += 1
        return None

    def pending(self, device: str | None = None) -> list[Pending]:
        """Messages of which packages are missing, the one that has waited longest first; of one terminal or of all.

        Source: JT/T 808-2013, clause 8.4.
        """
        return [
            Pending(message, owner, first, total, tuple(n for n in range(1, total + 1) if n not in held))
            for (owner, message, total, first), held in self._open.items()
            if device is None or owner == device
        ]

    def _key(self, frame: Frame) -> _Key:
        kind = (frame.device, frame.message, frame.total)
        key = (*kind, (frame.serial - frame.number + 1) & 0xFFFF)
        waiting = self._kinds.get(kind, ())
        if key in self._open or len(waiting) != 1:
            return key
        # A repetition under another serial number comes when the last package has been there already.
        held = self._open[waiting[0]]
        return waiting[0] if frame.number not in held and frame.total in held else key

    def _drop(self, key: _Key) -> dict[int, Frame]:
        kind = self._kinds[key[:3]]
        kind.remove(key)
        if not kind:
            del self._kinds[key[:3]]
        return self._open.pop(key)
