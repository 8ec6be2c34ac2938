"""The packed row of one device and instant: which metrics, with which flags, which values. Pure.

Layout of n entries, little-endian: n metric numbers (u16), n flags (u8, 0 for none), n values (f64, NaN for none).
Source: house rule; a row of ten readings takes 110 bytes where ten rows would take some 400.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence

import numpy as np

__all__ = ["ENTRY", "Merged", "column", "entries", "flag_code", "flag_text", "head", "merge", "metric_numbers", "pack_row"]

ENTRY = 11
"""Bytes of one entry."""
NAN = float("nan")
Entry = tuple[int, int, float]
"""(metric number, flag code, value, NaN for none)."""

_values: dict[int, Callable[..., bytes]] = {}


def flag_code(flag: str) -> int:
    """One byte for the standard's letter; 0 for none or for what is no ASCII letter."""
    return ord(flag[0]) if flag and flag[0].isascii() else 0


def flag_text(code: int) -> str:
    """The letter of a flag code, "" for none."""
    return chr(code) if code else ""


def head(metrics: Sequence[int], flags: Sequence[int]) -> bytes:
    """The part of a row that does not change from message to message of one device."""
    return struct.pack(f"<{len(metrics)}H{len(flags)}B", *metrics, *flags)


def pack_row(start: bytes, values: Sequence[float]) -> bytes:
    """The row of a head and its values."""
    count = len(values)
    packer = _values.get(count)
    if packer is None:
        packer = _values[count] = struct.Struct(f"<{count}d").pack
    return start + packer(*values)


def entries(row: bytes) -> list[Entry]:
    """The entries of a row, in its order."""
    n = len(row) // ENTRY
    flat = struct.unpack(f"<{n}H{n}B{n}d", row)
    return list(zip(flat[:n], flat[n : 2 * n], flat[2 * n :], strict=True))


def metric_numbers(row: bytes) -> tuple[int, ...]:
    """The metric numbers of a row."""
    n = len(row) // ENTRY
    return struct.unpack_from(f"<{n}H", row)


class Merged:
    """What merging found: the row, and how many readings were there already, alike or with another value."""

    __slots__ = ("alike", "conflicting", "row")

    def __init__(self, row: bytes, alike: int, conflicting: int) -> None:
        self.row, self.alike, self.conflicting = row, alike, conflicting


def merge(held: bytes, other: bytes) -> Merged:
    """Both rows as one; of a metric in both the held value stays."""
    if held == other:
        return Merged(held, len(held) // ENTRY, 0)
    first = {metric: (flag, struct.pack("<d", value)) for metric, flag, value in entries(held)}
    found, added, alike, conflicting = entries(held), [], 0, 0
    for metric, flag, value in entries(other):
        known = first.get(metric)
        if known is None:
            first[metric] = (flag, struct.pack("<d", value))
            added.append((metric, flag, value))
        elif known == (flag, struct.pack("<d", value)):
            alike += 1
        else:
            conflicting += 1
    if not added:
        return Merged(held, alike, conflicting)
    return Merged(_packed([*found, *added]), alike, conflicting)


def _packed(found: Sequence[Entry]) -> bytes:
    metrics, flags, values = zip(*found, strict=True)
    return pack_row(head(metrics, flags), values)


def column(rows: Iterable[tuple[int, bytes]], metric: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One metric of rows (at, row): its instants (int64), values (f64) and flags (u8), in the order of the rows.

    Rows of one make are taken apart together: numpy sees them as a table.
    """
    groups: dict[bytes, tuple[list[int], list[bytes]]] = {}
    for at, row in rows:
        key = row[: len(row) // ENTRY * 2]
        held = groups.get(key)
        if held is None:
            held = groups[key] = ([], [])
        held[0].append(at)
        held[1].append(row)
    parts = [part for key, (ats, made) in groups.items() if (part := _of_one_make(key, ats, made, metric))]
    if not parts:
        return np.empty(0, np.int64), np.empty(0, np.float64), np.empty(0, np.uint8)
    at, value, flag = (np.concatenate([part[i] for part in parts]) for i in range(3))
    if len(parts) == 1:
        return at, value, flag
    order = np.argsort(at, kind="stable")
    return at[order], value[order], flag[order]


def _of_one_make(
    key: bytes, ats: list[int], rows: list[bytes], metric: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    places = np.flatnonzero(np.frombuffer(key, "<u2") == metric)
    if not len(places):
        return None
    place, n = int(places[0]), len(key) // 2
    table = np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), n * ENTRY)
    start = n * 3 + place * 8
    values = np.ascontiguousarray(table[:, start : start + 8]).view("<f8").reshape(-1)
    return np.array(ats, np.int64), values.astype(np.float64), table[:, n * 2 + place].copy()
