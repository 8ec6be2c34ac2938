"""Fixtures of accident's tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from inspection.factories import World, make_world
from standing import standing


@pytest.fixture(scope="module")
def _standing_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One county for a whole module, inside a transaction that is rolled back; each test works in a savepoint of it."""
    with standing(django_db_blocker):
        yield make_world()


@pytest.fixture
def world(_standing_world: World, db: None) -> World:
    """A small county in which accidents happen; what a test does to it is gone afterwards."""
    return replace(_standing_world)
