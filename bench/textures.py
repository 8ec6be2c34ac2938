"""Photo-like pictures for the photo bench: surfaces, leaves, metal and shadow with sensor noise. Seeded, no real photo.

Drawn things (scenes.py) have sharp edges and even faces; photographs have detail in every size, and little contrast in
much of it. Each picture is a patchwork of such surfaces behind edges, in the size and compression of some camera.
"""

from __future__ import annotations

import io
import random

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

__all__ = ["photo", "retake"]

_SIZES = ((720, 540), (1280, 960), (1600, 1200), (2400, 1800), (1080, 1440), (4000, 3000))
_BASE = (1000, 750)

Grid = npt.NDArray[np.float32]


def photo(serial: int) -> Image.Image:
    """Picture `serial` as a camera of its own size wrote it."""
    return _taken(_place(serial), serial, 0, 0.0)


def retake(serial: int, noise: int) -> Image.Image:
    """The same place once more, as well aimed as a person can, nothing changed but noise and light."""
    return _taken(_place(serial), serial, noise + 1, random.Random(f"{serial}/{noise}").uniform(0.003, 0.012))


def _place(serial: int) -> Grid:
    """The place itself, larger than a photo of it."""
    rng = np.random.default_rng(serial + 90_000)
    dice = random.Random(serial + 90_000)
    ground = _octaves(rng, 2.0, 0.55)
    layers = [ground, *(_surface(rng, dice) for _ in range(dice.randint(3, 6)))]
    grid = ground
    for layer in layers[1:]:
        mask = _patch(dice, rng)
        grid = grid * (1 - mask) + layer * mask
    shadow = _octaves(rng, 1.5, 0.35)
    light = 1.0 + dice.uniform(-0.4, 0.4) * np.linspace(-1, 1, _BASE[0], dtype=np.float32)[None, :]
    grid = grid * light * np.where(shadow > 0.3, 0.6, 1.0)
    warm = np.array([dice.uniform(0.85, 1.1), 1.0, dice.uniform(0.8, 1.1)], np.float32)
    level = dice.uniform(90, 140)
    return (level + dice.uniform(25, 45) * grid)[..., None] * warm


def _octaves(rng: np.random.Generator, first: float, fading: float) -> Grid:
    """Noise in every size, each half as large as the one before and weaker by `fading`; mean 0, spread 1."""
    total = np.zeros((_BASE[1], _BASE[0]), np.float32)
    strength, cells = 1.0, first
    while cells < _BASE[1]:
        shape = (max(2, int(cells * 3)), max(2, int(cells * 4)))
        part = Image.fromarray(rng.normal(0, 1, shape).astype(np.float32))
        total += strength * np.asarray(part.resize(_BASE, Image.Resampling.BICUBIC), np.float32)
        strength, cells = strength * fading, cells * 2
    return (total - total.mean()) / max(float(total.std()), 1e-6)


def _surface(rng: np.random.Generator, dice: random.Random) -> Grid:
    kind = dice.choice(("wall", "leaves", "metal", "grid"))
    if kind == "wall":
        return _octaves(rng, 2.0, 0.4) * 0.4 + np.float32(dice.uniform(-1.2, 1.2))
    if kind == "leaves":
        return np.sign(_octaves(rng, 12.0, 0.7)) * 0.7 + _octaves(rng, 24.0, 0.7) * 0.5
    if kind == "metal":
        brushed = rng.normal(0, 1, (_BASE[1], 1)).astype(np.float32) * 0.25
        return brushed + _octaves(rng, 1.0, 0.3) * 0.6 + np.float32(dice.uniform(-0.8, 1.2))
    ys, xs = np.mgrid[0 : _BASE[1], 0 : _BASE[0]].astype(np.float32)
    wide, high = dice.randint(30, 120), dice.randint(20, 90)
    joint = ((xs % wide) < 3) | ((ys % high) < 3)
    return np.where(joint, -1.2, 0.3).astype(np.float32) + _octaves(rng, 4.0, 0.5) * 0.35


def _patch(dice: random.Random, rng: np.random.Generator) -> Grid:
    """Where a surface lies: a slanted half of the picture, or a ragged spot."""
    ys, xs = np.mgrid[0 : _BASE[1], 0 : _BASE[0]].astype(np.float32)
    ys, xs = ys / _BASE[1] - dice.random(), xs / _BASE[0] - dice.random()
    if dice.random() < 0.6:
        slope = dice.uniform(0, 6.28)
        away = xs * np.cos(slope) + ys * np.sin(slope)
        return ((away > 0) & (away < dice.uniform(0.1, 0.5))).astype(np.float32)
    ragged = np.hypot(xs, ys) + 0.08 * _octaves(rng, 3.0, 0.6)
    return (ragged < dice.uniform(0.12, 0.35)).astype(np.float32)


def _taken(place: Grid, serial: int, noise: int, shake: float) -> Image.Image:
    dice = random.Random(f"{serial}/{noise}/camera")
    size = _SIZES[serial % len(_SIZES)]
    picture = Image.fromarray(np.clip(place, 0, 255).astype(np.uint8))

    def moved(x: float, y: float) -> tuple[float, float]:
        return x + dice.uniform(-shake, shake) * _BASE[0], y + dice.uniform(-shake, shake) * _BASE[0]

    left, top, right, bottom = 40, 30, _BASE[0] - 40, _BASE[1] - 30
    quad = (*moved(left, top), *moved(left, bottom), *moved(right, bottom), *moved(right, top))
    picture = picture.transform(size, Image.Transform.QUAD, quad, Image.Resampling.BICUBIC)
    picture = picture.filter(ImageFilter.GaussianBlur(dice.uniform(0.3, 0.9)))
    light = dice.uniform(0.9, 1.1) if noise else 1.0
    rng = np.random.default_rng(dice.randrange(1 << 30))
    grain = rng.normal(0, dice.uniform(2, 7), (size[1], size[0], 1)).astype(np.float32)
    pixels = np.clip(np.asarray(picture, np.float32) * light + grain, 0, 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=dice.randint(75, 95))
    return Image.open(io.BytesIO(out.getvalue())).convert("RGB")
