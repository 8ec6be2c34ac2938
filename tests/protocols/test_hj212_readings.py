"""Readings of HJ 212: value, unit, time, flag; what is odd about them; the quick way beside the slow one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings

from anlan.kernel.messages import catalogue
from anlan.protocols.hj212.decode import decode, decode_many, read, read_any, read_section
from anlan.protocols.hj212.factors import factors, meaning
from anlan.protocols.hj212.plan import read_clean
from anlan.protocols.hj212.readings import Reading
from anlan.protocols.hj212.section import decode_section
from anlan.protocols.hj212.split import Joiner
from protocols.frames212 import OFFICIAL, frame, odd_payloads, payload, section

TEN = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def test_a_reading_has_its_value_unit_time_and_flag() -> None:
    message = decode(frame())
    assert (message.device, message.message, message.at) == ("HY331003000001", "2011", TEN)
    assert message.readings == [
        Reading("a21001-Rtd", 1.25, "mg/m3", TEN, "a21001", "Rtd", "N"),
        Reading("a01012-Rtd", 81.5, "℃", TEN, "a01012", "Rtd", "N"),
    ]
    assert message.warnings == []


def test_a_message_without_readings_stands_at_its_own_time() -> None:
    message = decode(OFFICIAL)
    assert message.at == datetime(2016, 8, 1, 0, 58, 57, 223_000, UTC)
    assert (message.readings, message.warnings) == ([], [])


@pytest.mark.parametrize(
    ("name", "system", "unit"),
    [
        ("w01018-Rtd", "32", "mg/L"),
        ("w01018-Cou", "32", "kg"),
        ("w00000-Rtd", "32", "L/s"),
        ("w00000-Cou", "32", "m3"),
        ("w01001-Rtd", "32", ""),
        ("w20111-Avg", "32", "ug/L"),
        ("a21026-Avg", "31", "mg/m3"),
        ("a21026-ZsRtd", "31", "mg/m3"),
        ("a21026-Rtd", "22", "ug/m3"),
        ("a21005-Rtd", "22", "mg/m3"),
        ("a34004-Rtd", "22", "ug/m3"),
        ("a34013-ZsAvg", "31", "mg/m3"),
        ("a05002-Rtd", "31", ""),
        ("Leq-Avg", "23", "dB"),
        ("011-Rtd", "32", "mg/L"),
        ("020-Rtd", "32", "mg/L"),
        ("B01-Cou", "32", "m3"),
        ("S08-Rtd", "31", "kPa"),
        ("SB1-RT", "32", "h"),
        ("ele01-Rtd", "32", ""),
    ],
)
def test_the_unit_follows_the_factor_the_suffix_and_the_system(name: str, system: str, unit: str) -> None:
    assert meaning(name, system).unit == unit


def test_every_factor_of_2005_names_its_successor_and_every_row_its_source() -> None:
    table = factors()
    assert len(table) == 298
    assert [f.code for f in table.values() if f.same_as not in table or not f.source] == []
    assert (table["011"].same_as, table["011"].name) == ("w01018", "化学需氧量")


@pytest.mark.parametrize(
    ("body", "header", "codes"),
    [
        ("DataTime=20260302100000;a21001-Rtd=--,a21001-Flag=D", {}, ["hj212.value.unreadable"]),
        ("DataTime=20260302100000;a21001-Rtd=nan", {}, ["hj212.value.unreadable"]),
        ("DataTime=20260302100000;a21001-Rtd=1e999", {}, ["hj212.value.unreadable"]),
        ("DataTime=20260302100000;a21001-Rtd=1_0", {}, ["hj212.value.unreadable"]),
        ("DataTime=20260302100000;a21001-Rtd=1,a21001-Flag=Z", {}, ["hj212.value.flag_unknown"]),
        ("DataTime=20260302100000;LA-td=50.1,LA-Flag=N", {}, ["hj212.field.unknown_suffix"]),
        ("DataTime=20260230100000;a21001-Rtd=1", {}, ["hj212.time.unreadable"]),
        ("a21001-Rtd=1", {}, ["hj212.time.missing"]),
        ("", {"MN": ""}, ["hj212.section.no_device"]),
        ("", {"CN": "51"}, ["hj212.message.unknown"]),
        ("", {"Flag": "N"}, ["hj212.section.flag"]),
        ("", {"Flag": "6"}, ["hj212.section.parts"]),
        ("", {"QN": "20260230"}, ["hj212.section.qn"]),
        ("i12001-Info=运行;SB1-RS=on", {}, ["hj212.section.charset"]),
    ],
)
def test_odd_content_is_named_by_code_and_in_chinese(body: str, header: dict[str, str], codes: list[str]) -> None:
    message = read(payload(body, **header))
    assert [warning.code for warning in message.warnings] == codes
    assert all(warning.code in catalogue() and "—" not in warning.message for warning in message.warnings)


def test_a_value_that_is_no_number_stays_a_reading_without_value() -> None:
    (reading,) = read(payload("DataTime=20260302100000;a21001-Rtd=--,a21001-Flag=D")).readings
    assert (reading.value, reading.flag, reading.at) == (None, "D", TEN)


def test_a_reading_without_a_time_of_its_own_stands_at_qn() -> None:
    (reading,) = read(payload("a21001-Rtd=1")).readings
    assert reading.at == datetime(2026, 3, 2, 2, 0, 0, 123_000, UTC)


def test_without_any_time_a_reading_has_none() -> None:
    message = read(b"ST=31;CN=2011;MN=A;CP=&&a21001-Rtd=1&&")
    assert (message.at, message.readings[0].at) == (None, None)


def test_several_records_in_one_message_keep_their_times() -> None:
    found = read(payload("DataTime=20260302100000;a-Rtd=1;DataTime=20260302100100;a-Rtd=2;a-Rtd=3")).readings
    assert [(r.value, r.at and r.at.minute) for r in found] == [(1.0, 0), (2.0, 1), (3.0, 1)]


def test_all_kinds_of_minute_data_are_readings() -> None:
    body = "DataTime=20260302100000;011-Min=1,011-Avg=2,011-Max=3,011-Cou=4,011-ZsAvg=5,011-Flag=T"
    found = read(payload(body, CN="2051")).readings
    assert [(r.kind, r.value, r.flag) for r in found] == [
        ("Min", 1.0, "T"),
        ("Avg", 2.0, "T"),
        ("Max", 3.0, "T"),
        ("Cou", 4.0, "T"),
        ("ZsAvg", 5.0, "T"),
    ]


def test_states_are_readings_when_they_are_numbers() -> None:
    body = "DataTime=20260302100000;SB1-RS=1;SB2-RS=off;i12001-Info=0;w01018-SampleTime=20260302093000"
    found = read(payload(body)).readings
    assert [(r.metric, r.value) for r in found] == [("SB1-RS", 1.0), ("i12001-Info", 0.0)]


def test_a_joined_message_is_read_like_one_that_was_sent_whole() -> None:
    joiner = Joiner()
    first = section(({"DataTime": "20260302100000"}, {"a21001-Rtd": "1"}), Flag="7", PNUM="2", PNO="1")
    second = section(({"DataTime": "20260302100000"}, {"a01012-Rtd": "2"}), Flag="7", PNUM="2", PNO="2")
    assert joiner.add(first) is None
    whole = joiner.add(second)
    assert whole is not None
    assert read_section(whole).section == whole
    assert [(r.metric, r.value, r.at) for r in read_section(whole).readings] == [
        ("a21001-Rtd", 1.0, TEN),
        ("a01012-Rtd", 2.0, TEN),
    ]


def test_what_is_clean_goes_the_quick_way() -> None:
    for body in ("DataTime=20260302100000;a-Rtd=1,a-Flag=N;", "RtdInterval=30", "DataTime=20260302100000;SB1-RS=0"):
        assert read_clean(payload(body)) == read_any(payload(body))
        assert read_clean(payload(body)) is not None
    assert read_clean(payload("a-Rtd=1")) is None
    assert read_clean(b"MN=A;CN=2011;CP=&&&") is None
    assert read_clean(payload("DataTime=20260302100000;;a-Rtd=1")) is None


@settings(max_examples=600, deadline=None)
@given(odd_payloads())
def test_the_quick_way_says_what_the_slow_way_says(raw: bytes) -> None:
    slow = read_any(raw)
    assert read_clean(raw) in (None, slow)
    # Asked again it answers from its plan.
    assert read_clean(raw) in (None, slow)
    assert decode_many([raw]) == [slow]
    assert decode_section(raw) == slow.section
