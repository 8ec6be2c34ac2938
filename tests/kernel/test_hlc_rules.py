"""The hybrid clock: never backward, bounded, quarantined when ahead, corrected by its parent."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from anlan.kernel.arrange import corrections_from
from anlan.kernel.entry import Entry
from anlan.kernel.hlc import (
    MAX_HLC,
    Correction,
    Corrections,
    merge,
    pack,
    tick,
    to_datetime,
    too_far_ahead,
    unpack,
)

NOW = 1_732_000_000_000


@pytest.mark.parametrize(
    ("last", "wall_ms", "expected"),
    [
        (0, NOW, (NOW, 0)),
        (pack(NOW), NOW, (NOW, 1)),
        (pack(NOW, 7), NOW - 5_000, (NOW, 8)),
        (pack(NOW, 7), NOW + 1, (NOW + 1, 0)),
        (pack(NOW, 65_535), NOW, (NOW + 1, 0)),
        (0, -5, (0, 1)),
    ],
    ids=["first", "same millisecond", "clock set back", "time passed", "counter full", "before 1970"],
)
def test_tick_is_the_wall_or_one_more_than_the_last(last: int, wall_ms: int, expected: tuple[int, int]) -> None:
    assert unpack(tick(last, wall_ms)) == expected


def test_a_clock_at_its_end_does_not_stop_the_node() -> None:
    assert tick(MAX_HLC, NOW) == MAX_HLC
    assert pack(1 << 60) == ((1 << 47) - 1) << 16
    assert to_datetime(MAX_HLC).year == 6429


def test_merge_takes_the_later() -> None:
    assert merge(3, 5) == 5
    assert merge(5, 3) == 5


def test_to_datetime_is_utc_in_milliseconds() -> None:
    assert to_datetime(pack(NOW + 123, 9)) == datetime(2024, 11, 19, 7, 6, 40, 123000, tzinfo=UTC)


@pytest.mark.parametrize(("ahead_ms", "expected"), [(25 * 60_000, False), (25 * 60_000 + 1, True), (-(10**9), False)])
def test_too_far_ahead_begins_after_25_minutes(ahead_ms: int, expected: bool) -> None:
    assert too_far_ahead(pack(NOW + ahead_ms, 3), NOW) is expected


def test_the_last_correction_that_covers_a_number_holds() -> None:
    known = Corrections([Correction("n", 1, 9, 1000), Correction("n", 3, 4, -500), Correction("m", 1, 9, 7)])
    assert [known.offset_ms("n", seq) for seq in (0, 1, 3, 4, 5, 9, 10, None)] == [
        None, 1000, -500, -500, 1000, 1000, None, None,
    ]  # fmt: skip
    assert known.hlc("n", 3, pack(NOW + 99_999, 2), NOW) == pack(NOW - 500, 2)
    assert known.hlc("x", 3, pack(NOW + 99_999, 2), NOW) == pack(NOW + 99_999, 2)
    assert known
    assert not Corrections()


def correction(number: int, data: dict[str, object], base: int | None = None, hlc: int | None = None) -> Entry:
    return Entry(
        id=f"c{number}", node="p", hlc=pack(NOW + number) if hlc is None else hlc, wall=NOW, actor="", post="",
        region="0" * 12, subject="platform.clock/n", kind="platform.clock.corrected", data=data,
        base=None if base is None else f"c{base}",
    )  # fmt: skip


def test_corrections_stand_in_the_order_of_their_entries_whatever_the_arrival() -> None:
    first = correction(1, {"node": "n", "first": 1, "last": 2, "offset_ms": 10})
    second = correction(2, {"node": "n", "first": 1, "last": 1, "offset_ms": 20})
    for arrival in ([first, second], [second, first]):
        known = corrections_from(arrival)
        assert [known.offset_ms("n", seq) for seq in (1, 2)] == [20, 10]


def test_a_correction_that_saw_another_is_later_even_by_a_slow_clock() -> None:
    first = correction(1, {"node": "n", "first": 1, "last": 1, "offset_ms": 10})
    second = correction(2, {"node": "n", "first": 1, "last": 1, "offset_ms": 20}, base=1, hlc=0)
    assert corrections_from([second, first]).offset_ms("n", 1) == 20


@pytest.mark.parametrize("data", [{}, {"node": 1, "first": 1, "last": 1, "offset_ms": 1}, {"node": "n", "first": "1"}])
def test_a_correction_of_another_shape_says_nothing(data: dict[str, object]) -> None:
    assert not corrections_from([correction(1, data)])
