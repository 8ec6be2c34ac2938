"""Drawn pictures that stand in for photos: a machine hall with a fault, mended, and under review. No text, no people."""

from __future__ import annotations

import io
import math
import random
from datetime import datetime

from PIL import ExifTags, Image, ImageDraw

from anlan.kernel.deadlines import SHANGHAI

__all__ = ["STAGES", "card", "draw"]

STAGES = ("before", "after", "review", "lookback", "again")
_SIZE = (640, 480)
_MIXER = 0x9E3779B1
"""Odd, so that every serial below 2 to the 24th has a colour of its own, far from the next one's."""
# Each stage is taken by hand from a place of its own, a little askew: corners of what is seen, from the top left one round.
_VIEWPOINTS = {
    "before": (0, 0, 0, 480, 640, 480, 640, 0),
    "after": (10, -6, -9, 488, 631, 470, 652, 9),
    "review": (-12, 8, 11, 470, 652, 491, 627, -7),
    "lookback": (14, 10, 6, 494, 628, 468, 655, -12),
    "again": (-15, -9, -6, 489, 633, 497, 649, 13),
}
_FAULT, _GOOD, _STEEL, _WARN = (196, 58, 44), (52, 140, 82), (112, 122, 134), (236, 186, 40)
_WIRES = ((176, 40, 40), (40, 84, 170), (30, 30, 34), (216, 190, 60), (60, 130, 70))


def draw(serial: int, stage: str, at: datetime | None = None, lon: float = 0.0, lat: float = 0.0) -> bytes:
    """A JPEG of some 20 kB: the same serial and stage, the same scene; before and after differ in what was mended.

    Args:
        stage: one of STAGES. at: capture time for the EXIF data, with lon, lat (WGS-84); None writes no EXIF data.
    """
    dice = random.Random(serial)
    image = Image.new("RGB", _SIZE, _tone(dice, 205, 24))
    pen = ImageDraw.Draw(image)
    _hall(pen, dice)
    scene = _SCENES[serial % len(_SCENES)]
    scene(pen, dice, stage not in {"before", "again"})
    image = image.transform(_SIZE, Image.Transform.QUAD, _VIEWPOINTS[stage], Image.Resampling.BICUBIC)
    if stage == "review":
        _stamp(ImageDraw.Draw(image))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=72, exif=_exif(at, lon, lat) if at else b"")
    return out.getvalue()


