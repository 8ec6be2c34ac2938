"""Encoding HJ 212: round trips, acknowledgements, what can't be sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel.errors import ProtocolError
from anlan.protocols.hj212.decode import read
from anlan.protocols.hj212.encode import (
    acknowledge,
    build,
    encode_frame,
    encode_section,
    execution_result,
    request_reply,
)
from anlan.protocols.hj212.frame import read_frame
from anlan.protocols.hj212.section import Section, decode_section
from protocols.frames212 import OFFICIAL, section, untimed


def sent(answer: Section | None) -> str:
    assert answer is not None
    return encode_section(answer).decode()


def test_the_standards_example_is_encoded_byte_for_byte() -> None:
    header = {"QN": "20160801085857223", "ST": "32", "CN": "1062", "PW": "100000", "MN": "010000A8900016F000169DC0"}
    made = build(header | {"Flag": "5"}, [{"RtdInterval": "30"}])
    assert encode_frame(encode_section(made)) == OFFICIAL


@untimed
@given(st.binary(max_size=9999))
def test_any_payload_framed_is_read_back(payload: bytes) -> None:
    framed = encode_frame(payload)
    if not payload.endswith((b"\r", b"\n")):
        assert read_frame(framed) == payload


_text = st.text("abcXYZ0129.-_ 中é/", max_size=6)
_fields = st.lists(st.tuples(_text, st.just("="), _text), min_size=1, max_size=3).map(tuple)


@untimed
@given(_fields, st.lists(_fields, min_size=1, max_size=4).map(tuple))
def test_a_section_encoded_is_decoded_to_itself(header: tuple, groups: tuple) -> None:
    made = Section(header, groups, charset="utf-8")
    try:
        payload = encode_section(made)
    except ProtocolError as refused:
        # Only ASCII is left to be read as ASCII, and `=//` opens a log text.
        assert refused.code == "hj212.encode.unreadable"
    else:
        assert decode_section(payload) == made
    plain = decode_section(encode_section(build({"MN": "A"}, [{"x": "1"}])))
    assert plain == build({"MN": "A"}, [{"x": "1"}])


@pytest.mark.parametrize(
    "payload",
    [
        b"ST=32;CN=2011;MN=A;CP=&&a=1,a=2;b;;c=3;&&",
        b"CP=&&&&",
        b"ST=32;CP=&&a=//x;y,z//;b=1&&",
        b"ST=32;CP=&&a=1",
        b"ST=32;CP=&&a=1&&rest",
        b"ST=32;CN=9014",
        "ST=32;CP=&&a=运行&&".encode("gb18030"),
        b"ST=32;CP=&&a=\xff\xfe&&",
    ],
)
def test_a_section_decoded_is_encoded_to_the_same_bytes(payload: bytes) -> None:
    assert encode_section(decode_section(payload)) == payload


def test_a_value_with_a_separator_cannot_be_sent() -> None:
    for value in ("1;2", "1,2", "=//a//;b=//c//"):
        with pytest.raises(ProtocolError, match=r"hj212\.encode\.unreadable"):
            encode_section(build({"MN": "A"}, [{"a": value}]))
    with pytest.raises(ProtocolError, match=r"hj212\.encode\.unreadable"):
        encode_section(Section((("MN", "=", "中"),), None))


def test_a_section_that_is_too_long_cannot_be_framed() -> None:
    with pytest.raises(ProtocolError) as refused:
        encode_frame(b"x" * 10_000)
    assert (refused.value.code, refused.value.facts) == ("hj212.encode.length", {"size": 10_000, "most": 9999})


def test_data_are_acknowledged_as_annex_c_shows() -> None:
    assert sent(acknowledge(section())) == (
        "QN=20260302100000123;ST=91;CN=9014;PW=123456;MN=HY331003000001;Flag=4;CP=&&&&"
    )


def test_a_decoded_message_brings_its_acknowledgement() -> None:
    assert read(encode_section(section())).reply == encode_section(acknowledge(section()) or section())
    assert read(encode_section(section(Flag="4"))).reply is None
    odd = read("QN=1;ST=31;CN=2011;MN=设备;Flag=1;CP=&&&&".encode("gb18030"))
    assert odd.reply == "QN=1;ST=91;CN=9014;MN=设备;Flag=0;CP=&&&&".encode("gb18030")
    assert read(b"MN=\xff;CN=2011;Flag=1;CP=&&&&").reply == b"ST=91;CN=9014;MN=\xff;Flag=0;CP=&&&&"


def test_a_device_of_2005_gets_the_flag_of_2005() -> None:
    assert ";Flag=0;" in sent(acknowledge(section(Flag="1")))
    assert ";Flag=8;" in sent(acknowledge(section(Flag="11", PNUM="1", PNO="1")))


def test_a_notice_is_answered_by_9013_and_an_unknown_message_by_9014() -> None:
    assert ";CN=9013;" in sent(acknowledge(section((), CN="1013")))
    assert ";CN=9014;" in sent(acknowledge(section((), CN="2999")))


@pytest.mark.parametrize("header", [{"Flag": "4"}, {"Flag": ""}, {"CN": "9011"}, {"CN": "9014"}, {"CN": "9012"}])
def test_nothing_is_answered_when_nothing_is_asked_or_an_answer_came(header: dict[str, str]) -> None:
    assert acknowledge(section(**header)) is None


def test_a_device_that_sends_chinese_is_answered_in_its_charset() -> None:
    asked = decode_section("QN=1;ST=31;CN=2011;MN=A;Flag=1;CP=&&x=运行&&".encode("gb18030"))
    assert sent(acknowledge(asked)) == "QN=1;ST=91;CN=9014;MN=A;Flag=0;CP=&&&&"
    named = decode_section("QN=1;ST=31;CN=2011;MN=设备;Flag=1;CP=&&&&".encode("gb18030"))
    assert decode_section(encode_section(acknowledge(named) or named)).device == "设备"


def test_an_answer_without_qn_or_password_leaves_them_out() -> None:
    asked = build({"ST": "31", "CN": "2011", "MN": "A", "Flag": "1"})
    assert sent(acknowledge(asked)) == "ST=91;CN=9014;MN=A;Flag=0;CP=&&&&"


def test_a_request_is_answered_twice_accepted_and_done() -> None:
    asked = build({"QN": "20160801085857223", "ST": "32", "CN": "1062", "PW": "1", "MN": "A", "Flag": "5"})
    assert sent(request_reply(asked, 1)) == "QN=20160801085857223;ST=91;CN=9011;PW=1;MN=A;Flag=4;CP=&&QnRtn=1&&"
    assert sent(execution_result(asked, 100)).endswith("CN=9012;PW=1;MN=A;Flag=4;CP=&&ExeRtn=100&&")
