"""Calling's tests use the world of the inspection tests."""

from collections.abc import Iterator

import pytest

from anlan.calling import channels
from calling.call_factory import Open, Wire, matters
from inspection.conftest import _standing_world, world

__all__ = ["_standing_world", "world"]


@pytest.fixture
def open_matters() -> Iterator[Open]:
    """The test kind of matter is declared."""
    with matters() as held:
        yield held


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """Short messages go to a channel that remembers them."""
    line = Wire()
    monkeypatch.setitem(channels.CHANNELS, "sms", line)  # type: ignore[arg-type]
    return line
