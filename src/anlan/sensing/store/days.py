"""A day of one metric as one compressed blob, and what hours and days amount to. Pure, numpy.

Layout of a day: count (u32), then zlib over instants from the day's start (u32), flags (u8) and values (f64), the bytes of
equal weight side by side. Instants are epoch ms UTC; a day is a UTC day. Source: house rule.
"""

from __future__ import annotations

import struct
import zlib
from typing import NamedTuple

import numpy as np

__all__ = ["DAY", "HOUR", "MINUTE", "Series", "Summary", "join", "open_day", "seal_day", "summarise"]

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


class Series(NamedTuple):
    """Readings of one metric in the order of time: instants (int64, epoch ms), values (f64, NaN for none), flags (u8)."""

    at: np.ndarray
    value: np.ndarray
    flag: np.ndarray

    def between(self, start: int, end: int) -> Series:
        """The part with start <= at < end."""
        low, high = np.searchsorted(self.at, [start, end])
        return Series(self.at[low:high], self.value[low:high], self.flag[low:high])


class Summary(NamedTuple):
    """Values by period: its start (int64, epoch ms), least, greatest, mean, how many, and the last one."""

    start: np.ndarray
    least: np.ndarray
    greatest: np.ndarray
    mean: np.ndarray
    count: np.ndarray
    last: np.ndarray


def empty() -> Series:
    """No readings."""
    return Series(np.empty(0, np.int64), np.empty(0, np.float64), np.empty(0, np.uint8))


def _spread(values: np.ndarray) -> bytes:
    return np.ascontiguousarray(values.view(np.uint8).reshape(len(values), values.itemsize).T).tobytes()


def _gathered(raw: bytes, count: int, kind: str) -> np.ndarray:
    size = np.dtype(kind).itemsize
    return np.ascontiguousarray(np.frombuffer(raw, np.uint8).reshape(size, count).T).view(kind).reshape(count)


def seal_day(day: int, series: Series) -> bytes:
    """The blob of a series that lies within UTC day number `day`."""
    offsets = (series.at - day * DAY).astype("<u4")
    body = _spread(offsets) + series.flag.astype(np.uint8).tobytes() + _spread(series.value.astype("<f8"))
    return struct.pack("<I", len(offsets)) + zlib.compress(body, 6)


def open_day(day: int, blob: bytes) -> Series:
    """The series of a blob."""
    (count,) = struct.unpack_from("<I", blob)
    body = zlib.decompress(blob[4:])
    at = _gathered(body[: count * 4], count, "<u4").astype(np.int64) + day * DAY
    flag = np.frombuffer(body[count * 4 : count * 5], np.uint8)
    return Series(at, _gathered(body[count * 5 :], count, "<f8").astype(np.float64), flag)


def join(first: Series, second: Series) -> tuple[Series, int]:
    """Both series in the order of time, of an instant in both the first one's; and how many second ones differed."""
    if not len(second.at):
        return first, 0
    if not len(first.at):
        return second, 0
    if first.at[-1] < second.at[0]:
        return Series(*(np.concatenate([a, b]) for a, b in zip(first, second, strict=True))), 0
    place = np.searchsorted(first.at, second.at)
    inside = np.minimum(place, len(first.at) - 1)
    known = first.at[inside] == second.at
    same = (first.value[inside] == second.value) | (np.isnan(first.value[inside]) & np.isnan(second.value))
    same &= first.flag[inside] == second.flag
    fresh = Series(*(part[~known] for part in second))
    both = Series(*(np.concatenate([a, b]) for a, b in zip(first, fresh, strict=True)))
    order = np.argsort(both.at, kind="stable")
    return Series(*(part[order] for part in both)), int(np.count_nonzero(known & ~same))


def summarise(series: Series, period: int) -> Summary:
    """The series by periods of `period` ms, counted from 1970; readings without a value are left out."""
    there = ~np.isnan(series.value)
    at, value = series.at[there], series.value[there]
    if not len(at):
        none = np.empty(0, np.float64)
        return Summary(np.empty(0, np.int64), none, none, none, np.empty(0, np.int64), none)
    number = at // period
    edges = np.concatenate([[0], np.flatnonzero(np.diff(number)) + 1])
    ends = np.concatenate([edges[1:], [len(at)]])
    count = ends - edges
    return Summary(
        number[edges] * period,
        np.minimum.reduceat(value, edges),
        np.maximum.reduceat(value, edges),
        np.add.reduceat(value, edges) / count,
        count,
        value[ends - 1],
    )
