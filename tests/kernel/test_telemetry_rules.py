"""Parcels of telemetry: what is packed is unpacked, anything else is refused whole, with the number of the report."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel.errors import BadInput
from anlan.kernel.telemetry import EARLIEST, KINDS, LATEST, MAX_RAW, Moment, Report, moments, pack, unpack

HEAD = (("a21001-Rtd", "a01001-Rtd"), ("N", "D"))
ONE = Report(
    "gw1:17", "hj212", "A110000_0001", "2011", 1767225600000, "10.0.0.7:51234", ((HEAD, 1767225590000, (2.51, None)),),
    ("hj212.factor.unknown",),
)  # fmt: skip
HEADS = [[["a21001-Rtd", "a01001-Rtd"], ["N", "D"]]]
ROW: list[Any] = [
    "gw1:17", "hj212", "A110000_0001", "2011", 1767225600000, "10.0.0.7:51234", [[0, 1767225590000, [2.51, None]]],
    ["hj212.factor.unknown"], "readings", "",
]  # fmt: skip


def test_the_bytes_of_a_parcel_are_these() -> None:
    assert orjson.loads(pack([ONE])) == [2, [[HEADS, [ROW]]]]


def test_messages_alike_share_their_head() -> None:
    twin = replace(ONE, id="gw1:18", moments=((HEAD, 1767225600000, (2.0, 1.0)),))
    assert orjson.loads(pack([ONE, twin]))[1][0][0] == HEADS
    first, second = unpack(pack([ONE, twin]))
    assert first.moments[0][0] is second.moments[0][0]


def test_an_empty_parcel() -> None:
    assert (pack([]), unpack(b"[2,[]]")) == (b"[2,[]]", [])


def test_single_readings_and_moments() -> None:
    single = (("a", 1, 1.0, "N"), ("b", 1, None, ""), ("a", 2, 3.0, "N"), ("a", 1, 1.0, "N"))
    made = moments(single)
    assert made == (
        ((("a", "b"), ("N", "")), 1, (1.0, None)),
        ((("a",), ("N",)), 2, (3.0,)),
        ((("a",), ("N",)), 1, (1.0,)),
    )
    assert (replace(ONE, moments=made).readings, moments(())) == (single, ())


def test_every_kind_travels() -> None:
    reports = [replace(ONE, kind=kind, moments=(), raw="##0001\xff\r\n") for kind in sorted(KINDS)]
    assert unpack(pack(reports)) == reports


def test_what_json_has_no_word_for_travels_as_nothing() -> None:
    odd = replace(ONE, moments=((HEAD, 1, (math.nan, math.inf)), (HEAD, 2, (-math.inf, 1.0))))
    assert [values for _, _, values in unpack(pack([odd]))[0].moments] == [(None, None), (None, 1.0)]


def test_a_whole_number_is_read_as_a_float() -> None:
    row = [*ROW[:6], [[0, 1, [7, None]]], [], "readings", ""]
    value = unpack(orjson.dumps([2, [[HEADS, [row]]]]))[0].moments[0][2][0]
    assert (value, type(value)) == (7.0, float)


_BAD_PARCELS = [
    b"", b"{", b"null", b"[]", b"[2]", b"[1,[]]", b"[true,[]]", b"[2,{}]", b"[2,[],0]", b"7", b'"ab"', b"\xff", b"[2,[7]]",
    b"[2,[[]]]", b"[2,[[[]]]]", b"[2,[[[],{}]]]", b"[2,[[{},[]]]]", b"[2,[[[],[],[]]]]", b"[2,[[[7],[]]]]",
    b"[2,[[[[]],[]]]]", b"[2,[[[[[],[]]],[]]]]", b'[2,[[[[["x"],[]]],[]]]]', b'[2,[[[[["x"],[7]]],[]]]]',
    b'[2,[[[[[7],["N"]]],[]]]]', b'[2,[[[["x",["N"]]],[]]]]', b'[2,[[[[["x"],"N"]],[]]]]',
    b'[2,[[[[["x"],["N"],[]]],[]]]]',
]  # fmt: skip


@pytest.mark.parametrize("parcel", _BAD_PARCELS, ids=range(len(_BAD_PARCELS)))
def test_what_is_no_parcel_is_refused(parcel: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        unpack(parcel)
    assert (refused.value.code, refused.value.facts) == ("telemetry.parcel.malformed", {"report": 0})


def _with(place: int, value: Any) -> list[Any]:
    return [*ROW[:place], value, *ROW[place + 1 :]]


BAD_ROWS = [
    "text", {}, [], ROW[:-1], [*ROW, 0],
    *(_with(place, 7) for place in (0, 1, 2, 3, 5, 6, 7, 8, 9)),
    _with(0, ""), _with(4, "1"), _with(4, True), _with(4, 1.5), _with(4, LATEST + 1), _with(4, EARLIEST - 1),
    _with(6, [7]), _with(6, [[0, 1]]), _with(6, [[0, 1, [1.0, 1.0], 0]]), _with(6, [[1, 1, [1.0, 1.0]]]),
    _with(6, [[-1, 1, [1.0, 1.0]]]), _with(6, [[True, 1, [1.0, 1.0]]]), _with(6, [["0", 1, [1.0, 1.0]]]),
    _with(6, [[0, "1", [1.0, 1.0]]]), _with(6, [[0, True, [1.0, 1.0]]]), _with(6, [[0, 1, [1.0]]]), _with(6, [[0, 1, 1.0]]),
    _with(6, [[0, 1, [1.0, "1"]]]), _with(6, [[0, 1, [1.0, True]]]), _with(6, [[0, LATEST + 1, [1.0, 1.0]]]),
    _with(6, [[0, EARLIEST - 1, [1.0, 1.0]]]), _with(7, [7]), _with(8, "other"), _with(9, "x" * (MAX_RAW + 1)),
]  # fmt: skip


@pytest.mark.parametrize("row", BAD_ROWS, ids=range(len(BAD_ROWS)))
def test_a_parcel_with_a_bad_report_is_refused_whole(row: Any) -> None:
    with pytest.raises(BadInput) as refused:
        unpack(orjson.dumps([2, [[HEADS, [ROW]], [HEADS, [row]]]]))
    assert (refused.value.code, refused.value.facts) == ("telemetry.parcel.malformed", {"report": 2})


_TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
_INSTANT = st.integers(EARLIEST, LATEST)
_VALUE = st.none() | st.floats(allow_nan=False, allow_infinity=False)


def _moment(said: list[tuple[str, str, float | None]], at: int) -> Moment:
    metrics, flags, values = zip(*said, strict=True)
    return (metrics, flags), at, values


_MOMENT = st.builds(_moment, st.lists(st.tuples(_TEXT, _TEXT, _VALUE), min_size=1, max_size=3), _INSTANT)
_REPORT = st.builds(
    Report, _TEXT.filter(bool), _TEXT, _TEXT, _TEXT, _INSTANT, _TEXT,
    st.lists(_MOMENT, max_size=3).map(tuple), st.lists(_TEXT, max_size=2).map(tuple), st.sampled_from(sorted(KINDS)), _TEXT,
)  # fmt: skip


@given(st.lists(_REPORT, max_size=4))
def test_what_is_packed_is_unpacked(reports: list[Report]) -> None:
    assert unpack(pack(reports)) == reports


@given(st.binary(max_size=60))
def test_any_bytes_are_reports_or_a_refusal(parcel: bytes) -> None:
    try:
        assert isinstance(unpack(parcel), list)
    except BadInput as refused:
        assert refused.code == "telemetry.parcel.malformed"
