"""Data identifiers, control codes and error bits, read from the CSV files once.

Source: DL/T 645-2007, annex A (identifiers), clause 5.2.4 (control codes), 7.1 (errors); DL/T 645-1997, annex A.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import NamedTuple

__all__ = ["ERRORS", "Identifier", "block_of", "controls", "identifiers"]

ERRORS = (
    "其他错误", "无请求数据", "密码错误或者未授权", "通信速率不能更改", "年时区数超限", "日时段数超限", "费率数超限", "保留",
)  # fmt: skip
"""Bits of the error word of 2007, the lowest first."""


class Identifier(NamedTuple):
    """One identifier: `di` as hexadecimal, the highest byte first (8 digits; 4 in 1997). `kind`: number, signed (its highest
    bit is the sign), digits, ascii, date, time, bits. `size` in bytes; `decimals` behind the point."""

    di: str
    name: str
    unit: str
    kind: str
    size: int
    decimals: int


def _rows(name: str) -> list[dict[str, str]]:
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def identifiers() -> dict[str, Identifier]:
    """Every known identifier by `di`.

    Source: DL/T 645-2007, annex A; DL/T 645-1997, annex A.
    """
    rows = _rows("identifiers.csv")
    return {
        r["di"]: Identifier(r["di"], r["name"], r["unit"], r["kind"], int(r["size"]), int(r["decimals"])) for r in rows
    }


@cache
def block_of(di: str) -> tuple[Identifier, ...]:
    """The identifiers that a block (FF in its third byte) holds one after the other; () when it is none.

    Source: DL/T 645-2007, annex A.
    """
    if len(di) != 8 or di[4:6] != "ff":
        return ()
    return tuple(one for key, one in sorted(identifiers().items()) if key[:4] == di[:4] and key[6:] == di[6:] and len(key) == 8)


@cache
def controls() -> dict[int, str]:
    """Names of functions by the lower five bits of the control code, those of 1997 by 0x100 more.

    Source: DL/T 645-2007, clause 5.2.4; DL/T 645-1997.
    """
    return {int(row["code"], 16): row["name"] for row in _rows("controls.csv")}
