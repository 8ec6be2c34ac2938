"""HJ 212 on a connection: frames to messages, the answer that each is owed, packets of a split message kept in time.

Packets of a message sent in several are handed on one by one, as each is acknowledged by itself and must not be lost with
the gateway; a packet without DataTime takes that of the packet before it.

Source: HJ 212-2017, clauses 6.3 to 6.5; what is urgent is a house rule (docs/howto/gateway.md).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from operator import itemgetter

from anlan.gateways.heard import EVENT, READINGS, REFUSED, Heard
from anlan.kernel.errors import ProtocolError
from anlan.kernel.telemetry import MAX_RAW, Reading, moments
from anlan.protocols.hj212.cutter import FrameCutter
from anlan.protocols.hj212.decode import read, read_section
from anlan.protocols.hj212.decoded import Message
from anlan.protocols.hj212.encode import encode_frame
from anlan.protocols.hj212.quick import QuickReader, millis
from anlan.protocols.hj212.readings import Reading as Decoded
from anlan.protocols.hj212.section import Field, Section, decode_section

__all__ = ["open_session"]

# MN has 24 characters; whoever sends far more is no device.
_LONGEST_IDENTITY = 64
# Devices of one connection whose last values are remembered.
_MOST_DEVICES = 256
_TENTH = 0.1
# A real-time clock this far from ours is worth a word; data of the past are sent again for days after a cut line.
_AHEAD_MS, _BEHIND_MS = 600_000, 366 * 86_400_000
_value = itemgetter(2)


class _Session:
    __slots__ = ("_cutter", "_last", "_quick", "_split")

    def __init__(self) -> None:
        self._cutter: FrameCutter | None = None  # most connections of an idle fleet are silent
        self._quick = QuickReader()
        self._last: dict[str, tuple[float | None, ...]] = {}
        self._split: tuple[tuple[str, ...], tuple[Field, ...]] | None = None

    def feed(self, data: bytes, now: int) -> list[Heard]:
        if self._cutter is None:
            self._cutter = FrameCutter()
        found = self._cutter.feed(data)
        return [_refused(f) if isinstance(f, ProtocolError) else self._heard(f.payload, now) for f in found]

    def close(self) -> list[Heard]:
        found = self._cutter.close() if self._cutter is not None else []
        return [_refused(f) for f in found if isinstance(f, ProtocolError)]

    def _heard(self, payload: bytes, now: int) -> Heard:
        quick = self._quick.read(payload)
        if quick is not None and now - _BEHIND_MS <= quick.at <= now + _AHEAD_MS:
            urgent = self._changed(quick.device, quick.values)
            moment = (quick.head, quick.at, quick.values)
            return Heard(READINGS, quick.device, quick.message, (moment,), (), quick.reply, urgent)
        return self._any(payload, now)

    def _any(self, payload: bytes, now: int) -> Heard:
        message = self._joined(payload) if b";PNUM=" in payload else read(payload)
        identity = message.device
        if not identity or len(identity) > _LONGEST_IDENTITY:
            code = "gateways.identity.long" if identity else "hj212.section.no_device"
            return Heard(REFUSED, "", code, warnings=(code,), raw=payload[:MAX_RAW].decode("latin-1"))
        reply = b"" if message.reply is None else encode_frame(message.reply)
        warnings = tuple([w.code for w in message.warnings]) if message.warnings else ()
        if not message.readings:
            return Heard(EVENT, identity, message.message, (), warnings, reply, True)
        self._quick.learn(payload, message)
        readings, first, last = _readings(message.readings, now)
        if last - now > _AHEAD_MS:
            warnings += ("gateways.time.ahead",)
        if now - first > _BEHIND_MS:
            warnings += ("gateways.time.behind",)
        urgent = self._changed(identity, tuple(map(_value, readings)))
        return Heard(READINGS, identity, message.message, moments(readings), warnings, reply, urgent)

    def _changed(self, identity: str, values: tuple[float | None, ...]) -> bool:
        """Whether a value left its last one by more than a tenth, or there is no last one to compare with."""
        before = self._last.get(identity)
        if before is None and len(self._last) >= _MOST_DEVICES:
            self._last.clear()
        self._last[identity] = values
        if before is None or len(before) != len(values):
            return True
        for old, new in zip(before, values, strict=True):
            if old != new and (old is None or new is None or abs(new - old) > _TENTH * abs(old)):
                return True
        return False

    def _joined(self, payload: bytes) -> Message:
        """One packet of a split message, read at the time that the packets before it stated."""
        section = decode_section(payload)
        groups = section.groups
        if section.parts is None or not groups:
            return read(payload)
        key = tuple(section.head.get(name, "") for name in ("MN", "ST", "CN", "QN", "PNUM"))
        times = [group[:1] for group in groups if group[0][0] == "DataTime"]
        if groups[0][0][0] != "DataTime" and self._split is not None and self._split[0] == key:
            message = read_section(_dated(section, self._split[1]))
        else:
            message = read(payload)
        if times:
            self._split = (key, times[-1])
        return message


def _dated(section: Section, stamp: tuple[Field, ...]) -> Section:
    return replace(section, groups=(stamp, *(section.groups or ())))


def _readings(decoded: list[Decoded], now: int) -> tuple[tuple[Reading, ...], int, int]:
    """Readings of a report with the earliest and latest time; one that no time was stated for stands at now."""
    found = []
    known: datetime | None = None
    at = first = last = now
    for place, (metric, value, _, stated, _, _, flag) in enumerate(decoded):
        if place == 0 or stated is not known:
            known = stated
            at = now if stated is None else millis(stated)
            first, last = (at, at) if place == 0 else (min(first, at), max(last, at))
        found.append((metric, at, value, flag))
    return tuple(found), first, last


def _refused(error: ProtocolError) -> Heard:
    raw = bytes.fromhex(str(error.facts.get("sample", ""))).decode("latin-1")
    return Heard(REFUSED, "", error.code, warnings=(error.code,), raw=raw)


def open_session() -> _Session:
    """The state of a new connection.

    Source: HJ 212-2017, clause 6.3.
    """
    return _Session()
