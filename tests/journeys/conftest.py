"""Journeys use the world of the inspection tests; the outsiders' walks one in which the second town has one of everything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from anlan.platform.database import is_sqlite
from anlan.sensing import store
from anlan.sensing.services import ingest as ingesting
from anlan.sensing.store.postgresql import PostgresBackend
from anlan.sensing.store.readings import Store
from anlan.sensing.store.sqlite import SqliteBackend
from inspection.conftest import _standing_world, world
from inspection.factories import World
from journeys.made_county import browser, site
from journeys.outsider_foreign import Foreign, add_walkers, make_foreign

__all__ = ["_standing_world", "browser", "site", "world"]


@pytest.fixture(scope="module")
def _readings(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[None]:
    """A readings store of the module's own, and an ingest that remembers nothing."""
    file = tmp_path_factory.mktemp("readings") / store.FILE
    store.use(Store(SqliteBackend(file) if is_sqlite() else PostgresBackend()))
    ingesting._ingest = ingesting.Ingest()
    yield
    store.use(None)
    ingesting._ingest = ingesting.Ingest()


@pytest.fixture(scope="module")
def _standing_foreign(_standing_world: World, _readings: None, django_db_blocker: Any) -> Iterator[Foreign]:
    with django_db_blocker.unblock(), transaction.atomic():
        add_walkers(_standing_world)
        yield make_foreign(_standing_world)
        transaction.set_rollback(True)


@pytest.fixture
def foreign(_standing_foreign: Foreign, db: None) -> Foreign:
    """What belongs to others, in a savepoint of its own."""
    return _standing_foreign
