"""What a picture looks like in 64 bits, whole and in its likely crops: finds one photo again among many. Pure, no disk.

A look holds the signs of the 63 lowest frequencies of the picture (discrete cosine transform of a 32 x 32 grey grid).
Re-encoding, resizing and a mild change of colour flip some two bits, a cut edge some ten, another scene half of them.
Two photos of one view are as near as a cropped copy, so a near look is a reason to compare (likeness), never a finding.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

__all__ = [
    "FAR",
    "VERSION",
    "Grey",
    "asking",
    "distance",
    "framed",
    "grey_of",
    "in_grey",
    "look_of",
    "looks_of",
    "turned",
    "turned_looks",
    "views",
]

Grey = npt.NDArray[np.float64]

VERSION = 2
"""Of the looks that are stored: raised when they are computed otherwise, so that those of older pictures are made anew."""
FAR = 10
"""Looks that differ in more bits are not compared further. Source: bench/photos.py (copies stay within 10)."""
_WORK = 384
_FULL = 1536
_TALL = 1.55
_GRID = 32
_KEPT = 8
# A picture cut at its edges is near one of these windows: (share kept, (from left, from top) of each).
_CORNERS = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.5, 0.5))
_CROPS = ((0.925, _CORNERS), (0.85, _CORNERS))
_WINDOWS = sum(len(places) for _, places in _CROPS)
_FLAT_LEVELS = 3
_LINES, _POINTS = 8, 192
_FLAT_SHARE = 0.75
_LEAST_FRAME = 0.15
_LEAST_BUBBLE = 0.03
_RIM = 2
_LEAST_SIDE = 0.15
_SHOWN = 0.25
_LEAST_DETAIL = 4.0


def grey_of(image: Image.Image) -> Grey:
    """The picture upright in grey levels 0..255; the longer side of it, or of what a screen shows of it, at most 384."""
    longer = _FULL if max(image.size) > _TALL * min(image.size) else _WORK * 2
    # Lets the JPEG decoder leave out most of the work; no-op elsewhere. It keeps both sides as long as asked for.
    image.draft("RGB", (longer * image.width // max(image.size), longer * image.height // max(image.size)))
    grey = _reduced(in_grey(ImageOps.exif_transpose(image)), longer)
    inner = framed(np.asarray(grey, np.float64)) if max(grey.size) > _WORK else None
    most = _WORK if inner is None else min(_FULL, _WORK * max(grey.size) // max(inner.shape))
    return np.asarray(_reduced(grey, most), np.float64)


def in_grey(image: Image.Image) -> Image.Image:
    """The picture in grey levels 0..255. Sixteen bits are brought down to eight: Pillow would cut off what is above 255."""
    if not image.mode.startswith("I"):
        return image.convert("L")
    return Image.fromarray((np.asarray(image).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8))


def _reduced(grey: Image.Image, most: int) -> Image.Image:
    longer = max(grey.size)
    if longer <= most:
        return grey
    size = (max(1, grey.width * most // longer), max(1, grey.height * most // longer))
    return grey.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def views(grey: Grey) -> tuple[Grey, ...]:
    """The pictures a file may stand for: what a screen shows in it, and the whole; one where there is nothing around."""
    inner = framed(grey)
    return (grey,) if inner.shape == grey.shape else (inner, grey)


def framed(grey: Grey) -> Grey:
    """The picture without what a messenger's screen has around it: even bars, and in a chat other bubbles and writing.

    A line is part of a bar when three quarters of it lie within three grey levels of its median. On a screen of one
    colour the largest piece that even lines cut off all around is the picture (a chat bubble).
    """
    top, bottom = _edges(grey)
    if top >= bottom:
        return grey
    left, right = _edges(grey[top:bottom].T)
    inner = grey[top:bottom, left:right]
    bubble = _bubble(grey)
    if bubble is not None and bubble.size < 0.9 * inner.size:
        return bubble
    return inner if inner.size >= _LEAST_FRAME * grey.size else grey


def _bubble(grey: Grey) -> Grey | None:
    """The picture in a chat: of the longest run of lines that show more than the ground the part that does so throughout."""
    if max(grey.shape) < _TALL * min(grey.shape):
        return None
    levels = np.bincount(np.clip(grey[::3, ::3], 0, 255).astype(np.uint8).ravel(), minlength=256)
    ground = int(levels.argmax())
    if float(levels[max(0, ground - _FLAT_LEVELS) : ground + _FLAT_LEVELS + 1].sum()) < 0.2 * float(levels.sum()):
        return None
    other = np.abs(grey - ground) > _FLAT_LEVELS
    box = (0, grey.shape[0], 0, grey.shape[1])
    for _ in range(3):
        top, bottom, left, right = box
        rows = _run(other[top:bottom, left:right].mean(axis=1) >= _SHOWN)
        top, bottom = top + rows[0], top + rows[1]
        columns = _run(other[top:bottom, left:right].mean(axis=0) >= _SHOWN)
        box = (top, bottom, left + columns[0], left + columns[1])
        if min(bottom - top, columns[1] - columns[0]) < 2:
            return None
    # The outermost lines are half the screen's: a copy with them would be larger than its original.
    top, bottom, left, right = (box[0] + _RIM, box[1] - _RIM, box[2] + _RIM, box[3] - _RIM)
    if min(bottom - top, right - left) < 2:
        return None
    inner = grey[top:bottom, left:right]
    told = inner.size >= _LEAST_BUBBLE * grey.size and min(inner.shape) >= _LEAST_SIDE * min(grey.shape)
    return (
        inner if told and other[top:bottom, left:right].mean() > 0.7 and float(inner.std()) >= _LEAST_DETAIL else None
    )


def _run(told: npt.NDArray[np.bool_]) -> tuple[int, int]:
    """The longest run of true ones: first and one past last; equal for none."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], told.astype(np.int8), [0]])))
    if not edges.size:
        return (0, 0)
    starts, ends = edges[::2], edges[1::2]
    longest = int((ends - starts).argmax())
    return int(starts[longest]), int(ends[longest])


