"""DL/T 645: real frames read and built, a stream cut, values of every format, and anything else that may come."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.kernel.errors import ProtocolError
from anlan.protocols.dlt645 import encode
from anlan.protocols.dlt645.answer import answer
from anlan.protocols.dlt645.cutter import FrameCutter
from anlan.protocols.dlt645.decode import decode, decode_many, read
from anlan.protocols.dlt645.frame import Frame, checksum, encode_frame, read_frame
from anlan.protocols.dlt645.tables import block_of, identifiers
from anlan.protocols.dlt645.values import read_value, write_value

# Sources as named in the shared table of real frames: public articles, tests and comments of open programs.
ENERGY = bytes.fromhex("68573300429450689108333333334C633833FF16")
REVERSE = bytes.fromhex("6861010000000068910833333533593433338C16")
VOLTAGE = bytes.fromhex("FEFEFEFE680801000000006891063334343575550A16")
ASK = bytes.fromhex("FEFEFEFE68610100000000681104333434351716")
ANYBODY = bytes.fromhex("FEFEFEFE68AAAAAAAAAAAA68110433333433AE16")
REFUSED = bytes.fromhex("FEFEFEFE6811111111111168D101353D16")
ADDRESS = bytes.fromhex("FEFEFEFE681111111111116893064444444444446716")
OLD = bytes.fromhex("FEFEFEFE6816821100181168810643C3578744338416")
WRONG_SUM = bytes.fromhex("6810000000000068110433333433C516")
WRONG_SIZE = bytes.fromhex("FEFEFEFE6806010000000068110433333433FFFFFFB916")
REAL = [ENERGY, REVERSE, VOLTAGE, ASK, ANYBODY, REFUSED, ADDRESS, OLD]


def frames() -> st.SearchStrategy[Frame]:
    address = st.text("0123456789a", min_size=12, max_size=12)
    return st.builds(Frame, address, st.integers(0, 255), st.binary(max_size=255), st.integers(0, 4), st.just(0))


@pytest.mark.parametrize("raw", REAL)
def test_a_real_frame_is_read_and_built_byte_for_byte(raw: bytes) -> None:
    assert encode_frame(read_frame(raw)) == raw


@pytest.mark.parametrize(
    ("raw", "device", "control", "name", "value", "unit"),
    [
        (ENERGY, "509442003357", "91", "组合有功总电能", 530.19, "kWh"),
        (REVERSE, "000000000161", "91", "反向有功总电能", 1.26, "kWh"),
        (VOLTAGE, "000000000108", "91", "A相电压", 224.2, "V"),
        (OLD, "111800118216", "81", "正向有功总电能", 1154.24, "kWh"),
    ],
)
def test_what_a_meter_says(raw: bytes, device: str, control: str, name: str, value: float, unit: str) -> None:
    said = answer(raw)
    assert (said.ok, said.device, said.message, said.warnings) == (True, device, control, [])
    assert (said.fields["name"], said.fields["value"], said.fields["unit"]) == (name, value, unit)
    assert said.fields["dir"] == "slave" and said.fields["cs_ok"] and said.fields["len_ok"]
    assert [(r["value"], r["unit"]) for r in said.readings] == [(value, unit)]
    json.dumps(said.as_dict())


def test_requests_refusals_and_addresses() -> None:
    asked, refused, told = answer(ANYBODY), answer(REFUSED), answer(ADDRESS)
    assert (asked.device, asked.message, asked.fields["di"], asked.fields["dir"]) == ("a" * 12, "11", "00010000", "master")
    assert asked.readings == [] and asked.fields["preamble_FE"] == 4 and asked.fields["function"] == "读数据"
    assert refused.fields["error"] and refused.fields["errors"] == ["无请求数据"] and refused.ok
    assert told.fields["value"] == "111111111111" and told.readings == []


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "dlt645.frame.malformed"),
        (b"\xfe" * 8, "dlt645.frame.malformed"),
        (ENERGY[1:], "dlt645.frame.malformed"),
        (ENERGY[:9], "dlt645.frame.malformed"),
        (ENERGY[:-1] + b"\x17", "dlt645.frame.malformed"),
        (ENERGY[:-1], "dlt645.frame.length"),
        (ENERGY + b"\0", "dlt645.frame.length"),
        (WRONG_SIZE, "dlt645.frame.length"),
        (WRONG_SUM, "dlt645.frame.checksum"),
    ],
)
def test_a_damaged_frame_is_refused_with_its_code(raw: bytes, code: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        read_frame(raw)
    assert refused.value.code == code and refused.value.message
    said = answer(raw)
    assert not said.ok and said.error == code and said.readings == []


def test_a_damaged_frame_tells_whose_it_is() -> None:
    said = answer(WRONG_SUM)
    assert (said.device, said.message, said.fields["cs"], said.fields["cs_calc"]) == ("000000000010", "11", "C5", "C2")
    assert answer(WRONG_SIZE).fields["data_minus33"] == "00000100cccccc" and not answer(WRONG_SIZE).fields["len_ok"]


@pytest.mark.parametrize(
    ("di", "raw", "value"),
    [
        ("02020100", "785634", 345.678),
        ("02020100", "7856b4", -345.678),
        ("02030000", "000080", 0.0),
        ("02060000", "0010", 1.0),
        ("02010100", "ffff", None),
        ("04000101", "05230126", "2026-01-23"),
        ("04000102", "593015", "15:30:59"),
        ("04000402", "060504030201", "010203040506"),
        ("04000404", b"V022\0\0".hex(), "220V"),
        ("04000501", "0080", "8000"),
    ],
)
def test_a_value_of_each_format(di: str, raw: str, value: object) -> None:
    assert read_value(bytes.fromhex(raw), identifiers()[di]) == value


@pytest.mark.parametrize(("di", "raw"), [("02010100", "1a02"), ("04000102", "aa0000"), ("04000404", "010203040506")])
def test_what_is_no_value_is_missing_and_said(di: str, raw: str) -> None:
    known = identifiers()[di]
    with pytest.raises(ProtocolError) as refused:
        read_value(bytes.fromhex(raw), known)
    assert refused.value.code == "dlt645.value.unreadable"
    message = read(Frame("0" * 12, 0x91, bytes.fromhex(di)[::-1] + bytes.fromhex(raw)))
    assert [r.value for r in message.readings] == [None] and message.warnings[0].code == "dlt645.value.unreadable"


def test_a_block_is_its_values_one_after_the_other() -> None:
    assert [one.name for one in block_of("0201ff00")] == ["A相电压", "B相电压", "C相电压"]
    message = read(Frame("0" * 12, 0x91, bytes.fromhex("00ff0102" + "4222" + "0022" + "9821")))
    assert [(r.di, r.value) for r in message.readings] == [("02010100", 224.2), ("02010200", 220.0), ("02010300", 219.8)]
    short = read(Frame("0" * 12, 0x91, bytes.fromhex("00ff0102" + "4222")))
    assert len(short.readings) == 1 and short.warnings == []


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (Frame("0" * 12, 0x1F), "dlt645.control.unknown"),
        (Frame("0" * 12, 0xD1, b"\x01\x02"), "dlt645.error.size"),
        (Frame("0" * 12, 0x91, b"\x01\x02"), "dlt645.identifier.short"),
        (Frame("0" * 12, 0x91, b"\xee\xee\xee\xee\x01"), "dlt645.identifier.unknown"),
        (Frame("0" * 12, 0x91, bytes.fromhex("00010102") + b"\x01\x02\x03"), "dlt645.value.size"),
        (Frame("0" * 12, 0x91, bytes.fromhex("00010102")), "dlt645.value.size"),
    ],
)
def test_odd_content_stays_ok_and_is_named(frame: Frame, code: str) -> None:
    said = answer(encode_frame(frame))
    assert said.ok and said.warnings == [code]
    assert all(one.message for one in read(frame).warnings)


def test_frames_of_several_carry_their_number() -> None:
    message = read(Frame("0" * 12, 0xB1, bytes.fromhex("00010102" + "4222" + "01")))
    assert message.more and message.serial == 1 and [r.value for r in message.readings] == [224.2]


def test_what_a_centre_sends() -> None:
    assert encode_frame(encode.read_request("000000000161", "02010100")) == ASK
    assert encode_frame(encode.address_request())[4:] == bytes.fromhex("68aaaaaaaaaaaa681300df16")
    clock = encode.set_clocks(datetime(2026, 3, 2, 2, 5, 9, tzinfo=UTC))
    assert (clock.address, clock.control, clock.data.hex()) == ("9" * 12, 0x08, "090510020326")
    assert encode_frame(encode.abnormal_reply("1" * 12, 0x11, 2)) == REFUSED
    assert encode_frame(encode.address_reply("1" * 12)) == ADDRESS
    assert read(encode.read_on("1" * 12, "00010000", 2)).di == "00010000"
    assert decode(encode_frame(encode.read_reply("1" * 12, "9010", 1154.24))).readings[0].value == 1154.24


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda: encode.read_request("1" * 12, "xyz"), "dlt645.encode.identifier"),
        (lambda: encode.read_reply("1" * 12, "eeeeeeee", 1), "dlt645.encode.identifier"),
        (lambda: encode.read_reply("1" * 12, "02010100", 1000), "dlt645.encode.value"),
        (lambda: encode.read_reply("1" * 12, "02010100", -1), "dlt645.encode.value"),
        (lambda: encode.read_reply("1" * 12, "02020100", 900), "dlt645.encode.value"),
        (lambda: encode.read_reply("1" * 12, "02010100", float("inf")), "dlt645.encode.value"),
        (lambda: encode.read_reply("1" * 12, "04000402", "12"), "dlt645.encode.value"),
        (lambda: encode_frame(Frame("12", 0x11)), "dlt645.encode.head"),
        (lambda: encode_frame(Frame("1" * 12, 0x11, b"\0" * 256)), "dlt645.encode.length"),
    ],
)
def test_what_can_t_be_sent_is_refused(act: object, code: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        act()  # type: ignore[operator]
    assert refused.value.code == code and refused.value.message


@given(st.sampled_from([i for i in identifiers().values() if i.kind in ("number", "signed")]), st.data())
def test_a_number_is_written_and_read_again(known: object, data: st.DataObject) -> None:
    digits = 2 * known.size - (known.kind == "signed")  # type: ignore[attr-defined]
    most = min(10**digits, 8 * 10 ** (digits - 1) if known.kind == "signed" else 10**digits) - 1  # type: ignore[attr-defined]
    whole = data.draw(st.integers(-most if known.kind == "signed" else 0, most))  # type: ignore[attr-defined]
    value = whole / 10**known.decimals  # type: ignore[attr-defined]
    raw = write_value(value, known)  # type: ignore[arg-type]
    if raw != b"\xff" * len(raw):
        assert read_value(raw, known) == value  # type: ignore[arg-type]


@given(frames())
def test_any_frame_is_built_and_read_again(frame: Frame) -> None:
    raw = encode_frame(frame)
    assert read_frame(raw) == frame and checksum(raw.lstrip(b"\xfe")[:-2]) == raw[-2]
    said = answer(raw)
    assert said.ok
    json.dumps(said.as_dict())


@settings(max_examples=300)
@given(st.binary(max_size=64))
def test_any_bytes_are_answered(raw: bytes) -> None:
    json.dumps(answer(raw).as_dict())


@given(st.lists(st.one_of(frames().map(encode_frame), st.binary(max_size=20), st.just(b"\xfe" * 6)), max_size=6), st.data())
def test_however_a_stream_is_portioned_the_same_is_found(parts: list[bytes], data: st.DataObject) -> None:
    def found(portions: list[bytes]) -> list[object]:
        cutter = FrameCutter()
        everything = [one for portion in portions for one in cutter.feed(portion)] + cutter.close()
        return [one if isinstance(one, Frame) else (one.code, one.facts) for one in everything]

    stream = b"".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=5)))
    portions = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert found(portions) == found([stream])


def test_frames_stick_together_and_come_in_halves() -> None:
    cutter = FrameCutter()
    stream = ENERGY + VOLTAGE + b"\xfe\xfe" + ASK
    found = [one for at in range(0, len(stream), 7) for one in cutter.feed(stream[at : at + 7])]
    assert [encode_frame(one._replace(preamble=0)) for one in found] == [r.lstrip(b"\xfe") for r in (ENERGY, VOLTAGE, ASK)]
    assert cutter.errors == 0 and cutter.close() == []
    noisy = FrameCutter()
    first, second = noisy.feed(b"\x01\x02" + ENERGY)
    assert (first.code, first.facts["dropped"]) == ("dlt645.frame.garbage", 2) and isinstance(second, Frame)
    broken = noisy.feed(WRONG_SUM)
    assert [one.code for one in broken] == ["dlt645.frame.checksum"]
    rest = [one.code for one in (noisy.feed(ENERGY[:12]) + noisy.close())]
    assert rest == ["dlt645.frame.garbage", "dlt645.frame.malformed"]  # what lay behind the second 68, then half a frame


def test_a_batch_is_decoded() -> None:
    assert [m.readings[0].value for m in decode_many([ENERGY, VOLTAGE])] == [530.19, 224.2]
