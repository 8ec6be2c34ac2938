"""Bodies and frames to send, and messages split into packages.

Source: JT/T 808-2013, clauses 4.2 and 4.4, and the header of the edition of 2019.
"""

from __future__ import annotations

from typing import Any

from anlan.kernel.errors import ProtocolError
from anlan.protocols.jt808.bodies import layout_of
from anlan.protocols.jt808.frame import LONGEST_BODY, SPLIT, VERSIONED, Frame, checksum, escape
from anlan.protocols.jt808.layout import write_fields

__all__ = ["encode_body", "encode_frame", "packages"]

# The version that the header of 2019 announces.
VERSION_2019 = 1


def encode_body(message: int, fields: dict[str, Any], edition: int = 2013) -> bytes:
    """The bytes of a body: the inverse of `decode.read_body`.

    Args:
        message: its number. fields: by name, as `read_body` gives them; `rest` is added in hexadecimal at the end.
        edition: 2011, 2013 or 2019.
    Raises:
        ProtocolError: "jt808.encode.unknown" for a message that has no description, "jt808.encode.field" for a value that
            is missing or does not fit.
    Source:
        JT/T 808-2013, clauses 4.2 and 8.
    """
    layout = layout_of(message, edition)
    if layout is None:
        raise ProtocolError("jt808.encode.unknown", message=f"{message:04X}")
    return write_fields(layout, fields) + bytes.fromhex(fields.get("rest", ""))


def encode_frame(frame: Frame) -> bytes:
    """The bytes of a frame with flags: the inverse of `read_frame`.

    Raises:
        ProtocolError: "jt808.encode.length" for a body of more than 1023 bytes, "jt808.encode.device" for a number that is
            not 12 digits, or 20 with the header of 2019.
    Source:
        JT/T 808-2013, clauses 4.4.2 to 4.4.4.
    """
    size = len(frame.body)
    if size > LONGEST_BODY:
        raise ProtocolError("jt808.encode.length", size=size, most=LONGEST_BODY)
    properties = size | (frame.encryption & 7) << 10
    head = b""
    if frame.version is not None:
        properties |= VERSIONED
        head = frame.version.to_bytes(1)
    if frame.total:
        properties |= SPLIT
    head += _device(frame) + (frame.serial & 0xFFFF).to_bytes(2)
    if frame.total:
        head += frame.total.to_bytes(2) + frame.number.to_bytes(2)
    data = frame.message.to_bytes(2) + properties.to_bytes(2) + head + frame.body
    return b"\x7e" + escape(data + checksum(data).to_bytes(1)) + b"\x7e"


def packages(frame: Frame, most: int = LONGEST_BODY) -> list[Frame]:
    """A frame as it is sent: alone, or in packages with serial numbers that follow each other.

    Args:
        frame: with a body of any length. most: bytes in a package.
    Raises:
        ProtocolError: "jt808.encode.length" for more than 65535 packages.
    Source:
        JT/T 808-2013, clauses 4.4.3 and 7.12.
    """
    if len(frame.body) <= most:
        return [frame]
    parts = [frame.body[place : place + most] for place in range(0, len(frame.body), most)]
    if len(parts) > 0xFFFF:
        raise ProtocolError("jt808.encode.length", size=len(frame.body), most=most * 0xFFFF)
    return [
        frame._replace(body=part, serial=(frame.serial + place) & 0xFFFF, total=len(parts), number=place + 1)
        for place, part in enumerate(parts)
    ]


def _device(frame: Frame) -> bytes:
    digits = 12 if frame.version is None else 20
    try:
        raw = bytes.fromhex(frame.device)
    except ValueError as error:
        raise ProtocolError("jt808.encode.device", device=frame.device[:40], digits=digits) from error
    if len(raw) != digits // 2 or len(frame.device) != digits:
        raise ProtocolError("jt808.encode.device", device=frame.device[:40], digits=digits)
    return raw
