"""The readings store in force: a SQLite file in the data folder, or PostgreSQL where that is the database."""

from __future__ import annotations

import threading
from pathlib import Path

from django.conf import settings

from anlan.platform.database import is_sqlite
from anlan.sensing.store.postgresql import PostgresBackend
from anlan.sensing.store.readings import Added, Store
from anlan.sensing.store.sqlite import SqliteBackend

__all__ = ["FILE", "Added", "Store", "current", "use"]

FILE = "readings.sqlite3"
_lock = threading.Lock()
_current: Store | None = None


def current() -> Store:
    """The store of this process."""
    global _current
    with _lock:
        if _current is None:
            _current = Store(SqliteBackend(Path(settings.DATA_DIR) / FILE) if is_sqlite() else PostgresBackend())
        return _current


def use(store: Store | None) -> None:
    """Let `current` answer this one, None: open it anew; for tests and tools that work on a copy."""
    global _current
    with _lock:
        before, _current = _current, store
    if before is not None and before is not store:
        before.close()
