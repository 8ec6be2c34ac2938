"""HJ 212 on a connection: what a session hears, in what portions ever it comes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from gateway_world import AT, frame, payload, qn
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.gateways.heard import EVENT, READINGS, REFUSED, Heard, plug
from anlan.gateways.hj212 import open_session
from anlan.kernel.errors import BadInput
from anlan.kernel.telemetry import Report, pack, unpack
from anlan.protocols.hj212.encode import encode_frame


def heard(*portions: bytes, now: int = AT) -> list[Heard]:
    session = open_session()
    return [one for data in portions for one in session.feed(data, now)] + session.close()


def test_a_message_is_readings_with_the_answer_it_is_owed() -> None:
    [one] = heard(frame(value=1.5, asked=7))
    assert (one.kind, one.identity, one.message, one.warnings) == (READINGS, "HY331003000001", "2011", ())
    assert one.moments == (((("a21001-Rtd",), ("N",)), AT, (1.5,)),)
    answer = f"QN={qn(7)};ST=91;CN=9014;PW=123456;MN=HY331003000001;Flag=4;CP=&&&&"
    assert one.reply == encode_frame(answer.encode())


@pytest.mark.parametrize(
    ("message", "flag", "answer"),
    [
        ("2031", "5", b"CN=9014"),
        ("1013", "5", b"CN=9013"),
        ("9021", "1", b"CN=9022"),
        ("9011", "5", b""),
        ("2011", "4", b""),
    ],
)
def test_the_answer_is_the_standards(message: str, flag: str, answer: bytes) -> None:
    [one] = heard(frame(CN=message, Flag=flag))
    assert (one.reply == b"") if not answer else answer in one.reply


def test_a_message_without_readings_is_an_event() -> None:
    [one] = heard(frame(CN="9012", CP="ExeRtn=1"))
    assert (one.kind, one.message, one.moments, one.urgent) == (EVENT, "9012", (), True)


def test_a_frame_with_a_wrong_checksum_is_refused_and_not_answered() -> None:
    broken = frame()[:-6] + b"0000\r\n"
    [refused, good] = heard(broken + frame())
    assert (refused.kind, refused.message, refused.reply) == (REFUSED, "hj212.frame.crc", b"")
    assert refused.raw.startswith("##0")
    assert good.kind == READINGS


@pytest.mark.parametrize(("device", "code"), [("", "hj212.section.no_device"), ("X" * 65, "gateways.identity.long")])
def test_who_can_not_be_told_apart_is_refused(device: str, code: str) -> None:
    [one] = heard(frame(device))
    assert (one.kind, one.identity, one.message, one.reply) == (REFUSED, "", code, b"")
    assert one.raw == payload(device).decode()


@pytest.mark.parametrize(
    ("stated", "code", "year"),
    [("19700101080000", "gateways.time.behind", 1970), ("20990101080000", "gateways.time.ahead", 2099)],
)
def test_a_clock_that_is_years_off_is_carried_with_a_warning(stated: str, code: str, year: int) -> None:
    [one] = heard(frame(DataTime=stated))
    assert one.moments[0][1] == int(datetime(year, 1, 1, tzinfo=UTC).timestamp() * 1000)
    assert one.warnings == (code,)


def test_data_of_yesterday_are_no_matter() -> None:
    [one] = heard(frame(DataTime="20260301100000"))
    assert one.warnings == ()


def test_a_reading_without_any_time_stands_at_its_arrival() -> None:
    [one] = heard(encode_frame(b"ST=31;CN=2011;PW=1;MN=A;Flag=5;CP=&&a21001-Rtd=2&&"))
    assert one.moments == (((("a21001-Rtd",), ("",)), AT, (2.0,)),)
    assert one.warnings == ("hj212.time.missing",)


def test_only_what_changes_by_more_than_a_tenth_is_urgent() -> None:
    found = heard(*[frame(value=value, asked=i) for i, value in enumerate([10.0, 10.9, 10.0, 11.1, 11.1])])
    assert [one.urgent for one in found] == [True, False, False, True, False]


def test_devices_behind_one_connection_are_compared_with_themselves() -> None:
    found = heard(frame("A", 1.0), frame("B", 9.0), frame("A", 1.0), frame("B", 9.0), frame("B", float("nan")))
    assert [one.urgent for one in found] == [True, True, False, False, True]


def test_packets_of_one_message_are_heard_one_by_one_at_the_time_of_the_first() -> None:
    parts = [
        frame(PNUM="3", PNO=str(n + 1), Flag="7", CP=body)
        for n, body in enumerate(["DataTime=20260302080000;a21001-Rtd=1", "a21001-Rtd=2", "a21001-Rtd=3"])
    ]
    found = heard(*parts)
    assert [one.moments[0][1:] for one in found] == [(AT - 7_200_000, (float(n),)) for n in (1, 2, 3)]
    assert all(b"CN=9014" in one.reply for one in found)
    # Another message has nothing to do with it.
    other = heard(parts[0], frame(PNUM="3", PNO="2", Flag="7", CP="a21001-Rtd=2", asked=9))
    assert other[1].warnings == ("hj212.time.missing",)


def test_half_a_frame_at_the_end_of_a_connection_is_refused() -> None:
    [one] = heard(frame()[:-8])
    assert (one.kind, one.message) == (REFUSED, "hj212.frame.malformed")


pieces = st.one_of(
    st.binary(max_size=40),
    st.builds(frame, st.sampled_from(["A", "B", "", "é"]), st.floats(), st.integers(0, 10_000)),
    st.builds(lambda text: encode_frame(text), st.binary(max_size=60)),
)


@settings(deadline=None)
@given(st.lists(pieces, max_size=6), st.lists(st.integers(0, 300), max_size=4))
def test_any_bytes_in_any_portions_are_heard_alike_and_can_be_packed(parts: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(parts)
    places = sorted({min(cut, len(stream)) for cut in cuts} | {0, len(stream)})
    portions = [stream[a:b] for a, b in zip(places, places[1:], strict=False)]
    whole, cut = heard(stream), heard(*portions)
    assert [(o.kind, o.identity, o.message, repr(o.moments), o.reply) for o in cut] == [
        (o.kind, o.identity, o.message, repr(o.moments), o.reply) for o in whole
    ]
    reports = [
        Report(f"g:{n}", "hj212", o.identity, o.message, AT, "", o.moments, o.warnings, o.kind, o.raw)
        for n, o in enumerate(whole)
    ]
    assert len(unpack(pack(reports))) == len(whole)


@pytest.mark.parametrize("protocol", ["sl651", "tcp", "../x", ""])
def test_a_protocol_without_a_gateway_is_named(protocol: str) -> None:
    with pytest.raises(BadInput, match="gateways.listen.protocol"):
        plug(protocol)