def _edges(lines: Grey) -> tuple[int, int]:
    """First and one past last line that is no bar; equal when all are."""
    first = _busy(lines)
    return (first, len(lines) - _busy(lines[::-1])) if first < len(lines) else (0, 0)


def _busy(lines: Grey) -> int:
    """The number of bars before the first line that is none, looked for a few lines at a time: most pictures have none."""
    step, start, count = max(1, lines.shape[1] // _POINTS), 0, _LINES
    while start < len(lines):
        some = lines[start : start + count, ::step]
        even = np.abs(some - np.median(some, axis=1, keepdims=True)) <= _FLAT_LEVELS
        busy = np.flatnonzero(even.mean(axis=1) < _FLAT_SHARE)
        if busy.size:
            return start + int(busy[0])
        start, count = start + count, count * 2
    return len(lines)


def looks_of(grey: Grey) -> tuple[int, ...]:
    """The looks of a picture: without bars where it has some, of the whole, then of its likely crops.

    Returns:
        Unsigned 64-bit numbers; the first two (one where there are no bars) stand for the picture as it is. None at all
        for a picture without detail (a black photo resembles every other one).
    """
    inner = framed(grey)
    if min(inner.shape) < _KEPT or float(_grid(inner).std()) < _LEAST_DETAIL:
        return ()
    shown = (grey,) if inner.shape == grey.shape else (inner, grey)
    windows = (_window(inner, share, x, y) for share, places in _CROPS for x, y in places)
    return (*map(look_of, shown), *map(look_of, windows))


def asking(looks: tuple[int, ...]) -> tuple[int, ...]:
    """Those of a picture's looks by which it is looked up among others: of the picture as it is, bars left out or not."""
    return looks[: 1 if len(looks) <= 1 + _WINDOWS else 2]


def turned(grey: Grey, turn: int) -> Grey:
    """The picture turned by `turn` & 3 quarters to the left, mirrored before where `turn` & 4; 0 is the picture as it is."""
    return np.rot90(grey[:, ::-1] if turn & 4 else grey, turn & 3)


def turned_looks(grey: Grey) -> dict[int, int]:
    """Looks of the picture turned and mirrored in the seven ways there are besides the one it is in, by turn."""
    inner = framed(grey)
    return {turn: look_of(turned(inner, turn)) for turn in range(1, 8)}


def distance(one: int, other: int) -> int:
    """In how many of their 64 bits two looks differ."""
    return (one ^ other).bit_count()


def _window(grey: Grey, share: float, x: float, y: float) -> Grey:
    height, width = grey.shape
    top, left = round(y * (1 - share) * height), round(x * (1 - share) * width)
    return grey[top : top + round(share * height), left : left + round(share * width)]


def _grid(grey: Grey) -> Grey:
    picture = Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))
    return np.asarray(picture.resize((_GRID, _GRID), Image.Resampling.BOX), np.float64)


@cache
def _waves() -> Grey:
    places = np.arange(_GRID)
    return np.array([np.cos(np.pi * (2 * places + 1) * n / (2 * _GRID)) for n in range(_KEPT)])


def look_of(grey: Grey) -> int:
    """The look of a picture as it is: an unsigned 64-bit number."""
    strengths = (_waves() @ _grid(grey) @ _waves().T).ravel()[1:]  # the first is the mean brightness
    bits = strengths > np.median(strengths)
    return int("".join("1" if bit else "0" for bit in bits), 2)
