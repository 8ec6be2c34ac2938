"""Parameters of terminals (8103, 0104): number, length, value; those of the standard by name, all others kept raw.

Source: JT/T 808-2013, clause 8.9, tables 10 to 12, with 0032 of the edition of 2019; JT/T 1078-2016 for 0075 to 007C and
T/JSATL 12-2017 for F364 to F367, named only.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from anlan.protocols.jt808.layout import Each, Reader

__all__ = ["PARAMETERS", "Parameter", "parameters"]

_SIZES = {"u8": 1, "u16": 2, "u32": 4}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One row of parameters.csv; `form`: u8, u16, u32, text, raw."""

    number: int
    form: str
    name: str
    label: str


@cache
def parameters() -> dict[int, Parameter]:
    """All known parameters by number.

    Source: as the module.
    """
    with resources.files(__package__).joinpath("parameters.csv").open(encoding="utf-8", newline="") as file:
        rows = [Parameter(int(r["id"], 16), r["form"], r["name"], r["label"]) for r in csv.DictReader(file)]
    return {row.number: row for row in rows}


class _One:
    """A parameter in a body: four bytes of number, one of length, the value."""

    def read(self, reader: Reader) -> dict[str, Any]:
        """`hex` is the value as it came; `name` and `value` where the standard knows them."""
        number = reader.number(4)
        raw = reader.take(reader.number(1))
        found: dict[str, Any] = {"id": f"{number:04X}", "hex": raw.hex()}
        known = parameters().get(number)
        if known is None:
            return found
        found["name"] = known.name
        if known.form == "raw":
            return found
        if known.form == "text":
            found["value"] = reader.text(raw)
        elif len(raw) == _SIZES.get(known.form):
            found["value"] = int.from_bytes(raw)
        return found

    def write(self, value: dict[str, Any]) -> bytes:
        """From `hex`, else from `value`."""
        number = int(value["id"], 16)
        raw = bytes.fromhex(value["hex"]) if "hex" in value else self._value(number, value["value"])
        return number.to_bytes(4) + len(raw).to_bytes(1) + raw

    def _value(self, number: int, value: Any) -> bytes:
        form = parameters()[number].form
        return int(value).to_bytes(_SIZES[form]) if form in _SIZES else str(value).encode("gb18030")


# The list behind a count of one byte.
PARAMETERS = Each(1, _One())
