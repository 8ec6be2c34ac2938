"""What the bodies of the messages look like, edition by edition.

Source: JT/T 808-2013, clauses 8.1 to 8.60, and the changes of the edition of 2019; JT/T 808-2011 where marked. Messages of
JT/T 1078 are named and kept raw.
"""

from __future__ import annotations

from typing import Any

from anlan.protocols.jt808.areas import AREAS, AREAS_2019
from anlan.protocols.jt808.layout import Digits, Each, Field, Hex, Kind, Number, Reader, Text
from anlan.protocols.jt808.location import SIZE, location_fields, read_location
from anlan.protocols.jt808.parameters import PARAMETERS

__all__ = ["edition_of", "layout_of"]

U8, U16, U32, TIME = Number(1), Number(2), Number(4), Digits(6)
REST, RAW = Text(), Hex()
Layout = tuple[Field, ...]


class _Place:
    """A position in a body: `size` bytes, or with its length in two bytes before it (`prefix`), or all that is left."""

    def __init__(self, size: int | None = None, prefix: int = 0) -> None:
        self.size, self.prefix = size, prefix

    def read(self, reader: Reader) -> dict[str, Any]:
        raw = reader.take(reader.number(self.prefix) if self.prefix else self.size)
        place = read_location(raw)
        return {"hex": raw.hex()} | ({} if place is None else location_fields(place))

    def write(self, value: dict[str, Any]) -> bytes:
        """From `hex`; `location.location_bytes` makes the bytes of a position."""
        raw = bytes.fromhex(value["hex"])
        if self.size is not None and len(raw) != self.size:
            raise ValueError(f"{len(raw)} bytes where {self.size} are wanted")
        return (len(raw).to_bytes(self.prefix) if self.prefix else b"") + raw


def _layout(*fields: tuple[str, Kind] | tuple[str, Kind, bool]) -> Layout:
    return tuple(Field(*field) for field in fields)


_ACK = _layout(("ack_serial", U16), ("ack_id", Digits(2)), ("result", U8))
_RESEND = _layout(("first_serial", U16), ("numbers", Each(1, U16)))
_MEDIA = (("media_id", U32), ("media_type", U8), ("format", U8), ("event", U8), ("channel", U8))
_IDS = Each(1, U32)
_REMOVE = _layout(("ids", _IDS))
_QUERY = (("media_type", U8), ("channel", U8), ("event", U8), ("start", TIME), ("end", TIME))
_EMPTY: Layout = ()

# As in 2013, and in 2011 and 2019 where neither says otherwise.
_BODIES: dict[int, Layout] = AREAS | {
    0x0001: _ACK,
    0x0002: _EMPTY,
    0x0003: _EMPTY,
    0x0004: _EMPTY,
    0x0005: _RESEND,
    0x0100: _layout(
        ("province", U16),
        ("city", U16),
        ("maker", Text(5)),
        ("model", Text(20)),
        ("terminal", Text(7)),
        ("plate_colour", U8),
        ("plate", REST),
    ),
    0x0102: _layout(("auth_code", REST)),
    0x0104: _layout(("ack_serial", U16), ("parameters", PARAMETERS)),
    0x0107: _layout(
        ("terminal_type", U16),
        ("maker", Text(5)),
        ("model", Text(20)),
        ("terminal", Text(7)),
        ("iccid", Digits(10)),
        ("hardware", Text(prefix=1)),
        ("firmware", Text(prefix=1)),
        ("gnss", U8),
        ("communication", U8),
    ),
    0x0108: _layout(("upgrade_type", U8), ("result", U8)),
    0x0201: _layout(("ack_serial", U16), ("location", _Place())),
    0x0301: _layout(("event", U8)),
    0x0302: _layout(("ack_serial", U16), ("answer", U8)),
    0x0303: _layout(("info_type", U8), ("flag", U8)),
    0x0500: _layout(("ack_serial", U16), ("location", _Place())),
    0x0608: _layout(("query_type", U8), ("count", U32), ("data", RAW)),
    0x0700: _layout(("ack_serial", U16), ("command", U8), ("data", RAW)),
    0x0701: _layout(("content", Text(prefix=4))),
    0x0702: _layout(
        ("card_status", U8),
        ("card_time", TIME),
        ("card_result", U8, True),
        ("driver", Text(prefix=1), True),
        ("qualification", Text(20), True),
        ("issuer", Text(prefix=1), True),
        ("expires", Digits(4), True),
        ("identity", Text(20), True),
    ),
    0x0704: _layout(("count", U16), ("type", U8), ("items", Each(0, _Place(prefix=2)))),
    0x0705: _layout(
        ("count", U16), ("time", Digits(5)), ("items", Each(0, _layout(("can_id", Digits(4)), ("data", Hex(8)))))
    ),
    0x0800: _layout(*_MEDIA),
    0x0801: _layout(*_MEDIA, ("location", _Place(SIZE)), ("data", RAW)),
    0x0802: _layout(
        ("ack_serial", U16),
        (
            "items",
            Each(
                2,
                _layout(
                    ("media_id", U32), ("media_type", U8), ("channel", U8), ("event", U8), ("location", _Place(SIZE))
                ),
            ),
        ),
    ),
    0x0805: _layout(("ack_serial", U16), ("result", U8), ("media_ids", Each(2, U32), True)),
    0x0900: _layout(("pass_type", U8), ("data", RAW)),
    0x0901: _layout(("size", U32), ("data", RAW)),
    0x0A00: _layout(("exponent", U32), ("modulus", Hex(128))),
    0x8001: _ACK,
    0x8003: _RESEND,
    0x8004: _layout(("time", TIME)),
    0x8100: _layout(("ack_serial", U16), ("result", U8), ("auth_code", REST)),
    0x8103: _layout(("parameters", PARAMETERS)),
    0x8104: _EMPTY,
    0x8105: _layout(("command", U8), ("arguments", REST)),
    0x8106: _layout(("ids", Each(1, Digits(4)))),
    0x8107: _EMPTY,
    0x8108: _layout(
        ("upgrade_type", U8), ("maker", Text(5)), ("version", Text(prefix=1)), ("size", U32), ("data", RAW)
    ),
    0x8201: _EMPTY,
    0x8202: _layout(("interval_s", U16), ("valid_s", U32, True)),
    0x8203: _layout(("alarm_serial", U16), ("alarms", U32)),
    0x8204: _EMPTY,
    0x8300: _layout(("flag", U8), ("text", REST)),
    0x8301: _layout(("type", U8), ("events", Each(1, _layout(("event", U8), ("content", Text(prefix=1)))), True)),
    0x8302: _layout(
        ("flag", U8),
        ("question", Text(prefix=1)),
        ("answers", Each(0, _layout(("answer", U8), ("content", Text(prefix=2))))),
    ),
    0x8303: _layout(("type", U8), ("items", Each(1, _layout(("info_type", U8), ("name", Text(prefix=2)))), True)),
    0x8304: _layout(("info_type", U8), ("content", Text(prefix=2))),
    0x8400: _layout(("flag", U8), ("phone", REST)),
    0x8401: _layout(
        ("type", U8),
        (
            "contacts",
            Each(1, _layout(("flag", U8), ("phone", Text(prefix=1)), ("name", Text(prefix=1)))),
            True,
        ),
    ),
    0x8500: _layout(("flag", U8)),
    0x8601: _REMOVE,
    0x8603: _REMOVE,
    0x8605: _REMOVE,
    0x8607: _REMOVE,
    0x8608: _layout(("query_type", U8), ("ids", Each(4, U32))),
    0x8700: _layout(("command", U8), ("data", RAW)),
    0x8701: _layout(("command", U8), ("data", RAW)),
    0x8702: _EMPTY,
    0x8800: _layout(("media_id", U32), ("numbers", Each(1, U16), True)),
    0x8801: _layout(
        ("channel", U8),
        ("command", U16),
        ("interval_s", U16),
        ("save", U8),
        ("resolution", U8),
        ("quality", U8),
        ("brightness", U8),
        ("contrast", U8),
        ("saturation", U8),
        ("chroma", U8),
    ),
    0x8802: _layout(*_QUERY),
    0x8803: _layout(*_QUERY, ("remove", U8)),
    0x8804: _layout(("command", U8), ("seconds", U16), ("save", U8), ("rate", U8)),
    0x8805: _layout(("media_id", U32), ("remove", U8)),
    0x8900: _layout(("pass_type", U8), ("data", RAW)),
    0x8A00: _layout(("exponent", U32), ("modulus", Hex(128))),
}

