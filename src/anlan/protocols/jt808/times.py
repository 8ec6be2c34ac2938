"""Times of JT/T 808: twelve BCD digits YYMMDDhhmmss in the clock of UTC+8, whatever the vehicle's longitude.

Source: JT/T 808-2013, clause 8.18, table 23 (times are GMT+8 in every edition).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

__all__ = ["read_time", "write_time"]

_CLOCK = timezone(timedelta(hours=8))


@lru_cache(4096)
def read_time(raw: bytes) -> datetime | None:
    """The instant of six BCD bytes as aware UTC; None if it is none.

    Source: JT/T 808-2013, clause 8.18, table 23.
    """
    digits = raw.hex()
    if len(digits) != 12 or not digits.isdecimal():
        return None
    try:
        return datetime.fromisoformat(f"20{digits[:6]}T{digits[6:]}+0800").astimezone(UTC)
    except ValueError:
        return None


def write_time(at: datetime, utc: bool = False) -> str:
    """The twelve digits of an instant, in UTC where asked; `bytes.fromhex` makes them BCD.

    Source: JT/T 808-2013, clause 8.18, table 23.
    """
    return f"{at.astimezone(UTC if utc else _CLOCK):%y%m%d%H%M%S}"
