"""What frames of SL 651 say: elements, times, missing values, series, states; and building them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.kernel.errors import ProtocolError
from anlan.protocols.sl651.answer import answer
from anlan.protocols.sl651.body import Item, join_body, split_body
from anlan.protocols.sl651.decode import decode, decode_many, read
from anlan.protocols.sl651.encode import (
    acknowledge,
    command,
    observed,
    query_elements,
    query_period,
    report,
    set_password,
)
from anlan.protocols.sl651.frame import Frame, encode_frame, read_frame
from anlan.protocols.sl651.tables import elements
from anlan.protocols.sl651.times import read_step, read_time, write_time
from anlan.protocols.sl651.values import number_item, read_number
from protocols.frames651 import (
    ASK_ALL,
    ASK_PERIOD,
    CONFIRM,
    EVEN,
    HOUR,
    KEEP,
    OTHERS,
    STATUS,
    TIMED,
    VENDOR,
    frames,
    hexed,
    untimed,
)

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def values(raw: bytes) -> list[tuple[str, float | None]]:
    return [(r.metric, r.value) for r in decode(raw).readings]


def codes(raw: bytes) -> list[str]:
    return answer(raw).warnings


def framed(body: str, function: int = 0x32) -> bytes:
    """A frame of a station with this body behind serial number, time and station."""
    head = "0001" + "260302120000" + "F1F1" + "0011223344" + "48" + "F0F0" + "2603021200"
    return encode_frame(Frame(False, 1, "0011223344", "1234", function, hexed(head + body)))


def test_a_timed_report_has_values_units_and_the_time_of_observation() -> None:
    message = decode(TIMED)
    assert (message.device, message.message) == ("0011223344", "32")
    assert message.at == datetime(2017, 7, 18, 3, 0, tzinfo=UTC)
    assert message.sent == datetime(2017, 7, 18, 3, 0, 16, tzinfo=UTC)
    assert [tuple(r) for r in message.readings] == [
        ("20", 4.0, "mm", message.at),
        ("26", 4.0, "mm", message.at),
        ("39", 10.49, "m", message.at),
        ("38", 10.99, "V", message.at),
    ]
    assert message.warnings == []


def test_an_even_interval_report_names_its_element_once_for_all_values() -> None:
    message = decode(EVEN)
    assert [r.value for r in message.readings] == [0.122, 0.122, 0.285, 10.49, 10.49, *[None] * 5, 10.49, 10.49]
    assert [r.at for r in message.readings] == [message.at + timedelta(minutes=5 * i) for i in range(12)]


def test_an_hour_packet_is_twelve_values_of_five_minutes() -> None:
    message = decode(HOUR)
    rain = [r for r in message.readings if r.metric == "F4"]
    stage = [r for r in message.readings if r.metric == "F5"]
    assert [r.value for r in rain] == [0.0] * 12
    assert [r.value for r in stage] == [27.3, 27.3, *[None] * 10]
    assert stage[1].at == message.at + timedelta(minutes=5)
    assert values(HOUR)[-2:] == [("39", 27.3), ("38", 12.9)]


def test_missing_values_negative_ones_and_state_bits_of_a_real_frame() -> None:
    said = values(VENDOR)
    assert said[0] == ("39", 513.0)
    assert dict(said)["45.mains_lost"] == 0.0
    assert said[-2:] == [("38", None), ("FF02", None)]
    assert said[1] == ("FF01", None)
    assert dict(values(STATUS))["45.pump_stopped"] == 1.0
    assert sum(value for _, value in values(STATUS)) == 1.0
    assert answer(STATUS).fields["elements"][0]["states"]["水泵工作状态"] == "水泵停机"


@pytest.mark.parametrize(
    ("raw", "decimals", "value"),
    [
        ("000122", 3, (0.122, True)),
        ("FF0266", 1, (-26.6, True)),
        ("FFFFFF", 1, (None, True)),
        ("AAAAAA", 1, (None, True)),
        ("FF02A6", 1, (None, False)),
        ("1A00", 2, (None, False)),
        ("FFAA", 2, (None, False)),
    ],
)
def test_a_number_is_bcd_with_a_sign_byte(raw: str, decimals: int, value: object) -> None:
    assert read_number(raw, decimals) == value


def test_a_series_ends_at_the_next_time_of_observation_or_a_last_voltage() -> None:
    raw = framed("0418000100 2019 000001 000002 F0F0 2603021300 2019 000003", 0x31)
    assert [(r.value, r.at) for r in decode(raw).readings] == [
        (0.1, NOON),
        (0.2, NOON + timedelta(hours=1)),
        (0.3, NOON + timedelta(hours=1)),
    ]
    assert values(framed("0418000005 3923 00010490 00010490 3812 1208", 0x31)) == [
        ("39", 10.49),
        ("39", 10.49),
        ("38", 12.08),
    ]


def test_a_duration_is_told_in_minutes_and_a_step_may_be_days() -> None:
    assert values(framed("0510 0130")) == [("05", 90)]
    assert values(framed("0508 01")) == [("05", None)]
    assert (read_step("010000"), read_step("000000"), read_step("00000A")) == (timedelta(days=1), None, None)


def test_times_are_those_of_the_county() -> None:
    assert read_time("260302120000") == read_time("2603021200") == read_time("26030212") == NOON
    assert (read_time("261302120000"), read_time("26030212AA"), read_time("2603")) == (None, None, None)
    assert [write_time(NOON, digits) for digits in (12, 10, 8)] == ["260302120000", "2603021200", "26030212"]


@pytest.mark.parametrize(
    ("raw", "warning"),
    [
        (encode_frame(Frame(False, 1, "0011223344", "1234", 0x32, b"\0\1")), "sl651.body.short"),
        (framed("", 0xE1), "sl651.message.unknown"),
        (encode_frame(read_frame(TIMED)._replace(end=9)), "sl651.frame.end"),
        (framed("F0F0 2699021200 2019000001"), "sl651.time.unreadable"),
        (framed("7A12 0001"), "sl651.element.unknown"),
        (framed("F45C" + "00" * 12), "sl651.element.definition"),
        (framed("7979 0211"), "sl651.element.rest"),
        (framed("2019 0001"), "sl651.element.rest"),
        (framed("2019 1A0000"), "sl651.value.unreadable"),
        (encode_frame(read_frame(TIMED)._replace(station="0011223355")), "sl651.station.differs"),
    ],
)
def test_odd_content_stays_ok_with_a_warning(raw: bytes, warning: str) -> None:
    said = answer(raw)
    assert (said.ok, said.warnings) == (True, [warning])


def test_a_frame_that_states_the_wrong_length_of_its_hour_packet_is_read_all_the_same() -> None:
    """Stations in Fujian define F5 as 11 bytes and send 24."""
    said = values(framed("F55C" + "0AAA" * 12 + "38121208"))
    assert said == [("F5", 27.3)] * 12 + [("38", 12.08)]


def test_a_form_of_the_vendors_own_is_kept_and_nothing_invented_behind_it() -> None:
    said = answer(framed("2019000001 7979 02114980 38121207"))
    assert [r["metric"] for r in said.readings] == ["20"]
    assert said.fields["rest_hex"] == "79790211498038121207"


@pytest.mark.parametrize(
    ("raw", "field", "value"),
    [
        (OTHERS[-1], "elements", [{"id": "F2", "text": "Q 1.234"}]),
        (OTHERS[8], "count", 1),
        (OTHERS[11], "raw", "010002"),
        (OTHERS[12], "fixed_value", "投入"),
        (ASK_PERIOD, "elements", None),
        (KEEP, "send_time", "591011155111"),
    ],
)
def test_other_functions_tell_their_own_form(raw: bytes, field: str, value: object) -> None:
    said = answer(raw)
    assert said.ok
    assert said.warnings == []
    assert value is None or said.fields[field] == value


def test_parameters_events_and_versions_are_told_by_name() -> None:
    password = answer(OTHERS[4]).fields["parameters"]
    assert [(p["name"], p["raw"]) for p in password] == [("密码", "1234"), ("密码", "03E8")]
    version = answer(
        hexed("7E7E0500112233441234450021020022170718101955F1F10011223344114441544138362D53572D56312E3228482903C476")
    )
    assert version.fields["version"] == "DATA86-SW-V1.2(H)"
    events = encode_frame(
        Frame(False, 1, "0011223344", "1234", 0x50, hexed("0001260302120000F1F10011223344" + "0002" * 32))
    )
    assert answer(events).fields["events"]["交流失电"] == 2


def test_readings_come_only_from_stations() -> None:
    assert (decode(ASK_ALL).readings, decode(ASK_PERIOD).readings, decode(CONFIRM).readings) == ([], [], [])


def test_parameters_are_no_readings() -> None:
    """Identifier 01 is the centre's address in a configuration and a cross-section in a report."""
    raw = hexed(
        "7E7E010012345678123440004D02001B170718101458F1F1001234567801200500000002280011223344045002218094153172009708"
        "053801A130123456780C08020D4080010000000000000F6831303133313132333435363738032B4C"
    )
    assert decode(raw).readings == []
    assert [p["name"] for p in answer(raw).fields["parameters"]][:2] == ["中心站地址", "遥测站地址"]