def card(serial: int) -> bytes:
    """A PNG of some 200 bytes, a small mark among faint squares on one colour: another serial below 16 million, another file.

    The mark is content enough for a proof, and too little for a look: cards are not compared with each other.
    """
    mixed = serial * _MIXER & 0xFFFFFF
    ground = red, green, blue = mixed >> 16, mixed >> 8 & 255, mixed & 255
    way = 1 if red * 299 + green * 587 + blue * 114 < 128_000 else -1
    image = Image.new("P", (_SIZE[0] // 2, _SIZE[1] // 2))
    tones = [ground, *([min(255, max(0, level + way * step)) for level in ground] for step in (6, 40))]
    image.putpalette([level for tone in tones for level in tone])
    for n in range(12):
        x, y = 20 + n % 4 * 76, 20 + n // 4 * 76
        image.paste(1, (x, y, x + 28, y + 28))
    image.paste(2, (150, 112, 170, 128))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _tone(dice: random.Random, level: int, spread: int) -> tuple[int, int, int]:
    grey = level + dice.randint(-spread, spread)
    red, green, blue = (max(0, min(255, grey + dice.randint(-spread // 4, spread // 4))) for _ in range(3))
    return red, green, blue


def _hall(pen: ImageDraw.ImageDraw, dice: random.Random) -> None:
    width, height = _SIZE
    floor = height - dice.randint(110, 160)
    pen.rectangle((0, floor, width, height), fill=_tone(dice, 150, 20))
    for n in range(dice.randint(4, 7)):
        x = 40 + n * dice.randint(80, 120)
        pen.rectangle((x, 0, x + 8, floor), fill=_tone(dice, 175, 12))
    for n in range(1, 5):
        pen.line((0, floor + n * 28, width, floor + n * 34), fill=_tone(dice, 135, 10), width=2)
    for _ in range(dice.randint(3, 6)):
        x, y, size = dice.randint(0, width - 90), dice.randint(20, floor - 60), dice.randint(30, 90)
        pen.rectangle((x, y, x + size, y + size // 2), fill=_tone(dice, 160, 40), outline=_STEEL)


def _cabinet(pen: ImageDraw.ImageDraw, dice: random.Random, mended: bool) -> None:
    x, y = dice.randint(120, 320), dice.randint(90, 160)
    pen.rectangle((x, y, x + 170, y + 240), fill=_STEEL, outline=(60, 66, 74), width=4)
    pen.rectangle((x + 18, y + 18, x + 152, y + 222), fill=(70, 76, 84) if not mended else (150, 158, 166))
    if not mended:
        for _ in range(14):
            points = [(x + dice.randint(20, 150), y + dice.randint(24, 300)) for _ in range(4)]
            pen.line(points, fill=dice.choice(_WIRES), width=4, joint="curve")
    pen.polygon([(x + 85, y + 60), (x + 55, y + 112), (x + 115, y + 112)], fill=_WARN if mended else _FAULT)


def _exit(pen: ImageDraw.ImageDraw, dice: random.Random, mended: bool) -> None:
    x = dice.randint(160, 340)
    pen.rectangle((x, 110, x + 150, 380), fill=(96, 84, 70), outline=(60, 52, 44), width=5)
    pen.rectangle((x + 20, 70, x + 130, 100), fill=_GOOD)
    for n in range(0 if mended else dice.randint(7, 11)):
        size = dice.randint(46, 80)
        left, top = x - 60 + dice.randint(0, 200), 400 - size - (n % 3) * 60
        pen.rectangle((left, top, left + size, top + size), fill=(184, 140, 88), outline=(120, 88, 52), width=2)


def _tank(pen: ImageDraw.ImageDraw, dice: random.Random, mended: bool) -> None:
    x, y = dice.randint(110, 260), dice.randint(120, 180)
    pen.rounded_rectangle((x, y, x + 280, y + 150), 70, fill=(206, 210, 214), outline=_STEEL, width=4)
    pen.rectangle((x + 130, y - 60, x + 146, y), fill=_STEEL)
    gauge = (x + 108, y - 108, x + 168, y - 48)
    pen.ellipse(gauge, fill=(250, 250, 246), outline=(40, 44, 50), width=4)
    angle = math.radians(dice.randint(200, 250) if mended else dice.randint(-40, 10))
    pen.line((x + 138, y - 78, x + 138 + 24 * math.cos(angle), y - 78 + 24 * math.sin(angle)), fill=_FAULT, width=4)
    if not mended:
        pen.ellipse((x + 60, y + 170, x + 60 + dice.randint(90, 190), y + 205), fill=(74, 70, 62))


def _extinguisher(pen: ImageDraw.ImageDraw, dice: random.Random, mended: bool) -> None:
    x, y = dice.randint(180, 360), dice.randint(150, 200)
    for n in range(2):
        left = x + n * 80
        pen.rounded_rectangle((left, y, left + 56, y + 170), 24, fill=(190, 36, 34), outline=(110, 20, 20), width=3)
        pen.rectangle((left + 20, y - 26, left + 36, y), fill=(40, 40, 44))
        pen.ellipse((left + 16, y + 40, left + 40, y + 64), fill=_GOOD if mended else (150, 20, 20))
    if not mended:
        pen.rectangle((x - 50, y + 60, x + 170, y + 190), fill=_tone(dice, 140, 30), outline=(90, 80, 60), width=3)


def _duct(pen: ImageDraw.ImageDraw, dice: random.Random, mended: bool) -> None:
    y = dice.randint(100, 150)
    pen.rectangle((60, y, 560, y + 54), fill=(168, 176, 184), outline=_STEEL, width=3)
    pen.rectangle((440, y, 500, y + 230), fill=(150, 158, 168), outline=_STEEL, width=3)
    pen.polygon([(420, y + 230), (520, y + 230), (484, y + 300), (456, y + 300)], fill=_STEEL)
    if mended:
        pen.rectangle((150, y - 30, 230, y), fill=_WARN, outline=(140, 110, 20), width=3)
    for _ in range(0 if mended else 220):
        px, py = dice.randint(70, 550), y + 60 + int(abs(dice.gauss(0, 40)))
        pen.ellipse((px, py, px + 4, py + 3), fill=(126, 112, 92))


def _guard(pen: ImageDraw.ImageDraw, dice: random.Random, mended: bool) -> None:
    x, y, r = dice.randint(220, 380), dice.randint(190, 240), dice.randint(70, 96)
    pen.ellipse((x - r, y - r, x + r, y + r), fill=(90, 98, 108), outline=(50, 56, 64), width=6)
    for n in range(6):
        angle = math.radians(n * 60 + dice.randint(0, 20))
        pen.line((x, y, x + r * math.cos(angle), y + r * math.sin(angle)), fill=(200, 204, 210), width=6)
    if mended:
        for n in range(-4, 5):
            pen.line((x + n * r // 4, y - r - 20, x + n * r // 4, y + r + 20), fill=_WARN, width=5)
        pen.rectangle((x - r - 20, y - r - 20, x + r + 20, y + r + 20), outline=_WARN, width=7)
    else:
        pen.arc((x - r - 14, y - r - 14, x + r + 14, y + r + 14), 300, 60, fill=_FAULT, width=6)


_SCENES = (_cabinet, _exit, _tank, _extinguisher, _duct, _guard)


def _stamp(pen: ImageDraw.ImageDraw) -> None:
    """A green tick in the corner: what the reviewing officer saw is mended."""
    pen.ellipse((540, 380, 620, 460), outline=_GOOD, width=6)
    pen.line([(560, 420), (576, 440), (602, 400)], fill=_GOOD, width=8, joint="curve")


def _exif(at: datetime, lon: float, lat: float) -> Image.Exif:
    exif = Image.Exif()
    detail = exif.get_ifd(ExifTags.IFD.Exif)
    detail[ExifTags.Base.DateTimeOriginal] = at.astimezone(SHANGHAI).strftime("%Y:%m:%d %H:%M:%S")
    detail[ExifTags.Base.OffsetTimeOriginal] = "+08:00"
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[1], gps[2] = "N", _sexagesimal(lat)
    gps[3], gps[4] = "E", _sexagesimal(lon)
    return exif


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    minutes, seconds = divmod(round(abs(degrees) * 3600, 2), 60)
    whole, minutes = divmod(minutes, 60)
    return whole, minutes, round(seconds, 2)
