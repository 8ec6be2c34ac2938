"""Scenes drawn for the photo bench: a workplace seen twice, and what people do to one photo of it. Seeded, no real photo.

A scene is a wall, a floor in perspective and some twenty things before them. `photo` sees it from a viewpoint under a
light, with sensor noise; `mended` takes some things away and puts others there, as mending does.
"""

from __future__ import annotations

import io
import math
import random
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

__all__ = ["COPIES", "TURNS", "photo", "retake", "second"]

_SIZE = (800, 600)
_PHONES = ((720, 1480), (1080, 2340), (1170, 2532))


def photo(serial: int, *, mended: bool = False, shake: float = 0.0, light: float = 1.0, noise: int = 0) -> Image.Image:
    """One picture of scene `serial`.

    Args:
        mended: without some of its things, with others. shake: how far the viewpoint is moved, as a share of the width.
        light: of the exposure; noise: seed of viewpoint, sensor noise and direction of the light.
    """
    dice = random.Random(serial)
    image = _room(dice)
    pen = ImageDraw.Draw(image)
    things = [_thing(dice) for _ in range(dice.randint(12, 26))]
    fresh = [_thing(dice) for _ in range(4)]
    if mended:
        gone = max(2, len(things) // 6)
        things = [*things[gone:], *fresh[: gone // 2 + 1]]
    for kind, box, colour in things:
        getattr(pen, kind)(box, fill=colour, outline=(40, 40, 44), width=2)
    image = _surface(image, serial)
    return _seen(image, random.Random(f"{serial}/{noise}"), shake, light)


def retake(serial: int, noise: int, *, near: bool = False) -> Image.Image:
    """The same view again another day: moved a little, other light, something mended.

    Args:
        near: as well aimed as a person can without a tripod, in nearly the same light.
    """
    dice = random.Random(f"retake/{serial}/{noise}/{near}")
    shake, light = (
        (dice.uniform(0.003, 0.012), dice.uniform(0.9, 1.1))
        if near
        else (dice.uniform(0.01, 0.05), dice.uniform(0.75, 1.3))
    )
    return photo(serial, mended=True, shake=shake, light=light, noise=noise + 1)


def second(serial: int, noise: int) -> Image.Image:
    """The mended place photographed once more: as well aimed as a person can, nothing changed, other noise and light."""
    dice = random.Random(f"second/{serial}/{noise}")
    return photo(serial, mended=True, shake=dice.uniform(0.003, 0.012), light=dice.uniform(0.9, 1.1), noise=noise + 50)


def _room(dice: random.Random) -> Image.Image:
    width, height = _SIZE
    floor = dice.randint(height // 3, height * 3 // 4)
    wall, ground = _colour(dice, 150, 70), _colour(dice, 110, 60)
    image = Image.new("RGB", _SIZE, wall)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, floor, width, height), fill=ground)
    middle = dice.randint(0, width)
    for n in range(-6, 14):
        pen.line((middle, floor - 60, n * width // 7, height), fill=_shade(ground, 0.85), width=3)
    for _ in range(dice.randint(2, 7)):
        x = dice.randint(0, width)
        pen.rectangle((x, 0, x + dice.randint(6, 90), floor), fill=_shade(wall, dice.uniform(0.6, 1.25)))
    return image


def _thing(dice: random.Random) -> tuple[str, tuple[int, int, int, int], tuple[int, int, int]]:
    width, height = _SIZE
    x, y = dice.randint(-60, width - 20), dice.randint(-20, height - 20)
    w, h = int(dice.lognormvariate(4.5, 0.6)), int(dice.lognormvariate(4.4, 0.6))
    kind = dice.choice(("rectangle", "rectangle", "rectangle", "ellipse"))
    return kind, (x, y, x + w, y + h), _colour(dice, 120, 110)


def _colour(dice: random.Random, level: int, spread: int) -> tuple[int, int, int]:
    grey = dice.randint(max(0, level - spread), min(255, level + spread))
    red, green, blue = (max(0, min(255, grey + dice.randint(-30, 30))) for _ in range(3))
    return red, green, blue


def _shade(colour: tuple[int, int, int], by: float) -> tuple[int, int, int]:
    red, green, blue = (min(255, int(c * by)) for c in colour)
    return red, green, blue


def _surface(image: Image.Image, serial: int) -> Image.Image:
    """Stains and worn paint: smooth noise that belongs to the place."""
    grain = np.random.default_rng(serial).normal(0, 26, (30, 40))
    spots = Image.fromarray(np.clip(grain + 128, 0, 255).astype(np.uint8)).resize(image.size, Image.Resampling.BICUBIC)
    mixed = np.asarray(image, np.float32) + (np.asarray(spots, np.float32)[..., None] - 128) * 0.7
    return Image.fromarray(np.clip(mixed, 0, 255).astype(np.uint8))


def _seen(image: Image.Image, dice: random.Random, shake: float, light: float) -> Image.Image:
    """Through a camera: from a little aside, under a light from one side, with noise. A margin is cut as by the frame."""
    width, height = image.size

    def moved(x: float, y: float) -> tuple[float, float]:
        return x + dice.uniform(-shake, shake) * width, y + dice.uniform(-shake, shake) * width

    left, top, right, bottom = 50, 40, width - 50, height - 40
    quad = (*moved(left, top), *moved(left, bottom), *moved(right, bottom), *moved(right, top))
    image = image.transform((width, height), Image.Transform.QUAD, quad, Image.Resampling.BICUBIC)
    pixels = np.asarray(image, np.float32) * light
    slope = dice.uniform(-0.25, 0.25) if shake else 0.0
    pixels *= (1 + slope * np.linspace(-1, 1, width, dtype=np.float32))[None, :, None]
    pixels += np.random.default_rng(dice.randrange(1 << 30)).normal(0, 5, pixels.shape)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


# --- what is done to a photo to hand it in again --------------------------------------------------------------------


def _encoded(image: Image.Image, quality: int) -> Image.Image:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return Image.open(out)


def _reencoded(image: Image.Image, dice: random.Random) -> Image.Image:
    return _encoded(image, dice.randint(30, 95))


def _resized(image: Image.Image, dice: random.Random) -> Image.Image:
    by = dice.uniform(0.3, 0.9)
    small = image.resize((int(image.width * by), int(image.height * by)), Image.Resampling.LANCZOS)
    return _encoded(small, dice.randint(40, 90))


def _cropped(image: Image.Image, dice: random.Random) -> Image.Image:
    """5 to 10 % of the width and of the height are cut off, at one side or at both."""
    cut_x, cut_y = dice.uniform(0.05, 0.10) * image.width, dice.uniform(0.05, 0.10) * image.height
    x, y = dice.uniform(0, cut_x), dice.uniform(0, cut_y)
    box = (int(x), int(y), int(x + image.width - cut_x), int(y + image.height - cut_y))
    return _encoded(image.crop(box), dice.randint(50, 92))


def _trimmed(image: Image.Image, dice: random.Random) -> Image.Image:
    """2 to 8 % are cut off at each side, or at some."""
    left, top, right, bottom = (dice.uniform(0.02, 0.08) * dice.choice((0, 1, 1)) for _ in range(4))
    if dice.random() < 0.4:
        left = top = right = bottom = dice.uniform(0.02, 0.08)
    width, height = image.size
    box = (int(left * width), int(top * height), int((1 - right) * width), int((1 - bottom) * height))
    return _encoded(image.crop(box), dice.randint(50, 90))


def _trimmed_far(image: Image.Image, dice: random.Random) -> Image.Image:
    """8 to 10 % are cut off at each side."""
    width, height = image.size
    left, top, right, bottom = (dice.uniform(0.08, 0.10) for _ in range(4))
    box = (int(left * width), int(top * height), int((1 - right) * width), int((1 - bottom) * height))
    return _encoded(image.crop(box), dice.randint(50, 90))


def _screenshot(image: Image.Image, dice: random.Random) -> Image.Image:
    """A messenger's picture view on a phone: bars with marks above and below, black, white or grey around the photo."""
    around = dice.choice(((0, 0, 0), (18, 18, 20), (255, 255, 255), (237, 237, 237)))
    width, height = dice.choice(_PHONES)
    screen = Image.new("RGB", (width, height), around)
    tall = int(image.height * width / image.width)
    top = (height - tall) // 2 + dice.randint(-120, 120)
    screen.paste(image.resize((width, tall), Image.Resampling.BICUBIC), (0, top))
    pen = ImageDraw.Draw(screen)
    ink = (255, 255, 255) if sum(around) < 300 else (20, 20, 20)
    for n in range(4):
        pen.rectangle((30 + n * 26, 24, 46 + n * 26, 44), fill=ink)
    pen.rectangle((width - 110, 24, width - 40, 44), outline=ink, width=3)
    pen.ellipse((width // 2 - 30, height - 110, width // 2 + 30, height - 50), outline=ink, width=4)
    return _encoded(screen, dice.randint(60, 92))


def _bubble(image: Image.Image, dice: random.Random) -> Image.Image:
    """A chat on a phone's screen: the photo 40 to 80 % as wide, a face beside it, bubbles with writing above and below."""
    around = dice.choice(((237, 237, 237), (255, 255, 255), (17, 17, 17)))
    width, height = dice.choice(_PHONES)
    screen = Image.new("RGB", (width, height), around)
    pen = ImageDraw.Draw(screen)
    wide = int(width * dice.uniform(0.4, 0.8))
    tall = int(image.height * wide / image.width)
    mine = dice.random() < 0.5
    left = width - wide - int(width * 0.15) if mine else int(width * 0.15)
    top = dice.randint(int(height * 0.18), max(int(height * 0.18) + 1, int(height * 0.85) - tall))
    screen.paste(image.resize((wide, tall), Image.Resampling.BICUBIC), (left, top))
    face = int(width * 0.1)
    for y, own in ((int(height * 0.1), not mine), (top, mine), (top + tall + 40, not mine)):
        x = width - face - 16 if own else 16
        pen.rectangle((x, y, x + face, y + face), fill=(70, 110, 160))
        if y != top:
            long = int(width * dice.uniform(0.2, 0.6))
            start = width - face - 40 - long if own else face + 40
            pen.rectangle((start, y, start + long, y + face), fill=(149, 236, 105) if own else (252, 252, 252))
            for n in range(start + 20, start + long - 40, 34):
                pen.rectangle((n, y + face // 3, n + 24, y + face * 2 // 3), outline=(30, 30, 30), width=3)
    pen.line((0, int(height * 0.93), width, int(height * 0.93)), fill=(200, 200, 200), width=2)
    return _encoded(screen, dice.randint(60, 92))


def _tinted(image: Image.Image, dice: random.Random) -> Image.Image:
    image = ImageEnhance.Brightness(image).enhance(dice.uniform(0.85, 1.18))
    image = ImageEnhance.Contrast(image).enhance(dice.uniform(0.85, 1.18))
    image = ImageEnhance.Color(image).enhance(dice.uniform(0.6, 1.4))
    return _encoded(image.filter(ImageFilter.GaussianBlur(dice.uniform(0, 0.8))), dice.randint(50, 90))


def _turned(image: Image.Image, dice: random.Random) -> Image.Image:
    way = dice.choice((Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270))
    return _resized(image.transpose(way), dice)


def _mirrored(image: Image.Image, dice: random.Random) -> Image.Image:
    way = dice.choice((Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.FLIP_TOP_BOTTOM, Image.Transpose.TRANSPOSE))
    return _resized(image.transpose(way), dice)


def _tilted(image: Image.Image, dice: random.Random) -> Image.Image:
    """Turned by 1 to 5 degrees, as a phone's editor straightens: what lies outside the picture is cut away."""
    degrees = dice.choice((-1, 1)) * dice.uniform(1, 5)
    angle = math.radians(abs(degrees))
    wide, high = image.size
    # The largest upright rectangle of the picture's own shape within the turned one.
    part = 1 / (math.cos(angle) + max(wide / high, high / wide) * math.sin(angle))
    turned = image.rotate(degrees, Image.Resampling.BICUBIC)
    left, top = wide * (1 - part) / 2, high * (1 - part) / 2
    return _resized(turned.crop((int(left) + 1, int(top) + 1, int(wide - left) - 1, int(high - top) - 1)), dice)


TURNS: dict[str, Callable[[Image.Image, random.Random], Image.Image]] = {"turned": _turned, "mirrored": _mirrored}

COPIES: dict[str, Callable[[Image.Image, random.Random], Image.Image]] = {
    "reencoded": _reencoded,
    "resized": _resized,
    "cropped": _cropped,
    "trimmed": _trimmed,
    "trimmed_far": _trimmed_far,
    "screenshot": _screenshot,
    "bubble": _bubble,
    "tinted": _tinted,
    "tilted": _tilted,
}
