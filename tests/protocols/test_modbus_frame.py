"""Frames of Modbus: checksum, head, single frames, cutting streams."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.kernel.errors import ProtocolError
from anlan.protocols.modbus.crc import crc
from anlan.protocols.modbus.cutter import FrameCutter, TcpCutter
from anlan.protocols.modbus.frame import Frame, encode_frame, head_of, read_rtu, read_tcp
from anlan.protocols.modbus.pdu import read_request, registers_reply, write_bits, write_registers

# Frames of pymodbus' test/framer/test_framer.py (see ../shared/standards/modbus-*.csv).
ASK = bytes.fromhex("1103007C00020743")
REPLY = bytes.fromhex("FF0304008D008EF5B3")
REFUSED = bytes.fromhex("118302C134")
TCP_ASK = bytes.fromhex("0C05000000060003007C0002")
TCP_REFUSED = bytes.fromhex("000000000003118302")
untimed = settings(deadline=None)


def frames(tcp: bool) -> st.SearchStrategy[Frame]:
    number = st.integers(0, 65535) if tcp else st.none()
    return st.builds(Frame, st.integers(0, 255), st.integers(1, 255), st.binary(max_size=252), number, st.just(0))


def known() -> st.SearchStrategy[Frame]:
    """Frames whose length can be told from their function."""
    words = st.lists(st.integers(0, 65535), min_size=1, max_size=20)
    return (
        st.builds(lambda u, w: Frame(u, 3, registers_reply(3, w)), st.integers(0, 255), words)
        | st.builds(lambda u, a: Frame(u, 4, read_request(4, a, 9)), st.integers(0, 255), st.integers(0, 999))
        | st.builds(lambda w: Frame(1, 16, write_registers(7, w)), words)
        | st.builds(lambda w: Frame(1, 15, write_bits(7, w)), words)
    )


def found(cutter: FrameCutter | TcpCutter, *portions: bytes) -> list[bytes | tuple[str, int]]:
    everything = [one for portion in portions for one in cutter.feed(portion)] + cutter.close()
    assert cutter.frames == sum(isinstance(one, Frame) for one in everything)
    assert cutter.dropped == sum(one.facts["dropped"] for one in everything if isinstance(one, ProtocolError))
    return [encode_frame(one) if isinstance(one, Frame) else (one.code, one.facts["dropped"]) for one in everything]


def singly(stream: bytes) -> list[bytes]:
    return [stream[at : at + 1] for at in range(len(stream))]


def test_the_checksum_is_that_of_the_standard() -> None:
    assert crc(b"\x02\x07") == 0x1241  # MODBUS over Serial Line V1.02, appendix B
    assert crc(ASK) == 0


@pytest.mark.parametrize(
    ("read", "raw", "code"),
    [
        (read_rtu, b"", "modbus.frame.malformed"),
        (read_rtu, ASK[:3], "modbus.frame.malformed"),
        (read_rtu, bytes(257), "modbus.frame.malformed"),
        (read_rtu, ASK[:-1], "modbus.frame.crc"),
        (read_rtu, bytes.fromhex("01030400190030E02B"), "modbus.frame.crc"),
        (read_tcp, TCP_ASK[:5], "modbus.frame.malformed"),
        (read_tcp, b"\0\0\1" + TCP_ASK[3:], "modbus.frame.malformed"),
        (read_tcp, bytes.fromhex("00000000000111"), "modbus.frame.malformed"),
        (read_tcp, bytes.fromhex("0000000000021100"), "modbus.frame.malformed"),
        (read_tcp, TCP_ASK[:-1], "modbus.frame.length"),
        (read_tcp, TCP_ASK + b"\0", "modbus.frame.length"),
        (read_tcp, b"\0\0\0\0\x00\xff" + bytes([1] * 255), "modbus.frame.length"),
    ],
)
def test_a_broken_frame_is_refused_with_its_reason(read: object, raw: bytes, code: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        read(raw)  # type: ignore[operator]
    assert refused.value.code == code
    head_of(raw, read is read_tcp)


@untimed
@given(st.booleans().flatmap(frames))
def test_a_frame_is_read_as_it_was_built(frame: Frame) -> None:
    raw = encode_frame(frame)
    assert (read_rtu(raw) if frame.transaction is None else read_tcp(raw)) == frame


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (Frame(256, 3, b""), "modbus.encode.head"),
        (Frame(1, 3, b"", 65536), "modbus.encode.head"),
        (Frame(1, 0, b"", 1), "modbus.encode.head"),
        (Frame(1, 3, bytes(253)), "modbus.encode.length"),
    ],
)
def test_what_no_frame_holds_is_not_built(frame: Frame, code: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        encode_frame(frame)
    assert refused.value.code == code


@untimed
@given(st.binary(max_size=300))
def test_any_bytes_are_a_frame_or_refused(raw: bytes) -> None:
    for read in (read_rtu, read_tcp):
        with suppress(ProtocolError):
            assert encode_frame(read(raw)) == raw


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (ASK + REPLY + REFUSED, [ASK, REPLY, REFUSED]),
        (
            b"\0\xff" + REPLY + b"\x55" + REFUSED,
            [("modbus.frame.garbage", 2), REPLY, ("modbus.frame.garbage", 1), REFUSED],
        ),
        (REPLY[:-1] + b"\0" + ASK, [("modbus.frame.garbage", 9), ASK]),
        # The half frame claims 55 bytes more; silence frees what is behind it.
        (b"\1\3\x38" + ASK, [("modbus.frame.garbage", 3), ASK]),
        (REPLY[:5], [("modbus.frame.garbage", 5)]),
    ],
)
def test_a_serial_stream_is_cut(stream: bytes, expected: list[object]) -> None:
    assert found(FrameCutter(), stream) == expected
    assert found(FrameCutter(), *singly(stream)) == expected


def test_a_cutter_that_knows_the_direction_takes_no_other() -> None:
    assert found(FrameCutter("request"), ASK + REFUSED) == [ASK, ("modbus.frame.garbage", 5)]
    assert found(FrameCutter("reply"), ASK + REPLY) == [("modbus.frame.garbage", 8), REPLY]
    written = encode_frame(Frame(1, 16, b"\0\1\0\2"))
    assert found(FrameCutter("reply"), written) == [written]


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (TCP_ASK + TCP_REFUSED, [TCP_ASK, TCP_REFUSED]),
        (b"GET / HTTP" + TCP_ASK, [("modbus.frame.garbage", 10), TCP_ASK]),
        (TCP_ASK[:-1], [("modbus.frame.malformed", 11)]),
        (b"", []),
    ],
)
def test_a_tcp_stream_is_cut(stream: bytes, expected: list[object]) -> None:
    assert found(TcpCutter(), stream) == expected
    assert found(TcpCutter(), *singly(stream)) == expected


@settings(max_examples=200, deadline=None)
@given(
    st.booleans(),
    st.lists(known().map(encode_frame) | st.sampled_from([TCP_ASK, TCP_REFUSED]) | st.binary(max_size=20), max_size=8),
    st.lists(st.integers(1, 60), min_size=1, max_size=20),
)
def test_a_stream_is_cut_alike_however_it_is_portioned(tcp: bool, parts: list[bytes], sizes: list[int]) -> None:
    stream = b"".join(parts)
    portions, at, step = [], 0, 0
    while at < len(stream):
        size = sizes[step % len(sizes)]
        portions.append(stream[at : at + size])
        at, step = at + size, step + 1
    kind = TcpCutter if tcp else FrameCutter
    whole = found(kind(), stream)
    assert found(kind(), *portions) == whole
    assert sum(len(one) if isinstance(one, bytes) else one[1] for one in whole) == len(stream)


@untimed
@given(st.lists(known(), min_size=1, max_size=10))
def test_frames_behind_each_other_are_all_found(given_frames: list[Frame]) -> None:
    raws = [encode_frame(frame) for frame in given_frames]
    assert found(FrameCutter(), b"".join(raws)) == raws


def test_a_flood_of_would_be_frames_is_looked_at_a_bounded_number_of_times(monkeypatch: pytest.MonkeyPatch) -> None:
    checked, check = 0, FrameCutter._fits

    def counting(held: bytearray, at: int, size: int, sizes: list[int]) -> tuple[int, int]:
        nonlocal checked
        length, done = check(held, at, size, sizes)
        checked += done
        return length, done

    monkeypatch.setattr(FrameCutter, "_fits", staticmethod(counting))
    cutter, flood = FrameCutter(), b"\1\1\xfa" * 100_000
    cutter.feed(flood)
    assert checked < 10 * len(flood) + 70_000
    assert len(cutter._held) < 300
    cutter.close()
    assert encode_frame(cutter.feed(ASK)[-1]) == ASK
