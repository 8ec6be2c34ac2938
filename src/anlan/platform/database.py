"""Transactions. One writer at a time per process on SQLite, so that four threads do not race for the file's lock."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import connection, transaction

_writer = threading.RLock()
_SLOTS = 64
_MANY = 8


def is_sqlite() -> bool:
    """Whether the embedded database is in force."""
    return connection.vendor == "sqlite"


def read_instants() -> None:
    """Let SQLite's driver hand over instants as aware UTC at once; called when the application starts.

    Django's own reading parses by a pattern and leaves the zone to a second pass, which a list of 50 rows with four
    instants each feels. Django takes an aware value as it is.
    """
    sqlite3.register_converter("datetime", lambda raw: datetime.fromisoformat(raw.decode() + "+00:00"))


@contextlib.contextmanager
def writing() -> Iterator[None]:
    """One write transaction; nests. On SQLite it also holds the process-wide write lock (ADR 0003).

    An error that leaves it takes back everything since it was entered, also where the caller goes on.
    """
    if is_sqlite():
        with _writer, transaction.atomic():
            yield
    else:
        with transaction.atomic():
            yield


@contextlib.contextmanager
def joining() -> Iterator[None]:
    """`writing` without a savepoint of its own where a transaction is open: an error that leaves it ends the whole one.

    For the innermost door of every write: two statements less each time. Whoever wants to go on after a refusal enters
    `writing` around the call.
    """
    if is_sqlite():
        with _writer, transaction.atomic(savepoint=False):
            yield
    else:
        with transaction.atomic(savepoint=False):
            yield


def hold_keys(kind: str, keys: Iterable[str]) -> None:
    """Let nobody else check the same natural keys for duplicates until this transaction ends; call it before the check.

    Keys share a few slots, taken in ascending order, and many keys take all of them: an import neither fills the
    server's table of locks nor waits in a circle with another one. SQLite has one writer anyway.

    Args:
        kind: the subject's type, or any other name of the key's kind.
    """
    if is_sqlite():
        return
    wanted = set(keys)
    slots = range(_SLOTS) if len(wanted) > _MANY else sorted({zlib.crc32(key.encode()) % _SLOTS for key in wanted})
    with connection.cursor() as cursor:
        for slot in slots:
            # PostgreSQL wants signed 32-bit numbers; crc32 counts from 0.
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [zlib.crc32(kind.encode()) - 2**31, slot])
