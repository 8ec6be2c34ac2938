"""Whether one picture is a copy of another, possibly cropped: laid over each other as well as can be, then compared. Pure.

A copy agrees with its original in every small detail once the crop is found. Two photos of one view never do: the camera
stood elsewhere, so near and far things moved against each other, and what was mended changed. Where it lies is searched
roughly over every crop first, then fitted; what is compared in the end is the same part of both, treated the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from PIL import Image

from anlan.platform.attachments.looks import Grey, views

__all__ = ["ENOUGH", "SAME", "Laid", "Place", "laid", "likeness", "part_of"]

SAME = 0.98
"""From here on a picture is a copy, whatever else. Source: bench/photos.py (precision and recall at this figure)."""
ENOUGH = 0.9
"""Below, two ways of framing the pictures are tried before it is given up."""
Place = tuple[float, float, float, float]
"""A part of a picture: (left, top, share of width, share of height)."""
_WHOLE: Place = (0.0, 0.0, 1.0, 1.0)
_SIDE = 96
_EDGE = 6
_ROUNDS = 12
_SETTLED = 1e-4
_ROUGH = 32
_SHARES = (1.0, 0.93, 0.86, 0.79)
_STRETCH = 0.22
_TRIED = 2
_LEAST, _BEYOND = 0.74, 0.04


@dataclass(frozen=True, slots=True)
class Laid:
    """Two pictures laid over each other: how well they agree (-1..1), and of which views the copy is that part."""

    agreement: float
    place: Place
    original: Grey
    copy: Grey


def likeness(original: Grey, copy: Grey) -> float:
    """How well the details of `copy` agree with a part of `original`, -1..1; 1 is the same picture.

    Args:
        original, copy: from looks.grey_of. The copy may be up to 10 % smaller at each side, the original not.
    """
    return laid(original, copy).agreement


def laid(original: Grey, copy: Grey) -> Laid:
    """As `likeness`, and which part of the original it was found to be, with or without what is around each."""
    best: Laid | None = None
    for whole in views(original):
        for part in views(copy):
            found = _laid(whole, part)
            best = found if best is None or found.agreement > best.agreement else best
            if best.agreement >= ENOUGH:
                return best
    assert best is not None  # a picture has a view
    return best


def part_of(grey: Grey, place: Place, side: int) -> Grey:
    """This part of a picture as a square of `side` points."""
    picture = Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))
    left, top, wide, high = place
    sides = np.clip((left, top, left + wide, top + high), 0.0, 1.0) * (picture.size * 2)
    box = (float(sides[0]), float(sides[1]), float(sides[2]), float(sides[3]))
    return np.asarray(picture.resize((side, side), Image.Resampling.LANCZOS, box), np.float64)


def _laid(original: Grey, copy: Grey) -> Laid:
    part = _details(copy, _WHOLE)
    inner = _normal(_inside(part))
    whole = _details(original, _WHOLE)
    fits = [_refined(whole, part, inner, start) for start in _starts(original, copy)]
    _, at = max(fits)
    best = (-1.0, at)
    for _ in range(2):  # the part alone, treated as the copy was: what was beside it no longer shines in
        near = _clipped(at)
        agreement, off = _refined(_details(original, near), part, inner, _WHOLE)
        best = max(best, (agreement, near))
        at = (near[0] + near[2] * off[0], near[1] + near[3] * off[1], near[2] * off[2], near[3] * off[3])
    return Laid(best[0], best[1], original, copy)


def _clipped(at: Place) -> Place:
    left, top = min(max(at[0], 0.0), 0.9), min(max(at[1], 0.0), 0.9)
    return left, top, min(at[0] + at[2], 1.0) - left, min(at[1] + at[3], 1.0) - top


def _starts(original: Grey, copy: Grey) -> list[Place]:
    """The likeliest places: the copy in several sizes moved over the original on a rough grid (normalised correlation)."""
    whole = _fine(part_of(original, _WHOLE, _ROUGH))
    found: list[tuple[float, Place]] = []
    for wide in _SHARES:
        for high in _SHARES:
            if abs(wide - high) > _STRETCH:
                continue
            columns, rows = round(wide * _ROUGH), round(high * _ROUGH)
            part = _normal(_fine(_sized(copy, columns, rows)))
            seen = sliding_window_view(whole, part.shape)
            count = part.size
            spread = (seen * seen).sum(axis=(2, 3)) - seen.sum(axis=(2, 3)) ** 2 / count
            agreement = np.einsum("ijkl,kl->ij", seen, part) / np.sqrt(np.maximum(spread, 1e-9))
            i, j = np.unravel_index(int(agreement.argmax()), agreement.shape)
            place = (int(j) / _ROUGH, int(i) / _ROUGH, columns / _ROUGH, rows / _ROUGH)
            found.append((float(agreement[i, j]), place))
    return [place for _, place in sorted(found, reverse=True)[:_TRIED]]


def _sized(grey: Grey, columns: int, rows: int) -> Grey:
    picture = Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))
    return np.asarray(picture.resize((columns, rows), Image.Resampling.BOX), np.float64)


def _fine(grid: Grey) -> Grey:
    return _smooth(grid, 1) - _smooth(grid, 8)


def _details(grey: Grey, place: Place) -> Grey:
    """This part at 96 x 96 without its slow changes of light."""
    small = part_of(grey, place, _SIDE)
    return _smooth(small, 2) - _smooth(small, 24)


def _smooth(grid: Grey, times: int) -> Grey:
    """Means over a neighbourhood that grows with the square root of `times`."""
    return _mixing(len(grid), times) @ grid @ _mixing(grid.shape[1], times).T


@cache
def _mixing(side: int, times: int) -> Grey:
    """How much of each point goes into each, along one side."""
    once = (2 * np.eye(side) + np.eye(side, k=1) + np.eye(side, k=-1)) / 4
    once[0, 0] = once[-1, -1] = 0.75
    return np.linalg.matrix_power(once, times)


def _inside(grid: Grey) -> Grey:
    return grid[_EDGE:-_EDGE, _EDGE:-_EDGE]


def _normal(grid: Grey) -> Grey:
    even = grid - grid.mean()
    length = float(np.sqrt((even * even).sum()))
    return even / length if length else even


def _agreement(seen: Grey, inner: Grey) -> float:
    return float((_normal(_inside(seen)) * inner).sum())


def _at(grid: Grey, ys: Grey, xs: Grey) -> Grey:
    """Values of the grid at the crossings of these rows and columns, between its points by proportion."""
    ys, xs = np.clip(ys, 0, _SIDE - 1.001), np.clip(xs, 0, _SIDE - 1.001)
    i, j = ys.astype(int), xs.astype(int)
    down, right = (ys - i)[:, None], (xs - j)[None, :]
    rows = grid[i] * (1 - down) + grid[i + 1] * down
    return rows[:, j] * (1 - right) + rows[:, j + 1] * right


_PLACES = (np.arange(_SIDE) + 0.5) / _SIDE


def _seen(grid: Grey, at: Place) -> Grey:
    left, top, wide, high = at
    return _at(grid, (top + high * _PLACES) * _SIDE - 0.5, (left + wide * _PLACES) * _SIDE - 0.5)


def _refined(whole: Grey, part: Grey, inner: Grey, start: Place) -> tuple[float, Place]:
    """The best agreement near `start`, and where: least squares over place and size, by the picture's slopes (Gauss-Newton)."""
    steep_y, steep_x = np.gradient(whole)
    at, best = start, (-1.0, start)
    target = part - part.mean()
    across, down = _PLACES[None, :], _PLACES[:, None]
    for _ in range(_ROUNDS):
        seen = _seen(whole, at)
        best = max(best, (_agreement(seen, inner), at))
        seen = seen - seen.mean()
        contrast = float(np.sqrt((target * target).sum() / max((seen * seen).sum(), 1e-9)))
        missing = target / max(contrast, 1e-9) - seen
        slope_x, slope_y = (_seen(s, at) * _SIDE for s in (steep_x, steep_y))
        moves = np.stack([_inside(m).ravel() for m in (slope_x, slope_y, slope_x * across, slope_y * down)], axis=1)
        square = moves.T @ moves
        square += np.eye(4) * (1e-6 * np.trace(square) + 1e-9)
        step = np.linalg.solve(square, moves.T @ _inside(missing).ravel())
        left, top, wide, high = (a + float(s) for a, s in zip(at, step, strict=True))
        inside = min(left, top, 1 - left - wide, 1 - top - high) > -_BEYOND
        if not (inside and min(wide, high) > _LEAST and max(wide, high) < 1 + 2 * _BEYOND):
            break
        at = (left, top, wide, high)
        if float(np.abs(step).max()) < _SETTLED:
            best = max(best, (_agreement(_seen(whole, at), inner), at))
            break
    return best
