"""Readings out of elements: numbers with sign and decimals, missing values, series, states.

Source: SL 651-2014, clause 6.6.3.3 (numbers, negative and missing ones), annex C, table 58.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from anlan.kernel.errors import ProtocolError, Violation
from anlan.protocols.sl651.body import Item
from anlan.protocols.sl651.tables import STATES, elements
from anlan.protocols.sl651.times import read_step, read_time

__all__ = ["FIVE", "Reading", "number_item", "read_number", "readings_of", "series_values"]

FIVE = timedelta(minutes=5)
_SCALES = tuple(10**decimals for decimals in range(8))
# Identifier -> (kind, unit); the bytes per value of the two series and what one unit of them is.
_ABOUT = {known.id: (known.kind, known.unit) for known in elements().values()}
_WIDTHS = {"rain5": (2, 10, "FF"), "stage5": (4, 100, "FFFF")}


class Reading(NamedTuple):
    """One value. `metric` is the element's identifier ("39", "FF03"; "45." and a key for a bit of state), `value` None when
    it is missing or no number, `at` the aware UTC time of observation (None when the station stated none).
    """

    metric: str
    value: float | None
    unit: str
    at: datetime | None


def read_number(raw: str, decimals: int) -> tuple[float | None, bool]:
    """The value of BCD digits in hexadecimal, and whether they are one or a missing value.

    Returns:
        (value, True); (None, True) when all is F or all is A; (None, False) when it is no number.
    Source:
        SL 651-2014, clause 6.6.3.3: a first byte FF is the sign.
    """
    if raw.isdecimal():
        return int(raw) / _SCALES[decimals], True
    if not raw.strip("F") or not raw.strip("A"):
        return None, True
    if raw.startswith("FF") and raw[2:].isdecimal():
        return -int(raw[2:]) / _SCALES[decimals], True
    return None, False


def series_values(kind: str, raw: str) -> list[float | None]:
    """The twelve values of an hour (or more of them) of F4 ("rain5") and F5 to FC ("stage5").

    Source: SL 651-2014, annex C: binary, one byte of 0.1 mm or two of 0.01 m, all F is missing.
    """
    width, scale, missing = _WIDTHS[kind]
    values = (raw[i : i + width] for i in range(0, len(raw), width))
    return [None if value == missing else int(value, 16) / scale for value in values]


def readings_of(
    items: tuple[Item, ...], warnings: list[Violation], at: datetime | None = None
) -> tuple[datetime | None, list[Reading]]:
    """The first time of observation and all readings, in the order of the items.

    Args:
        items: of a body. warnings: what is odd is added here: "sl651.time.unreadable", "sl651.value.unreadable".
        at: time of elements that stand before any time of observation.
    Source:
        SL 651-2014, annex C; a series begins at the time of observation (README).
    """
    first: datetime | None = None
    step: timedelta | None = None
    found: list[Reading] = []
    for identifier, definition, raw in items:
        kind, unit = _ABOUT.get(identifier, ("number", ""))
        if definition is None:
            if identifier == "F0":
                at, step = read_time(raw), None
                first = first or at
                if at is None:
                    warnings.append(Violation("sl651.time.unreadable", {"value": raw}))
        elif kind == "number":
            length = definition >> 3 << 1
            if len(raw) == length:
                value, good = read_number(raw, definition & 7)
                if length:
                    found.append(Reading(identifier, value, unit, at))
                if not good:
                    warnings.append(Violation("sl651.value.unreadable", {"element": identifier, "value": raw[:32]}))
            elif length:
                _number_series(found, warnings, identifier, unit, definition, raw, at, step)
        elif kind == "step":
            step = read_step(raw)
        elif kind == "status":
            if len(raw) == 8:
                word = int(raw, 16)
                found += [Reading(f"45.{state[0]}", float(word >> bit & 1), "", at) for bit, state in enumerate(STATES)]
        elif kind == "duration":
            # Hours and minutes, also where it is defined with two decimals.
            minutes = float(int(raw[:-2]) * 60 + int(raw[-2:])) if raw.isdecimal() and len(raw) > 2 else None
            found.append(Reading(identifier, minutes, unit, at))
        else:
            every = step or FIVE
            found += [
                Reading(identifier, value, unit, _later(at, every, i))
                for i, value in enumerate(series_values(kind, raw))
            ]
    return first, found


def _number_series(
    found: list[Reading],
    warnings: list[Violation],
    identifier: str,
    unit: str,
    definition: int,
    raw: str,
    at: datetime | None,
    step: timedelta | None,
) -> None:
    length = definition >> 3 << 1
    for i, start in enumerate(range(0, len(raw), length)):
        one = raw[start : start + length]
        value, good = read_number(one, definition & 7)
        if not good:
            warnings.append(Violation("sl651.value.unreadable", {"element": identifier, "value": one}))
        found.append(Reading(identifier, value, unit, _later(at, step or timedelta(0), i)))


def _later(at: datetime | None, step: timedelta, count: int) -> datetime | None:
    try:
        return None if at is None else at + step * count
    except OverflowError:
        return None


def number_item(identifier: str, value: float | None, length: int | None = None, decimals: int | None = None) -> Item:
    """The item of a number; None is sent as missing.

    Args:
        identifier: "39", "FF03". length, decimals: bytes and decimals; those of annex C by default, a byte more
            where the sign needs it.
    Raises:
        ProtocolError: "sl651.encode.value" when it does not fit or the form of an unknown element is not given.
    Source:
        SL 651-2014, clause 6.6.3 and annex C.
    """
    known = elements().get(int(identifier, 16)) if len(identifier) == 2 else None
    given = length
    length = length if length is not None else known.length if known else 0
    decimals = decimals if decimals is not None else known.decimals if known else 0
    try:
        digits = "" if value is None else str(round(abs(value) * 10**decimals))
    except (ValueError, OverflowError):
        digits = ""
        length = 0
    sign = "FF" if value is not None and value < 0 else ""
    if sign and given is None and len(digits) > 2 * length - 2:
        # The sign needs a byte that the element need not have room for.
        length += 1
    room = 2 * length - len(sign)
    if not 0 < length < 32 or not 0 <= decimals < 8 or len(digits) > room:
        raise ProtocolError("sl651.encode.value", element=identifier, value=value, length=length)
    return Item(identifier, length << 3 | decimals, "F" * room if value is None else sign + digits.zfill(room))
