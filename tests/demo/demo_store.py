"""A readings store of a module's own for the demo county: the build writes a day of readings, and what is built inside a
transaction that is rolled back may leave nothing in the ingest's memory either."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from anlan.platform.database import is_sqlite
from anlan.sensing import store
from anlan.sensing.services import ingest as ingesting
from anlan.sensing.store.postgresql import PostgresBackend
from anlan.sensing.store.readings import Store
from anlan.sensing.store.sqlite import SqliteBackend


@contextmanager
def own_readings(folder: Path) -> Iterator[Store]:
    """While the context is open, readings go into `folder`."""
    held = Store(SqliteBackend(folder / store.FILE) if is_sqlite() else PostgresBackend())
    store.use(held)
    ingesting._ingest = ingesting.Ingest()
    try:
        yield held
    finally:
        store.use(None)
        ingesting._ingest = ingesting.Ingest()
