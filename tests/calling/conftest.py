"""Calling's tests use the world of the inspection tests."""

from inspection.conftest import _standing_world, world

__all__ = ["_standing_world", "world"]
