"""The readings store: one contract, run on the file of one machine and on PostgreSQL."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from anlan.kernel.errors import Unavailable
from anlan.platform.database import is_sqlite
from anlan.sensing.store.days import DAY, HOUR, MINUTE
from anlan.sensing.store.packing import flag_code, head, pack_row
from anlan.sensing.store.postgresql import PostgresBackend
from anlan.sensing.store.readings import Added, Store
from anlan.sensing.store.sqlite import SqliteBackend

T0 = 1_767_225_600_000  # 2026-01-01 00:00 UTC
NAN = math.nan


@pytest.fixture
def store(tmp_path: Path, db: None) -> Iterator[Store]:
    """The store of the database that this run is on."""
    made = Store(SqliteBackend(tmp_path / "readings.sqlite3") if is_sqlite() else PostgresBackend())
    yield made
    made.close()


def put(store: Store, device: str, at: int, flag: str = "", **values: float | None) -> Added:
    n = store.numbers("device", [device])[device]
    numbers = store.numbers("metric", values)
    start = head([numbers[m] for m in values], [flag_code(flag)] * len(values))
    row = (n, at, pack_row(start, [NAN if v is None else v for v in values.values()]))
    return store.add([row], seen=[(n, at)], dirty=[(n, at // HOUR)])


def points(store: Store, device: str, metric: str, start: int = T0, end: int = T0 + 40 * DAY) -> list[tuple]:
    found = store.series(device, metric, start, end)
    return list(zip(((found.at - T0) // 1000).tolist(), found.value.tolist(), found.flag.tolist(), strict=True))


def test_what_is_put_is_read(store: Store) -> None:
    assert put(store, "a", T0, "N", x=1.5, y=-2.0) == Added(2, 0, 0)
    assert points(store, "a", "x") == [(0, 1.5, 78)]
    assert points(store, "a", "y") == [(0, -2.0, 78)]
    assert (points(store, "a", "z"), points(store, "b", "x")) == ([], [])


def test_the_same_delivery_twice_counts_once(store: Store) -> None:
    put(store, "a", T0, x=1.0, y=None)
    assert put(store, "a", T0, x=1.0, y=None) == Added(0, 2, 0)
    assert points(store, "a", "x") == [(0, 1.0, 0)]


def test_the_first_value_of_an_instant_stays(store: Store) -> None:
    put(store, "a", T0, x=1.0)
    assert put(store, "a", T0, x=2.0) == Added(0, 0, 1)
    assert put(store, "a", T0, "D", x=1.0) == Added(0, 0, 1)
    assert points(store, "a", "x") == [(0, 1.0, 0)]


def test_a_second_message_of_an_instant_adds_its_channels(store: Store) -> None:
    put(store, "a", T0, x=1.0, y=2.0)
    assert put(store, "a", T0, y=3.0, z=4.0, x=1.0) == Added(1, 1, 1)
    assert store.moments("a", T0, T0 + 1) == [(T0, [("x", 1.0, ""), ("y", 2.0, ""), ("z", 4.0, "")])]


def test_two_rows_of_an_instant_in_one_call_are_merged(store: Store) -> None:
    n = store.numbers("device", ["a"])["a"]
    m = store.numbers("metric", ["x", "y"])
    one, two = (pack_row(head([m["x"]], [0]), [v]) for v in (1.0, 2.0))
    three = pack_row(head([m["y"]], [0]), [3.0])
    assert store.add([(n, T0, one), (n, T0, two), (n, T0, three), (n, T0, one)]) == Added(2, 1, 1)
    assert store.moments("a", T0, T0 + 1) == [(T0, [("x", 1.0, ""), ("y", 3.0, "")])]


def test_late_and_out_of_order_is_read_in_order(store: Store) -> None:
    for second in (30, 10, 20, 0):
        put(store, "a", T0 + second * 1000, x=float(second))
    assert points(store, "a", "x") == [(0, 0.0, 0), (10, 10.0, 0), (20, 20.0, 0), (30, 30.0, 0)]
    assert points(store, "a", "x", T0 + 10_000, T0 + 30_000) == [(10, 10.0, 0), (20, 20.0, 0)]


def test_messages_of_two_makes_are_one_series(store: Store) -> None:
    put(store, "a", T0, x=1.0, y=9.0)
    put(store, "a", T0 + 1000, y=9.0, x=2.0)
    put(store, "a", T0 + 2000, x=3.0)
    put(store, "a", T0 + 3000, y=9.0)
    assert points(store, "a", "x") == [(0, 1.0, 0), (1, 2.0, 0), (2, 3.0, 0)]


def test_skewed_readings_stand_apart(store: Store) -> None:
    n, m = store.numbers("device", ["a"])["a"], store.numbers("metric", ["x"])["x"]
    row = pack_row(head([m], [0]), [7.0])
    assert store.add([], skewed=[(n, 0, T0, row), (n, 4_070_908_800_000, T0 + 1, row)]) == Added(0, 0, 0)
    store.add([], skewed=[(n, 0, T0, row)])
    assert store.skewed("a") == [
        (T0 + 1, (4_070_908_800_000, [("x", 7.0, "")])),
        (T0, (0, [("x", 7.0, "")])),
    ]
    assert store.series("a", "x", 0, 5_000_000_000_000).at.tolist() == []
    assert store.skewed("b") == []


def test_when_a_device_was_last_heard_of_never_goes_back(store: Store) -> None:
    put(store, "a", T0 + 5000, x=1.0)
    put(store, "a", T0, x=1.0)
    put(store, "b", T0 + 1, x=1.0)
    assert store.seen() == {"a": T0 + 5000, "b": T0 + 1}
    assert store.latest("a") == (T0 + 5000, [("x", 1.0, "")])
    assert store.latest("c") is None


def test_metrics_of_a_device(store: Store) -> None:
    put(store, "a", T0, y=1.0, x=1.0)
    put(store, "b", T0, z=1.0)
    assert (store.metrics("a"), store.metrics("c")) == (["x", "y"], [])


def test_another_process_reads_the_same_numbers(store: Store, tmp_path: Path) -> None:
    put(store, "a", T0, x=1.0)
    other = Store(SqliteBackend(tmp_path / "readings.sqlite3") if is_sqlite() else PostgresBackend())
    assert points(other, "a", "x") == [(0, 1.0, 0)]
    put(other, "b", T0, w=2.0)
    assert store.moments("b", T0, T0 + 1) == [(T0, [("w", 2.0, "")])]
    other.close()


def test_days_that_are_over_become_blobs_and_read_alike(store: Store) -> None:
    for hour in range(0, 60, 3):
        put(store, "a", T0 + hour * HOUR, "N" if hour % 2 else "", x=hour / 7, y=None)
    before = points(store, "a", "x"), store.moments("a", T0, T0 + 3 * DAY)
    assert store.compact(T0 + 2 * DAY + HOUR) == (2, 0)
    assert (points(store, "a", "x"), store.moments("a", T0, T0 + 3 * DAY)) == before
    assert points(store, "a", "x", T0 + DAY, T0 + DAY + 1) == [(86400, 24 / 7, 0)]
    assert store.compact(T0 + 2 * DAY + HOUR) == (0, 0)


def test_a_late_reading_of_a_compacted_day_is_there(store: Store) -> None:
    put(store, "a", T0, x=1.0)
    put(store, "a", T0 + HOUR, x=2.0)
    store.compact(T0 + DAY)
    put(store, "a", T0 + MINUTE, x=1.5, w=5.0)
    assert put(store, "a", T0 + HOUR, x=9.0) == Added(1, 0, 0)  # the blob is not opened while readings pour in
    assert points(store, "a", "x") == [(0, 1.0, 0), (60, 1.5, 0), (3600, 2.0, 0)]
    assert points(store, "a", "w") == [(60, 5.0, 0)]
    assert store.compact(T0 + DAY) == (1, 1)
    assert points(store, "a", "x") == [(0, 1.0, 0), (60, 1.5, 0), (3600, 2.0, 0)]


def test_compaction_is_done_in_parts(store: Store) -> None:
    for device in "ab":
        for day in range(3):
            put(store, device, T0 + day * DAY, x=float(day))
    assert [store.compact(T0 + 3 * DAY, most=4)[0], store.compact(T0 + 3 * DAY, most=4)[0]] == [4, 2]
    assert points(store, "b", "x") == [(0, 0.0, 0), (86400, 1.0, 0), (172800, 2.0, 0)]


def _shown(store: Store, period: int, metric: str = "x") -> list[tuple]:
    found = store.summary("a", metric, T0, T0 + 10 * DAY, period)
    return [
        ((int(start) - T0) // MINUTE, *(round(float(v), 6) for v in rest))
        for start, *rest in zip(*found, strict=True)
    ]


def test_summaries_by_minute_hour_and_day(store: Store) -> None:
    for second, value in ((0, 1.0), (30, 3.0), (60, 5.0), (3600, 7.0), (86400, 9.0)):
        put(store, "a", T0 + second * 1000, x=value, y=None)
    assert store.summarise(T0 + 2 * DAY) == 3
    # start in minutes, least, greatest, mean, count, last
    assert _shown(store, MINUTE)[:2] == [(0, 1.0, 3.0, 2.0, 2.0, 3.0), (1, 5.0, 5.0, 5.0, 1.0, 5.0)]
    assert _shown(store, HOUR) == [
        (0, 1.0, 5.0, 3.0, 3.0, 5.0), (60, 7.0, 7.0, 7.0, 1.0, 7.0), (1440, 9.0, 9.0, 9.0, 1.0, 9.0),
    ]  # fmt: skip
    assert _shown(store, DAY) == [(0, 1.0, 7.0, 4.0, 4.0, 7.0), (1440, 9.0, 9.0, 9.0, 1.0, 9.0)]
    assert (_shown(store, HOUR, "y"), _shown(store, DAY, "none")) == ([], [])


def test_only_hours_that_were_written_to_are_summarised_again(store: Store) -> None:
    put(store, "a", T0, x=1.0)
    put(store, "a", T0 + HOUR, x=2.0)
    assert (store.summarise(T0 + HOUR), store.summarise(T0 + HOUR)) == (1, 0)
    assert [row[0] for row in _shown(store, HOUR)] == [0]
    assert store.summarise(T0 + DAY) == 1
    store.compact(T0 + DAY)
    put(store, "a", T0 + MINUTE, x=4.0)
    assert store.summarise(T0 + DAY) == 1
    assert _shown(store, HOUR) == [(0, 1.0, 4.0, 2.5, 2.0, 4.0), (60, 2.0, 2.0, 2.0, 1.0, 2.0)]


def test_old_readings_are_forgotten_and_their_summaries_stay(store: Store) -> None:
    for day in range(3):
        put(store, "a", T0 + day * DAY, x=float(day))
    store.summarise(T0 + 3 * DAY)
    store.compact(T0 + DAY)
    store.forget(T0 + 2 * DAY + HOUR)
    assert points(store, "a", "x") == [(172800, 2.0, 0)]
    assert [row[0] for row in _shown(store, DAY)] == [0, 1440, 2880]


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    put(store, "a", T0, x=1.0)
    with pytest.raises(RuntimeError), store.writing():
        put(store, "a", T0 + 1000, x=2.0)
        raise RuntimeError
    assert points(store, "a", "x") == [(0, 1.0, 0)]


def test_readings_of_many_months_and_years(store: Store) -> None:
    for year in (2019, 2026, 2027):
        put(store, "a", T0 + (year - 2026) * 366 * DAY, x=float(year))
    assert [p[1] for p in points(store, "a", "x", 0, 4_000_000_000_000)] == [2019.0, 2026.0, 2027.0]


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path, db: None) -> None:
    (tmp_path / "readings.sqlite3").write_bytes(b"no database at all" * 100)
    broken = Store(SqliteBackend(tmp_path / "readings.sqlite3"))
    with pytest.raises(Unavailable) as refused:
        put(broken, "a", T0, x=1.0)
    assert refused.value.code == "sensing.store.unavailable"


def test_random_traffic_equals_a_dictionary(store: Store) -> None:
    rng = np.random.default_rng(7)
    model: dict[tuple[str, str, int], float] = {}
    counted = [0, 0, 0]
    for step in range(150):
        device, at = rng.choice(["a", "b"]), T0 + int(rng.integers(0, 40)) * 2 * HOUR
        values = {m: float(rng.integers(0, 3)) for m in rng.choice(["x", "y", "z"], 2, replace=False)}
        wanted = [0, 0, 0]
        for metric, value in values.items():
            held = model.setdefault((device, metric, at), value)
            wanted[0 if (device, metric, at) not in _known else 1 if held == value else 2] += 1
            _known.add((device, metric, at))
        found = put(store, device, at, **values)
        counted = [a + b for a, b in zip(counted, (found.stored, found.alike, found.conflicting), strict=True)]
        assert (found.stored, found.alike, found.conflicting) == tuple(wanted), step
    _known.clear()
    for device in "ab":
        for metric in "xyz":
            mine = sorted(((at - T0) // 1000, v, 0) for (d, m, at), v in model.items() if (d, m) == (device, metric))
            assert points(store, device, metric) == mine
    assert counted[0] == len(model)


_known: set[tuple[str, str, int]] = set()


def test_a_row_is_eleven_bytes_a_reading() -> None:
    row = pack_row(head([1, 2], [0, 78]), [1.5, NAN])
    assert row == struct.pack("<2H2B2d", 1, 2, 0, 78, 1.5, NAN)
