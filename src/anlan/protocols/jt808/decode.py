"""From a checked frame to what it says: device, message, time, readings, fields, and what is odd about it.

Source: JT/T 808-2013, clause 8, and the changes of the edition of 2019.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from anlan.kernel.errors import Violation
from anlan.protocols.jt808.bodies import edition_of, layout_of
from anlan.protocols.jt808.frame import Frame, read_frame
from anlan.protocols.jt808.layout import Reader, Short, read_fields
from anlan.protocols.jt808.location import Location, Reading, location_fields, read_location, readings_of
from anlan.protocols.jt808.messages import messages
from anlan.protocols.jt808.times import read_time

__all__ = ["Message", "decode", "decode_many", "read", "read_body"]

_REPORT, _BATCH = 0x0200, 0x0704
# Answers to the centre: the serial number of what is answered, then a position.
_ANSWERS = frozenset({0x0201, 0x0500})
# Where the times of a driver's card and of a picture stand.
_CARD, _PICTURE = slice(1, 7), slice(30, 36)
_KNOWN = messages()


@dataclass(slots=True)
class Message:
    """What a frame says.

    `device` is the terminal's number, `message` four hexadecimal digits, `at` the time of the first position, of a driver's
    card or of a picture as aware UTC, None without one. `locations`: the positions of 0200, 0201, 0500 and 0704. A package
    of a message that is sent in several has nothing but its header; `split.Joiner` makes the whole one.
    """

    frame: Frame
    device: str
    message: str
    at: datetime | None = None
    readings: list[Reading] = field(default_factory=list)
    warnings: list[Violation] = field(default_factory=list)
    locations: tuple[Location, ...] = ()

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of the body by name; read anew each time."""
        return read_body(self.frame, [])


def decode(raw: bytes) -> Message:
    """Decode one whole frame, flags included.

    Raises:
        ProtocolError: as `read_frame`.
    Source:
        As the module.
    """
    return read(read_frame(raw))


def decode_many(frames: Iterable[bytes]) -> list[Message]:
    """Decode many whole frames, as a gateway's batch. Raises as `decode`.

    Source: as the module.
    """
    return [read(read_frame(raw)) for raw in frames]


def read(frame: Frame) -> Message:
    """Decode a checked frame; never fails.

    Source: as the module.
    """
    warnings: list[Violation] = []
    if frame.message == _REPORT and frame.total < 2 and not frame.encryption and not (frame.flagged or frame.loose):
        # Nine of ten messages: nothing but the position is looked at.
        place = read_location(frame.body)
        if place is not None:
            readings = readings_of(place, warnings)
            return Message(frame, frame.device, "0200", readings[0].at, readings, warnings, (place,))
    said = Message(frame, frame.device, f"{frame.message:04X}", warnings=warnings)
    _complain(frame, warnings)
    if not is_readable(frame):
        return said
    said.locations = _locations(frame, warnings)
    if not said.locations:
        read_body(frame, warnings)
    for place in said.locations:
        said.readings += readings_of(place, warnings)
    said.at = next((place.at for place in said.locations if place.at is not None), None) or _time(frame)
    return said


def is_readable(frame: Frame) -> bool:
    """Whether the body is one: neither a part of a longer one nor encrypted.

    Source: JT/T 808-2013, clause 4.4.3.
    """
    return frame.total < 2 and not frame.encryption


def read_body(frame: Frame, warnings: list[Violation]) -> dict[str, Any]:
    """The fields of a body by name; what could not be read stands under `rest` in hexadecimal.

    Returns:
        Also `location` for 0200; empty for a message that is not taken apart, for a package and for what is encrypted.
        Warnings "jt808.body.short", "jt808.body.long", "jt808.body.count", "jt808.text.charset".
    Source:
        As the module.
    """
    if not is_readable(frame):
        return {}
    if frame.message == _REPORT:
        place = read_location(frame.body)
        if place is not None:
            return {"location": location_fields(place)}
        warnings.append(Violation("jt808.body.short", {"size": len(frame.body)}))
        return {"rest": frame.body.hex()}
    layout = layout_of(frame.message, edition_of(frame.message, frame.body, frame.version))
    if layout is None:
        return {}
    reader, values = Reader(frame.body, warnings), {}
    try:
        read_fields(layout, reader, values)
    except Short:
        warnings.append(Violation("jt808.body.short", {"size": len(frame.body)}))
    else:
        if reader.left:
            warnings.append(Violation("jt808.body.long", {"size": reader.left}))
    if reader.left:
        values["rest"] = frame.body[reader.position :].hex()
    if frame.message == _BATCH and values.get("count", 0) != len(values.get("items", ())):
        facts = {"declared": values.get("count", 0), "actual": len(values.get("items", ()))}
        warnings.append(Violation("jt808.body.count", facts))
    return values


def _locations(frame: Frame, warnings: list[Violation]) -> tuple[Location, ...]:
    """The positions that a body holds. Where there are any, what else is odd about the body is named too."""
    if frame.message == _BATCH:
        return _batch(frame.body, warnings)
    if frame.message == _REPORT or frame.message in _ANSWERS:
        place = read_location(frame.body if frame.message == _REPORT else frame.body[2:])
        return () if place is None else (place,)
    return ()


def _batch(body: bytes, warnings: list[Violation]) -> tuple[Location, ...]:
    found: list[Location] = []
    parts, position = 0, 3
    odd: list[Violation] = []
    while position + 2 <= len(body):
        after = position + 2 + int.from_bytes(body[position : position + 2])
        if after > len(body):
            break
        place = read_location(body[position + 2 : after])
        if place is None:
            odd.append(Violation("jt808.body.short", {"size": after - position - 2}))
        else:
            found.append(place)
        parts, position = parts + 1, after
    declared = int.from_bytes(body[:2])
    if found and declared != parts:
        odd.append(Violation("jt808.body.count", {"declared": declared, "actual": parts}))
    if found and position < len(body):
        odd.append(Violation("jt808.body.long", {"size": len(body) - position}))
    warnings += odd
    return tuple(found)


def _time(frame: Frame) -> datetime | None:
    """The time of messages that are no reports: of a driver's card, of a picture."""
    edition = edition_of(frame.message, frame.body, frame.version)
    if frame.message == 0x0702 and edition != 2011:
        return read_time(frame.body[_CARD])
    if frame.message == 0x0801 and edition != 2011:
        return read_time(frame.body[_PICTURE])
    return None


def _complain(frame: Frame, warnings: list[Violation]) -> None:
    if frame.message not in _KNOWN:
        warnings.append(Violation("jt808.message.unknown", {"message": f"{frame.message:04X}"}))
    if frame.flagged:
        warnings.append(Violation("jt808.header.version"))
    if frame.loose:
        warnings.append(Violation("jt808.frame.unescaped"))
    if frame.encryption:
        warnings.append(Violation("jt808.body.encrypted", {"method": frame.encryption}))
    if frame.total > 1:
        facts = {"number": frame.number, "total": frame.total}
        if 1 <= frame.number <= frame.total:
            warnings.append(Violation("jt808.package.part", facts))
        else:
            warnings.append(Violation("jt808.package.number", facts))