_BODIES_2019: dict[int, Layout] = AREAS_2019 | {
    0x0100: _layout(
        ("province", U16),
        ("city", U16),
        ("maker", Text(11)),
        ("model", Text(30)),
        ("terminal", Text(30)),
        ("plate_colour", U8),
        ("plate", REST),
    ),
    0x0102: _layout(("auth_code", Text(prefix=1)), ("imei", Text(15)), ("software", Text(20))),
    0x0107: tuple(
        field._replace(kind=Text(30)) if field.name in {"model", "terminal"} else field for field in _BODIES[0x0107]
    ),
    # Public decoders differ: the count is a byte in one and a word in the other.
    0x0005: _layout(("first_serial", U16), ("numbers", Each(2, U16))),
    0x8003: _layout(("first_serial", U16), ("numbers", Each(2, U16))),
    0x8300: _layout(("flag", U8), ("text_type", U8), ("text", REST)),
    0x8500: _layout(("count", U16), ("data", RAW)),
}

_BODIES_2011: dict[int, Layout] = {
    0x0100: tuple(field._replace(kind=Text(8)) if field.name == "model" else field for field in _BODIES[0x0100]),
    0x0702: _layout(
        ("driver", Text(prefix=1)), ("identity", Text(20)), ("qualification", Text(40)), ("issuer", Text(prefix=1))
    ),
    0x0801: _layout(*_MEDIA, ("data", RAW)),
}

# Bytes of the 2013 registration before the plate, and of the media head before the position.
_REGISTERED, _HEADED = 37, 8
# How pictures (JPEG), sounds and films begin, where a position would begin with its alarms.
_STARTS = (b"\xff\xd8\xff", b"RIFF", b"\x00\x00\x00\x18ftyp", b"II*\x00", b"MM\x00*")


def layout_of(message: int, edition: int) -> Layout | None:
    """The fields of a message's body; None when it is not taken apart.

    Args:
        message: its number. edition: 2011, 2013 or 2019.
    Source:
        As the module.
    """
    own = {2011: _BODIES_2011, 2019: _BODIES_2019}.get(edition, {})
    return own.get(message) or _BODIES.get(message)


def edition_of(message: int, body: bytes, version: int | None) -> int:
    """The edition by which a body is read; the header tells 2019 only, the rest is seen from the body.

    Source: house rule (README).
    """
    if message in (0x0005, 0x8003):
        # Serial number and packages are of two bytes each, so the length tells how wide the count is.
        return 2013 if len(body) % 2 else 2019
    if version is not None:
        return 2019
    if message == 0x0100 and len(body) < _REGISTERED:
        return 2011
    if message == 0x0702 and (not body or body[0] not in (1, 2) or not body[1:7].hex().isdecimal()):
        return 2011
    if message == 0x0801 and (len(body) < _HEADED + SIZE or body[_HEADED:].startswith(_STARTS)):
        return 2011
    return 2013
