"""The spool: what was appended is there after any crash, in order, once; numbers are never used twice."""

from __future__ import annotations

import os
import resource
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.gateways.segments import encode_record, records, segment_path, segments
from anlan.gateways.spool import Spool
from anlan.kernel.errors import Conflict, Unavailable

MB = 1024 * 1024


def opened(folder: Path, limit: int = MB, segment: int = 200) -> Spool:
    return Spool(folder, "edge", limit=limit, segment_bytes=segment)


def appended(spool: Spool, *counts: int) -> None:
    for count in counts:
        spool.append(b"%d+%d" % (spool.next, count), count)


def handed_on(spool: Spool, most: int = 10_000) -> list[bytes]:
    """Read and forward everything; the parcels."""
    found = []
    while part := spool.read(reports=most, size=MB):
        found += [record.parcel for record in part]
        spool.forwarded(part[-1])
    return found


def test_records_come_back_in_order_and_are_gone_when_they_were_forwarded(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    appended(spool, 2, 1, 3)
    assert (spool.waiting, spool.next) == (6, 7)
    assert handed_on(spool) == [b"1+2", b"3+1", b"4+3"]
    assert (spool.waiting, handed_on(spool)) == (0, [])


def test_a_parcel_holds_whole_records_up_to_its_bounds_and_never_none(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    appended(spool, 2, 2, 5)
    assert [r.count for r in spool.read(reports=4, size=MB)] == [2, 2]
    assert [r.count for r in spool.read(reports=1, size=MB)] == [2]
    assert [r.count for r in spool.read(reports=100, size=1)] == [2]


def test_files_are_deleted_when_they_are_done_with_but_for_the_last(tmp_path: Path) -> None:
    spool = opened(tmp_path, segment=60)
    appended(spool, *[1] * 10)
    assert [s.first for s in segments(tmp_path)] == [1, 4, 7, 10]
    handed_on(spool)
    assert [s.first for s in segments(tmp_path)] == [10]
    assert spool.size == segment_path(tmp_path, 10).stat().st_size


def test_name_and_numbers_go_on_after_a_restart(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    appended(spool, 3)
    handed_on(spool)
    spool.close()
    again = opened(tmp_path)
    assert (again.name, again.next, again.waiting) == (spool.name, 4, 0)


def test_without_files_the_name_is_another_one(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    appended(spool, 3)
    spool.close()
    segment_path(tmp_path, 1).unlink()
    again = opened(tmp_path)
    assert again.next == 1
    assert again.name != spool.name
    appended(again, 1)
    assert handed_on(again) == [b"1+1"]


def test_a_second_gateway_may_not_use_the_same_folder(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    with pytest.raises(Conflict, match="gateways.spool.in_use"):
        opened(tmp_path)
    spool.close()
    opened(tmp_path).close()


def test_a_folder_that_can_not_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="gateways.spool.unusable"):
        opened(tmp_path / "file" / "spool")


def test_at_its_limit_nothing_is_written_until_something_was_forwarded(tmp_path: Path) -> None:
    spool = opened(tmp_path, limit=150, segment=40)
    appended(spool, 1, 1, 1, 1)
    with pytest.raises(Unavailable, match="gateways.spool.full"):
        appended(spool, 1, 1)
    before = spool.next
    handed_on(spool)
    appended(spool, 1)
    assert handed_on(spool) == [b"%d+1" % before]


def test_a_write_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    appended(spool, 1)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (spool.size + 30, hard))
    try:
        with pytest.raises(Unavailable, match="gateways.spool.full"):
            spool.append(b"x" * 100, 1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert segment_path(tmp_path, 1).stat().st_size == spool.size
    appended(spool, 2)
    assert handed_on(spool) == [b"1+1", b"2+2"]


def test_damage_in_the_middle_costs_what_is_damaged_and_keeps_the_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spool = opened(tmp_path, segment=100)
    appended(spool, *[1] * 5)
    spool.close()
    path = segment_path(tmp_path, 1)
    raw = bytearray(path.read_bytes())
    raw[25] ^= 0xFF
    path.write_bytes(raw)
    again = opened(tmp_path, segment=100)
    assert handed_on(again) == [b"2+1", b"3+1", b"4+1", b"5+1"]
    assert path.with_suffix(".damaged").read_bytes() == bytes(raw)
    assert [r.getMessage() for r in caplog.records] == [
        f"spool: {path.name} is damaged at byte 0; it will be kept as .damaged"
    ]


steps = st.lists(st.one_of(st.integers(1, 4), st.just(-1), st.just(-2)), max_size=25)


@settings(deadline=None)
@given(steps, st.integers(0, 60), st.booleans(), st.integers(0, 100))
def test_no_crash_loses_a_record_or_uses_a_number_twice(plan: list[int], torn: int, rotated: bool, slot: int) -> None:
    """Appends (positive), a parcel handed on (-1), restarts (-2); then a crash within a write, also within that of the place.

    Source: what a file system may show of a file after a crash: a prefix of what was being appended.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        spool, made, taken = opened(folder), [], []
        for step in plan:
            if step > 0:
                made.append(b"%d+%d" % (spool.next, step))
                appended(spool, step)
            elif step == -1 and (part := spool.read(reports=3, size=MB)):
                taken += [record.parcel for record in part]
                spool.forwarded(part[-1])
            elif step == -2:
                spool.close()
                spool = opened(folder)
        following, label = spool.next, spool.name
        spool.close()
        _crash(folder, following, torn, rotated, slot)
        again = opened(folder)
        assert (again.name, again.next) == (label, following)
        rest = handed_on(again)
        # The note of the place may be one parcel old: then that parcel comes once more, and its numbers say so.
        overlap = len(taken) + len(rest) - len(made)
        assert 0 <= overlap <= len(taken)
        assert taken[: len(taken) - overlap] + rest == made
        if slot >= 40:
            assert overlap == 0
        appended(again, 1)
        assert handed_on(again) == [b"%d+1" % following]
        again.close()


def _crash(folder: Path, following: int, torn: int, rotated: bool, slot: int) -> None:
    last = segments(folder)[-1]
    if rotated and last.path.stat().st_size and last.first < following:
        segment_path(folder, following).touch()
        last = segments(folder)[-1]
    half = encode_record(following, 9, b"never acknowledged, so never counted")[:torn]
    if torn < 60:
        with last.path.open("ab") as file:
            file.write(half)
    place = folder / "forwarded"
    if slot < 40 and place.stat().st_size:
        # The slot written last is torn: its checksum does not fit.
        slots = [place.read_bytes()[i : i + 36] for i in (0, 36)]
        newest = max((0, 1), key=lambda i: int.from_bytes(slots[i][:8], "little"))
        if len(slots[newest]) == 36 and any(slots[newest]):
            descriptor = os.open(place, os.O_WRONLY)
            os.pwrite(
                descriptor, bytes(b ^ 0x55 for b in slots[newest][slot % 32 : slot % 32 + 1]), newest * 36 + slot % 32
            )
            os.close(descriptor)


@settings(deadline=None)
@given(st.binary(max_size=300), st.lists(st.binary(max_size=40), max_size=5))
def test_any_bytes_are_passed_over_without_an_error(noise: bytes, parcels: list[bytes]) -> None:
    with TemporaryDirectory() as name:
        path = Path(name) / "file"
        whole = b"".join(encode_record(n + 1, 1, p) for n, p in enumerate(parcels))
        path.write_bytes(noise + whole)
        descriptor = os.open(path, os.O_RDONLY)
        try:
            found = [r.parcel for r in records(descriptor, 0, path.stat().st_size)]
        finally:
            os.close(descriptor)
        assert found == parcels
