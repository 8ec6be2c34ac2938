"""A new hazard with a photo that has closed another one: the re-use is found whichever of the two comes first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from anlan.inspection import queries
from anlan.inspection.models import Hazard
from anlan.inspection.services.hazards import HazardInput, hazard_close, hazard_report
from anlan.inspection.services.lookbacks import LookBackInput, hazard_look_back
from anlan.platform import attachments
from anlan.platform.journal.rebuild import rebuild
from inspection.factories import NOW, World
from pictures import jpeg, scene, smaller

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def keep(world: World, role: str, image: Any) -> str:
    return attachments.store(jpeg(image), "p.jpg", scope=world.scope[role], now=NOW).sha256


def closed_with(world: World, photo: str) -> str:
    key = world.submitted()
    hazard_close(scope=world.scope["town"], item=world.closing(key, photos=(photo,)), now=NOW + 2 * DAY)
    return key


def marks(world: World, key: str, role: str = "supervision") -> list[tuple[str, str, str]]:
    """(line, finding, number of the other hazard) as this role reads them in the history."""
    lines = queries.with_doubts(world.scope[role], queries.history_of(Hazard.objects.get(pk=key))[1])
    return [(line.kind, d.kind, d.number) for line in lines for d in line.doubts]


@pytest.mark.parametrize(
    ("way", "kind"), [(lambda i: i, "other_file"), (smaller, "other_look")], ids=["the same file", "resized"]
)
def test_a_filing_with_the_photo_of_a_closing_before_is_marked(world: World, way: Any, kind: str) -> None:
    key = closed_with(world, keep(world, "town", scene(4)))
    number = Hazard.objects.get(pk=key).number
    filed = world.found(now=NOW + 3 * DAY, description="配电箱未接地", photos=(keep(world, "town", way(scene(4))),))
    assert Hazard.objects.get(pk=filed).state == "found"
    assert marks(world, filed) == [("found", kind, number)]
    assert marks(world, filed, "enterprise") == []
    assert rebuild(check=True).differences == 0


def test_a_filing_with_the_enterprise_s_photo_of_another_mending_is_marked(world: World) -> None:
    key = world.submitted()
    photo = Hazard.objects.get(pk=key).photos.get(stage="after").sha256
    filed = world.found(now=NOW + 3 * DAY, photos=(photo,))
    assert [kind for _, kind, _ in marks(world, filed)] == ["other_file"]


def test_one_picture_of_a_room_may_show_two_findings(world: World) -> None:
    photo = keep(world, "town", scene(4))
    world.found(photos=(photo,))
    assert marks(world, world.found(description="配电箱未接地", photos=(photo,))) == []


def test_what_a_look_back_finds_again_is_no_reuse(world: World) -> None:
    key = closed_with(world, keep(world, "town", scene(4)))
    item = LookBackInput(hazard_id=key, note="再次堵塞", photos=(keep(world, "town", scene(5)),), again=True)
    hazard_look_back(scope=world.scope["town"], item=item, now=NOW + 9 * DAY)
    assert marks(world, str(Hazard.objects.get(pk=key).reopened_as_id)) == []


def test_who_does_not_see_the_other_hazard_is_told_that_there_is_one(world: World) -> None:
    key = closed_with(world, keep(world, "town", scene(4)))
    photo = keep(world, "other_town", smaller(scene(4)))
    item = HazardInput(enterprise_id=world.other_enterprise, description="线路老化", photos=(photo,))
    filed = hazard_report(scope=world.scope["other_town"], item=item, now=NOW + 3 * DAY)
    assert marks(world, filed, "other_town") == [("found", "other_look", "")]
    assert Hazard.objects.get(pk=key).state == "closed"
