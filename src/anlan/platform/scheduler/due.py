"""When a job is due. Pure: no clock, no database."""

from __future__ import annotations

from datetime import datetime, timedelta

from anlan.platform.clock import SHANGHAI
from anlan.platform.declare import Job


def due(job: Job, last: datetime | None, now: datetime) -> datetime | None:
    """The due time of the run that should start now, or None.

    After a sleep of any length it is the latest missed time only: one run catches up, not one per missed turn.

    Args:
        last: due time of the job's latest run, aware; None when it never ran.
        now: aware.
    Raises:
        ValueError: the job names neither or both of `every` and `daily_at` (a defect of its declaration).
    """
    if (job.every is None) == (job.daily_at is None):
        raise ValueError(f"job {job.id}: exactly one of every and daily_at")
    latest = _latest_daily(job.daily_at, now) if job.daily_at else _latest_interval(job.every, last, now)
    if latest is None or (last is not None and latest <= last):
        return None
    return latest


def next_due(job: Job, last: datetime | None, now: datetime) -> datetime:
    """When the job will be due next, for the list of jobs; `now` if it is due already."""
    if due(job, last, now) is not None:
        return now
    if job.daily_at:
        return _latest_daily(job.daily_at, now) + timedelta(days=1)
    return last + job.every


def _latest_daily(clock_time: str, now: datetime) -> datetime:
    hour, minute = (int(part) for part in clock_time.split(":"))
    local = now.astimezone(SHANGHAI)
    today = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return today if today <= local else today - timedelta(days=1)


def _latest_interval(every: timedelta, last: datetime | None, now: datetime) -> datetime | None:
    if last is None:
        return now
    turns = (now - last) // every
    return last + turns * every if turns >= 1 else None
