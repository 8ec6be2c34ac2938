"""Sums over towns and what a line may be, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from round_cases import NOW

from anlan.kernel.amounts import Amount
from anlan.kernel.errors import BadInput
from anlan.kernel.periods import read_period
from anlan.reporting.rules.round import FILING_LOOP, ROUND_LOOP, chased_lately, check_chase, check_filing, check_note
from anlan.reporting.rules.round_item import Answer, Item, OpenFacts, check_open, default_total, factor_of, written
from anlan.reporting.rules.round_sum import Cell, sum_of


def cells(*numbers: str | None, unit: str = "人") -> list[Cell]:
    return [Cell(f"镇{n}", None if number is None else Amount.of(number, unit)) for n, number in enumerate(numbers)]


@pytest.mark.parametrize(
    ("numbers", "unit", "text", "coverage", "missing"),
    [
        (("1", "2", "3"), "人", "6", "3/3", ()),
        (("1", None, "3"), "人", "4", "2/3", ("镇1",)),
        (("0", None), "人", "0", "1/2", ("镇1",)),  # stated nought is a number, silence is none
        ((None, None), "人", "", "0/2", ("镇0", "镇1")),
        (("3.5", "0.25"), "万元", "3.75", "2/2", ()),
        (("0.1", "0.2"), "元", "0.3", "2/2", ()),
    ],
)
def test_a_sum_is_of_those_who_told(
    numbers: tuple[str | None, ...], unit: str, text: str, coverage: str, missing: tuple[str, ...]
) -> None:
    found = sum_of(cells(*numbers, unit=unit), unit, "sum")
    assert (found.text, found.coverage, found.missing) == (text, f"{coverage}个乡镇（街道）", missing)


def test_what_has_no_sum_has_none() -> None:
    found = sum_of(cells("90", "80", unit="%"), "%", "none")
    assert (found.text, found.told, found.summable) == ("", 2, False)


@pytest.mark.parametrize(("unit", "wanted"), [("家", "家次"), ("%", "%")])
def test_different_units_are_an_error_and_shares_are_never_added(unit: str, wanted: str) -> None:
    with pytest.raises(BadInput) as refused:
        sum_of(cells("1", "2", unit=unit), wanted, "sum")
    assert refused.value.code == "kernel.amount.units_mixed"


@pytest.mark.parametrize(
    ("name", "unit", "expected"),
    [("出动人员", "人次", "sum"), ("整改率", "%", "none"), ("投入", "%", "none"), ("人均投入", "元", "none")],
)
def test_shares_and_averages_have_no_sum(name: str, unit: str, expected: str) -> None:
    assert default_total(name, unit) == expected


@pytest.mark.parametrize(
    ("unit", "answer", "text"),
    [
        ("万元", Answer("3.50"), "3.5"),
        ("万元", Answer("35000", "元"), "3.5"),
        ("元", Answer("3.5", "万元"), "35000"),
        ("人", Answer(none=True), "0"),
        ("人", Answer("1200"), "1200"),
    ],
)
def test_a_number_is_kept_in_the_lines_own_unit(unit: str, answer: Answer, text: str) -> None:
    assert written(Item("1", "甲", unit), answer) == text
    assert factor_of("万元") == Decimal(10000)


def test_a_county_without_towns_asks_nobody() -> None:
    facts = OpenFacts("甲", "month", read_period("2026-02"), NOW, [], (), (), NOW.date(), NOW - timedelta(days=1))
    assert [v.code for v in check_open(facts)] == ["reporting.round.towns_missing", "reporting.round.items_missing"]


def test_loops_end_and_say_who_does_what() -> None:
    assert ROUND_LOOP.open_states == ("open",)
    assert FILING_LOOP.open_states == ("asked", "submitted", "returned")
    assert check_filing("submit", "asked", "open") == []
    both = ["kernel.loop.not_from_here", "reporting.round.over"]
    assert [v.code for v in check_filing("submit", "approved", "closed")] == both
    assert [v.code for v in check_chase("submitted", "closed")] == both
    assert [v.code for v in check_note("长" * 501, needed=True)] == ["reporting.round.long"]


@pytest.mark.parametrize(("seconds", "lately"), [(0, True), (59.9, True), (60, False), (-5, False)])
def test_a_second_click_within_the_minute_is_none(seconds: float, lately: bool) -> None:
    assert chased_lately(NOW, NOW + timedelta(seconds=seconds)) is lately
    assert chased_lately(None, NOW) is False


def test_a_round_asks_somebody_for_something_and_has_its_limit() -> None:
    now = datetime(2026, 3, 5, tzinfo=UTC)
    facts = OpenFacts("月报", "month", read_period("2026-02"), now + timedelta(days=1), [], [], ["331003001"], now.date(), now)
    assert [v.code for v in check_open(facts)] == ["reporting.round.towns_missing", "reporting.round.items_missing"]
