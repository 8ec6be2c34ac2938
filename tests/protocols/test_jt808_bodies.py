"""Bodies of JT/T 808: read and written by one description, edition by edition; replies."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from anlan.kernel.errors import ProtocolError, Violation
from anlan.protocols.jt808.bodies import edition_of, layout_of
from anlan.protocols.jt808.decode import decode, read, read_body
from anlan.protocols.jt808.encode import encode_body, encode_frame
from anlan.protocols.jt808.frame import Frame, read_frame
from anlan.protocols.jt808.location import location_bytes
from anlan.protocols.jt808.messages import messages
from anlan.protocols.jt808.parameters import parameters
from anlan.protocols.jt808.replies import (
    acknowledge,
    command,
    media_reply,
    register_reply,
    resend_request,
    text,
    time_reply,
)
from protocols.frames808 import DEVICE, LONG_DEVICE, PLACE, REPORT, described, untimed

MODERN = Frame(0x0002, LONG_DEVICE, 9, b"", 1)


def body_of(message: int, hexadecimal: str, version: int | None = None) -> tuple[dict[str, Any], list[str]]:
    """Fields and warnings of a body."""
    warnings: list[Violation] = []
    device = DEVICE if version is None else LONG_DEVICE
    fields = read_body(Frame(message, device, 1, bytes.fromhex(hexadecimal), version), warnings)
    return fields, [warning.code for warning in warnings]


@untimed
@given(described())
def test_every_described_body_is_read_back_as_it_was_encoded(one: tuple[int, int, dict[str, Any]]) -> None:
    message, edition, fields = one
    body = encode_body(message, fields, edition)
    version = 1 if edition == 2019 else None
    # The editions of 2011 and 2013 are told apart by the body alone, which chance may make look like the other.
    assume(layout_of(message, edition_of(message, body, version)) == layout_of(message, edition))
    read_back = read_body(Frame(message, DEVICE, 1, body, version), [])
    assert stripped(read_back) == stripped(fields)
    assert encode_body(message, read_back, edition) == body


def stripped(value: Any) -> Any:
    """Without what is only read: names and values beside `hex`, padding of texts."""
    if isinstance(value, dict):
        if "hex" in value:
            return {key: value[key] for key in ("id", "hex") if key in value}
        return {key: stripped(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [stripped(inner) for inner in value]
    return value


@untimed
@given(st.sampled_from(sorted(messages())), st.binary(max_size=90), st.sampled_from([None, 1]), st.integers(0, 2))
def test_any_body_is_read_without_failing(message: int, body: bytes, version: int | None, total: int) -> None:
    frame = Frame(message, DEVICE if version is None else LONG_DEVICE, 1, body, version, total)
    said = read(frame)
    assert said.message == f"{message:04X}"
    assert isinstance(said.fields, dict)


def test_a_registration_is_read_in_its_edition() -> None:
    # github:SmallChi/JT808, JT808_0x0100Test; the three editions differ in the width of maker, model and terminal.
    rows = {
        "7E01000021000123456789000A002800323132333400746B3132333435004348493132330001D4C1413132333435857E": "tk12345",
        "7E0100002D000123456789000A002800323132333400736D616C6C6368693132330000000000000000004348493132330001"
        "D4C14131323334358A7E": "smallchi123",
        "7E010040540100000000000123456789000A002800323132333400000000000000736D616C6C63686931323300000000000000"
        "00000000000000000000000043484931323300000000000000000000000000000000000000000000000001D4C1413132333435B2"
        "7E": "smallchi123",
    }
    for raw, model in rows.items():
        said = decode(bytes.fromhex(raw))
        assert said.fields == {
            "province": 40,
            "city": 50,
            "maker": "1234",
            "model": model,
            "terminal": "CHI123",
            "plate_colour": 1,
            "plate": "粤A12345",
        }
        assert said.warnings == []


@pytest.mark.parametrize(
    ("hexadecimal", "version", "fields"),
    [
        # github:SmallChi/JT808, JT808_0x0702Test
        ("02180816091616", None, {"card_status": 2, "card_time": "180816091616"}),
        ("0118081609161601", None, {"card_status": 1, "card_time": "180816091616", "card_result": 1}),
        (
            "0118081609161600056B6F696B6571776531323334353661616100000000000000000671776572747820180816",
            None,
            {
                "card_status": 1,
                "card_time": "180816091616",
                "card_result": 0,
                "driver": "koike",
                "qualification": "qwe123456aaa",
                "issuer": "qwertx",
                "expires": "20180816",
            },
        ),
        (
            "0119120111111100056B6F696B6571776531323334353661616100000000000000000671776572747820191201"
            "3132333435363738393031323334353637000000",
            1,
            {
                "card_status": 1,
                "card_time": "191201111111",
                "card_result": 0,
                "driver": "koike",
                "qualification": "qwe123456aaa",
                "issuer": "qwertx",
                "expires": "20191201",
                "identity": "12345678901234567",
            },
        ),
    ],
)
def test_a_drivers_card_is_read(hexadecimal: str, version: int | None, fields: dict[str, Any]) -> None:
    assert body_of(0x0702, hexadecimal, version) == (fields, [])


def test_the_driver_of_2011_has_no_card() -> None:
    body = encode_body(0x0702, {"driver": "张三", "identity": "1", "qualification": "2", "issuer": "局"}, 2011)
    fields, warnings = body_of(0x0702, body.hex())
    assert (fields["driver"], fields["issuer"], warnings) == ("张三", "局", [])


def test_the_time_of_a_card_is_the_messages() -> None:
    said = read(Frame(0x0702, DEVICE, 1, bytes.fromhex("02180816091616")))
    assert said.at == datetime(2018, 8, 16, 1, 16, 16, tzinfo=UTC)


def test_parameters_have_names_and_unknown_ones_are_kept() -> None:
    fields, warnings = body_of(0x0104, "0014 02 00000001 04 0000000A 0000F0AA 02 ABCD")
    assert fields == {
        "ack_serial": 20,
        "parameters": [
            {"id": "0001", "hex": "0000000a", "name": "heartbeat_s", "value": 10},
            {"id": "F0AA", "hex": "abcd"},
        ],
    }
    assert warnings == []
    given = {"parameters": [{"id": "0013", "value": "10.0.0.1"}, {"id": "0055", "value": 80}]}
    assert encode_body(0x8103, given).hex() == "02000000130831302e302e302e31000000550400000050"
    assert len(parameters()) > 80


def test_packages_are_asked_for_in_the_width_of_either_edition() -> None:
    # github:yezhihao/jt808-server, JT808.txt, the same request in both editions.
    wanted = ({"first_serial": 0x1099, "numbers": list(range(1, 10))}, [])
    tail = "000100020003000400050006000700080009"
    assert body_of(0x8003, "109909" + tail) == body_of(0x8003, "10990009" + tail, 1) == wanted
    assert resend_request(MODERN, 1, 0x1099, [2]).body.hex() == "109900010002"


def turn(number: int) -> dict[str, int]:
    """A point of the route that JT808.txt sets."""
    return {
        "point_id": number,
        "section_id": 1,
        "lat_raw": 31234567,
        "lon_raw": 121234567,
        "width_m": 9,
        "attributes": 3,
        "longest_s": 1,
        "shortest_s": 2,
        "speed_max_kmh": 3,
        "overspeed_s": 4,
    }


CAPTURED = {
    # github:yezhihao/jt808-server, JT808.txt; made by an independent encoder.
    "7e010740630112345678901234567890ffff007f0000797a680000000000000000000000000000000000000000004a54543830382e434e"
    "00000000000000000000303938373635343332313039383736353433323112345678901234567890096a74743830382e636e096a74743830"
    "382e636e7f7f697e": {"maker": "yzh", "model": "JTT808.CN", "firmware": "jtt808.cn", "gnss": 0x7F},
    "7e010240500112345678901234567890ffff2c706d59477a47756b4f384b345a356c70494f5467386471623365707259614842625853504c"
    "7464627947383d3132333435363738393031323334357777772e6a74743830382e636e00000000000000557e": {
        "auth_code": "pmYGzGukO8K4Z5lpIOTg8dqb3eprYaHBbXSPLtdbyG8=",
        "imei": "123456789012345",
        "software": "www.jtt808.cn",
    },
    "7e880000170123456789017fff0000c15f09000100020003000400050006000700080009017e": {
        "media_id": 49503,
        "numbers": [1, 2, 3, 4, 5, 6, 7, 8, 9],
    },
    "7e080500290123456789017ffff4c0000009000000010000000200000003000000040000000500000006000000070000000800000009107e": {
        "result": 0,
        "media_ids": [1, 2, 3, 4, 5, 6, 7, 8, 9],
    },
    "7e8801000c0123456789017fff0100020003010405ff7f7fff8d7e": {
        "channel": 1,
        "command": 2,
        "interval_s": 3,
        "chroma": 255,
    },
    "7e8401002e0123456789017fff0203020b313832313733343138303204d5c5c8fd010631323331323304c0eecbc40306313233313233"
    "04cdf5cee58b7e": {
        "type": 2,
        "contacts": [
            {"flag": 2, "phone": "18217341802", "name": "张三"},
            {"flag": 1, "phone": "123123", "name": "李四"},
            {"flag": 3, "phone": "123123", "name": "王五"},
        ],
    },
    "7e830200130123456789017fff0203313233010004617364310200047a786332bc7e": {
        "flag": 2,
        "question": "123",
        "answers": [{"answer": 1, "content": "asd1"}, {"answer": 2, "content": "zxc2"}],
    },
    "7e0705002b0123456789017fff000300002359590102030401020304050607080102030401020304050607080102030401020304050607080"
    "d7e": {"count": 3, "time": "0000235959", "items": [{"can_id": "01020304", "data": "0102030405060708"}] * 3},
    "7e8108001a0123456789017fff34000061736406312e312e313200000009010203040506070809d47e": {
        "upgrade_type": 0x34,
        "maker": "asd",
        "version": "1.1.12",
        "size": 9,
        "data": "010203040506070809",
    },
    "7e820200060123456789017fff000500000258d17e": {"interval_s": 5, "valid_s": 600},
    "7e860600781234567890127fff0000e80500012007260000002007262323590004000000010000000101dc9a070739e487090300010002000304"
    "000000020000000101dc9a070739e487090300010002000304000000030000000101dc9a070739e487090300010002000304000000040000000"
    "101dc9a070739e487090300010002000304477e": {
        "id": 59397,
        "attributes": 1,
        "start": "200726000000",
        "end": "200726232359",
        "points": [turn(1), turn(2), turn(3), turn(4)],
    },
    "7e8606408a0112345678901234567890ffff0000e80500012007260000002007262323590004000000010000000101dc9a070739e4870903000"
    "100020003040005000000020000000101dc9a070739e4870903000100020003040005000000030000000101dc9a070739e48709030001000200"
    "03040005000000040000000101dc9a070739e48709030001000200030400050008b2e2cad4c7f8d3f2a67e": {
        "name": "测试区域",
        "points": [turn(n) | {"night_speed_max_kmh": 5} for n in (1, 2, 3, 4)],
    },
    # github:traccar/traccar: a real terminal that reports in the message meant for waybills.
    "7e070100150120764632790008000000114d442c53455420434f4e464947204f4b21187e": {"content": "MD,SET CONFIG OK!"},
}


@pytest.mark.parametrize("raw", CAPTURED)
def test_frames_of_other_encoders_are_read_as_they_were_meant(raw: str) -> None:
    said = decode(bytes.fromhex(raw))
    assert {name: said.fields[name] for name in CAPTURED[raw]} == CAPTURED[raw]
    assert said.warnings == []
    edition = 2013 if said.frame.version is None else 2019
    assert read_body(said.frame._replace(body=encode_body(said.frame.message, said.fields, edition)), []) == said.fields


def test_counts_that_lie_are_named_and_what_is_left_is_kept() -> None:
    assert body_of(0x0104, "0014 03 00000001 04 0000000A 0000") == (
        {
            "ack_serial": 20,
            "parameters": [{"id": "0001", "hex": "0000000a", "name": "heartbeat_s", "value": 10}],
            "rest": "0000",
        },
        ["jt808.body.count", "jt808.body.long"],
    )
    assert body_of(0x0704, "0005 00")[1] == ["jt808.body.count"]


def test_short_and_long_bodies_are_kept_with_a_warning() -> None:
    assert body_of(0x8001, "0001 02") == ({"ack_serial": 1, "rest": "02"}, ["jt808.body.short"])
    assert body_of(0x8001, "0001 0200 00 0102") == (
        {"ack_serial": 1, "ack_id": "0200", "result": 0, "rest": "0102"},
        ["jt808.body.long"],
    )
    assert body_of(0x0200, "00") == ({"rest": "00"}, ["jt808.body.short"])


def test_an_area_has_the_fields_that_its_attributes_announce() -> None:
    circle = {"id": 9, "attributes": 0, "lat_raw": 28885123, "lon_raw": 120047654, "radius_m": 500}
    always = encode_body(0x8600, {"action": 1, "areas": [circle]})
    assert len(always) == 2 + 18
    timed = circle | {"attributes": 3, "start": "260302080000", "end": "260302200000"}
    limited = timed | {"speed_max_kmh": 40, "overspeed_s": 10}
    assert len(encode_body(0x8600, {"action": 1, "areas": [limited]})) == 2 + 18 + 12 + 3
    with pytest.raises(ProtocolError, match=re.escape("jt808.encode.field")):
        encode_body(0x8600, {"action": 1, "areas": [timed]})
    modern = limited | {"night_speed_max_kmh": 30, "name": "永康"}
    body = encode_body(0x8600, {"action": 1, "areas": [modern]}, 2019)
    assert body_of(0x8600, body.hex(), 1) == ({"action": 1, "areas": [modern]}, [])


def test_a_text_that_is_no_gbk_is_kept_byte_by_byte() -> None:
    fields, warnings = body_of(0x0102, "41ff42")
    assert (fields, warnings) == ({"auth_code": "AÿB"}, ["jt808.text.charset"])


def test_a_picture_has_its_position_but_not_in_2011() -> None:
    head = {"media_id": 7, "media_type": 0, "format": 0, "event": 1, "channel": 2}
    place = {"hex": location_bytes(PLACE)[:28].hex()}
    new = body_of(0x0801, encode_body(0x0801, head | {"location": place, "data": "ffd8ffe0"}).hex())[0]
    assert (new["location"]["lat"], new["data"]) == (28.885123, "ffd8ffe0")
    # github:SmallChi/JT808, JT808_0x0801Test, in both editions.
    assert body_of(0x0801, "00000A070000017B01020304")[0]["data"] == "01020304"
    both = body_of(0x0801, "00000A070000017B000000010000000200BA7F0E07E4F11C0028003C000018111523261001020304")[0]
    assert (both["channel"], both["location"]["lon"], both["data"]) == (123, 132.444444, "01020304")
    whole = encode_body(0x0801, head | {"location": place, "data": "ffd8ffe0"})
    assert read(Frame(0x0801, DEVICE, 1, whole)).at == PLACE.at
    old = body_of(0x0801, encode_body(0x0801, head | {"data": "ffd8ffe0" + "00" * 40}, 2011).hex())[0]
    assert ("location" in old, old["data"][:8]) == (False, "ffd8ffe0")


def test_a_package_and_an_encrypted_body_are_not_taken_apart() -> None:
    part = read(Frame(0x0801, DEVICE, 1, b"abc", None, 3, 2))
    assert (part.fields, [w.code for w in part.warnings]) == ({}, ["jt808.package.part"])
    odd = read(Frame(0x0801, DEVICE, 1, b"abc", None, 3, 4))
    assert [w.code for w in odd.warnings] == ["jt808.package.number"]
    hidden = read(REPORT._replace(encryption=1))
    assert (hidden.fields, hidden.readings, [w.code for w in hidden.warnings]) == ({}, [], ["jt808.body.encrypted"])


def test_messages_of_video_are_named_and_unknown_ones_kept() -> None:
    assert messages()[0x9101].label == "实时音视频传输请求"
    assert read(Frame(0x9101, DEVICE, 1, b"abc")).warnings == []
    assert [w.code for w in read(Frame(0x0F00, DEVICE, 1, b"abc")).warnings] == ["jt808.message.unknown"]


def test_a_centre_answers_each_message_as_the_standard_wants() -> None:
    heartbeat = Frame(0x0002, DEVICE, 10, b"")
    assert acknowledge(heartbeat, 3) == Frame(0x8001, DEVICE, 3, bytes.fromhex("000a000200"))
    assert acknowledge(Frame(0x0200, DEVICE, 7, b""), 4, 1).body.hex() == "0007020001"
    # An unknown message is answered with "not supported".
    assert acknowledge(Frame(0x0F00, DEVICE, 7, b""), 4).body.hex() == "00070f0003"
    for owed_elsewhere in (0x0001, 0x0004, 0x0005, 0x0100, 0x0104, 0x0801):
        assert acknowledge(Frame(owed_elsewhere, DEVICE, 7, b""), 4) is None
    assert acknowledge(Frame(0x0801, DEVICE, 7, b"", None, 2, 1), 4) is not None


def test_replies_are_those_of_captured_exchanges() -> None:
    # github:SmallChi/JT808, JT808_0x8100Test and JT808_0x8800Test
    terminal = Frame(0x0100, "012345678900", 100, b"")
    assert (
        encode_frame(register_reply(terminal, 10, 0, "123456")).hex().upper()
        == "7E81000009012345678900000A006400313233343536687E"
    )
    assert encode_frame(register_reply(terminal, 10, 4, "x")).hex().upper() == "7E81000003012345678900000A006404617E"
    camera = Frame(0x0801, "000123456789", 1, b"")
    assert (
        encode_frame(media_reply(camera, 0, 129, [0x0102, 0x0304])).hex().upper()
        == "7E8800000900012345678900000000008102010203048F7E"
    )
    assert media_reply(camera, 0, 129).body.hex() == "00000081"
    assert resend_request(camera, 5, 0x1234, [2, 4]).body.hex() == "12340200020004"
    assert resend_request(camera, 5, 1, range(1, 400)).body[2] == 255


def test_the_edition_of_the_terminal_is_answered() -> None:
    assert text(REPORT, 1, "减速").body == b"\x0c" + "减速".encode("gbk")
    modern = text(MODERN, 1, "减速")
    assert (modern.version, modern.device, modern.body[:2]) == (1, LONG_DEVICE, b"\x0c\x01")
    assert read_frame(encode_frame(modern)) == modern
    # The answer about the clock is in UTC, every other time of the protocol in UTC+8.
    assert time_reply(MODERN, 1, datetime(2026, 3, 2, 2, 0, tzinfo=UTC)).body.hex() == "260302020000"


def test_what_does_not_fit_a_body_is_not_sent() -> None:
    for fields in ({}, {"interval_s": 1 << 16}, {"interval_s": "x"}, {"interval_s": None}):
        with pytest.raises(ProtocolError, match=re.escape("jt808.encode.field")):
            command(REPORT, 0x8202, fields, 1)
    with pytest.raises(ProtocolError, match=re.escape("jt808.encode.field")):
        encode_body(0x8103, {"parameters": [{"id": "F0AA", "value": 1}]})
    with pytest.raises(ProtocolError, match=re.escape("jt808.encode.unknown")):
        encode_body(0x9101, {})
    assert encode_body(0x8202, {"interval_s": 5, "valid_s": 60}).hex() == "00050000003c"
