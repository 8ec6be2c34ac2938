"""The small demo county, built once for all tests of this package."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from anlan.demo.build import build
from anlan.platform.journal import node
from demo.demo_store import NOW, own_readings


@pytest.fixture(scope="package")
def _county(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[dict[str, Any]]:
    """The built county, inside a transaction that is rolled back; each test works in a savepoint of it."""
    from django.conf import settings

    with django_db_blocker.unblock():
        node.forget()
        with pytest.MonkeyPatch.context() as patch, transaction.atomic():
            patch.setattr(settings, "MEDIA_ROOT", tmp_path_factory.mktemp("attachments"))
            with own_readings(tmp_path_factory.mktemp("readings")):
                yield build("small", now=NOW)
            transaction.set_rollback(True)
        node.forget()


@pytest.fixture
def built(_county: dict[str, Any], db: None) -> dict[str, Any]:
    """What the build said; what a test does to the county is gone afterwards."""
    return _county
