"""The body of a frame split into its parts and put together again: serial number, time, station, elements.

Source: SL 651-2014, clause 6.6 (bodies by function), clause 6.6.3.2 (identifier and definition of an element), annex C.
"""

from __future__ import annotations

from typing import NamedTuple

from anlan.kernel.errors import Violation
from anlan.protocols.sl651.frame import Frame
from anlan.protocols.sl651.tables import elements

__all__ = ["PARAMETERS", "Body", "Item", "join_body", "split_body"]

# What stands behind serial number, time and station, by function: parameters as (identifier, definition, value), elements
# likewise, or bytes that have a form of their own. Elements are the rule.
PARAMETERS = frozenset((0x40, 0x41, 0x42, 0x43, 0x47, 0x48, 0x49))
_RAW = frozenset((0x45, 0x4C, 0x4D, 0x4E, 0x4F, 0x50, 0x51))
# Queries that name elements or parameters without values.
_PAIRS = frozenset((0x38, 0x3A, 0x41, 0x43, 0x47, 0x48))
_RANGE = 8  # bytes of the range of query 38: two times YYMMDDhh
_SERIES = frozenset((0x31, 0x38))
# A last element behind a series: supply voltage as every station sends it.
_VOLTAGE = b"\x38\x12"
_FIXED = {number: known.length for number, known in elements().items() if known.kind in ("rain5", "stage5")}
_KNOWN = frozenset(elements())


class Item(NamedTuple):
    """One part behind the station: `id` is the identifier ("39", "FF03" for an extended one, "F0" time of observation, "F1"
    another station, "F2" text, "F3" picture, "" bytes of the function's own form, "T" the range of query 38); `definition`
    its byte, None where there is none; `raw` the value in upper-case hexadecimal, several values one after the other.
    """

    id: str
    definition: int | None
    raw: str


class Body(NamedTuple):
    """`serial` is None and `sent` "" in a packet behind the first; `address` and `station_class` are "" where not sent.
    `rest` are bytes that can't be read as elements, and the payload of packets behind the first.
    """

    serial: int | None
    sent: str
    address: str
    station_class: str
    items: tuple[Item, ...]
    rest: bytes = b""


def split_body(frame: Frame, warnings: list[Violation]) -> Body:
    """Split the body of a checked frame; never fails.

    Args:
        frame: as read. warnings: what is odd is added here: "sl651.body.short", "sl651.element.rest",
            "sl651.element.unknown", "sl651.element.definition".
    Source:
        SL 651-2014, clauses 6.6.3 and 6.6.4.
    """
    body = frame.body
    if frame.number > 1:
        return Body(None, "", "", "", (), body)
    if len(body) < 8:
        warnings.append(Violation("sl651.body.short", {"size": len(body)}))
        return Body(None, "", "", "", (), body)
    text = body.hex().upper()
    at, address, station_class = 8, "", ""
    if text.startswith("F1F1", 16) and len(body) >= 15:
        address, at = text[20:30], 15
        if text.startswith("F0F0", 32):
            station_class, at = text[30:32], 16
    items, at = _items(frame, text, at, warnings)
    if at < len(body):
        warnings.append(Violation("sl651.element.rest", {"value": text[2 * at : 2 * at + 16]}))
    return Body(int(text[:4], 16), text[4:16], address, station_class, tuple(items), body[at:])


def _items(frame: Frame, text: str, at: int, warnings: list[Violation]) -> tuple[list[Item], int]:
    """The parts from this byte on, and where reading ended."""
    function, size = frame.function, len(frame.body)
    if at == size:
        return [], at
    if function in _RAW:
        return [Item("", None, text[2 * at :])], size
    if frame.down and function in _PAIRS:
        return _pairs(function, text, at, size)
    if function in PARAMETERS:
        return _parameters(text, at, size)
    return _elements(frame, text, at, warnings)


