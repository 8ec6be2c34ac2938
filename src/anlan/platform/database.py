"""Transactions. One writer at a time per process on SQLite, so that four threads do not race for the file's lock."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from django.db import connection, transaction

_writer = threading.RLock()


def is_sqlite() -> bool:
    """Whether the embedded database is in force."""
    return connection.vendor == "sqlite"


@contextlib.contextmanager
def writing() -> Iterator[None]:
    """One write transaction; nests. On SQLite it also holds the process-wide write lock (ADR 0003)."""
    if is_sqlite():
        with _writer, transaction.atomic():
            yield
    else:
        with transaction.atomic():
            yield
