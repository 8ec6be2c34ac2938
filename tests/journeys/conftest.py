"""Journeys use the world of the inspection tests."""

from inspection.conftest import world

__all__ = ["world"]
