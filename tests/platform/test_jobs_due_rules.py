"""When a job is due: once for each turn, once after a sleep, never twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from anlan.platform.declare import Job
from anlan.platform.scheduler.due import due, next_due


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


HOURLY = Job("test.hourly", "每小时", lambda now: "", every=timedelta(hours=1))
DAILY = Job("test.daily", "每日", lambda now: "", daily_at="02:30")  # 18:30 UTC of the day before


@pytest.mark.parametrize(
    ("job", "last", "now", "expected"),
    [
        (HOURLY, None, "2026-03-02T10:00", "2026-03-02T10:00"),
        (HOURLY, "2026-03-02T10:00", "2026-03-02T10:59", None),
        (HOURLY, "2026-03-02T10:00", "2026-03-02T11:00", "2026-03-02T11:00"),
        (HOURLY, "2026-03-02T10:00", "2026-03-05T11:20", "2026-03-05T11:00"),
        (HOURLY, "2026-03-02T10:00", "2026-03-02T09:00", None),
        (DAILY, None, "2026-03-02T10:00", "2026-03-01T18:30"),
        (DAILY, "2026-03-01T18:30", "2026-03-02T18:29", None),
        (DAILY, "2026-03-01T18:30", "2026-03-02T18:30", "2026-03-02T18:30"),
        (DAILY, "2026-03-01T18:30", "2026-03-09T03:00", "2026-03-08T18:30"),
    ],
)
def test_due_is_the_latest_missed_turn(job: Job, last: str | None, now: str, expected: str | None) -> None:
    assert due(job, at(last) if last else None, at(now)) == (at(expected) if expected else None)


def test_the_list_says_when_a_job_comes_next() -> None:
    assert next_due(HOURLY, at("2026-03-02T10:00"), at("2026-03-02T10:10")) == at("2026-03-02T11:00")
    assert next_due(DAILY, at("2026-03-01T18:30"), at("2026-03-02T10:00")) == at("2026-03-02T18:30")
    assert next_due(HOURLY, None, at("2026-03-02T10:10")) == at("2026-03-02T10:10")


@pytest.mark.parametrize("how", [{}, {"every": timedelta(1), "daily_at": "02:30"}])
def test_a_job_names_exactly_one_rhythm(how: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="exactly one"):
        due(Job("test.bad", "", lambda now: "", **how), None, at("2026-03-02T10:00"))
