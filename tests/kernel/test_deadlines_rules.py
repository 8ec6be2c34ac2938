"""Deadlines: natural and working days, holidays of published years, provisional answers."""

from datetime import UTC, date, datetime, timedelta

import pytest

from anlan.kernel.deadlines import (
    SHANGHAI,
    Deadline,
    Due,
    WorkCalendar,
    days_left,
    due_at,
    end_of_day,
    local_date,
    local_time,
    published_calendar,
)
from anlan.kernel.errors import BadInput

# National day 2026 in the State Council's yearly notice: off 1-7 October, worked on 20 September and 10 October.
OCTOBER_2026 = WorkCalendar.of(
    [2026], [date(2026, 10, d) for d in range(1, 8)], [date(2026, 9, 20), date(2026, 10, 10)]
)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "rule", "last_day"),
    [
        pytest.param("2026-09-28T09:00", Deadline(days=15), date(2026, 10, 13), id="natural days"),
        pytest.param("2026-09-28T09:00", Deadline(days=3), date(2026, 10, 1), id="natural days end on a holiday"),
        pytest.param("2026-09-28T23:59", Deadline(days=0), date(2026, 9, 28), id="until tonight"),
        pytest.param("2026-09-29T00:00", Deadline(days=1), date(2026, 9, 30), id="local midnight is the new day"),
        pytest.param("2026-09-28T09:00", Deadline(working_days=2), date(2026, 9, 30), id="行政处罚法 第85条 二日"),
        pytest.param("2026-09-30T09:00", Deadline(working_days=1), date(2026, 10, 8), id="over the holiday"),
        pytest.param("2026-09-30T09:00", Deadline(working_days=3), date(2026, 10, 10), id="Saturday worked"),
        pytest.param("2026-09-30T09:00", Deadline(working_days=5), date(2026, 10, 13), id="行政处罚法 第85条 五日"),
        pytest.param("2026-10-01T09:00", Deadline(working_days=7), date(2026, 10, 15), id="begun on a holiday"),
        pytest.param("2026-10-01T09:00", Deadline(working_days=0), date(2026, 10, 1), id="no working day"),
    ],
)
def test_due_at(start, rule, last_day):
    assert due_at(at(start), rule, OCTOBER_2026) == Due(end_of_day(last_day), False)


def test_deadline_ends_with_the_local_day_as_utc():
    due = due_at(datetime(2026, 9, 28, 17, 0, tzinfo=UTC), Deadline(days=1), OCTOBER_2026)
    assert due.at == datetime(2026, 9, 30, 15, 59, 59, tzinfo=UTC)
    assert due.at.tzinfo is UTC


def test_unpublished_year_counts_weekends_only_and_is_provisional():
    assert due_at(at("2027-09-30T09:00"), Deadline(working_days=5), OCTOBER_2026) == Due(
        end_of_day(date(2027, 10, 7)), True
    )


def test_deadline_running_into_an_unpublished_year_is_provisional():
    assert due_at(at("2026-12-30T09:00"), Deadline(working_days=1), OCTOBER_2026).provisional is False
    assert due_at(at("2026-12-30T09:00"), Deadline(working_days=2), OCTOBER_2026).provisional is True


def test_natural_days_are_never_provisional():
    assert due_at(at("2030-01-01T09:00"), Deadline(days=30), WorkCalendar()).provisional is False


@pytest.mark.parametrize(
    "arguments", [{}, {"days": 1, "working_days": 1}, {"days": -1}, {"days": 1.5}, {"working_days": True}]
)
def test_deadline_needs_exactly_one_count(arguments):
    with pytest.raises(BadInput) as error:
        Deadline(**arguments)
    assert error.value.code == "kernel.deadline.rule"


def test_naive_times_are_refused():
    for call in (
        lambda: due_at(datetime(2026, 1, 1), Deadline(days=1), OCTOBER_2026),
        lambda: days_left(datetime(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC)),
        lambda: local_date(datetime(2026, 1, 1)),
    ):
        with pytest.raises(BadInput) as error:
            call()
        assert error.value.code == "kernel.deadline.naive"


@pytest.mark.parametrize(
    ("now", "days"),
    [
        ("2026-10-10T00:00", 3),
        ("2026-10-13T00:00", 0),
        ("2026-10-13T23:59:59", 0),
        ("2026-10-14T00:00", -1),
        ("2026-10-23T12:00", -10),
    ],
)
def test_days_left(now, days):
    assert days_left(at(now), end_of_day(date(2026, 10, 13))) == days


def test_calendar_keeps_only_days_of_its_years():
    calendar = WorkCalendar.of([2026], [date(2026, 1, 1), date(2027, 1, 1)], [date(2025, 12, 31)])
    assert calendar.holidays == {date(2026, 1, 1)}
    assert calendar.workdays == frozenset()


def test_published_calendar_holds_the_state_councils_tables():
    calendar = published_calendar()
    assert set(range(2004, 2027)) <= calendar.years
    assert not calendar.is_workday(date(2026, 10, 1))
    assert calendar.is_workday(date(2026, 10, 10))
    assert not calendar.is_workday(date(2026, 10, 11))
    assert not calendar.is_workday(date(2024, 2, 12))
    # 25 September is Mid-Autumn Day, which the small table above leaves out.
    days = [date(2026, 9, 20) + timedelta(days=n) for n in range(30)]
    assert [d for d in days if calendar.is_workday(d)] == [
        d for d in days if OCTOBER_2026.is_workday(d) and d.day != 25
    ]
    assert published_calendar() is calendar


@pytest.mark.parametrize("rule", [Deadline(days=30), Deadline(working_days=30)], ids=["days", "working_days"])
def test_a_deadline_beyond_the_calendar_is_refused_with_a_code(rule):
    with pytest.raises(BadInput) as error:
        due_at(datetime(9999, 12, 20, tzinfo=UTC), rule, OCTOBER_2026)
    assert error.value.code == "kernel.deadline.out_of_range"


def test_a_moment_without_a_local_day_has_no_date_but_can_be_shown():
    last = datetime(9999, 12, 31, 23, 0, tzinfo=UTC)
    with pytest.raises(BadInput) as error:
        local_date(last)
    assert error.value.code == "kernel.deadline.out_of_range"
    assert local_time(last) == last
    assert f"{local_time(last):%Y-%m-%d %H:%M}" == "9999-12-31 23:00"
    assert f"{local_time(datetime(2026, 3, 2, 2, 0, tzinfo=UTC)):%H:%M}" == "10:00"