def test_a_batch_is_read_like_single_frames() -> None:
    assert [m.readings for m in decode_many([TIMED, HOUR])] == [decode(TIMED).readings, decode(HOUR).readings]


# Building


def test_the_centres_frames_are_those_of_the_standards_examples() -> None:
    station = read_frame(ASK_ALL)
    sent = datetime(2017, 7, 18, 3, 2, 58, tzinfo=UTC)
    assert encode_frame(query_elements(station, sent, ["1F", "20", "26", "38", "39"])) == ASK_ALL
    other = read_frame(ASK_PERIOD)
    begin, end = datetime(2013, 3, 24, 2, tzinfo=UTC), datetime(2013, 3, 25, 2, tzinfo=UTC)
    asked = datetime(2013, 3, 25, 3, 5, 33, tzinfo=UTC)
    assert encode_frame(query_period(other, asked, begin, end, "F4", "000000")) == ASK_PERIOD
    status = read_frame(OTHERS[0])
    assert encode_frame(command(status, 0x46, datetime(2017, 7, 18, 2, 21, 8, tzinfo=UTC))) == OTHERS[0]
    assert encode_frame(set_password(status, datetime(2017, 7, 18, 2, 21, 23, tzinfo=UTC), "03E8")) == OTHERS[4]


def test_reports_are_confirmed_and_nothing_else_is() -> None:
    now = datetime(2017, 7, 18, 3, 0, 16, tzinfo=UTC)
    confirmed = acknowledge(read_frame(TIMED), now)
    assert confirmed is not None
    assert encode_frame(confirmed) == CONFIRM
    assert acknowledge(read_frame(TIMED), now, stay=False).end == 0x04
    for raw in (KEEP, STATUS, CONFIRM, ASK_ALL):
        assert acknowledge(read_frame(raw), now) is None
    assert acknowledge(read_frame(TIMED)._replace(end=0x17, total=2, number=1), now) is None


