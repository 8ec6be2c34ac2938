"""What sensing does when something happened below it."""

from __future__ import annotations


def connect() -> None:
    """Called once when the app is ready."""
