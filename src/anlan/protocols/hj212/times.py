"""Times of HJ 212: digits without separators, in the clock of the county (UTC+8, no summer time).

Source: HJ 212-2017, clause 6.3.2 (QN with milliseconds) and table of fields (DataTime to the second).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

__all__ = ["read_time", "write_time"]

_COUNTY = timezone(timedelta(hours=8))


@lru_cache(4096)
def read_time(digits: str) -> datetime | None:
    """The instant of YYYYMMDDhhmmss with or without three digits of milliseconds, as aware UTC; None if it is none.

    Source: HJ 212-2017, clause 6.3.2.
    """
    if len(digits) not in (14, 17) or not digits.isascii() or not digits.isdigit():
        return None
    try:
        local = datetime.fromisoformat(f"{digits[:8]}T{digits[8:14]}.{digits[14:] or '000'}+0800")
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def write_time(at: datetime, milliseconds: bool = False) -> str:
    """The digits of an instant: 14, or 17 with milliseconds as in QN.

    Source: HJ 212-2017, clause 6.3.2.
    """
    local = at.astimezone(_COUNTY)
    digits = f"{local:%Y%m%d%H%M%S}".zfill(14)
    return f"{digits}{local.microsecond // 1000:03d}" if milliseconds else digits
