"""Wrong passwords counted (LOCAL): by user name and address, and with a higher limit by user name over all addresses.

By both, so that a stranger who knows a name shuts it for his own address only; over all addresses, so that guessing from
many machines ends too. An address counts towards the second no further than to its own limit: one machine alone never
shuts a name everywhere. Source: GB/T 22239-2019 8.1.4.1 b) (handling of failed logins); the numbers are a house rule.
"""

from __future__ import annotations

from datetime import datetime

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Sum

EVERYWHERE = 10
"""So many addresses shut for a name shut it for all."""


def wrong_by_address(username: str, since: datetime) -> dict[str | None, int]:
    """Wrong passwords for a user name by the address they came from."""
    recent = AccessAttempt.objects.filter(username=username, attempt_time__gte=since)
    return dict(recent.values_list("ip_address").annotate(wrong=Sum("failures_since_start")))


def shut_everywhere(wrong: dict[str | None, int]) -> bool:
    """Whether so many wrong passwords shut the name for every address."""
    limit = settings.AXES_FAILURE_LIMIT
    return sum(min(count, limit) for count in wrong.values()) >= limit * EVERYWHERE


def shut_somewhere(wrong: dict[str | None, int]) -> bool:
    """Whether they shut it for at least one address."""
    return any(count >= settings.AXES_FAILURE_LIMIT for count in wrong.values()) or shut_everywhere(wrong)
