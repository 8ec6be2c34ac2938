"""Which reminder is due when, and to whom: tables of cases. The deadline is the end of 2026-03-20 unless said."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.calling.rules.reminder import levels_above, said_of, steps_due, table_on, working_day
from anlan.inspection.rules.reminder import HAZARD_REMINDERS
from anlan.kernel.deadlines import SHANGHAI, end_of_day, local_date
from anlan.kernel.reminders import Matter, ReminderStep, ReminderTable

TABLE = HAZARD_REMINDERS[0]


def at(day: int, hour: int = 9, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


SET_AT = at(1)


def matter(major: bool = False, due_at: datetime | None = None, set_at: datetime = SET_AT) -> Matter:
    due = due_at or end_of_day(date(2026, 3, 20))
    return Matter("inspection.hazard/1", "331003001001", due, set_at, major, "e", "o")


def due(now: datetime, **values: object) -> dict[str, str]:
    return {level: step.key for level, step in steps_due(TABLE, matter(**values), now).items()}  # type: ignore[arg-type]


BOTH, THREE = ("enterprise", "town"), ("enterprise", "town", "office")
FOUR = (*THREE, "leader")


@pytest.mark.parametrize(
    ("now", "major", "expected"),
    [
        pytest.param(at(12, 23), False, {}, id="more than a week before"),
        pytest.param(at(13, 7, 59), False, {}, id="the morning of the seventh day, before the hour"),
        pytest.param(at(13, 8), False, {"enterprise": "before_7"}, id="seven days before, at the hour"),
        pytest.param(at(18, 20), False, {"enterprise": "before_7"}, id="two days before: still the same one"),
        pytest.param(at(19, 8), False, dict.fromkeys(BOTH, "before_1"), id="the day before"),
        pytest.param(at(20, 8), False, dict.fromkeys(BOTH, "last_day"), id="the last day"),
        pytest.param(at(20, 23, 59), True, dict.fromkeys(BOTH, "last_day"), id="a major one in its last minute"),
        pytest.param(at(21, 0), False, {}, id="overdue at midnight: nothing more about days left"),
        pytest.param(
            at(21, 0), True, {"office": "major_overdue", "leader": "major_overdue"}, id="a major one at midnight"
        ),
        pytest.param(at(21, 8), False, dict.fromkeys(THREE, "over_1"), id="the first day after"),
        pytest.param(
            at(21, 8), True, {**dict.fromkeys(THREE, "over_1"), "leader": "major_overdue"}, id="a major one, first day"
        ),
        pytest.param(at(23, 8), False, dict.fromkeys(THREE, "over_3"), id="the third day after"),
        pytest.param(at(26, 23), False, dict.fromkeys(THREE, "over_3"), id="the sixth day after"),
        pytest.param(at(27, 8), False, dict.fromkeys(FOUR, "over_7"), id="a week after: the leader too"),
        pytest.param(at(3, 8, month=4), False, dict.fromkeys(FOUR, "over_7+1"), id="two weeks after"),
        pytest.param(at(1, 7, 59, month=5), False, dict.fromkeys(FOUR, "over_7+4"), id="five weeks, before the next"),
    ],
)  # fmt: skip
def test_the_newest_step_of_each_level(now: datetime, major: bool, expected: dict[str, str]) -> None:
    assert due(now, major=major) == expected


def test_a_deadline_at_noon_is_overdue_at_noon() -> None:
    noon = at(20, 12)
    assert due(at(20, 12), due_at=noon, major=True) == dict.fromkeys(BOTH, "last_day")
    late = due(noon + timedelta(seconds=1), due_at=noon, major=True)
    assert late == {"office": "major_overdue", "leader": "major_overdue"}


@pytest.mark.parametrize(
    ("set_at", "expected"),
    [
        pytest.param(at(13, 7), {"enterprise": "before_7"}, id="before the hour of the seventh day"),
        pytest.param(at(13, 8), {}, id="after it: that reminder is past"),
        pytest.param(at(17, 10), {}, id="three days before the deadline"),
    ],
)
def test_what_falls_before_the_deadline_was_set_is_not_said(set_at: datetime, expected: dict[str, str]) -> None:
    assert due(at(18), set_at=set_at) == expected


def test_a_deadline_set_on_the_eve_is_still_reminded_of_on_its_last_day() -> None:
    assert due(at(20, 8), set_at=at(19, 15)) == dict.fromkeys(BOTH, "last_day")


def test_urgent_is_the_major_overdue_alone() -> None:
    steps = steps_due(TABLE, matter(major=True), at(21, 8))
    assert {level: step.urgent for level, step in steps.items()} == {
        "enterprise": False, "town": False, "office": False, "leader": True,
    }  # fmt: skip


def test_the_table_of_the_day_holds_and_a_future_one_leaves_today_as_it_is() -> None:
    later = ReminderTable(date(2026, 4, 1), (ReminderStep("x", ("town",), 1),), "house rule")
    tables = (later, TABLE)
    assert table_on(tables, date(2026, 3, 31)) is TABLE
    assert table_on(tables, date(2026, 4, 1)) is later
    assert table_on(tables, date(1999, 12, 31)) is None


def test_a_day_of_reminders_begins_at_eight() -> None:
    assert working_day(at(13, 7, 59)) == date(2026, 3, 12)
    assert working_day(at(13, 8)) == date(2026, 3, 13)


@pytest.mark.parametrize(
    ("level", "expected"),
    [("enterprise", ("town", "office")), ("town", ("office",)), ("office", ()), ("leader", ())],
)
def test_where_a_level_has_nobody_the_next_one_hears_but_never_the_leader(level: str, expected: tuple) -> None:
    assert levels_above(level) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (at(13, 8), ("calling.remind.before", {"due": "2026-03-20", "days": 7})),
        (at(20, 8), ("calling.remind.today", {"due": "2026-03-20", "days": 0})),
        (at(21, 0), ("calling.remind.over", {"due": "2026-03-20", "days": 1})),
    ],
)
def test_the_sentence_counts_local_days(now: datetime, expected: tuple) -> None:
    assert said_of(end_of_day(date(2026, 3, 20)), now) == expected


def test_the_sentence_of_a_deadline_that_passed_today() -> None:
    assert said_of(at(20, 12), at(20, 13)) == ("calling.remind.just_over", {"due": "2026-03-20", "days": 0})


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))


@given(MOMENTS, MOMENTS, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_an_overdue_major_is_the_leaders_from_the_first_moment_on(due_at: datetime, set_at: datetime, late: timedelta):
    now = due_at + late
    steps = steps_due(TABLE, matter(major=True, due_at=due_at, set_at=set_at), now)
    assert ("leader" in steps) == (late > timedelta(0))


@given(MOMENTS, MOMENTS, st.booleans())
def test_before_the_deadline_nobody_above_the_town_is_bothered(due_at: datetime, now: datetime, major: bool) -> None:
    steps = steps_due(TABLE, matter(major=major, due_at=due_at), now)
    if now <= due_at:
        assert set(steps) <= set(BOTH)
    else:
        assert not {"before_7", "before_1", "last_day"} & {step.key for step in steps.values()}


@given(MOMENTS, MOMENTS, MOMENTS, st.booleans())
def test_time_only_ever_leads_to_later_steps(due_at: datetime, one: datetime, other: datetime, major: bool) -> None:
    first, second = sorted((one, other))
    held = matter(major=major, due_at=due_at)
    before, after = steps_due(TABLE, held, first), steps_due(TABLE, held, second)
    assert all(after[level].rank >= before[level].rank for level in before.keys() & after.keys())
    assert local_date(first) <= local_date(second)
