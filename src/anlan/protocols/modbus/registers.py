"""Registers to readings, by the map of a device model: which address holds what, in which form, with which unit.

A map is data: rows of text as a CSV or Excel file has them. Columns: `address` (0-based, decimal), `metric`, `type` (u16 i16
u32 i32 u64 i64 f32 f64 bcd16 bcd32, bit0 … bit15), and optionally `order` (ABCD, CDAB, BADC, DCBA; ABCD without), `scale`,
`offset`, `unit`, `missing` (hexadecimal words that mean "no value").

Source: MODBUS Application Protocol V1.1b3, clause 4.2 (registers are 16 bits, high byte first); the rest is a house rule.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

from anlan.kernel.errors import ProtocolError, Violation

__all__ = ["ORDERS", "TYPES", "Entry", "Reading", "parse_map", "read_registers"]

# Type -> (registers, form of `struct`; "" is not read by it).
TYPES: dict[str, tuple[int, str]] = {
    "u16": (1, "H"),
    "i16": (1, "h"),
    "u32": (2, "I"),
    "i32": (2, "i"),
    "u64": (4, "Q"),
    "i64": (4, "q"),
    "f32": (2, "f"),
    "f64": (4, "d"),
    "bcd16": (1, ""),
    "bcd32": (2, ""),
} | {f"bit{place}": (1, "") for place in range(16)}
# Order -> (words swapped, bytes within each word swapped).
ORDERS: dict[str, tuple[bool, bool]] = {
    "ABCD": (False, False),
    "CDAB": (True, False),
    "BADC": (False, True),
    "DCBA": (True, True),
}
_ADDRESSES = 0x10000


class Reading(NamedTuple):
    """One value. `at` is None: Modbus has no times, whoever asked knows when."""

    metric: str
    value: float | None
    unit: str
    at: datetime | None


class Entry(NamedTuple):
    """One row of a map: value = raw * scale + offset, as exact fractions."""

    address: int
    metric: str
    type: str
    order: str = "ABCD"
    scale: Fraction = Fraction(1)
    offset: Fraction = Fraction(0)
    unit: str = ""
    missing: bytes = b""


def parse_map(rows: Iterable[Mapping[str, str]]) -> tuple[Entry, ...]:
    """The map in these rows.

    Raises:
        ProtocolError: "modbus.map.row" with row (from 1) and column of the first cell that can't be used;
            "modbus.map.twice" when a metric is there twice.
    Source:
        House rule (README).
    """
    entries: list[Entry] = []
    seen: set[str] = set()
    for number, row in enumerate(rows, 1):
        cells = {key: str(value or "").strip() for key, value in row.items() if key}
        entry = _entry(number, cells)
        if entry.metric in seen:
            raise ProtocolError("modbus.map.twice", row=number, metric=entry.metric)
        seen.add(entry.metric)
        entries.append(entry)
    return tuple(entries)


def _entry(row: int, cells: Mapping[str, str]) -> Entry:
    def wrong(column: str) -> ProtocolError:
        return ProtocolError("modbus.map.row", row=row, column=column, value=cells.get(column, "")[:40])

    kind, order = cells.get("type", "").lower(), cells.get("order", "").upper() or "ABCD"
    if kind not in TYPES:
        raise wrong("type")
    if order not in ORDERS:
        raise wrong("order")
    if not cells.get("metric"):
        raise wrong("metric")
    address = cells.get("address", "")
    words = TYPES[kind][0]
    if not (address.isascii() and address.isdigit() and len(address) <= 5 and int(address) + words <= _ADDRESSES):
        raise wrong("address")
    numbers = {}
    for column, otherwise in (("scale", "1"), ("offset", "0")):
        text = cells.get(column) or otherwise
        try:
            # A number as people write it: an exponent could ask for a fraction of any size.
            numbers[column] = Fraction(text) if len(text) <= 24 and text.lower().find("e") < 0 else None
        except (ValueError, ZeroDivisionError):
            numbers[column] = None
        if numbers[column] is None:
            raise wrong(column)
    scale, offset = numbers["scale"] or Fraction(0), numbers["offset"] or Fraction(0)
    if not scale:
        raise wrong("scale")
    try:
        missing = bytes.fromhex(cells.get("missing", ""))
    except ValueError:
        raise wrong("missing") from None
    if missing and len(missing) != words * 2:
        raise wrong("missing")
    return Entry(int(address), cells["metric"], kind, order, scale, offset, cells.get("unit", ""), missing)


def read_registers(
    entries: Sequence[Entry], start: int, words: Sequence[int], warnings: list[Violation] | None = None
) -> list[Reading]:
    """The readings in registers that were answered.

    Args:
        entries: the map. start: address of the first register. words: the registers, 0..65535 each.
        warnings: are added to: "modbus.value.unreadable" for digits that are none, "modbus.value.infinite".
    Returns:
        A reading for each row whose registers are all there; its value is None when it is missing or unreadable.
    Source:
        House rule (README).
    """
    raw = struct.pack(f">{len(words)}H", *words)
    end = start + len(words)
    found = []
    for entry in entries:
        size = TYPES[entry.type][0]
        if start <= entry.address and entry.address + size <= end:
            at = (entry.address - start) * 2
            value = _value(entry, raw[at : at + size * 2], warnings)
            found.append(Reading(entry.metric, value, entry.unit, None))
    return found


def _value(entry: Entry, raw: bytes, warnings: list[Violation] | None) -> float | None:
    if raw == entry.missing:
        return None
    by_word, by_byte = ORDERS[entry.order]
    if by_word and by_byte:
        raw = raw[::-1]
    elif by_word:
        raw = b"".join(raw[at : at + 2] for at in range(len(raw) - 2, -1, -2))
    elif by_byte:
        raw = b"".join(raw[at : at + 2][::-1] for at in range(0, len(raw), 2))
    form = TYPES[entry.type][1]
    if entry.type.startswith("bit"):
        return raw[1 - (int(entry.type[3:]) >> 3)] >> (int(entry.type[3:]) & 7) & 1
    if not form:
        digits = raw.hex()
        if not digits.isdigit():
            return _odd("modbus.value.unreadable", entry, digits, warnings)
        number = int(digits)
    elif form in "fd":
        (floating,) = struct.unpack(">" + form, raw)
        if not math.isfinite(floating):
            return _odd("modbus.value.infinite", entry, raw.hex(), warnings)
        # Seven digits are all that four bytes hold: 23.1, not 23.100000381.
        exact = Fraction(f"{floating:.7g}" if form == "f" else floating)
        return _finite(exact * entry.scale + entry.offset)
    else:
        (number,) = struct.unpack(">" + form, raw)
    if entry.scale == 1 and not entry.offset:
        return number
    scale, offset = entry.scale, entry.offset
    if not offset:
        return number * scale.numerator / scale.denominator
    return _finite(number * scale + offset)


def _finite(value: Fraction) -> float | None:
    try:
        return float(value)
    except OverflowError:
        return None


def _odd(code: str, entry: Entry, value: str, warnings: list[Violation] | None) -> None:
    if warnings is not None:
        warnings.append(Violation(code, {"metric": entry.metric, "value": value}))
