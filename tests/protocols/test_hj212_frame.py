"""Frames of HJ 212: checksum, single frames, cutting a stream."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.kernel.errors import ProtocolError
from anlan.protocols.hj212.crc import Ending, crc
from anlan.protocols.hj212.cutter import FrameCutter
from anlan.protocols.hj212.frame import Frame, read_frame
from protocols.frames212 import OFFICIAL, cut, frame, pieces, untimed


def slow_crc(payload: bytes) -> int:
    """The loop as annex A prints it."""
    register = 0xFFFF
    for byte in payload:
        register = (register >> 8) ^ byte
        for _ in range(8):
            low = register & 1
            register >>= 1
            if low:
                register ^= 0xA001
    return register


def test_the_checksum_of_the_standards_example_is_1c80() -> None:
    assert crc(OFFICIAL[6:-6]) == 0x1C80
    assert read_frame(OFFICIAL) == OFFICIAL[6:-6]


@untimed
@given(st.binary(max_size=400))
def test_folding_gives_the_checksum_of_the_plain_loop(payload: bytes) -> None:
    assert crc(payload) == slow_crc(payload)


@pytest.mark.parametrize("size", [0, 1, 31, 32, 33, 63, 64, 65, 127, 128, 129, 4095, 4096, 4097, 8192, 8193, 9999])
def test_folding_holds_at_every_edge(size: int) -> None:
    payload = bytes((7 * i + 3) % 256 for i in range(size))
    assert crc(payload) == slow_crc(payload)


def test_a_checksum_may_be_in_lower_case_and_the_end_may_be_missing() -> None:
    assert read_frame(OFFICIAL[:-6] + b"1c80") == OFFICIAL[6:-6]


@pytest.mark.parametrize(
    ("raw", "code", "facts"),
    [
        (b"", "hj212.frame.malformed", {"size": 0}),
        (b"\r\n", "hj212.frame.malformed", {"size": 2}),
        (OFFICIAL[1:], "hj212.frame.malformed", {"size": 112}),
        (b"##01O1" + OFFICIAL[6:], "hj212.frame.malformed", {"size": 113}),
        (OFFICIAL[:-6] + b"1C8G\r\n", "hj212.frame.malformed", {"size": 111}),
        (b"##0100" + OFFICIAL[6:], "hj212.frame.length", {"declared": 100, "actual": 101}),
        (OFFICIAL[:-7], "hj212.frame.length", {"declared": 101, "actual": 96}),
        (OFFICIAL + b"1", "hj212.frame.length", {"declared": 101, "actual": 104}),
        (OFFICIAL.replace(b"=30", b"=31"), "hj212.frame.crc", {"found": "1C80", "expected": "2080"}),
    ],
)
def test_a_damaged_frame_is_refused_with_its_code(raw: bytes, code: str, facts: dict[str, object]) -> None:
    with pytest.raises(ProtocolError) as refused:
        read_frame(raw)
    assert (refused.value.code, refused.value.facts) == (code, facts)


PAYLOAD = frame()[6:-6]


@pytest.mark.parametrize(
    ("stream", "found"),
    [
        (frame() * 3, [PAYLOAD] * 3),
        (frame()[:-2] * 2, [PAYLOAD] * 2),
        (b"\r\n\r\n" + frame() + b"\r\n" + frame(), [PAYLOAD] * 2),
        (b"hello" + frame(), [("hj212.frame.garbage", 5), PAYLOAD]),
        (b"#" + frame(), [("hj212.frame.garbage", 1), PAYLOAD]),
        (b"##" + frame(), [("hj212.frame.garbage", 2), PAYLOAD]),
        (b"##12" + frame(), [("hj212.frame.garbage", 4), PAYLOAD]),
        (b"##9999" + frame(), [("hj212.frame.length", 6), PAYLOAD]),
        (b"##0000" + frame(), [("hj212.frame.length", 6), PAYLOAD]),
        (b"##9999" + frame()[6:] + frame(), [("hj212.frame.length", len(frame()) - 2), PAYLOAD]),
        (b"##0009" + frame()[6:] + frame(), [("hj212.frame.length", 19), PAYLOAD]),
        (frame()[:50] + frame(), [("hj212.frame.length", 50), PAYLOAD]),
        (frame()[:50] + b"\r\n" + frame(), [("hj212.frame.length", 52), PAYLOAD]),
        (frame().replace(b"1.25", b"1.26") + frame(), [("hj212.frame.crc", len(frame()) - 2), PAYLOAD]),
        (frame() + frame()[:-7], [PAYLOAD, ("hj212.frame.malformed", len(frame()) - 7)]),
        (frame() + b"#", [PAYLOAD, ("hj212.frame.garbage", 1)]),
    ],
)
def test_a_broken_frame_costs_only_itself(stream: bytes, found: list[object]) -> None:
    assert cut(stream) == found
    assert cut(*(stream[i : i + 1] for i in range(len(stream)))) == found


def test_the_longest_frame_that_can_be_declared_is_cut() -> None:
    long = frame(({"i11001-Info": "//" + "x" * 9906 + "//"},))
    assert long.startswith(b"##9999")
    assert cut(long, frame()) == [long[6:-6], PAYLOAD]


def test_a_payload_may_hold_line_ends_and_starts_when_its_length_is_right() -> None:
    odd = frame(({"i11001-Info": "//a\r\nb## c//"},))
    assert cut(odd + frame()) == [odd[6:-6], PAYLOAD]


def test_errors_say_where_and_show_a_sample() -> None:
    (error,) = FrameCutter().feed(b"\r\n##9999&&1C80\r\n")
    assert isinstance(error, ProtocolError)
    assert error.facts == {
        "offset": 2,
        "dropped": 12,
        "sample": "2323393939392626" + "31433830",
        "declared": 9999,
        "actual": 2,
    }
    assert error.message == "报文长度不符：声明9999字节，实际2字节。"


def test_a_flood_without_any_start_is_dropped_counted_and_never_kept() -> None:
    cutter = FrameCutter()
    errors = [e for _ in range(64) for e in cutter.feed(b"x" * 65_536)]
    assert [e.facts["dropped"] for e in errors if isinstance(e, ProtocolError)] == [65_536] * 64
    assert (cutter.frames, cutter.errors, cutter.dropped) == (0, 64, 64 * 65_536)
    assert cutter.feed(frame()) == [Frame(PAYLOAD, 64 * 65_536)]
    assert len(cutter._held) == 0


def test_starts_without_end_are_looked_at_once() -> None:
    """Each of these starts claims the next 10 kB. Searching them all again for each would take minutes."""
    cutter = FrameCutter()
    flood = b"##9999" * 20_000 + b"##9999&&ABCD" * 2_000
    found = cutter.feed(flood)
    assert {e.code for e in found if isinstance(e, ProtocolError)} == {"hj212.frame.length"}
    assert len(cutter._held) < 10_010


@settings(max_examples=300, deadline=None)
@given(st.lists(pieces(), max_size=12), st.lists(st.integers(1, 40), min_size=1, max_size=20))
def test_a_stream_is_cut_alike_however_it_is_portioned(parts: list[bytes], sizes: list[int]) -> None:
    stream = b"".join(parts)
    portions, at, step = [], 0, 0
    while at < len(stream):
        size = sizes[step % len(sizes)]
        portions.append(stream[at : at + size])
        at, step = at + size, step + 1
    assert cut(*portions) == cut(stream)


@settings(max_examples=300, deadline=None)
@given(st.lists(pieces(), max_size=8))
def test_bytes_become_frames_or_protocol_errors(parts: list[bytes]) -> None:
    cutter = FrameCutter()
    found = [f for part in parts for f in cutter.feed(part)] + cutter.close()
    assert all(isinstance(f, Frame | ProtocolError) for f in found)
    assert cutter.frames == sum(isinstance(f, Frame) for f in found)
    assert cutter.errors == sum(isinstance(f, ProtocolError) for f in found)
    assert all(slow_crc(f.payload) == crc(f.payload) for f in found if isinstance(f, Frame))


@untimed
@given(st.lists(st.text("abc&=;1 ", max_size=20) | st.integers(6, len(PAYLOAD)), max_size=8))
def test_no_whole_frame_is_lost_between_noise_and_halves_of_frames(between: list[str | int]) -> None:
    stream = b"".join((frame()[:part] if isinstance(part, int) else part.encode()) + frame() for part in between)
    assert [f for f in cut(stream) if isinstance(f, bytes)] == [PAYLOAD] * len(between)


@untimed
@given(st.binary(max_size=200))
def test_any_bytes_as_one_frame_are_read_or_refused(raw: bytes) -> None:
    try:
        assert len(read_frame(raw)) == int(raw[2:6])
    except ProtocolError as error:
        assert error.code in {"hj212.frame.malformed", "hj212.frame.length", "hj212.frame.crc"}


@given(st.binary(max_size=40), st.binary(min_size=1, max_size=200))
def test_an_ending_worked_through_once_gives_the_same_checksum(start: bytes, ending: bytes) -> None:
    assert Ending(ending).crc(start) == crc(start + ending)
