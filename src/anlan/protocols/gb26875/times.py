"""Time labels of GB/T 26875.3: six binary bytes, second first, year last (after 2000), in the clock of the county (UTC+8).

Source: GB/T 26875.3-2011, clause 8.2.2; the zone is a house rule (README).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

__all__ = ["local_text", "read_time", "write_time"]

_COUNTY = timezone(timedelta(hours=8))


@lru_cache(4096)
def read_time(label: bytes) -> datetime | None:
    """The instant as aware UTC; None when the six bytes are no time.

    Source: GB/T 26875.3-2011, clause 8.2.2.
    """
    if len(label) != 6:
        return None
    second, minute, hour, day, month, year = label
    try:
        return datetime(2000 + year, month, day, hour, minute, second, tzinfo=_COUNTY).astimezone(UTC)
    except ValueError:
        return None


def local_text(label: bytes) -> str | None:
    """The label as YYYY-MM-DD hh:mm:ss of the county's clock; None when it is no time.

    Source: GB/T 26875.3-2011, clause 8.2.2.
    """
    at = read_time(label)
    return None if at is None else f"{at.astimezone(_COUNTY):%Y-%m-%d %H:%M:%S}"


def write_time(at: datetime) -> bytes:
    """The label of an instant.

    Source: GB/T 26875.3-2011, clause 8.2.2.
    """
    local = at.astimezone(_COUNTY)
    return bytes((local.second, local.minute, local.hour, local.day, local.month, local.year % 100))
