"""The demo county in the tests: when it is built, as whom it is read, and a readings store of its own: the build writes a day
of readings, and what is built inside a transaction that is rolled back may leave nothing in the ingest's memory either."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from anlan.accounts import queries as accounts
from anlan.accounts.services.bootstrap import SETUP
from anlan.platform.database import is_sqlite
from anlan.platform.scope import SYSTEM, Scope
from anlan.sensing import store
from anlan.sensing.services import ingest as ingesting
from anlan.sensing.store.postgresql import PostgresBackend
from anlan.sensing.store.readings import Store
from anlan.sensing.store.sqlite import SqliteBackend

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
COUNTY: Scope = replace(SYSTEM, rights=frozenset({"inspection.view", "registry.view"}), region="331003")


def scope_of(username: str) -> Scope:
    """The scope of a demo account's first post."""
    account = accounts.account_list(SETUP).get(username=username)
    return accounts.post_scopes(account, NOW)[0]


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
