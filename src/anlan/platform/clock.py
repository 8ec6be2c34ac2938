"""The only place that reads the wall clock. Doors call `now()` and pass the value on; tests freeze it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_frozen: datetime | None = None


def now() -> datetime:
    """The present moment, aware UTC."""
    return _frozen or datetime.now(UTC)


@contextlib.contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Let `now()` answer `moment` (aware) within the block; for tests and for the demo's history."""
    global _frozen
    before, _frozen = _frozen, moment.astimezone(UTC)
    try:
        yield
    finally:
        _frozen = before