def _pairs(function: int, text: str, at: int, size: int) -> tuple[list[Item], int]:
    found = []
    if function == 0x38 and size - at >= _RANGE:
        found.append(Item("T", None, text[2 * at : 2 * (at + _RANGE)]))
        at += _RANGE
    while at + 2 <= size:
        identifier, definition = text[2 * at : 2 * at + 2], int(text[2 * at + 2 : 2 * at + 4], 16)
        if identifier == "04" and definition == 0x18 and at + 5 <= size:
            found.append(Item("04", definition, text[2 * at + 4 : 2 * at + 10]))
            at += 5
        elif identifier == "FF" and at + 3 <= size:
            found.append(Item(text[2 * at : 2 * at + 4], int(text[2 * at + 4 : 2 * at + 6], 16), ""))
            at += 3
        else:
            found.append(Item(identifier, definition, ""))
            at += 2
    return found, at


def _parameters(text: str, at: int, size: int) -> tuple[list[Item], int]:
    found = []
    while at + 2 <= size:
        definition = int(text[2 * at + 2 : 2 * at + 4], 16)
        end = at + 2 + (definition >> 3)
        if end > size:
            break
        found.append(Item(text[2 * at : 2 * at + 2], definition, text[2 * at + 4 : 2 * end]))
        at = end
    return found, at


def _elements(frame: Frame, text: str, at: int, warnings: list[Violation]) -> tuple[list[Item], int]:
    body, series = frame.body, False
    found: list[Item] = []
    size = len(body)
    while at + 2 <= size:
        number, definition = body[at], body[at + 1]
        if number >= 0xF0 and number == definition and number <= 0xF3:
            end = _guided(number, at, size)
            if end < 0:
                break
            found.append(Item(f"{number:02X}", None, text[2 * at + 4 : 2 * end]))
            at = end
            series = False
            continue
        identifier, start = text[2 * at : 2 * at + 2], at + 2
        if number == 0xFF:
            if start + 1 > size:
                break
            identifier, definition, start = text[2 * at : 2 * at + 4], body[start], start + 1
        elif number not in _KNOWN:
            # A doubled identifier has no definition: a form of the vendor's own, whose length nobody knows.
            if number == definition:
                break
            warnings.append(Violation("sl651.element.unknown", {"element": identifier}))
        length = definition >> 3
        fixed = _FIXED.get(number)
        if fixed and length != fixed and size - start >= fixed:
            warnings.append(
                Violation("sl651.element.definition", {"element": identifier, "value": f"{definition:02X}"})
            )
            length = fixed
        end = start + length
        if end > size:
            break
        if series and length:
            end = _series_end(body, start, length)
            series = False
        found.append(Item(identifier, definition, text[2 * start : 2 * end]))
        if number == 0x04 and frame.function in _SERIES:
            series = True
        at = end
    return found, at


def _guided(number: int, at: int, size: int) -> int:
    """Where a part behind a doubled identifier ends, -1 when bytes are missing."""
    if number in (0xF2, 0xF3):
        return size
    end = at + 2 + (5 if number == 0xF0 else 6)
    return end if end <= size else -1


def _series_end(body: bytes, start: int, length: int) -> int:
    """Where the values behind a time step end: at the next time of observation, a last voltage or the end."""
    size = len(body)
    if body.startswith(_VOLTAGE, size - 4) and size - 4 >= start + length and (size - 4 - start) % length == 0:
        size -= 4
    end = start
    while end + length <= size and not body.startswith(b"\xf0\xf0", end):
        end += length
    return end


def join_body(body: Body) -> bytes:
    """The bytes of a body: the inverse of `split_body`.

    Source: SL 651-2014, clause 6.6.
    """
    parts = [] if body.serial is None else [f"{body.serial:04X}{body.sent}"]
    if body.address:
        parts.append(f"F1F1{body.address}{body.station_class}")
    for identifier, definition, raw in body.items:
        if definition is not None:
            parts.append(f"{identifier}{definition:02X}{raw}")
        else:
            parts.append(raw if identifier in ("", "T") else f"{identifier}{identifier}{raw}")
    return bytes.fromhex("".join(parts)) + body.rest
