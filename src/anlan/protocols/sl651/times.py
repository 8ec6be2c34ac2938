"""Times of SL 651: BCD digits of local station time (UTC+8, no summer time), years as two digits after 2000.

Source: SL 651-2014, clause 6.6.3 (time of sending YYMMDDhhmmss, time of observation YYMMDDhhmm).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

__all__ = ["read_step", "read_time", "write_time"]

_COUNTY = timezone(timedelta(hours=8))


@lru_cache(4096)
def read_time(digits: str) -> datetime | None:
    """The instant of YYMMDDhh, YYMMDDhhmm or YYMMDDhhmmss as aware UTC; None if it is none.

    Source: SL 651-2014, clause 6.6.3.
    """
    if len(digits) not in (8, 10, 12) or not digits.isascii() or not digits.isdigit():
        return None
    try:
        return datetime.fromisoformat(f"20{digits[:6]}T{digits[6:].ljust(6, '0')}+0800").astimezone(UTC)
    except ValueError:
        return None


def write_time(at: datetime, digits: int = 12) -> str:
    """The digits of an instant: 12 for a time of sending, 10 for a time of observation, 8 for the range of a query.

    Source: SL 651-2014, clause 6.6.3.
    """
    return f"{at.astimezone(_COUNTY):%y%m%d%H%M%S}"[:digits]


@lru_cache(256)
def read_step(digits: str) -> timedelta | None:
    """The step of DDhhmm; None when it is none or nothing but zeros.

    Source: SL 651-2014, annex C (element 04).
    """
    if len(digits) != 6 or not digits.isdigit() or digits == "000000":
        return None
    return timedelta(days=int(digits[:2]), hours=int(digits[2:4]), minutes=int(digits[4:]))
