"""What a code of 20 digits says: place, industry, type, network, serial number.

Source: GB/T 28181-2016, annex D (types: types.csv, see README for what is from memory).
"""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib import resources
from typing import NamedTuple

__all__ = ["DeviceId", "read_id", "type_name"]

_DIGITS = re.compile(r"[0-9]{20}")


class DeviceId(NamedTuple):
    """The parts of a code: 8, 2, 3, 1 and 6 digits."""

    centre: str
    industry: str
    type: str
    network: str
    serial: str


def read_id(text: str) -> DeviceId | None:
    """The parts of a code; None for what has not 20 digits.

    Source: GB/T 28181-2016, annex D.1.
    """
    if not _DIGITS.fullmatch(text):
        return None
    return DeviceId(text[:8], text[8:10], text[10:13], text[13], text[14:])


def type_name(code: str) -> str:
    """What a type of three digits is called, "" for one that is not in the table.

    Source: GB/T 28181-2016, annex D, table D.1.
    """
    return _types().get(code, "")


@cache
def _types() -> dict[str, str]:
    text = resources.files(__package__).joinpath("types.csv").read_text(encoding="utf-8")
    return {row["type"]: row["name"] for row in csv.DictReader(text.splitlines())}
