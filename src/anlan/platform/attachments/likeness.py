"""Whether one picture is a copy of another, possibly cropped: laid over each other as well as can be, then compared. Pure.

A copy agrees with its original in every small detail once the crop is found. Two photos of one view never do: the camera
stood elsewhere, so near and far things moved against each other, and what was mended changed.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from anlan.platform.attachments.looks import Grey, framed

__all__ = ["SAME", "Place", "likeness", "placed"]

SAME = 0.98
"""From here on a picture is a copy. Source: bench/photos.py (precision and recall at this figure)."""
_SIDE = 96
_EDGE = 6
_ROUNDS = 14
_SETTLED = 1e-4
# Where the search begins: the whole picture, and the crops of looks._CROPS; (left, top, share of width, share of height).
Place = tuple[float, float, float, float]
_STARTS: tuple[Place, ...] = (
    (0.0, 0.0, 1.0, 1.0),
    (0.0375, 0.0375, 0.925, 0.925),
    (0.0, 0.0, 0.925, 0.925),
    (0.075, 0.0, 0.925, 0.925),
    (0.0, 0.075, 0.925, 0.925),
    (0.075, 0.075, 0.925, 0.925),
)


def likeness(original: Grey, copy: Grey) -> float:
    """How well the details of `copy` agree with a part of `original`, -1..1; 1 is the same picture.

    Args:
        original, copy: from looks.grey_of. The copy may be up to 10 % smaller at each side, the original not.
    """
    return placed(original, copy)[0]


def placed(original: Grey, copy: Grey) -> tuple[float, Place]:
    """As `likeness`, and which part of the original it was found to be: (left, top, share of width, of height)."""
    whole, part = _details(original), _details(copy)
    steep_y, steep_x = np.gradient(whole)
    inner = _normal(_inside(part))
    starts = sorted(_STARTS, key=lambda at: -_agreement(_seen(whole, at), inner))
    return max(_refined(whole, (steep_x, steep_y), part, inner, at) for at in starts[:2])


def _details(grey: Grey) -> Grey:
    """The picture at 96 x 96 without its slow changes of light."""
    picture = Image.fromarray(np.clip(framed(grey), 0, 255).astype(np.uint8))
    small = np.asarray(picture.resize((_SIDE, _SIDE), Image.Resampling.BOX), np.float64)
    return _smooth(small, 1) - _smooth(small, 24)


def _smooth(grid: Grey, times: int) -> Grey:
    for _ in range(times):
        wide = np.pad(grid, 1, mode="edge")
        rows = (wide[:-2] + 2 * wide[1:-1] + wide[2:]) / 4
        grid = (rows[:, :-2] + 2 * rows[:, 1:-1] + rows[:, 2:]) / 4
    return grid


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


def _points(at: Place) -> tuple[Grey, Grey]:
    left, top, wide, high = at
    return (top + high * _PLACES) * _SIDE - 0.5, (left + wide * _PLACES) * _SIDE - 0.5


def _seen(grid: Grey, at: Place) -> Grey:
    return _at(grid, *_points(at))


def _refined(whole: Grey, steep: tuple[Grey, Grey], part: Grey, inner: Grey, start: Place) -> tuple[float, Place]:
    """The best agreement near `start`, and where: least squares over place and size, by the picture's slopes (Gauss-Newton)."""
    at, best = start, (-1.0, start)
    target = part - part.mean()
    across, down = _PLACES[None, :], _PLACES[:, None]
    for _ in range(_ROUNDS):
        seen = _seen(whole, at)
        best = max(best, (_agreement(seen, inner), at))
        seen = seen - seen.mean()
        contrast = float(np.sqrt((target * target).sum() / max((seen * seen).sum(), 1e-9)))
        missing = target / max(contrast, 1e-9) - seen
        slope_x, slope_y = (_seen(s, at) * _SIDE for s in steep)
        moves = np.stack([_inside(m).ravel() for m in (slope_x, slope_y, slope_x * across, slope_y * down)], axis=1)
        square = moves.T @ moves
        square += np.eye(4) * (1e-6 * np.trace(square) + 1e-9)
        step = np.linalg.solve(square, moves.T @ _inside(missing).ravel())
        left, top, wide, high = (a + float(s) for a, s in zip(at, step, strict=True))
        if not (-0.05 < left < 0.2 and -0.05 < top < 0.2 and 0.85 < wide < 1.05 and 0.85 < high < 1.05):
            break
        at = (left, top, wide, high)
        if float(np.abs(step).max()) < _SETTLED:
            best = max(best, (_agreement(_seen(whole, at), inner), at))
            break
    return best
