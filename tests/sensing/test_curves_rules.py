"""Few points that keep every peak, gaps as gaps, days as blobs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.sensing.store.curves import downsample, gaps
from anlan.sensing.store.days import DAY, Series, join, open_day, seal_day
from anlan.sensing.store.packing import column, entries, flag_code, flag_text, head, merge, pack_row


def series(*pairs: tuple[int, float]) -> Series:
    at, value = zip(*pairs, strict=True) if pairs else ((), ())
    return Series(np.array(at, np.int64), np.array(value, np.float64), np.zeros(len(at), np.uint8))


def test_few_readings_are_drawn_as_they_are() -> None:
    assert downsample(series((0, 1.0), (5, 2.0)), 2, 0, 10) == [[0, 1.0], [5, 2.0]]


def test_many_readings_keep_least_and_greatest_of_each_bucket() -> None:
    month = series(*((i * 60_000, 99.0 if i == 31_007 else -5.0 if i == 400 else 1.0) for i in range(43_200)))
    found = downsample(month, 600, 0, 43_200 * 60_000)
    assert len(found) == 600
    assert (min(p[1] for p in found), max(p[2] for p in found)) == (-5.0, 99.0)
    assert [p for p in found if p[2] == 99.0] == [[31_007 // 72 * 72 * 60_000, 1.0, 99.0]]


def test_readings_without_a_value_are_no_points() -> None:
    assert downsample(series((0, math.nan), (5, 2.0)), 10, 0, 10) == [[5, 2.0]]


@given(st.lists(st.tuples(st.integers(0, 10_000), st.floats(-1e6, 1e6)), max_size=60, unique_by=lambda p: p[0]),
       st.integers(1, 20))  # fmt: skip
def test_no_peak_is_lost_and_never_more_points_than_asked(pairs: list[tuple[int, float]], points: int) -> None:
    found = downsample(series(*sorted(pairs)), points, 0, 10_001)
    assert len(found) <= points
    if pairs:
        assert min(p[1] for p in found) == min(v for _, v in pairs)
        assert max(p[-1] for p in found) == max(v for _, v in pairs)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        ([], [(0, 100)]),
        (range(100), []),
        ([*range(30), *range(50, 100)], [(29, 50)]),
        ([*range(40)], [(39, 100)]),
        ([*range(60, 100)], [(0, 60)]),
        (range(0, 100, 20), []),
        ([0, 9, 18, 27, 36, 45, 54, 63, 72, 81, 90, 99], []),
    ],
)
def test_gaps(minutes: list[int], expected: list[tuple[int, int]]) -> None:
    held = series(*((m * 60_000, 1.0) for m in minutes))
    assert [(a // 60_000, b // 60_000) for a, b in gaps(held, 0, 100 * 60_000)] == expected


def test_a_short_span_without_readings_is_no_gap() -> None:
    assert gaps(series(), 0, 1000) == []


_VALUES = st.floats(width=64)


@given(st.lists(st.tuples(st.integers(0, DAY - 1), _VALUES, st.integers(0, 127)), max_size=50, unique_by=lambda p: p[0]))
def test_a_day_is_opened_as_it_was_sealed(rows: list[tuple[int, float, int]]) -> None:
    rows.sort()
    at, value, flag = zip(*rows, strict=True) if rows else ((), (), ())
    held = Series(np.array(at, np.int64) + 20_000 * DAY, np.array(value, np.float64), np.array(flag, np.uint8))
    found = open_day(20_000, seal_day(20_000, held))
    assert found.at.tolist() == held.at.tolist()
    assert found.value.tobytes() == held.value.tobytes()
    assert found.flag.tolist() == held.flag.tolist()


def test_joining_keeps_the_first_and_counts_what_differs() -> None:
    both, other = join(series((1, 1.0), (3, 3.0), (5, math.nan)), series((0, 0.0), (3, 4.0), (5, math.nan), (7, 7.0)))
    assert (both.at.tolist(), both.value.tolist()[:3], other) == ([0, 1, 3, 5, 7], [0.0, 1.0, 3.0], 1)
    assert join(series(), series((1, 1.0)))[0].at.tolist() == [1]
    assert join(series((1, 1.0)), series())[1] == 0


_ENTRIES = st.lists(st.tuples(st.integers(0, 65535), st.integers(0, 127), _VALUES), min_size=1, max_size=6,
                    unique_by=lambda e: e[0])  # fmt: skip


def _row(found: list[tuple[int, int, float]]) -> bytes:
    return pack_row(head([e[0] for e in found], [e[1] for e in found]), [e[2] for e in found])


@given(_ENTRIES, _ENTRIES)
def test_merging_loses_nothing_and_counts_everything(held: list, other: list) -> None:
    found = merge(_row(held), _row(other))
    numbers = [m for m, _, _ in entries(found.row)]
    assert numbers[: len(held)] == [m for m, _, _ in held]
    assert set(numbers) == {m for m, _, _ in [*held, *other]}
    assert len(numbers) - len(held) + found.alike + found.conflicting == len(other)
    assert merge(found.row, _row(other)).row == found.row


def test_flags() -> None:
    assert [flag_code(f) for f in ("", "N", "超")] == [0, 78, 0]
    assert [flag_text(c) for c in (0, 78)] == ["", "N"]


def test_a_column_of_nothing_is_empty() -> None:
    assert [part.tolist() for part in column([], 1)] == [[], [], []]
