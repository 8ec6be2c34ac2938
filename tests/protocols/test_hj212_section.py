"""Data sections of HJ 212: fields as received, flags, times, odd content, split messages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.protocols.hj212.decode import read_section
from anlan.protocols.hj212.encode import build
from anlan.protocols.hj212.messages import messages
from anlan.protocols.hj212.section import Section, decode_section
from anlan.protocols.hj212.split import Joiner
from anlan.protocols.hj212.times import read_time, write_time
from protocols.frames212 import payload, section, untimed


def codes(found: Section) -> list[str]:
    return [warning.code for warning in found.warnings]


def test_fields_are_kept_as_received_and_in_order() -> None:
    found = decode_section(b"ST=32;CN=2011;MN=A1;Odd=?;CP=&&DataTime=20160103133030;b=2,a=1,b=3;b=2,a=1,b=3;;&&")
    assert found.header == (("ST", "=", "32"), ("CN", "=", "2011"), ("MN", "=", "A1"), ("Odd", "=", "?"))
    twice = (("b", "=", "2"), ("a", "=", "1"), ("b", "=", "3"))
    empty = (("", "", ""),)
    assert found.groups == ((("DataTime", "=", "20160103133030"),), twice, twice, empty, empty)
    assert (found.device, found.message, found.flag, found.parts, found.warnings) == ("A1", "2011", None, None, ())


@pytest.mark.parametrize(
    ("flag", "wants_answer", "is_split", "version"),
    [("0", False, False, 0), ("1", True, False, 0), ("4", False, False, 1), ("5 ", True, False, 1)]
    + [("7", True, True, 1), ("8", False, False, 2), ("x", False, False, 0), ("256", False, False, 0)],
)
def test_flag_is_read_bit_by_bit(flag: str, wants_answer: bool, is_split: bool, version: int) -> None:
    found = section(Flag=flag)
    assert (found.wants_answer, found.is_split, found.version) == (wants_answer, is_split, version)


@pytest.mark.parametrize(
    ("numbers", "parts"),
    [
        ({"PNUM": "3", "PNO": "2"}, (3, 2)),
        ({"PNUM": "3", "PNO": "4"}, None),
        ({"PNUM": "0", "PNO": "0"}, None),
        ({"PNUM": "three", "PNO": "1"}, None),
        ({"PNUM": "999999", "PNO": "1"}, None),
        ({}, None),
    ],
)
def test_packet_numbers_must_make_sense(numbers: dict[str, str], parts: tuple[int, int] | None) -> None:
    assert section(**numbers).parts == parts


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"ST=32;CN=2011;MN=A", ["hj212.section.no_cp"]),
        (b"ST=32;CP=&&a=1", ["hj212.section.unclosed"]),
        (b"ST=32;CP=&&a=1&&x", ["hj212.section.rest"]),
        (b"ST;CP=&&a=1;b&&", ["hj212.section.malformed", "hj212.section.malformed"]),
        (b"", ["hj212.section.no_cp"]),
        ("ST=32;CP=&&a=中&&".encode(), ["hj212.section.charset"]),
        ("ST=32;CP=&&a=中&&".encode("gb18030"), ["hj212.section.charset"]),
        (b"ST=32;CP=&&a=\xff&&", ["hj212.section.charset"]),
        (b"ST=32;CP=&&&&", []),
    ],
)
def test_odd_structure_is_named_and_never_refused(raw: bytes, expected: list[str]) -> None:
    assert codes(decode_section(raw)) == expected


@pytest.mark.parametrize(("charset", "text"), [("utf-8", "运行正常"), ("gb18030", "运行正常"), ("latin-1", "\xff\xfe")])
def test_other_charsets_are_read_in_the_first_that_gives_the_same_bytes(charset: str, text: str) -> None:
    found = decode_section(f"CP=&&i11001-Info={text}&&".encode(charset))
    assert (found.charset, found.groups) == (charset, ((("i11001-Info", "=", text),),))


def test_a_log_text_keeps_its_separators() -> None:
    found = decode_section(b"MN=A;CP=&&DataTime=20260302100000;i11001-Info=//a;b,c=d//,x=1;u=http://h;v=2&&")
    assert found.groups is not None
    assert found.groups[1] == (("i11001-Info", "=", "//a;b,c=d//"), ("x", "=", "1"))
    assert found.groups[2:] == ((("u", "=", "http://h"),), (("v", "=", "2"),))


@untimed
@given(st.binary(max_size=120))
def test_any_bytes_are_a_section(raw: bytes) -> None:
    found = decode_section(raw)
    assert set(codes(found)) <= {
        f"hj212.section.{name}" for name in ("charset", "no_cp", "unclosed", "rest", "malformed")
    }


@pytest.mark.parametrize(
    ("digits", "at"),
    [
        ("20160801085857223", datetime(2016, 8, 1, 0, 58, 57, 223_000, UTC)),
        ("20160801085857", datetime(2016, 8, 1, 0, 58, 57, 0, UTC)),
        ("19700101000000", datetime(1969, 12, 31, 16, tzinfo=UTC)),
        ("20990101000000", datetime(2098, 12, 31, 16, tzinfo=UTC)),
        ("20240229235959", datetime(2024, 2, 29, 15, 59, 59, tzinfo=UTC)),
        ("20230229235959", None),
        ("20230101240000", None),
        ("00010101000000", None),
        ("2016080108585", None),
        ("201608010858572", None),
        ("２０１６０８０１０８５８５７", None),
        ("2016-08-01 08:5", None),
        ("", None),
    ],
)
def test_times_are_of_the_county_and_become_utc(digits: str, at: datetime | None) -> None:
    assert read_time(digits) == at


@untimed
@given(st.datetimes(datetime(1950, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC)))
def test_a_written_time_is_read_back(at: datetime) -> None:
    assert read_time(write_time(at)) == at.replace(microsecond=0)
    assert read_time(write_time(at, milliseconds=True)) == at.replace(microsecond=at.microsecond // 1000 * 1000)


def test_the_messages_a_centre_meets_have_a_name_a_kind_and_an_answer() -> None:
    table = messages()
    data = {code for code, row in table.items() if row.kind == "data" and row.edition == "2017"}
    assert data == {"2011", "2021", "2031", "2041", "2051", "2061", "2081"}
    assert {code for code, row in table.items() if row.kind == "reply"} == {"9011", "9012", "9013", "9014", "9022"}
    assert [table[c].label for c in ("1062", "3019")] == ["设置实时数据间隔", "提取或上传设备唯一标识"]
    assert {table[code].answer for code in data} == {"9014"}
    assert table["1013"].answer == "9013"


def packets(total: int, **header: str) -> list[Section]:
    return [
        section(
            ({"DataTime": "20260302100000"}, {f"a{number:05d}-Rtd": "1"}),
            Flag="7",
            PNUM=str(total),
            PNO=str(number),
            **header,
        )
        for number in range(1, total + 1)
    ]


@untimed
@given(st.permutations([0, 1, 2, 3, 0, 2]))
def test_packets_join_in_any_order_and_with_repetitions(order: list[int]) -> None:
    joiner, parts = Joiner(), packets(4)
    whole = [found for number in order if (found := joiner.add(parts[number])) is not None]
    assert len(whole) == 1
    names = [group[0][0] for group in whole[0].groups or ()]
    assert names == ["DataTime", "a00001-Rtd", "a00002-Rtd", "a00003-Rtd", "a00004-Rtd"]


def test_packets_of_two_devices_are_not_mixed() -> None:
    joiner, ours, theirs = Joiner(), packets(2), packets(2, MN="B")
    assert joiner.add(ours[0]) is None
    assert joiner.add(theirs[1]) is None
    joined = joiner.add(ours[1])
    assert joined is not None
    assert joined.device == "HY331003000001"
    assert joiner.waiting == 1


def test_a_section_that_is_not_split_comes_back_as_it_is() -> None:
    joiner, alone, odd = Joiner(), section(), section(Flag="7", PNUM="2", PNO="3")
    assert joiner.add(alone) is alone
    assert joiner.add(odd) is odd
    assert joiner.add(packets(1)[0]).parts == (1, 1)  # type: ignore[union-attr]


def test_the_joiner_gives_up_what_waited_longest() -> None:
    joiner = Joiner(most=3)
    for device in "ABCD":
        assert joiner.add(packets(2, MN=device)[0]) is None
    assert (joiner.waiting, joiner.dropped) == (3, 1)
    assert joiner.add(packets(2, MN="A")[1]) is None
    assert joiner.add(packets(2, MN="D")[1]) is not None


def test_times_that_differ_between_packets_are_kept() -> None:
    joiner = Joiner()
    parts = [
        build({"MN": "A", "PNUM": "2", "PNO": str(n)}, [{"DataTime": f"2026030210{n:02d}00"}, {"a-Rtd": str(n)}])
        for n in (1, 2)
    ]
    joiner.add(parts[0])
    whole = joiner.add(parts[1])
    assert whole is not None
    assert [group[0][2] for group in whole.groups or ()] == ["20260302100100", "1", "20260302100200", "2"]


@pytest.mark.parametrize(
    ("first", "second", "charset"),
    [("ascii", "gb18030", "gb18030"), ("utf-8", "gb18030", "utf-8"), ("ascii", "latin-1", "latin-1")],
)
def test_packets_in_several_charsets_join(first: str, second: str, charset: str) -> None:
    joiner = Joiner()
    texts = {"ascii": "a", "utf-8": "中", "gb18030": "中", "latin-1": "\xff"}
    for number, spoken in ((1, first), (2, second)):
        raw = f"MN=A;PNUM=2;PNO={number};CP=&&x={texts[spoken]}&&".encode(spoken)
        whole = joiner.add(decode_section(raw))
    assert whole is not None
    assert whole.charset == charset
    assert read_section(whole).section == whole


def test_the_payload_of_the_tests_is_what_they_think_it_is() -> None:
    assert payload("a=1").endswith(b"Flag=5;CP=&&a=1&&")
