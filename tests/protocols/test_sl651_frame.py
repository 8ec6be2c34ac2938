"""Frames of SL 651: checksum, single frames, cutting a stream, packets."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.kernel.errors import ProtocolError
from anlan.protocols.sl651.crc import crc
from anlan.protocols.sl651.cutter import FrameCutter
from anlan.protocols.sl651.encode import packets, repeat
from anlan.protocols.sl651.frame import Frame, encode_frame, head_of, read_frame
from anlan.protocols.sl651.join import Joiner
from protocols.frames651 import CONFIRM, EVEN, HOUR, KEEP, OTHERS, STATUS, TIMED, WRONG, frames, pieces, untimed


def found(*portions: bytes) -> list[bytes | tuple[str, int]]:
    cutter = FrameCutter()
    all_found = [one for portion in portions for one in cutter.feed(portion)] + cutter.close()
    assert cutter.frames == sum(isinstance(one, Frame) for one in all_found)
    assert cutter.errors == sum(isinstance(one, ProtocolError) for one in all_found)
    assert cutter.dropped == sum(one.facts["dropped"] for one in all_found if isinstance(one, ProtocolError))
    return [encode_frame(one) if isinstance(one, Frame) else (one.code, one.facts["dropped"]) for one in all_found]


def test_the_checksum_is_that_of_modbus_sent_high_byte_first() -> None:
    assert crc(b"123456789") == 0x4B37
    assert crc(TIMED[:-2]) == 0xA421


@pytest.mark.parametrize("raw", [TIMED, EVEN, HOUR, KEEP, STATUS, CONFIRM, *OTHERS])
def test_real_frames_are_read_and_built_byte_for_byte(raw: bytes) -> None:
    assert encode_frame(read_frame(raw)) == raw


def test_addresses_stand_the_other_way_round_on_the_way_down() -> None:
    up, down = read_frame(TIMED), read_frame(CONFIRM)
    assert (up.down, up.centre, up.station, up.password, up.function, up.end) == (
        False,
        5,
        "0011223344",
        "03E8",
        0x32,
        3,
    )
    assert (down.down, down.centre, down.station, down.function, down.end) == (True, 5, "0011223344", 0x32, 0x1B)


@pytest.mark.parametrize(
    ("raw", "code", "facts"),
    [
        (b"", "sl651.frame.malformed", {"size": 0}),
        (TIMED[:16], "sl651.frame.length", {"declared": 43, "actual": -1}),
        (TIMED[1:], "sl651.frame.malformed", {"size": 59}),
        (TIMED[:13] + b"\x01" + TIMED[14:], "sl651.frame.malformed", {"size": 60}),
        (TIMED[:11] + b"\x10" + TIMED[12:], "sl651.frame.malformed", {"size": 60}),
        (TIMED[:-1], "sl651.frame.length", {"declared": 43, "actual": 42}),
        (TIMED + b"\r\n", "sl651.frame.length", {"declared": 43, "actual": 45}),
        (WRONG, "sl651.frame.crc", {"found": "617A", "expected": "CA79"}),
        (TIMED[:-2] + b"\x21\xa4", "sl651.frame.crc", {"found": "21A4", "expected": "A421"}),
    ],
)
def test_a_damaged_frame_is_refused_with_its_code(raw: bytes, code: str, facts: dict[str, object]) -> None:
    with pytest.raises(ProtocolError) as refused:
        read_frame(raw)
    assert (refused.value.code, refused.value.facts) == (code, facts)


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (Frame(False, 1, "00112233", "0000", 0x32, b""), "sl651.encode.head"),
        (Frame(False, 1, "0011223344", "00", 0x32, b""), "sl651.encode.head"),
        (Frame(False, 256, "0011223344", "0000", 0x32, b""), "sl651.encode.head"),
        (Frame(False, 1, "001122334X", "0000", 0x32, b""), "sl651.encode.head"),
        (Frame(False, 1, "0011223344", "0000", 0x32, b"", total=2, number=0), "sl651.encode.head"),
        (Frame(False, 1, "0011223344", "0000", 0x32, b"", total=4096, number=1), "sl651.encode.head"),
        (Frame(False, 1, "0011223344", "0000", 0x32, bytes(4096)), "sl651.encode.length"),
    ],
)
def test_what_no_receiver_could_read_is_not_built(frame: Frame, code: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        encode_frame(frame)
    assert refused.value.code == code


@untimed
@given(frames())
def test_any_frame_built_is_read_back(frame: Frame) -> None:
    assert read_frame(encode_frame(frame)) == frame


@untimed
@given(st.binary(max_size=80) | pieces())
def test_any_bytes_as_one_frame_are_read_or_refused(raw: bytes) -> None:
    head_of(raw)
    try:
        assert encode_frame(read_frame(raw)) == raw
    except ProtocolError as error:
        assert error.code in {"sl651.frame.malformed", "sl651.frame.length", "sl651.frame.crc", "sl651.encode.head"}


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (TIMED * 3, [TIMED] * 3),
        (b"\r\n" + TIMED + b"\r\n" + KEEP, [("sl651.frame.garbage", 2), TIMED, ("sl651.frame.garbage", 2), KEEP]),
        (b"\x7e" + TIMED, [("sl651.frame.garbage", 1), TIMED]),
        (b"\x7e\x7e" + TIMED, [("sl651.frame.garbage", 2), TIMED]),
        (TIMED[:30] + TIMED + TIMED, [("sl651.frame.crc", 30), TIMED, TIMED]),
        (TIMED[:-2] + b"\0\0" + TIMED, [("sl651.frame.crc", 60), TIMED]),
        (TIMED + TIMED[:-1], [TIMED, ("sl651.frame.malformed", 59)]),
        (TIMED + b"\x7e", [TIMED, ("sl651.frame.garbage", 1)]),
    ],
)
def test_a_broken_frame_costs_only_itself(stream: bytes, expected: list[object]) -> None:
    assert found(stream) == expected
    assert found(*(stream[i : i + 1] for i in range(len(stream)))) == expected


def test_a_cutter_says_where_a_broken_frame_stood() -> None:
    (error,) = FrameCutter().feed(TIMED[:-2] + b"\0\0")
    assert (error.facts["offset"], error.facts["sample"][:8]) == (0, "7e7e0500")
    assert error.message == "报文校验码不符：报文为0000，按内容计算应为A421（高字节在前）。"


@settings(max_examples=200, deadline=None)
@given(st.lists(pieces(), max_size=10), st.lists(st.integers(1, 60), min_size=1, max_size=20))
def test_a_stream_is_cut_alike_however_it_is_portioned(parts: list[bytes], sizes: list[int]) -> None:
    stream = b"".join(parts)
    portions, at, step = [], 0, 0
    while at < len(stream):
        size = sizes[step % len(sizes)]
        portions.append(stream[at : at + size])
        at, step = at + size, step + 1
    assert found(*portions) == found(stream)


def test_starts_without_end_are_checked_a_bounded_number_of_times() -> None:
    """Each of these starts claims 4 kB: were each tried, a megabyte would cost a third of a gigabyte of checksums."""
    checked = 0

    class Counting(FrameCutter):
        def judge(self, raw: bytes, offset: int) -> Frame:
            nonlocal checked
            checked += len(raw)
            return super().judge(raw, offset)

    cutter = Counting()
    flood = (b"\x7e\x7e" + bytes(9) + b"\x0f\xff\x02") * 20_000
    cutter.feed(flood + TIMED)
    assert checked < 20 * len(flood)
    assert len(cutter._held) < 4200


def test_a_flood_without_any_start_is_dropped_and_counted() -> None:
    cutter = FrameCutter()
    errors = [e for _ in range(8) for e in cutter.feed(b"x" * 65_536)]
    assert [(e.code, e.facts["dropped"]) for e in errors] == [("sl651.frame.garbage", 65_536)] * 8
    assert len(cutter.feed(TIMED)) == 1


def picture(serial: int = 5) -> Frame:
    return read_frame(TIMED)._replace(function=0x36, body=serial.to_bytes(2, "big") + bytes(range(250)) * 3)


def test_packets_in_any_order_become_one_message_and_missing_ones_are_asked_for() -> None:
    joiner, sent = Joiner(), packets(picture(), 100)
    assert [p.end for p in sent] == [0x17] * 7 + [0x03]
    assert [joiner.add(p) for p in (sent[7], sent[0], sent[0], *sent[2:7])] == [None] * 8
    assert joiner.missing(sent[0]) == [2]
    asked = repeat(sent[0], 2, datetime(2026, 3, 2, tzinfo=UTC), serial=5)
    assert read_frame(encode_frame(asked)) == asked
    assert (asked.down, asked.end, asked.total, asked.number) == (True, 0x15, 8, 2)
    assert joiner.add(sent[1]) == picture()
    assert joiner.missing(sent[0]) == []


def test_a_new_first_packet_begins_anew_and_memory_is_bounded() -> None:
    joiner = Joiner(most=3)
    old, new = packets(picture(5), 400), packets(picture(6), 400)
    assert joiner.add(old[0]) is None
    assert joiner.add(new[0]) is None
    assert joiner.dropped == 1
    assert joiner.add(new[1]) == picture(6)
    for number in range(5):
        assert joiner.add(old[0]._replace(station=f"{number:010d}", total=9)) is None
    assert (joiner.dropped, joiner.add(old[0]._replace(number=7))) == (3, None)
    assert joiner.add(picture()) == picture()
