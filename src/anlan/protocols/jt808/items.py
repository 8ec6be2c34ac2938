"""Additional items of a position: number, length, value; those of the standard by name, all others kept raw.

Source: JT/T 808-2013, clause 8.18, tables 26 to 32, and the items that the edition of 2019 added; JT/T 1078-2016 for 14 to
18; T/JSATL 12-2017 for 64 to 67, which are named only.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from anlan.protocols.jt808 import bits

__all__ = ["Item", "Metric", "items", "metrics", "named"]


@dataclass(frozen=True, slots=True)
class Item:
    """One row of items.csv: `form` says how the value stands, `scale` what a step is worth."""

    number: int
    name: str
    form: str
    scale: float | None
    metric: str
    unit: str
    label: str
    edition: str


@dataclass(frozen=True, slots=True)
class Metric:
    """An item that is one reading: its length in bytes, divisor (0 for a temperature with sign), name and unit."""

    size: int
    divisor: int
    name: str
    unit: str


@cache
def items() -> dict[int, Item]:
    """All known items by number.

    Source: as the module.
    """
    with resources.files(__package__).joinpath("items.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        int(row["id"], 16): Item(
            int(row["id"], 16),
            row["name"],
            row["form"],
            float(row["scale"]) if row["scale"] else None,
            row["metric"],
            row["unit"],
            row["label"],
            row["edition"],
        )
        for row in rows
    }


_SIZES = {"u8": 1, "u16": 2, "u32": 4, "signed": 2}


@cache
def metrics() -> dict[int, Metric]:
    """The items that are one reading each, by number.

    Source: as the module.
    """
    return {
        number: Metric(
            _SIZES[item.form], 0 if item.form == "signed" else round(1 / (item.scale or 1)), item.metric, item.unit
        )
        for number, item in items().items()
        if item.metric
    }


def named(number: int, raw: bytes) -> dict[str, Any]:
    """The value of an item under its name; empty for one that is unknown, kept raw, or of another length than the standard's.

    Source: as the module.
    """
    item = items().get(number)
    if item is None or item.form == "raw":
        return {}
    value = _FORMS[item.form](raw)
    if value is None:
        return {}
    # Tenths by division: 0.1 has no exact binary form, and 3 * 0.1 is not 0.3.
    return {item.name: value if item.scale is None else value / round(1 / item.scale)}


def signed(raw: bytes) -> int | None:
    """A temperature: the highest bit means negative. Two's complement or sign and magnitude, whichever is nearer to zero,
    because the standard's sentence allows both and no carriage is 32,000 degrees cold: house rule.

    Source: JT/T 808-2019, additional items (item 06).
    """
    if len(raw) != 2:
        return None
    value = int.from_bytes(raw)
    return value if value < 0x8000 else -min(0x10000 - value, value & 0x7FFF)


def _unsigned(size: int) -> Callable[[bytes], int | None]:
    return lambda raw: int.from_bytes(raw) if len(raw) == size else None


def _word(word: str, size: int) -> Callable[[bytes], list[str] | None]:
    return lambda raw: list(bits.names(word, int.from_bytes(raw))) if len(raw) == size else None


def _places(first: int, size: int) -> Callable[[bytes], list[int] | None]:
    def read(raw: bytes) -> list[int] | None:
        word = int.from_bytes(raw)
        return [first + n for n in range(8 * size) if word >> n & 1] if len(raw) == size else None

    return read


def _overspeed(raw: bytes) -> dict[str, int] | None:
    if len(raw) not in (1, 5):
        return None
    return {"place_type": raw[0]} | ({"place_id": int.from_bytes(raw[1:])} if len(raw) == 5 else {})


def _area(raw: bytes) -> dict[str, int] | None:
    if len(raw) != 6:
        return None
    return {"place_type": raw[0], "place_id": int.from_bytes(raw[1:5]), "direction": raw[5]}


def _section(raw: bytes) -> dict[str, int] | None:
    if len(raw) != 7:
        return None
    return {"section_id": int.from_bytes(raw[:4]), "seconds": int.from_bytes(raw[4:6]), "result": raw[6]}


def _tyres(raw: bytes) -> list[int | None] | None:
    values = [None if byte == 0xFF else byte for byte in raw.rstrip(b"\xff")]
    return values if len(raw) == 30 else None


def _driving(raw: bytes) -> dict[str, Any] | None:
    if len(raw) != 3:
        return None
    return {"kinds": list(bits.names("driving", int.from_bytes(raw[:2]))), "fatigue_degree": raw[2]}


def _analog(raw: bytes) -> list[int] | None:
    return [int.from_bytes(raw[2:]), int.from_bytes(raw[:2])] if len(raw) == 4 else None


_FORMS: dict[str, Callable[[bytes], Any]] = {
    "u8": _unsigned(1),
    "u16": _unsigned(2),
    "u32": _unsigned(4),
    "signed": signed,
    "signal": _word("signal", 4),
    "io": _word("io", 2),
    "video": _word("video", 4),
    "channels": _places(1, 4),
    "channels16": _places(1, 2),
    "overspeed": _overspeed,
    "area": _area,
    "section": _section,
    "tyres": _tyres,
    "driving": _driving,
    "analog": _analog,
}
