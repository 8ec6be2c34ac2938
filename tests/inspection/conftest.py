"""Fixtures of inspection's tests."""

from __future__ import annotations

import pytest

from inspection.factories import World, make_world


@pytest.fixture
def world(db: None) -> World:
    """A small county ready to be inspected."""
    return make_world()