_numbers = st.sampled_from([known.id for known in elements().values() if known.kind == "number"]).flatmap(
    lambda identifier: st.tuples(
        st.just(identifier), st.none() | st.integers(0, 10 ** elements()[int(identifier, 16)].digits - 1)
    )
)


@untimed
@given(st.lists(_numbers, max_size=12), st.datetimes(datetime(2000, 1, 2), datetime(2098, 1, 1)), st.integers(0, 65535))
def test_a_report_built_says_what_was_put_in(numbers: list[tuple[str, int | None]], at: datetime, serial: int) -> None:
    at = at.replace(microsecond=0, tzinfo=UTC)
    told = [
        (i, None if n is None else n / 10 ** elements()[int(i, 16)].decimals)
        for i, n in numbers
        if i != "0B" or n is None
    ]
    items = (observed(at), *(number_item(i, value) for i, value in told))
    frame = report("0011223344", 0x32, serial, at, items, station_class="50")
    message = decode(encode_frame(frame))
    assert message.frame == frame
    assert (message.body.items, message.body.serial, message.sent) == (items, serial, at)
    assert [(r.metric, r.value) for r in message.readings] == told
    assert message.at == at.replace(second=0)
    assert message.warnings == []


def test_a_negative_number_and_an_extended_element_are_built() -> None:
    assert number_item("02", -26.6) == Item("02", 0x19, "FF0266")
    assert number_item("02", -2.6) == Item("02", 0x11, "FF26")
    assert number_item("02", None) == Item("02", 0x11, "FFFF")
    assert number_item("FF03", 85, 1, 0) == Item("FF03", 0x08, "85")
    for bad in (("39", 1e9), ("FF03", 1.0), ("02", -26600.0), ("39", float("nan")), ("39", float("inf"))):
        with pytest.raises(ProtocolError, match="sl651.encode.value"):
            number_item(*bad)
    with pytest.raises(ProtocolError, match="sl651.encode.value"):
        query_elements(read_frame(TIMED), NOON, ["7A"])


@settings(max_examples=400, deadline=None)
@given(frames() | frames(st.binary(max_size=60)))
def test_any_body_is_split_and_put_together_again(frame: Frame) -> None:
    body = split_body(frame, [])
    assert join_body(body) == frame.body


@settings(max_examples=400, deadline=None)
@given(frames() | frames(st.binary(max_size=60)), st.integers(0, 200), st.integers(0, 255))
def test_any_frame_is_answered(frame: Frame, at: int, byte: int) -> None:
    raw = encode_frame(frame)
    said = answer(raw)
    assert said.ok
    assert (said.device, said.message) == (frame.station, f"{frame.function:02X}")
    assert len(said.readings) == len(read(frame).readings)
    said.as_dict()
    answer(raw[: at % len(raw)] + bytes((byte,)) + raw[at % len(raw) + 1 :]).as_dict()


@untimed
@given(st.binary(max_size=100))
def test_any_bytes_are_answered(raw: bytes) -> None:
    assert answer(raw).error in {"sl651.frame.malformed", "sl651.frame.length", "sl651.frame.crc", None}
