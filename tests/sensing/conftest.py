"""Fixtures of sensing's tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from anlan.platform.database import is_sqlite
from anlan.sensing import store
from anlan.sensing.services import ingest as ingesting
from anlan.sensing.store.postgresql import PostgresBackend
from anlan.sensing.store.readings import Store
from anlan.sensing.store.sqlite import SqliteBackend
from sensing.factories import Plant, make_plant
from standing import standing


@pytest.fixture(scope="module")
def _standing_plant(django_db_setup: None, django_db_blocker: Any) -> Iterator[Plant]:
    """One county for a whole module, inside a transaction that is rolled back; each test works in a savepoint of it."""
    with standing(django_db_blocker):
        yield make_plant()


@pytest.fixture
def readings(tmp_path: Path, db: None) -> Iterator[Store]:
    """The readings store of one test, and an ingest that remembers nothing."""
    held = Store(SqliteBackend(tmp_path / "readings.sqlite3") if is_sqlite() else PostgresBackend())
    store.use(held)
    ingesting._ingest = ingesting.Ingest()
    yield held
    store.use(None)
    ingesting._ingest = ingesting.Ingest()


@pytest.fixture
def plant(_standing_plant: Plant, readings: Store) -> Plant:
    """A county with a device; what a test does to it is gone afterwards."""
    return replace(_standing_plant)
