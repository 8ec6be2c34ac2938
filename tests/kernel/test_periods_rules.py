"""Periods as officials write them, what they are compared with, and what is no period."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel.errors import BadInput
from anlan.kernel.periods import Period, read_period


@pytest.mark.parametrize(
    ("text", "first", "last", "kind", "label"),
    [
        ("2019", "2019-01-01", "2019-12-31", "year", "2019年"),
        ("2019年", "2019-01-01", "2019-12-31", "year", "2019年"),
        ("2025计划", "2025-01-01", "2025-12-31", "year", "2025年计划"),
        ("2019年1-11月", "2019-01-01", "2019-11-30", "months", "2019年1—11月"),
        ("2019年1—11月", "2019-01-01", "2019-11-30", "months", "2019年1—11月"),
        ("２０２３年１月至７月", "2023-01-01", "2023-07-31", "months", "2023年1—7月"),
        ("2023年1-12月", "2023-01-01", "2023-12-31", "year", "2023年"),
        ("2022(至8月)", "2022-01-01", "2022-08-31", "months", "2022年1—8月"),
        ("2022(至8月15日)", "2022-01-01", "2022-08-15", "until", "2022年1月1日—8月15日"),
        ("2022年（截至8月15日）", "2022-01-01", "2022-08-15", "until", "2022年1月1日—8月15日"),
        ("截至2022年8月15日", "2022-01-01", "2022-08-15", "until", "2022年1月1日—8月15日"),
        ("..2024-08-15", "2024-01-01", "2024-08-15", "until", "2024年1月1日—8月15日"),
        ("..2024-02-29", "2024-01-01", "2024-02-29", "months", "2024年1—2月"),
        ("2024-01..2024-11", "2024-01-01", "2024-11-30", "months", "2024年1—11月"),
        ("2023-11..2024-02", "2023-11-01", "2024-02-29", "days", "2023年11月1日—2024年2月29日"),
        ("2024-02", "2024-02-01", "2024-02-29", "month", "2024年2月"),
        ("2023年7月", "2023-07-01", "2023-07-31", "month", "2023年7月"),
        ("2024-Q1", "2024-01-01", "2024-03-31", "quarter", "2024年第一季度"),
        ("2024年四季度", "2024-10-01", "2024-12-31", "quarter", "2024年第四季度"),
        ("2024-H2", "2024-07-01", "2024-12-31", "half", "2024年下半年"),
        ("2023年上半年", "2023-01-01", "2023-06-30", "half", "2023年上半年"),
        ("2026-W01", "2025-12-29", "2026-01-04", "week", "2026年第1周（12月29日—1月4日）"),
        ("2024-08-15", "2024-08-15", "2024-08-15", "days", "2024年8月15日"),
        ("2024年9月13日-21日", "2024-09-13", "2024-09-21", "days", "2024年9月13日—9月21日"),
        ("2024-01-20..2024-02-15", "2024-01-20", "2024-02-15", "days", "2024年1月20日—2月15日"),
    ],
)
def test_a_period_is_read_and_written(text: str, first: str, last: str, kind: str, label: str) -> None:
    period = read_period(text)
    assert (str(period.first), str(period.last), period.kind, period.label) == (first, last, kind, label)
    assert period.plan == text.endswith("计划")
    # What is kept is the label: a value of a week must be read again as that week.
    assert read_period(period.label) == period


@pytest.mark.parametrize(
    "text",
    ["", "去年", "2024-13", "2024-00", "2024-Q5", "2024-W54", "2023-02-29", "2024-05..2024-03", "2024年5-3月", "..2024-02-30",
     "0000", "1900", "2201", "2024-", "2024年13月", "2023年(篇3:研经镇)", "20__年上半年", "2" * 5000, "2024-W00", "\0",
     "2026年第1周（12月29日—1月5日）"],
)  # fmt: skip
def test_what_is_no_period_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_period(text)
    assert refused.value.code == "kernel.period.unreadable"
    assert len(refused.value.message) < 300 and "2019年1—11月" in refused.value.message


@given(st.text(alphabet="0123456789年月日至截—-.QWH()计划上下半季度第一", max_size=24))
def test_whatever_is_typed_is_a_period_or_refused(text: str) -> None:
    try:
        period = read_period(text)
    except BadInput:
        return
    assert period.first <= period.last and period.days >= 1 and period.label


@pytest.mark.parametrize(
    ("text", "year_before", "just_before"),
    [
        ("2024", "2023-01-01 2023-12-31 year", "2023-01-01 2023-12-31 year"),
        ("2024-02", "2023-02-01 2023-02-28 month", "2024-01-01 2024-01-31 month"),
        ("2023-02", "2022-02-01 2022-02-28 month", "2023-01-01 2023-01-31 month"),
        ("2025-02", "2024-02-01 2024-02-29 month", "2025-01-01 2025-01-31 month"),
        ("2024-Q1", "2023-01-01 2023-03-31 quarter", "2023-10-01 2023-12-31 quarter"),
        ("2024-H1", "2023-01-01 2023-06-30 half", "2023-07-01 2023-12-31 half"),
        ("2024年1-7月", "2023-01-01 2023-07-31 months", "2023-06-01 2023-12-31 months"),
        ("2024年2-3月", "2023-02-01 2023-03-31 months", "2023-12-01 2024-01-31 days"),
        ("..2024-08-15", "2023-01-01 2023-08-15 until", "2023-05-18 2023-12-31 days"),
        ("2021-W01", "2019-12-30 2020-01-05 week", "2020-12-28 2021-01-03 week"),
        ("2020-W53", "2019-12-23 2019-12-29 week", "2020-12-21 2020-12-27 week"),
    ],
)
def test_what_a_period_is_compared_with(text: str, year_before: str, just_before: str) -> None:
    period = read_period(text)
    for found, wanted in ((period.years_back(1), year_before), (period.before(), just_before)):
        assert f"{found.first} {found.last} {found.kind}" == wanted
    # The one before ends the day before, and none of the year before overlaps a period within one year.
    assert (period.first - period.before().last).days == 1
    assert period.years_back(3).first.year in (period.first.year - 3, period.first.year - 4)


def test_a_plan_stays_one() -> None:
    assert read_period("2022计划").years_back(1) == Period(date(2021, 1, 1), date(2021, 12, 31), "year", True)


@pytest.mark.parametrize(
    ("period", "today", "earlier", "expected"),
    [
        ("2026", date(2026, 11, 24), "year", (date(2025, 1, 1), date(2025, 11, 24))),
        ("2024", date(2024, 2, 29), "year", (date(2023, 1, 1), date(2023, 2, 28))),
        ("2026", date(2027, 1, 5), "year", (date(2025, 1, 1), date(2025, 12, 31))),
        ("2026-11", date(2026, 11, 24), "before", (date(2026, 10, 1), date(2026, 10, 24))),
        ("2026-03", date(2026, 3, 31), "before", (date(2026, 2, 1), date(2026, 2, 28))),
        ("2026-03", date(2026, 3, 30), "before", (date(2026, 2, 1), date(2026, 2, 28))),
        ("2026-W10", date(2026, 3, 4), "year", (date(2025, 3, 3), date(2025, 3, 5))),
    ],
)
def test_a_period_that_runs_on_is_set_against_as_many_days(
    period: str, today: date, earlier: str, expected: tuple[date, date]
) -> None:
    read = read_period(period)
    found = read.so_far(today, read.years_back(1) if earlier == "year" else read.before())
    assert (found.first, found.last) == expected
