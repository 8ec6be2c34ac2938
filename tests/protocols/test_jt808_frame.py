"""Frames of JT/T 808: escapes, checksum, single frames, cutting a stream, packages."""

from __future__ import annotations

import re
from functools import reduce
from operator import xor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel.errors import ProtocolError
from anlan.protocols.jt808.encode import encode_frame, packages
from anlan.protocols.jt808.frame import LONGEST, Frame, checksum, escape, read_frame, unescape
from anlan.protocols.jt808.split import Joiner, Pending
from protocols.frames808 import DEVICE, LONG_DEVICE, REPORT, closed, cut, frames, pieces, report, untimed

HEARTBEAT = encode_frame(Frame(0x0002, DEVICE, 1, b""))


@untimed
@given(st.binary(max_size=300))
def test_folding_gives_the_checksum_of_the_plain_loop(data: bytes) -> None:
    assert checksum(data) == reduce(xor, data, 0)


@untimed
@given(st.text("\x7c\x7d\x7e\x01\x02", max_size=40).map(lambda t: t.encode("latin-1")))
def test_escaping_leaves_no_flag_and_is_undone(data: bytes) -> None:
    assert b"\x7e" not in escape(data)
    assert unescape(escape(data)) == data


def test_a_captured_heartbeat_with_an_escaped_checksum_is_read() -> None:
    # github:SmallChi/JT808, JT808_0x0002Test
    frame = read_frame(bytes.fromhex("7E00020000040021679287002B7D027E"))
    assert frame == Frame(0x0002, "040021679287", 43, b"")


@untimed
@given(frames())
def test_a_frame_is_read_back_as_it_was_encoded(frame: Frame) -> None:
    assert read_frame(encode_frame(frame)) == frame


@pytest.mark.parametrize(
    ("raw", "code", "facts"),
    [
        (b"", "jt808.frame.malformed", {"size": 0}),
        (b"\x7e", "jt808.frame.malformed", {"size": 1}),
        (b"\x7e\x7e", "jt808.frame.malformed", {"size": 2}),
        (HEARTBEAT[1:], "jt808.frame.malformed", {"size": 14}),
        (HEARTBEAT[:-1], "jt808.frame.malformed", {"size": 14}),
        (HEARTBEAT + HEARTBEAT, "jt808.frame.malformed", {"size": 30}),
        (HEARTBEAT[:5] + b"\x7e", "jt808.frame.malformed", {"size": 6}),
        (
            bytes.fromhex("7e 0002 0000 013500000001 007e 00 7e"),
            "jt808.frame.checksum",
            {"found": "00", "expected": "49"},
        ),
        (HEARTBEAT[:-2] + b"\x7d\x03\x7e", "jt808.frame.escape", {}),
        (HEARTBEAT[:-2] + b"\x7d\x7e", "jt808.frame.escape", {}),
        (report()[:-5] + report()[-2:], "jt808.frame.length", {"declared": 44, "actual": 41}),
        (closed(bytes.fromhex("0002 0003 013500000001 0001")), "jt808.frame.length", {"declared": 3, "actual": 0}),
        (closed(bytes.fromhex("0002 6000 013500000001 0001")), "jt808.frame.length", {"declared": 0, "actual": 0}),
        (report()[:-2] + b"\x00\x7e", "jt808.frame.checksum", None),
    ],
)
def test_a_damaged_frame_is_refused_with_its_code(raw: bytes, code: str, facts: dict[str, object] | None) -> None:
    with pytest.raises(ProtocolError) as refused:
        read_frame(raw)
    assert refused.value.code == code
    assert facts is None or refused.value.facts == facts


