"""What frames of Modbus say: requests, replies, exceptions; register maps; `anlan decode`."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.kernel.errors import ProtocolError, Violation
from anlan.protocols.modbus import answer as rtu
from anlan.protocols.modbus import answer_tcp as tcp
from anlan.protocols.modbus import pdu
from anlan.protocols.modbus.decode import decode, decode_many, decode_tcp, read
from anlan.protocols.modbus.frame import Frame, encode_frame
from anlan.protocols.modbus.pdu import Pdu, read_pdu
from anlan.protocols.modbus.registers import Reading, parse_map, read_registers
from protocols.test_captured_cli import decoded, rows, same

untimed = settings(deadline=None)
words = st.lists(st.integers(0, 65535), min_size=1, max_size=123)
bits = st.lists(st.integers(0, 1), min_size=1, max_size=1968)
address = st.integers(0, 60_000)


def told(function: int, data: bytes, direction: str | None = None) -> tuple[Pdu, list[str]]:
    warnings: list[Violation] = []
    found = read_pdu(function, data, warnings, direction)
    assert all(warning.message for warning in warnings)
    return found, [warning.code for warning in warnings]


@pytest.mark.parametrize(("name", "protocol"), [("modbus-rtu.csv", "modbus"), ("modbus-tcp.csv", "modbus-tcp")])
def test_captured_frames_are_read_as_an_independent_decoder_read_them(name: str, protocol: str) -> None:
    given_rows = rows(name)
    for (_, expected), said in zip(given_rows, decoded(protocol, *(raw for raw, _ in given_rows)), strict=True):
        good = expected.get("crc_ok", True) and expected.get("len_ok", True)
        assert (said["ok"], said["error"]) == (good, None if good else "modbus.frame.crc")
        assert (said["device"], said["message"]) == (str(expected["unit"]), str(expected["func"]))
        assert same(expected, said["fields"])
        assert said["warnings"] == []
        if good and "registers" in expected:
            assert [r["value"] for r in said["readings"]] == expected["registers"]
        else:
            assert said["readings"] == []


@untimed
@given(address, words, bits, st.sampled_from([1, 2]), st.sampled_from([3, 4]))
def test_what_is_built_is_read_back(at: int, values: list[int], flags: list[int], bit: int, word: int) -> None:
    count = len(values)
    padded = (*flags, *(0,) * (-len(flags) % 8))
    cases = [
        (word, pdu.read_request(word, at, count), Pdu(word, "request", address=at, count=count)),
        (word, pdu.registers_reply(word, values), Pdu(word, "reply", registers=tuple(values))),
        (bit, pdu.bits_reply(bit, flags), Pdu(bit, "reply", bits=padded)),
        (6, pdu.write_one(6, at, values[0]), Pdu(6, "request", address=at, value=values[0])),
        (5, pdu.write_one(5, at, 1), Pdu(5, "reply", address=at, value=0xFF00)),
        (15, pdu.write_bits(at, flags), Pdu(15, "request", address=at, count=len(flags), bits=tuple(flags))),
        (16, pdu.write_registers(at, values), Pdu(16, "request", address=at, count=count, registers=tuple(values))),
        (16, pdu.write_many_reply(16, at, count), Pdu(16, "reply", address=at, count=count)),
    ]
    for function, data, expected in cases:
        assert told(function, data, expected.direction) == (expected, [])
        # A lone frame says the same, where it can be told at all.
        alone, warnings = told(function, data)
        assert alone == expected or warnings == ["modbus.direction.ambiguous"]
    assert read_pdu(*pdu.exception(3, 2), []) == Pdu(3, "reply", 2)


def test_three_bytes_of_coils_may_be_a_request_too() -> None:
    both, warnings = told(1, b"\x03\x00\x00\x08")
    assert (both.direction, both.address, both.count, warnings) == (None, 768, 8, ["modbus.direction.ambiguous"])
    assert both.bits == (0,) * 19 + (1,) + (0,) * 4
    sure, warnings = told(1, b"\x03\x00\xff\xff")
    assert (sure.direction, sure.address, warnings) == ("reply", None, [])
    assert told(1, b"\x03\x00\x00\x08", "reply")[0].direction == "reply"
    assert told(1, b"\x03\x00\x00\x08", "request")[0].bits is None
    assert told(6, b"\0\1\0\2") == (Pdu(6, None, address=1, value=2), ["modbus.direction.ambiguous"])


@pytest.mark.parametrize(
    ("function", "data", "code"),
    [
        (3, b"\x03\0\0\0", None),
        (3, b"\0\0\0\x7e", "modbus.pdu.range"),
        (3, b"\xff\xff\0\2", "modbus.pdu.range"),
        (3, b"\4\0\0\0", "modbus.pdu.range"),
        (3, b"\4\0\0", "modbus.pdu.shape"),
        (5, b"\0\1\0\1", "modbus.pdu.range"),
        (6, b"\0", "modbus.pdu.shape"),
        (15, b"\0\0\0\x09\1\0", "modbus.pdu.shape"),
        (16, b"", "modbus.pdu.shape"),
        (0x83, b"", "modbus.pdu.shape"),
        (0x83, b"\x63", "modbus.exception.unknown"),
        (43, b"\x0e\1\0", "modbus.function.unknown"),
    ],
)
def test_odd_content_is_read_with_a_warning(function: int, data: bytes, code: str | None) -> None:
    warnings = [one for one in told(function, data)[1] if one != "modbus.direction.ambiguous"]
    assert warnings == ([code] if code else ["modbus.pdu.range"])


@pytest.mark.parametrize(
    ("build", "code"),
    [
        (lambda: pdu.read_request(5, 0, 1), "modbus.encode.range"),
        (lambda: pdu.read_request(3, 0, 126), "modbus.encode.range"),
        (lambda: pdu.read_request(3, 65535, 2), "modbus.encode.range"),
        (lambda: pdu.registers_reply(3, []), "modbus.encode.range"),
        (lambda: pdu.registers_reply(3, [65536]), "modbus.encode.value"),
        (lambda: pdu.bits_reply(3, [1]), "modbus.encode.range"),
        (lambda: pdu.write_one(16, 0, 1), "modbus.encode.range"),
        (lambda: pdu.write_one(6, 0, -1), "modbus.encode.value"),
        (lambda: pdu.write_bits(0, [1] * 4000), "modbus.encode.range"),
        (lambda: pdu.write_registers(0, [0] * 500), "modbus.encode.range"),
        (lambda: pdu.write_many_reply(3, 0, 1), "modbus.encode.range"),
        (lambda: pdu.exception(3, 0), "modbus.encode.range"),
    ],
)
def test_what_the_standard_forbids_is_not_built(build: object, code: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        build()  # type: ignore[operator]
    assert refused.value.code == code


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 255), st.binary(max_size=252), st.sampled_from([None, "request", "reply"]))
def test_any_content_is_read(function: int, data: bytes, direction: str | None) -> None:
    message = read(Frame(1, function, data), direction)
    assert all(warning.message for warning in message.warnings)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_any_line_is_answered(raw: bytes) -> None:
    assert rtu.answer(raw).as_dict()["protocol"] == "modbus"
    assert tcp.answer(raw).as_dict()["protocol"] == "modbus-tcp"


def test_batches_and_both_kinds_say_the_same() -> None:
    data = pdu.registers_reply(3, [7])
    (one,) = decode_many([encode_frame(Frame(9, 3, data))])
    other = decode_tcp(encode_frame(Frame(9, 3, data, 5)))
    assert one.readings == other.readings == [Reading("register.0", 7, "", None)]
    assert decode(encode_frame(Frame(9, 1, pdu.bits_reply(1, [1])))).readings[0] == Reading("bit.0", 1, "", None)


def words_of(form: str, value: float) -> list[int]:
    raw = struct.pack(">" + form, value)
    return list(struct.unpack(f">{len(raw) // 2}H", raw))


@pytest.mark.parametrize(
    ("kind", "order", "raw", "scale", "value"),
    [
        ("u16", "", [231], "0.1", 23.1),
        ("i16", "", [0xFFFF], "0.1", -0.1),
        ("u16", "BADC", [0x0100], "", 1),
        ("u32", "ABCD", [1, 2], "", 65538),
        ("u32", "CDAB", [2, 1], "", 65538),
        ("i32", "DCBA", [0xFEFF, 0xFFFF], "", -2),
        ("u64", "CDAB", [4, 3, 2, 1], "", 0x0001000200030004),
        ("f32", "", words_of("f", 23.1), "", 23.1),
        ("f32", "CDAB", words_of("f", 23.1)[::-1], "10", 231),
        ("f64", "", words_of("d", -1.25), "", -1.25),
        ("bcd16", "", [0x1234], "0.01", 12.34),
        ("bcd32", "", [0x0012, 0x3456], "", 123456),
        ("bit9", "", [0x0200], "", 1),
        ("bit0", "", [0x0200], "", 0),
    ],
)
def test_registers_are_read_by_type_order_and_scale(
    kind: str, order: str, raw: list[int], scale: str, value: float
) -> None:
    row = {"address": "100", "metric": "x", "type": kind, "order": order, "scale": scale, "unit": "℃"}
    assert read_registers(parse_map([row]), 100, raw) == [Reading("x", value, "℃", None)]


def test_only_rows_whose_registers_are_all_there_are_read() -> None:
    rows_of = [
        {"address": "9", "metric": "before", "type": "u32"},
        {"address": "10", "metric": "level", "type": "u16", "scale": "0.01", "offset": "-2.5", "unit": "m"},
        {"address": "11", "metric": "gone", "type": "u16", "missing": "7FFF"},
        {"address": "12", "metric": "behind", "type": "f32"},
    ]
    assert read_registers(parse_map(rows_of), 10, [500, 0x7FFF, 0]) == [
        Reading("level", 2.5, "m", None),
        Reading("gone", None, "", None),
    ]


def test_values_that_are_none_are_missing_with_a_warning() -> None:
    warnings: list[Violation] = []
    entries = parse_map(
        [{"address": "0", "metric": "a", "type": "bcd16"}, {"address": "1", "metric": "b", "type": "f32"}]
    )
    found = read_registers(entries, 0, [0x12A4, 0x7FC0, 0], warnings)
    assert [one.value for one in found] == [None, None]
    assert [one.code for one in warnings] == ["modbus.value.unreadable", "modbus.value.infinite"]
    assert all(one.message for one in warnings)


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"address": "65535"}, "address"),
        ({"address": "-1"}, "address"),
        ({"address": "²"}, "address"),
        ({"type": "u8"}, "type"),
        ({"order": "ACBD"}, "order"),
        ({"metric": ""}, "metric"),
        ({"scale": "x"}, "scale"),
        ({"scale": "0"}, "scale"),
        ({"scale": "1/0"}, "scale"),
        ({"scale": "1e999999999"}, "scale"),
        ({"offset": "nan"}, "offset"),
        ({"missing": "FFFF"}, "missing"),
        ({"missing": "XX"}, "missing"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(change: dict[str, str], column: str) -> None:
    good = {"address": "0", "metric": "a", "type": "u32"}
    with pytest.raises(ProtocolError) as refused:
        parse_map([good | {"metric": "b"}, good | change])
    assert (refused.value.code, refused.value.facts["row"], refused.value.facts["column"]) == (
        "modbus.map.row",
        2,
        column,
    )


def test_a_metric_stands_once() -> None:
    with pytest.raises(ProtocolError) as refused:
        parse_map([{"address": "0", "metric": "a", "type": "u16"}] * 2)
    assert refused.value.code == "modbus.map.twice"


@untimed
@given(st.sampled_from(["f32", "f64", "bcd32", "i64", "u16"]), st.lists(st.integers(0, 65535), min_size=4, max_size=4))
def test_any_registers_are_read(kind: str, raw: list[int]) -> None:
    for scale in ("", "0.001", "9" * 24):
        row = {"address": "0", "metric": "x", "type": kind, "scale": scale, "offset": "1.5", "order": "DCBA"}
        (found,) = read_registers(parse_map([row]), 0, raw)
        assert found.value is None or abs(found.value) < float("inf")
