"""One photo for a new hazard and for the closing of another at the same moment: the re-use is found."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from anlan.inspection.models import Hazard
from anlan.inspection.services.hazards import hazard_close
from anlan.kernel.errors import AnlanError
from anlan.platform import attachments
from anlan.platform.database import is_sqlite, writing
from inspection.factories import NOW, World, make_world
from pictures import jpeg, scene, smaller

LATER = NOW + timedelta(days=2)


def keep(world: World, image: Any) -> str:
    return attachments.store(jpeg(image), "p.jpg", scope=world.scope["town"], now=NOW).sha256


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", [lambda i: i, smaller], ids=["the same file", "resized"])
def test_a_closing_waits_for_a_filing_under_way_and_sees_its_photo(settings: Any, tmp_path: Any, way: Any) -> None:
    if is_sqlite():
        pytest.skip("SQLite has a single writer")
    settings.MEDIA_ROOT = tmp_path
    world = make_world()
    key = world.submitted()
    mine, theirs = keep(world, way(scene(4))), keep(world, scene(4))
    filed, tried, broken = threading.Event(), threading.Event(), []

    def first() -> None:
        try:
            with writing():
                world.found(now=LATER, description="配电箱未接地", photos=(theirs,))
                filed.set()
                tried.wait(3)  # the closing waits by now, or is past the check, which is the defect
        except AnlanError as error:
            broken.append(error)
        finally:
            filed.set()
            connection.close()

    def second() -> None:
        filed.wait()
        try:
            hazard_close(scope=world.scope["town"], item=world.closing(key, photos=(mine,)), now=LATER)
        except AnlanError as error:
            broken.append(error)
        finally:
            tried.set()
            connection.close()

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == []
    assert Hazard.objects.get(pk=key).state == "doubted"
