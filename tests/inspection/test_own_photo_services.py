"""A hazard's own photos handed in again: re-encoded, resized, turned; honest second photos of the same view pass."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from anlan.inspection import queries
from anlan.inspection.errors import StepRefused
from anlan.inspection.models import Hazard
from anlan.inspection.services.hazards import SubmitInput, hazard_close, hazard_submit
from anlan.inspection.services.lookbacks import LookBackInput, hazard_look_back
from anlan.platform import attachments
from inspection.factories import NOW, World
from pictures import again, cropped, jpeg, scene, smaller

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def keep(world: World, role: str, image: Image.Image, quality: int = 88) -> str:
    return attachments.store(jpeg(image, quality), "p.jpg", scope=world.scope[role], now=NOW).sha256


def row(key: str) -> Hazard:
    return Hazard.objects.get(pk=key)


def doubts(key: str) -> list[tuple[str, str]]:
    """(kind, stage of the earlier photo) of the last entry's findings."""
    entry = queries.history_of(row(key))[1][-1]
    return [(f["kind"], (f.get("facts") or {}).get("stage", "")) for f in entry.data.get("doubts") or ()]


def mended(world: World, image: Image.Image, **found: Any) -> str:
    """An ordered hazard that the enterprise says it mended, shown by this picture."""
    key = world.ordered(**found)
    item = SubmitInput(hazard_id=key, note="已清理", photos=(keep(world, "enterprise", image),))
    hazard_submit(scope=world.scope["enterprise"], item=item, now=NOW + DAY)
    return key


def close(world: World, key: str, photo: str) -> None:
    hazard_close(scope=world.scope["town"], item=world.closing(key, photos=(photo,)), now=NOW + 2 * DAY)


WAYS = {
    "re-encoded": lambda i: i,
    "resized": smaller,
    "cropped": cropped,
    "turned": lambda i: smaller(i.transpose(Image.Transpose.ROTATE_270)),
    "mirrored": lambda i: i.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_enterprise_s_own_photo_handed_in_as_the_review_s_is_doubtful(world: World, way: str) -> None:
    key = mended(world, scene(1))
    close(world, key, keep(world, "town", WAYS[way](scene(1)), 60))
    assert (row(key).state, doubts(key)) == ("doubted", [("own_look", "after")])


@pytest.mark.parametrize("way", WAYS)
def test_a_copy_of_the_finding_s_photo_is_doubtful_at_the_review(world: World, way: str) -> None:
    key = mended(world, scene(2), photos=(keep(world, "town", scene(1)),))
    close(world, key, keep(world, "town", WAYS[way](scene(1)), 60))
    assert (row(key).state, doubts(key)) == ("doubted", [("own_look", "before")])


def test_a_copy_of_the_finding_s_photo_is_noted_at_the_enterprise_s_report(world: World) -> None:
    key = mended(world, smaller(scene(1)), photos=(keep(world, "town", scene(1)),))
    assert (row(key).state, doubts(key)) == ("submitted", [("own_look", "before")])
    shown = queries.doubt_views(world.scope["town"], row(key), queries.history_of(row(key))[1])
    assert [d.text[:20] for d in shown] == ["这张照片与本隐患的整改前照片出自同一次拍"]


@pytest.mark.parametrize("by", [0.5, 1.0])
def test_an_officer_s_own_photo_of_the_same_view_closes_the_hazard(world: World, by: float) -> None:
    key = mended(world, scene(1), photos=(keep(world, "town", again(scene(1), 2.0)),))
    close(world, key, keep(world, "town", again(scene(1), by)))
    assert (row(key).state, doubts(key)) == ("closed", [])


@pytest.mark.parametrize("way", ["turned", "mirrored"])
def test_a_turned_or_mirrored_photo_of_another_hazard_is_doubtful(world: World, way: str) -> None:
    world.found(photos=(keep(world, "town", scene(1)),))
    key = world.submitted()
    close(world, key, keep(world, "town", WAYS[way](scene(1)), 70))
    assert (row(key).state, doubts(key)) == ("doubted", [("other_look", "")])


def look_back(world: World, key: str, photo: str) -> None:
    item = LookBackInput(hazard_id=key, note="现场整洁", photos=(photo,))
    hazard_look_back(scope=world.scope["town"], item=item, now=NOW + 9 * DAY)


@pytest.mark.parametrize("way", [None, *WAYS])
def test_a_look_back_needs_a_new_photo(world: World, way: str | None) -> None:
    key = mended(world, scene(2))
    reviewed = keep(world, "town", scene(1))
    close(world, key, reviewed)
    assert row(key).state == "closed"
    photo = keep(world, "town", WAYS[way](scene(1)), 70) if way else reviewed
    with pytest.raises(StepRefused) as error:
        look_back(world, key, photo)
    refused = [(v.code, v.facts, v.field) for v in error.value.violations]
    assert refused == [("inspection.hazard.look_back.photo_reused", {"count": 1}, "photos")]
    look_back(world, key, keep(world, "town", again(scene(1))))
    assert row(key).look_back_result == "fine"