def test_every_single_wrong_bit_of_a_report_is_noticed() -> None:
    raw = report()
    for place in range(8, 8 * (len(raw) - 1)):
        damaged = bytearray(raw)
        damaged[place // 8] ^= 1 << place % 8
        with pytest.raises(ProtocolError):
            read_frame(bytes(damaged))


def test_a_terminal_that_does_not_escape_is_understood() -> None:
    data = bytes.fromhex("0002 0000 013500000001 7E7D")
    frame = read_frame(b"\x7e" + data + bytes([checksum(data)]) + b"\x7e")
    assert (frame.serial, frame.loose) == (0x7E7D, True)
    # github:traccar/traccar: a real terminal that sends 7D as it is.
    raw = bytes.fromhex("7E0900001F4F07788EF87D000CF0230223150215010203013800000C000B029DC58C04B99B60230223171822507E")
    assert (read_frame(raw).device, read_frame(raw).loose) == ("4f07788ef87d", True)


def test_a_reserved_bit_in_an_old_header_does_not_make_it_a_new_one() -> None:
    frame = read_frame(closed(bytes.fromhex("0102 4003 013500000001 0001 414243")))
    assert (frame.device, frame.body, frame.version, frame.flagged) == (DEVICE, b"ABC", None, True)


@untimed
@given(st.binary(max_size=80) | st.lists(pieces(), max_size=3).map(b"".join))
def test_any_bytes_are_a_frame_or_refused(raw: bytes) -> None:
    for one in (raw, b"\x7e" + raw + b"\x7e", closed(raw)):
        try:
            assert len(read_frame(one).body) < len(one)
        except ProtocolError as error:
            assert error.code.startswith("jt808.frame.")


def test_frames_are_cut_with_garbage_between_and_shared_flags() -> None:
    first, second = read_frame(report()), read_frame(HEARTBEAT)
    assert cut(b"noise" + report() + b"more" + HEARTBEAT) == [
        ("jt808.frame.garbage", 5),
        first._replace(offset=5),
        ("jt808.frame.malformed", 4),
        second._replace(offset=len(report()) + 9),
    ]
    shared = cut(report() + HEARTBEAT[1:])
    assert shared == [first, second._replace(offset=len(report()) - 1)]


def test_a_broken_frame_costs_itself_and_nothing_behind_it() -> None:
    broken = bytearray(report())
    broken[20] ^= 1
    found = cut(report() + bytes(broken) + report() + HEARTBEAT[:9])
    assert [f.message if isinstance(f, Frame) else f for f in found] == [
        0x0200,
        ("jt808.frame.checksum", len(broken) - 2),
        0x0200,
        ("jt808.frame.malformed", 8),
    ]


@untimed
@given(st.lists(pieces(), max_size=6).map(b"".join), st.lists(st.integers(1, 60), max_size=30))
def test_portions_never_change_what_is_found(stream: bytes, sizes: list[int]) -> None:
    portions, place = [], 0
    for size in sizes:
        portions.append(stream[place : place + size])
        place += size
    assert cut(*portions, stream[place:]) == cut(stream)
    assert cut(*(stream[n : n + 1] for n in range(len(stream)))) == cut(stream)


@pytest.mark.parametrize("size", [70_000, 65_536 + LONGEST, 200_000])
def test_a_flood_is_reported_in_lots_and_never_held(size: int) -> None:
    whole = cut(b"\x7e" + bytes(size) + b"\x7e" + report())
    assert whole == cut(b"\x7e", *([bytes(1000)] * (size // 1000)), bytes(size % 1000), b"\x7e" + report())
    lots = [dropped for found in whole[:-1] for _, dropped in [found]]
    assert (sum(lots), max(lots)) == (size, 65_536)
    assert whole[-1].message == 0x0200


@untimed
@given(st.binary(max_size=6000), st.integers(1, 1023), st.integers(0, 0xFFFF), st.randoms())
def test_a_split_message_is_joined_in_any_order(body: bytes, most: int, serial: int, chance) -> None:
    whole = Frame(0x0801, LONG_DEVICE, serial, body, 1)
    parts = [read_frame(encode_frame(part)) for part in packages(whole, most)]
    chance.shuffle(parts)
    joiner = Joiner(10_000)
    found = [joined for part in parts if (joined := joiner.add(part)) is not None]
    assert found == [whole]
    assert joiner.pending() == []


def test_missing_packages_are_named_and_taken_under_a_new_serial_number() -> None:
    parts = packages(REPORT._replace(message=0x0801, body=bytes(range(50)), serial=0xFFFF), 10)
    joiner = Joiner()
    assert [joiner.add(parts[n]) for n in (0, 2, 4)] == [None] * 3
    assert joiner.pending(DEVICE) == [Pending(0x0801, DEVICE, 0xFFFF, 5, (2, 4))]
    assert joiner.pending("x") == []
    assert joiner.add(parts[1]) is None
    whole = joiner.add(parts[3]._replace(serial=900))
    assert whole is not None
    assert (whole.body, whole.serial, whole.total) == (bytes(range(50)), 0xFFFF, 0)


def test_two_pictures_at_once_are_not_mixed() -> None:
    first = packages(REPORT._replace(message=0x0801, body=b"a" * 20, serial=10), 10)
    second = packages(REPORT._replace(message=0x0801, body=b"b" * 20, serial=90), 10)
    joiner = Joiner()
    assert [joiner.add(part) for part in (first[0], second[0])] == [None, None]
    assert joiner.add(second[1]).body == b"b" * 20
    assert joiner.add(first[1]).body == b"a" * 20


def test_a_joiner_holds_no_more_than_it_may() -> None:
    joiner = Joiner(most=10)
    for serial in range(0, 1000, 2):
        assert joiner.add(REPORT._replace(serial=serial, total=50, number=1)) is None
    assert (joiner.dropped, len(joiner.pending())) == (490, 10)
    assert joiner.add(REPORT._replace(total=3, number=4)) is None
    assert joiner.add(REPORT) == REPORT
    assert joiner.add(REPORT._replace(total=1, number=1)) == REPORT


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (REPORT._replace(body=bytes(1024)), "jt808.encode.length"),
        (REPORT._replace(device="1"), "jt808.encode.device"),
        (REPORT._replace(device=LONG_DEVICE), "jt808.encode.device"),
        (REPORT._replace(version=1), "jt808.encode.device"),
        (REPORT._replace(device="01350000000x"), "jt808.encode.device"),
    ],
)
def test_what_is_no_frame_is_not_sent(frame: Frame, code: str) -> None:
    with pytest.raises(ProtocolError, match=code):
        encode_frame(frame)


def test_a_message_of_too_many_packages_is_not_sent() -> None:
    with pytest.raises(ProtocolError, match=re.escape("jt808.encode.length")):
        packages(REPORT._replace(body=bytes(65_536)), 1)
