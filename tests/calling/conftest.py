"""Fixtures of calling's tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction

from inspection.factories import World, make_world


@pytest.fixture(scope="module")
def _standing_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One county for a whole module, inside a transaction that is rolled back; each test works in a savepoint of it."""
    from anlan.platform.journal import node

    with django_db_blocker.unblock():
        node.forget()
        with transaction.atomic():
            yield make_world()
            transaction.set_rollback(True)
        node.forget()


@pytest.fixture
def world(_standing_world: World, db: None) -> World:
    """A small county with two enterprises; what a test does to it is gone afterwards."""
    return replace(_standing_world)
