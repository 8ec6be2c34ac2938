"""Words of bits by name: alarms, status, vehicle signals and the like.

Source: JT/T 808-2013, clause 8.18, and the bits that the edition of 2019 added; JT/T 1078-2016 for video and driving. The
year a bit came is in bits.csv.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

__all__ = ["Bit", "bits", "label", "names"]


@dataclass(frozen=True, slots=True)
class Bit:
    """One row of bits.csv: the word it stands in, its place, name and Chinese label."""

    word: str
    bit: int
    name: str
    label: str
    edition: str


@cache
def bits(word: str) -> dict[int, Bit]:
    """The bits of a word by their places.

    Source: as the module.
    """
    with resources.files(__package__).joinpath("bits.csv").open(encoding="utf-8", newline="") as file:
        rows = [Bit(r["word"], int(r["bit"]), r["name"], r["label"], r["edition"]) for r in csv.DictReader(file)]
    return {row.bit: row for row in rows if row.word == word}


@lru_cache(4096)
def names(word: str, value: int) -> tuple[str, ...]:
    """The names of the bits that are set, lowest first; `bit17` for one without a name.

    Source: as the module.
    """
    known = bits(word)
    return tuple(
        known[place].name if place in known else f"bit{place}"
        for place in range(value.bit_length())
        if value >> place & 1
    )


def label(word: str, name: str) -> str:
    """The Chinese label of a bit, its name when it has none.

    Source: as the module.
    """
    return next((bit.label for bit in bits(word).values() if bit.name == name), name)
