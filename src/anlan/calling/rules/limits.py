"""When an attempt may go out: the quiet hours of routine matters, and how often one person is called. Pure.

Source: house rule, 2026-11-22. A critical matter waits for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from anlan.calling.rules.chain import LONGEST_MINUTES
from anlan.kernel.deadlines import SHANGHAI

__all__ = [
    "LONGEST_STEP", "MOST_PER_HOUR", "MOST_TRIES", "PAUSES", "QUIET", "SHARED", "SILENT", "free_at", "loud_at", "next_try",
    "step_over",
]  # fmt: skip

QUIET = (time(22, 0), time(7, 0))
MOST_PER_HOUR = {"routine": 6, "urgent": 20}
"""Attempts to one person outside the page, in any hour, by the urgency of the next; a critical one waits for none."""
SILENT = frozenset({"inapp"})
"""Channels that disturb nobody: neither quiet hours nor the hourly limit hold for them."""
LONGEST_STEP = timedelta(minutes=LONGEST_MINUTES) + timedelta(hours=10)
"""The most minutes a chain may give, after a quiet night; with an hour to spare."""
SHARED = frozenset({"apprise"})
"""Channels that a whole group reads, whoever is meant."""
MOST_TRIES = 3
PAUSES = (timedelta(seconds=20), timedelta(seconds=60))
"""After a try that failed for the moment."""


def loud_at(urgency: str, channel: str, at: datetime) -> datetime:
    """The first moment from `at` (aware) on at which such an attempt may disturb somebody. Source: house rule."""
    if urgency != "routine" or channel in SILENT:
        return at
    local = at.astimezone(SHANGHAI)
    morning = local.replace(hour=QUIET[1].hour, minute=QUIET[1].minute, second=0, microsecond=0)
    if local.time() >= QUIET[0]:
        return (morning + timedelta(days=1)).astimezone(at.tzinfo)
    return morning.astimezone(at.tzinfo) if local.time() < QUIET[1] else at


def free_at(urgency: str, channel: str, at: datetime, before: Sequence[datetime]) -> datetime:
    """The first moment from `at` on at which the person may be called once more.

    Args:
        before: when attempts went to the person, any order; only the last hour counts.
    Source: house rule.
    """
    most = MOST_PER_HOUR.get(urgency)
    if most is None or channel in SILENT:
        return at
    recent = sorted(moment for moment in before if at - timedelta(hours=1) < moment <= at)
    return recent[-most] + timedelta(hours=1) if len(recent) >= most else at


def step_over(until: datetime, now: datetime) -> bool:
    """Whether a step's time is over at `now`. An end further away than any step lasts was set by a clock that ran ahead.

    Such a call would wait for years; it goes on to its next step instead. Source: house rule.
    """
    return not now < until <= now + LONGEST_STEP


def next_try(tries: int, at: datetime) -> datetime | None:
    """When to try again after `tries` tries that failed for the moment; None: no more. Source: house rule."""
    return at + PAUSES[min(tries, len(PAUSES)) - 1] if tries < MOST_TRIES else None
