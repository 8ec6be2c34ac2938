"""Packets of GB/T 26875.3: sum, single packets, cutting a stream."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.kernel.errors import ProtocolError
from anlan.protocols.gb26875.cutter import FrameCutter
from anlan.protocols.gb26875.frame import Frame, encode_frame, head_of, read_frame
from protocols.frames26875 import CONFIRMED, FIRE, POWER, REAL, TAG, frames, pieces, untimed


def found(*portions: bytes) -> list[bytes | tuple[str, int]]:
    cutter = FrameCutter()
    all_found = [one for portion in portions for one in cutter.feed(portion)] + cutter.close()
    assert cutter.frames == sum(isinstance(one, Frame) for one in all_found)
    assert cutter.dropped == sum(one.facts["dropped"] for one in all_found if isinstance(one, ProtocolError))
    return [encode_frame(one) if isinstance(one, Frame) else (one.code, one.facts["dropped"]) for one in all_found]


@pytest.mark.parametrize("raw", [*REAL, FIRE, TAG])
def test_real_packets_are_read_and_built_byte_for_byte(raw: bytes) -> None:
    assert encode_frame(read_frame(raw)) == raw


def test_addresses_are_told_high_byte_first() -> None:
    frame = read_frame(FIRE)
    assert (frame.serial, frame.main, frame.user, frame.command) == (0, 1, 1, 2)
    assert (frame.source, frame.target) == ("000000000000", "010203040506")


@pytest.mark.parametrize(
    ("raw", "code", "facts"),
    [
        (b"", "gb26875.frame.malformed", {"size": 0}),
        (POWER[1:], "gb26875.frame.malformed", {"size": 38}),
        (POWER[:-2] + b"#$", "gb26875.frame.malformed", {"size": 39}),
        (POWER[:-1], "gb26875.frame.length", {"declared": 9, "actual": 8}),
        (POWER + b"#", "gb26875.frame.length", {"declared": 9, "actual": 10}),
        (
            POWER[:24] + b"\x01\x04" + POWER[26:27] + bytes(1025) + b"\0##",
            "gb26875.frame.length",
            {"declared": 1025, "actual": 1025},
        ),
        (POWER[:-3] + b"\x41##", "gb26875.frame.checksum", {"found": "41", "expected": "42"}),
    ],
)
def test_a_damaged_packet_is_refused_with_its_code(raw: bytes, code: str, facts: dict[str, object]) -> None:
    with pytest.raises(ProtocolError) as refused:
        read_frame(raw)
    assert (refused.value.code, refused.value.facts) == (code, facts)


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (read_frame(POWER)._replace(data=bytes(1025)), "gb26875.encode.length"),
        (read_frame(POWER)._replace(source="00"), "gb26875.encode.head"),
        (read_frame(POWER)._replace(target="zz" * 6), "gb26875.encode.head"),
        (read_frame(POWER)._replace(stamp=b""), "gb26875.encode.head"),
        (read_frame(POWER)._replace(serial=65536), "gb26875.encode.head"),
    ],
)
def test_what_no_receiver_could_read_is_not_built(frame: Frame, code: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        encode_frame(frame)
    assert refused.value.code == code


@untimed
@given(frames())
def test_any_packet_built_is_read_back(frame: Frame) -> None:
    assert read_frame(encode_frame(frame)) == frame


@untimed
@given(st.binary(max_size=80) | pieces())
def test_any_bytes_as_one_packet_are_read_or_refused(raw: bytes) -> None:
    head_of(raw)
    try:
        assert encode_frame(read_frame(raw)) == raw
    except ProtocolError as error:
        assert error.code in {"gb26875.frame.malformed", "gb26875.frame.length", "gb26875.frame.checksum"}


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (POWER * 3, [POWER] * 3),
        (b"\r\n" + POWER + CONFIRMED, [("gb26875.frame.garbage", 2), POWER, CONFIRMED]),
        (b"@" + POWER, [("gb26875.frame.garbage", 1), POWER]),
        (POWER[:30] + POWER + CONFIRMED, [("gb26875.frame.malformed", 30), POWER, CONFIRMED]),
        (POWER[:-3] + b"\0##" + POWER, [("gb26875.frame.checksum", 39), POWER]),
        (POWER[:24] + b"\xff\xff" + POWER, [("gb26875.frame.garbage", 26), POWER]),
        (POWER + POWER[:-1], [POWER, ("gb26875.frame.malformed", 38)]),
        (POWER + b"@", [POWER, ("gb26875.frame.garbage", 1)]),
    ],
)
def test_a_broken_packet_costs_only_itself(stream: bytes, expected: list[object]) -> None:
    assert found(stream) == expected
    assert found(*(stream[i : i + 1] for i in range(len(stream)))) == expected


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


def test_starts_without_end_are_looked_at_a_bounded_number_of_times() -> None:
    judged = 0

    class Counting(FrameCutter):
        def judge(self, raw: bytes, offset: int) -> Frame:
            nonlocal judged
            judged += len(raw)
            return super().judge(raw, offset)

    cutter = Counting()
    flood = b"@" * 24 + b"\xff\x03"
    cutter.feed(flood * 20_000 + POWER)
    assert judged < 20 * len(flood) * 20_000
    assert len(cutter._held) < 1100
