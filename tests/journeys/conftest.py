"""Journeys use the world of the inspection tests; the outsiders' walks one in which the second town has one of everything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from inspection.conftest import _standing_world, world
from inspection.factories import World
from journeys.outsider_foreign import Foreign, add_walkers, make_foreign

__all__ = ["_standing_world", "world"]


@pytest.fixture(scope="module")
def _standing_foreign(_standing_world: World, django_db_blocker: Any) -> Iterator[Foreign]:
    with django_db_blocker.unblock(), transaction.atomic():
        add_walkers(_standing_world)
        yield make_foreign(_standing_world)
        transaction.set_rollback(True)


@pytest.fixture
def foreign(_standing_foreign: Foreign, db: None) -> Foreign:
    """What belongs to others, in a savepoint of its own."""
    return _standing_foreign
