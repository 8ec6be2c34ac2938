"""A moment that a person or a phone states, against the server's clock. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

__all__ = ["CLOCK_SKEW", "settled"]

CLOCK_SKEW = timedelta(minutes=5)
"""So far ahead of the server a phone's or computer's clock may run without being refused. Source: house rule; ADR 0019."""


def settled(at: datetime | None, now: datetime) -> datetime | None:
    """The stated moment that is to be recorded; None: now, by the server's clock.

    What lies ahead of the server by no more than CLOCK_SKEW is a clock that runs fast, not a statement about the future:
    the server's own moment is recorded. What lies further ahead is handed on and refused by the rules.

    Args:
        at: as stated, aware; None where nothing was stated. now: the server's moment.
    Source: house rule; ADR 0019, 0010 (a stated moment is never in the future).
    """
    return None if at is not None and now < at <= now + CLOCK_SKEW else at
