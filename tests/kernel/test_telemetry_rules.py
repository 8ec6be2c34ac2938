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
from anlan.kernel.telemetry import EARLIEST, KINDS, LATEST, MAX_RAW, Report, pack, unpack

ONE = Report(
    "gw1:17",
    "hj212",
    "A110000_0001",
    "2011",
    1767225600000,
    "10.0.0.7:51234",
    (("a21001-Rtd", 1767225590000, 2.51, "N"), ("a01001-Rtd", 1767225590000, None, "D")),
    ("hj212.factor.unknown",),
)
ROW: list[Any] = [
    "gw1:17", "hj212", "A110000_0001", "2011", 1767225600000, "10.0.0.7:51234",
    [["a21001-Rtd", 1767225590000, 2.51, "N"], ["a01001-Rtd", 1767225590000, None, "D"]],
    ["hj212.factor.unknown"], "readings", "",
]  # fmt: skip


def test_the_bytes_of_a_parcel_are_these() -> None:
    assert orjson.loads(pack([ONE])) == [1, [ROW]]


def test_an_empty_parcel() -> None:
    assert (pack([]), unpack(b"[1,[]]")) == (b"[1,[]]", [])


def test_every_kind_travels() -> None:
    reports = [replace(ONE, kind=kind, readings=(), raw="##0001\xff\r\n") for kind in sorted(KINDS)]
    assert unpack(pack(reports)) == reports


def test_what_json_has_no_word_for_travels_as_nothing() -> None:
    odd = replace(ONE, readings=(("x", 1, math.nan, ""), ("y", 2, math.inf, ""), ("z", 3, -math.inf, "")))
    assert unpack(pack([odd]))[0].readings == (("x", 1, None, ""), ("y", 2, None, ""), ("z", 3, None, ""))


def test_a_whole_number_is_read_as_a_float() -> None:
    (value,) = [r[2] for r in unpack(orjson.dumps([1, [ROW[:6] + [[["x", 1, 7, ""]], [], "readings", ""]]]))[0].readings]
    assert (value, type(value)) == (7.0, float)


@pytest.mark.parametrize(
    "parcel", [b"", b"{", b"null", b"[]", b"[1]", b"[2,[]]", b"[true,[]]", b"[1,{}]", b"[1,[],0]", b"7", b'"ab"', b"\xff"]
)
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
    _with(6, [7]), _with(6, [["x", 1, 1.0]]), _with(6, [["x", 1, 1.0, "", 0]]), _with(6, [[7, 1, 1.0, ""]]),
    _with(6, [["x", "1", 1.0, ""]]), _with(6, [["x", True, 1.0, ""]]), _with(6, [["x", 1, "1", ""]]),
    _with(6, [["x", 1, True, ""]]), _with(6, [["x", 1, 1.0, None]]), _with(6, [["x", LATEST + 1, 1.0, ""]]),
    _with(6, [["x", EARLIEST - 1, 1.0, ""]]), _with(7, [7]), _with(8, "other"), _with(9, "x" * (MAX_RAW + 1)),
]  # fmt: skip


@pytest.mark.parametrize("row", BAD_ROWS, ids=range(len(BAD_ROWS)))
def test_a_parcel_with_a_bad_report_is_refused_whole(row: Any) -> None:
    with pytest.raises(BadInput) as refused:
        unpack(orjson.dumps([1, [ROW, row]]))
    assert (refused.value.code, refused.value.facts) == ("telemetry.parcel.malformed", {"report": 2})


_TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
_INSTANT = st.integers(EARLIEST, LATEST)
_READING = st.tuples(_TEXT, _INSTANT, st.none() | st.floats(allow_nan=False, allow_infinity=False), _TEXT)
_REPORT = st.builds(
    Report, _TEXT.filter(bool), _TEXT, _TEXT, _TEXT, _INSTANT, _TEXT,
    st.lists(_READING, max_size=4).map(tuple), st.lists(_TEXT, max_size=2).map(tuple), st.sampled_from(sorted(KINDS)), _TEXT,
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
