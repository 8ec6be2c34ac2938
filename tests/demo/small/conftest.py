"""The small demo county, built once for all tests of this package."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from anlan.demo.build import build
from demo.demo_store import NOW, own_readings
from standing import standing


@pytest.fixture(scope="package")
def _county(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[dict[str, Any]]:
    """The built county, inside a transaction that is rolled back; each test works in a savepoint of it."""
    from django.conf import settings

    with standing(django_db_blocker), pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "MEDIA_ROOT", tmp_path_factory.mktemp("attachments"))
        with own_readings(tmp_path_factory.mktemp("readings")):
            yield build("small", now=NOW)


@pytest.fixture
def built(_county: dict[str, Any], db: None) -> dict[str, Any]:
    """What the build said; what a test does to the county is gone afterwards."""
    return _county
