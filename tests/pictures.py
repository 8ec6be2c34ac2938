"""Pictures for tests: drawn scenes that differ, copies of them, and JPEG files with what a camera writes into them."""

from __future__ import annotations

import io
import math
import random
from datetime import datetime, timedelta, timezone

import numpy as np
from PIL import ExifTags, Image, ImageDraw

CHINA = timezone(timedelta(hours=8))


def scene(serial: int, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """The same picture for the same number; another number is another place."""
    dice = random.Random(serial)
    image = Image.new("RGB", size, tuple(dice.randint(60, 200) for _ in range(3)))
    pen = ImageDraw.Draw(image)
    for _ in range(40):
        x, y = dice.randint(-60, size[0]), dice.randint(-60, size[1])
        box = (x, y, x + dice.randint(20, 220), y + dice.randint(20, 180))
        pen.rectangle(box, fill=tuple(dice.randint(0, 255) for _ in range(3)))
    return image


def jpeg(
    image: Image.Image,
    quality: int = 88,
    taken_at: datetime | None = None,
    place: tuple[float, float] | None = None,
) -> bytes:
    """A JPEG file; with capture time (aware) and place (lon, lat) in its EXIF data where given."""
    exif = Image.Exif()
    if taken_at is not None:
        stated = taken_at.astimezone(CHINA).strftime("%Y:%m:%d %H:%M:%S")
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = stated
    if place is not None:
        lon, lat = place
        exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (lat, 0.0, 0.0), 3: "E", 4: (lon, 0.0, 0.0)})
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, exif=exif)
    return out.getvalue()


def smaller(image: Image.Image) -> Image.Image:
    """As a messenger sends it on: half as wide."""
    return image.resize((image.width // 2, image.height // 2))


def screenshot(image: Image.Image) -> Image.Image:
    """As a phone shows it in a messenger: between two bars with marks on them."""
    screen = Image.new("RGB", (720, 1280), (20, 20, 22))
    tall = image.height * 720 // image.width
    screen.paste(image.resize((720, tall)), (0, 330))
    ImageDraw.Draw(screen).rectangle((30, 24, 90, 48), fill=(240, 240, 240))
    return screen


def cropped(image: Image.Image) -> Image.Image:
    """Without a tenth of its width and height, most of it at the left and at the bottom."""
    return image.crop(
        (image.width * 8 // 100, image.height * 2 // 100, image.width * 98 // 100, image.height * 92 // 100)
    )


def trimmed(image: Image.Image) -> Image.Image:
    """With 8 % cut off at every side."""
    w, h = image.size
    return image.crop((w * 8 // 100, h * 8 // 100, w * 92 // 100, h * 92 // 100))


def bubble(image: Image.Image) -> Image.Image:
    """As a phone shows it in a chat: over half as wide as the screen, a face beside it, writing above."""
    screen = Image.new("RGB", (1080, 2340), (237, 237, 237))
    pen = ImageDraw.Draw(screen)
    pen.rectangle((150, 400, 620, 500), fill=(252, 252, 252))
    pen.rectangle((950, 800, 1050, 900), fill=(70, 110, 160))
    screen.paste(image.resize((620, 620 * image.height // image.width)), (310, 800))
    return screen


def photographed(serial: int, size: tuple[int, int] = (960, 720)) -> Image.Image:
    """A picture with detail of every size and noise, as a camera takes it; another number is another place."""
    rng = np.random.default_rng(serial)
    total = np.zeros((size[1], size[0]), np.float32)
    for n in range(8):
        part = Image.fromarray(rng.normal(0, 0.62**n, (3 << n, 4 << n)).astype(np.float32))
        total += np.asarray(part.resize(size, Image.Resampling.BICUBIC))
    levels = 120 + 40 * total / total.std() + rng.normal(0, 4, total.shape)
    return Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8)).convert("RGB")


def again(image: Image.Image, by: float = 1.0) -> Image.Image:
    """The same view taken a second time by hand: from a little aside and a little askew; `by`: how far."""
    w, h = image.size
    left, right = (-3.0 * by, 2.0 * by, 4.0 * by, h + 3.0 * by), (w + 1.0 * by, h - 4.0 * by, w - 5.0 * by, 3.0 * by)
    return image.transform(image.size, Image.Transform.QUAD, (*left, *right), Image.Resampling.BICUBIC)


def tilted(image: Image.Image, degrees: float) -> Image.Image:
    """Turned by some degrees, as a phone's editor straightens: what lies outside is cut away."""
    wide, high = image.size
    angle = math.radians(abs(degrees))
    part = 1 / (math.cos(angle) + max(wide / high, high / wide) * math.sin(angle))
    left, top = int(wide * (1 - part) / 2) + 1, int(high * (1 - part) / 2) + 1
    return image.rotate(degrees, Image.Resampling.BICUBIC).crop((left, top, wide - left, high - top))
