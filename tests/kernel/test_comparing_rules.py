"""Comparisons with the figures and the words of real reports; zero, missing and equal are each said for what they are."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from anlan.kernel.amounts import Amount, total
from anlan.kernel.comparing import CHAIN, MEAN, YOY, compare, mean_of, percent_text, ranked, rate, together
from anlan.kernel.errors import BadInput


@pytest.mark.parametrize(
    ("now", "base", "words"),
    [
        (8, 15, "同比下降46.7%"),  # the annual report at hand: accidents, deaths, of road traffic
        (7, 10, "同比下降30%"),
        (7, 13, "同比下降46.2%"),
        (6, 8, "同比下降25%"),
        (1, 2, "同比下降50%"),
        (5, 5, "同比持平"),
        (0, 0, "同比持平"),
        (8, 0, "上年同期为0，同比增加8起"),
        (0, 3, "同比下降100%"),
        (3, None, "上年同期无数据"),
        (10001, 10000, "同比基本持平"),
        (Decimal("12.5"), 10, "同比增长25%"),
    ],
)
def test_a_year_on_year_comparison_in_words(now: int, base: int | None, words: str) -> None:
    assert compare(YOY, now, base).words("起") == words


def test_other_bases_have_their_own_words() -> None:
    assert compare(CHAIN, 8, 0).words("起") == "上期为0，环比增加8起"
    assert compare(MEAN, 6, mean_of([8, 9, 7])).words() == "较前三年同期平均值下降25%"
    assert compare(MEAN, 6, mean_of([8, None, 7])).words() == "前三年同期平均无数据"
    assert compare(YOY, 1, 0).percent is None and compare(YOY, 1, 4).percent == -75 and compare(YOY, 1, 4).change == -3
    assert mean_of([]) is None and mean_of([1, 2]) == Fraction(3, 2)


@pytest.mark.parametrize(
    ("part", "whole", "places", "text"),
    [
        (461, 464, 1, "99.4%"),
        (461, 464, 2, "99.35%"),
        (464, 464, 1, "100%"),
        (9999, 10000, 1, "99.99%"),  # not all: never printed as if it were
        (99_999_999, 100_000_000, 1, "100%"),
        (7, 16, 2, "43.75%"),
        (1, 8, 0, "13%"),  # half up
        (0, 8, 1, "0%"),
    ],
)
def test_a_rate_in_print(part: int, whole: int, places: int, text: str) -> None:
    share = rate(part, whole)
    assert share is not None and percent_text(share, places) == text


def test_nothing_to_do_has_no_rate() -> None:
    assert rate(0, 0) is None


def test_figures_that_moved_alike_stand_in_one_sentence() -> None:
    alike = {"事故起数": compare(YOY, 4, 8), "死亡人数": compare(YOY, 3, 6)}
    assert together(alike) == "事故起数、死亡人数同比均下降50%"
    unlike = {"事故起数": compare(YOY, 4, 8), "死亡人数": compare(YOY, 3, 4)}
    assert together(unlike) == "事故起数同比下降50%，死亡人数同比下降25%"
    assert together({"事故起数": compare(YOY, 4, 4), "死亡人数": compare(YOY, 3, 3)}) == "事故起数、死亡人数同比均持平"
    assert together({"事故起数": compare(YOY, 4, None), "死亡人数": compare(YOY, 3, None)}).count("无数据") == 2
    assert together({"事故起数": compare(YOY, 4, 8)}) == "事故起数同比下降50%"
    assert together({}) == ""


def test_equal_ones_share_a_rank_and_who_reported_nothing_has_none() -> None:
    found = ranked([("甲", 3), ("乙", 5), ("丙", None), ("丁", 3), ("戊", 1)])
    assert found == [(1, "乙"), (2, "甲"), (2, "丁"), (4, "戊"), (None, "丙")]
    assert ranked([("甲", 3), ("乙", 5)], most_first=False) == [(1, "甲"), (2, "乙")]


@pytest.mark.parametrize(
    ("value", "unit", "found"),
    [("10", "万份", (100_000, "份")), ("633.745", "万元", (6_337_450, "元")), (2, "亿元", (200_000_000, "元")),
     ("1.5", "百万元", (1_500_000, "元")), (12, "家次", (12, "家次")), ("3.5", "千平方米", (3500, "平方米"))],
)  # fmt: skip
def test_an_amount_as_it_is_written(value: str, unit: str, found: tuple[int, str]) -> None:
    amount = Amount.of(value, unit)
    assert (amount.value, amount.unit) == found


@pytest.mark.parametrize(
    ("value", "unit", "code"),
    [("1", "只鸡", "unit_unknown"), ("1", "万", "unit_unknown"), ("1", "", "unit_unknown"), ("十", "家", "unreadable"),
     ("nan", "家", "unreadable"), ("1e999999999", "万家", "unreadable"), ("-1e-99", "家", "unreadable"),
     ("Infinity", "元", "unreadable")],
)  # fmt: skip
def test_what_is_no_amount(value: str, unit: str, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        Amount.of(value, unit)
    assert refused.value.code == f"kernel.amount.{code}" and refused.value.message


def test_different_units_are_never_added() -> None:
    visited, visits = Amount.of(12, "家"), Amount.of(30, "家次")
    assert total([visited, Amount.of(3, "家")], "家") == Amount(Decimal(15), "家")
    for act in (lambda: visited + visits, lambda: total([visits], "家"), lambda: Amount.of(1, "%") + Amount.of(2, "%")):
        with pytest.raises(BadInput) as refused:
            act()
        assert refused.value.code == "kernel.amount.units_mixed"
    assert total([], "起") == Amount(Decimal(0), "起")
