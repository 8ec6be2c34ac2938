"""Copies of a picture are near and like it; other pictures are not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PIL import Image, ImageEnhance

from anlan.platform.attachments.likeness import SAME, likeness
from anlan.platform.attachments.looks import FAR, asking, distance, framed, grey_of, looks_of
from pictures import bubble, cropped, scene, screenshot, smaller

COPIES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "smaller": smaller,
    "screenshot": screenshot,
    "cropped": cropped,
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.1),
}


def nearest(copy: Image.Image, original: Image.Image) -> int:
    held = looks_of(grey_of(original))
    return min(distance(a, b) for a in asking(looks_of(grey_of(copy))) for b in held)


@pytest.mark.parametrize("way", COPIES)
@pytest.mark.parametrize("serial", [1, 2, 3])
def test_a_copy_is_near_and_like_its_original(way: str, serial: int) -> None:
    original = scene(serial)
    copy = COPIES[way](original)
    assert nearest(copy, original) <= FAR
    assert likeness(grey_of(original), grey_of(copy)) >= SAME


@pytest.mark.parametrize("serial", [2, 3, 4, 5])
def test_another_scene_is_neither(serial: int) -> None:
    assert nearest(scene(serial), scene(1)) > FAR
    assert likeness(grey_of(scene(1)), grey_of(scene(serial))) < 0.5


def test_the_same_view_with_other_things_in_it_is_not_the_same_picture() -> None:
    before = scene(1)
    after = before.copy()
    after.paste(scene(9).crop((0, 0, 200, 160)), (180, 120))
    assert likeness(grey_of(before), grey_of(after)) < SAME


def test_a_picture_without_detail_has_no_looks() -> None:
    assert looks_of(grey_of(Image.new("RGB", (640, 480), (90, 90, 90)))) == ()
    assert looks_of(grey_of(Image.new("RGB", (4, 4), (90, 90, 90)))) == ()


def test_bars_are_cut_off_at_the_size_they_came_in_and_a_picture_that_is_all_bar_stays() -> None:
    shown = grey_of(screenshot(scene(1)))
    high, wide = framed(shown).shape
    assert wide == 383
    assert abs(high - 288) <= 4  # the photo, and a blurred line at each bar
    even = grey_of(Image.new("L", (300, 200), 255))
    assert framed(even).shape == (200, 300)
    assert len(looks_of(shown)) == 12
    assert len(asking(looks_of(shown))) == 2


def test_a_picture_in_a_chat_is_cut_out_of_its_screen() -> None:
    high, wide = framed(grey_of(bubble(scene(1)))).shape
    assert abs(wide - 384) <= 4
    assert abs(high - 288) <= 4
