"""Pictures without content for the photo bench, and honest ones that are nearly as dark or as plain. Seeded, no real photo."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import scenes
from PIL import Image, ImageDraw, ImageFilter

__all__ = ["EMPTY", "HONEST"]

_SIZE = (800, 600)
_SCREENS = ((720, 1480), (1080, 2340), (1170, 2532))
_SKIN = ((1.0, 1.0, 1.0), (1.0, 0.4, 0.25), (1.0, 0.6, 0.5))

Levels = npt.NDArray[np.float64]


def _noisy(levels: Levels, serial: int, strength: float, spots: int = 0) -> Image.Image:
    """With sensor noise; `spots`: how wide the spots are in points that a phone makes of it in the dark, 0 for none."""
    rng = np.random.default_rng(serial)
    noise = rng.normal(0, strength, levels.shape)
    if spots:
        coarse = rng.normal(0, 1, (_SIZE[1] // spots, _SIZE[0] // spots)).astype(np.float32)
        wide = Image.fromarray(coarse).resize(_SIZE, Image.Resampling.BICUBIC)
        noise += np.asarray(wide, np.float64)[..., None] * strength * 0.5
    return Image.fromarray(np.clip(levels + noise, 0, 255).astype(np.uint8))


def _even(level: float) -> Levels:
    return np.full((_SIZE[1], _SIZE[0], 3), level, np.float64)


def _places() -> tuple[Levels, Levels]:
    ys, xs = np.mgrid[0 : _SIZE[1], 0 : _SIZE[0]].astype(np.float64)
    return xs, ys


def _black(serial: int) -> Image.Image:
    return _noisy(_even(0), serial, 0)


def _white(serial: int) -> Image.Image:
    return _noisy(_even(255), serial, 0)


def _one_colour(serial: int) -> Image.Image:
    return _noisy(_even(serial * 37 % 256), serial, serial % 5)


def _dark(serial: int) -> Image.Image:
    """Nothing but noise: taken in the dark, or in a pocket."""
    return _noisy(_even(8), serial, 2 + serial % 9, (0, 4, 8)[serial % 3])


def _covered(serial: int) -> Image.Image:
    """A hand or a finger before the lens: light shines in at one place, and through the skin."""
    dice = random.Random(serial)
    xs, ys = _places()
    away = np.hypot(xs - dice.random() * _SIZE[0], ys - dice.random() * _SIZE[1])
    light = dice.choice((3, 10, 30, 60)) + dice.uniform(0, 40) * np.exp(-away / dice.uniform(200, 600))
    return _noisy(light[..., None] * np.array(dice.choice(_SKIN)), serial, dice.uniform(1, 10), dice.choice((0, 4, 8)))


def _no_page(serial: int) -> Image.Image:
    """A phone's screen on which nothing is shown but its own marks, a round button or a line of writing."""
    dice = random.Random(serial)
    width, height = dice.choice(_SCREENS)
    around = dice.choice(((0, 0, 0), (18, 18, 20), (255, 255, 255), (237, 237, 237)))
    screen = Image.new("RGB", (width, height), around)
    pen = ImageDraw.Draw(screen)
    ink = (255, 255, 255) if sum(around) < 300 else (20, 20, 20)
    for n in range(4):
        pen.rectangle((30 + n * 26, 24, 46 + n * 26, 44), fill=ink)
    pen.rectangle((width - 110, 24, width - 40, 44), outline=ink, width=3)
    if dice.random() < 0.6:
        pen.ellipse((width // 2 - 30, height - 110, width // 2 + 30, height - 50), outline=ink, width=4)
    if dice.random() < 0.6:
        y = dice.randint(300, height - 400)
        for n in range(dice.randint(4, 10)):
            x = width // 4 + n * 44
            pen.rectangle((x, y, x + 32, y + 34), outline=ink, width=4)
    return screen


def _torch(serial: int) -> Image.Image:
    """A dark cellar: a torch lights one spot, the hand shakes, the sensor is at its limit."""
    dice = random.Random(serial)
    xs, ys = _places()
    off = (xs - _SIZE[0] * dice.uniform(0.3, 0.7)) ** 2 + (ys - _SIZE[1] * dice.uniform(0.3, 0.7)) ** 2
    spot = np.exp(-off / (2 * dice.uniform(90, 260) ** 2)) * dice.uniform(0.35, 0.9) + dice.uniform(0.0, 0.06)
    return _in_the_dark(serial, spot[..., None], dice.uniform(1, 5), dice.uniform(2, 9), dice)


def _dim(serial: int) -> Image.Image:
    """A room with hardly any light, everywhere the same."""
    dice = random.Random(serial)
    light = np.full((1, 1, 1), dice.uniform(0.10, 0.22))
    return _in_the_dark(serial, light, dice.uniform(1, 4), dice.uniform(2, 6), dice)


def _in_the_dark(serial: int, light: Levels, blur: float, noise: float, dice: random.Random) -> Image.Image:
    levels = np.asarray(scenes.photo(serial).convert("RGB").resize(_SIZE), np.float64) * light
    unsharp = Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(blur))
    return _noisy(np.asarray(unsharp, np.float64), serial, noise, dice.choice((0, 4)))


def _wall(serial: int) -> Image.Image:
    """A new socket on a painted wall."""
    dice = random.Random(serial)
    xs, ys = _places()
    light = 1 + 0.15 * (xs / _SIZE[0] - 0.5) * dice.uniform(-1, 1) + 0.1 * (ys / _SIZE[1] - 0.5)
    image = Image.fromarray(np.clip(_even(dice.uniform(150, 230)) * light[..., None], 0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    wide = dice.randint(60, 160)
    x, y = dice.randint(50, _SIZE[0] - 250), dice.randint(50, _SIZE[1] - 250)
    pen.rectangle((x, y, x + wide, y + wide), fill=(240, 240, 235), outline=(90, 90, 90), width=3)
    pen.ellipse((x + wide // 3, y + wide // 3, x + wide * 2 // 3, y + wide * 2 // 3), fill=(60, 60, 60))
    return _noisy(np.asarray(image, np.float64), serial, dice.uniform(2, 6))


EMPTY: dict[str, Callable[[int], Image.Image]] = {
    "black": _black,
    "white": _white,
    "one_colour": _one_colour,
    "dark_noise": _dark,
    "covered": _covered,
    "empty_screen": _no_page,
}
HONEST: dict[str, Callable[[int], Image.Image]] = {"torch": _torch, "dim": _dim, "wall": _wall, "scene": scenes.photo}
