"""A photo that shows nothing, or hardly has a pixel, closes no hazard by itself: somebody else looks."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from PIL import Image

from anlan.inspection import queries
from anlan.inspection.models import Hazard
from anlan.inspection.services.doubts import ConfirmInput, hazard_confirm
from anlan.inspection.services.hazards import SubmitInput, hazard_close, hazard_submit
from anlan.platform import attachments
from inspection.factories import NOW, World
from pictures import jpeg, scene

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def keep(world: World, role: str, image: Image.Image) -> str:
    return attachments.store(jpeg(image), "p.jpg", scope=world.scope[role], now=NOW).sha256


def findings(key: str) -> list[str]:
    entry = queries.history_of(Hazard.objects.get(pk=key))[1][-1]
    return [f["kind"] for f in entry.data.get("doubts") or ()]


def covered() -> Image.Image:
    """A lens behind a hand: dark, with noise."""
    levels = np.random.default_rng(3).normal(14, 6, (600, 800))
    return Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8)).convert("RGB")


def cellar() -> Image.Image:
    """A torch lights a spot of a dark room."""
    ys, xs = np.mgrid[0:600, 0:800]
    spot = 0.7 * np.exp(-((xs - 400) ** 2 + (ys - 300) ** 2) / (2 * 140**2)) + 0.02
    levels = np.asarray(scene(4, (800, 600)), np.float64) * spot[..., None]
    return Image.fromarray(
        np.clip(levels + np.random.default_rng(4).normal(0, 4, levels.shape), 0, 255).astype(np.uint8)
    )


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        pytest.param(Image.new("RGB", (800, 600)), ["empty"], id="black"),
        pytest.param(Image.new("RGB", (800, 600), "white"), ["empty"], id="white"),
        pytest.param(covered(), ["empty"], id="covered"),
        pytest.param(Image.new("RGB", (1, 1)), ["small"], id="one-point"),
        pytest.param(scene(5, (300, 200)), ["small"], id="thumbnail"),
    ],
)
def test_a_review_photo_without_content_leads_to_a_second_review(
    world: World, image: Image.Image, expected: list[str]
) -> None:
    key = world.submitted()
    hazard_close(
        scope=world.scope["town"], item=world.closing(key, photos=(keep(world, "town", image),)), now=NOW + 2 * DAY
    )
    assert Hazard.objects.get(pk=key).state == "doubted"
    assert findings(key) == expected
    item = ConfirmInput(hazard_id=key, note="已到现场核实，整改到位", photos=(world.photo("supervision"),))
    hazard_confirm(scope=world.scope["supervision"], item=item, now=NOW + 3 * DAY)
    assert Hazard.objects.get(pk=key).state == "closed"


def test_an_honest_photo_from_a_dark_cellar_closes(world: World) -> None:
    key = world.submitted()
    photo = keep(world, "town", cellar())
    hazard_close(scope=world.scope["town"], item=world.closing(key, photos=(photo,)), now=NOW + 2 * DAY)
    assert Hazard.objects.get(pk=key).state == "closed"


def test_one_photo_with_content_does_not_clear_another_without(world: World) -> None:
    key = world.submitted()
    photos = (world.photo("town"), keep(world, "town", Image.new("RGB", (800, 600))))
    hazard_close(scope=world.scope["town"], item=world.closing(key, photos=photos), now=NOW + 2 * DAY)
    assert Hazard.objects.get(pk=key).state == "doubted"


def test_the_reviewer_is_told_of_an_enterprise_s_empty_photo(world: World) -> None:
    key = world.ordered()
    photo = keep(world, "enterprise", Image.new("RGB", (800, 600)))
    item = SubmitInput(hazard_id=key, note="已整改", photos=(photo,))
    hazard_submit(scope=world.scope["enterprise"], item=item, now=NOW + DAY)
    _, lines = queries.history_of(Hazard.objects.get(pk=key))
    views = queries.doubt_views(world.scope["town"], Hazard.objects.get(pk=key), lines)
    assert [v.text for v in views] == ["这张照片没有内容：全黑、全白、单一颜色或者镜头被遮挡，看不出现场情况。"]
    assert queries.doubt_views(world.scope["enterprise"], Hazard.objects.get(pk=key), lines) == []
