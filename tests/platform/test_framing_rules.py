"""One press of the button is told from two of the same view; turned and mirrored copies have looks of their own."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from anlan.platform.attachments.framing import STEADY, copied, one_press, unrest
from anlan.platform.attachments.likeness import laid
from anlan.platform.attachments.looks import FAR, asking, distance, grey_of, looks_of, turned, turned_looks
from pictures import again, bubble, cropped, photographed, scene, screenshot, smaller, trimmed

COPIES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "smaller": smaller,
    "screenshot": screenshot,
    "cropped": cropped,
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.1),
}


@pytest.mark.parametrize("way", COPIES)
@pytest.mark.parametrize("serial", [1, 2, 3])
def test_a_copy_is_one_press(way: str, serial: int) -> None:
    assert one_press(grey_of(scene(serial)), grey_of(COPIES[way](scene(serial)))) > 0.98


@pytest.mark.parametrize("serial", [1, 2, 3])
def test_the_same_view_taken_again_is_not_one_press_though_it_looks_the_same(serial: int) -> None:
    first, second = grey_of(scene(serial)), grey_of(again(scene(serial)))
    found = laid(first, second)
    assert found.agreement > 0.95
    assert unrest(found) > 3 * STEADY
    assert one_press(first, second) == 0.0


def test_a_photo_painted_over_in_one_corner_is_still_one_press() -> None:
    painted = scene(1)
    painted.paste((120, 120, 120), (40, 40, 140, 120))
    assert one_press(grey_of(scene(1)), grey_of(painted)) > 0.9


def test_a_picture_without_detail_is_told_from_nothing() -> None:
    even = grey_of(Image.new("RGB", (640, 480), (90, 90, 90)))
    assert unrest(laid(even, even)) == float("inf")


@pytest.mark.parametrize("turn", range(1, 8))
def test_each_way_of_turning_has_the_look_of_the_turned_picture(turn: int) -> None:
    grey = grey_of(scene(1))
    changed = turned(grey, turn)
    assert distance(turned_looks(grey)[turn], looks_of(changed)[0]) == 0
    back = turn if turn & 4 or turn == 2 else 4 - turn
    assert np.array_equal(turned(changed, back), grey)


REAL_COPIES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "smaller": smaller,
    "screenshot": screenshot,
    "cropped": cropped,
    "trimmed": trimmed,
    "bubble": bubble,
}


@pytest.mark.parametrize("way", REAL_COPIES)
@pytest.mark.parametrize("serial", [1, 2, 3])
def test_a_copy_of_a_picture_full_of_fine_detail_is_near_and_a_copy(way: str, serial: int) -> None:
    original = grey_of(photographed(serial))
    seen = grey_of(REAL_COPIES[way](photographed(serial)))
    assert min(distance(a, b) for a in asking(looks_of(seen)) for b in looks_of(original)) <= FAR
    assert copied(laid(original, seen)) > 0.9


@pytest.mark.parametrize("serial", [1, 2, 3])
def test_fine_detail_taken_again_or_of_another_place_is_no_copy(serial: int) -> None:
    original = grey_of(photographed(serial))
    assert copied(laid(original, grey_of(again(photographed(serial), 2.0)))) == 0.0
    assert copied(laid(original, grey_of(photographed(serial + 10)))) == 0.0
