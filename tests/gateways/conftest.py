"""The tiny ingest of the gateway's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gateway_world import Ingest


@pytest.fixture
def ingest() -> Iterator[Ingest]:
    running = Ingest()
    yield running
    running.close()
