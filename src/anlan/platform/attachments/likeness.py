"""Whether one picture is a copy of another, possibly cropped: laid over each other as well as can be, then compared. Pure.

A copy agrees with its original in every small detail once the crop is found. Two photos of one view never do: the camera
stood elsewhere, so near and far things moved against each other, and what was mended changed. Where it lies is searched
roughly over every crop first, then fitted; what is compared in the end is the same part of both, treated the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from PIL import Image

from anlan.platform.attachments.looks import Grey, views

__all__ = ["ENOUGH", "SAME", "Laid", "Place", "laid", "likeness", "part_of", "relaid"]

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
_TRIED = 2
_HOPE = 0.5
"""Copies agree by 0.79 and more at the rough search, other places by 0.43 and less (bench/photos.py)."""
_SURE = 0.79
"""Views that agree so well are fitted at once; if they fit, no other views of the pictures are tried."""
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
    """As `likeness`, and which part of the original it was found to be, with or without what is around each.

    Pictures that have nothing in common at the rough search are not fitted: of look-alikes among many most are such.
    """
    parts, pairs = views(copy), []
    for whole in views(original):
        for part in parts:
            rough, starts = _starts(whole, part)
            if rough >= _SURE and (found := _laid(whole, part, starts)).agreement >= ENOUGH:
                return found
            pairs.append((rough, starts, whole, part))
    pairs.sort(key=lambda pair: -pair[0])
    rough, starts, whole, part = pairs[0]
    best = Laid(min(rough, _HOPE), starts[0], whole, part)
    for rough, starts, whole, part in pairs:
        if rough < _HOPE:
            break
        found = _laid(whole, part, starts)
        best = found if found.agreement > best.agreement else best
        if best.agreement >= ENOUGH:
            break
    return best


def relaid(found: Laid, copy: Grey) -> Laid:
    """As `laid`, of the same original and a copy that differs little from the one found: looked for near its place only."""
    return _laid(found.original, copy, [found.place])


def part_of(grey: Grey, place: Place, side: int) -> Grey:
    """This part of a picture as a square of `side` points."""
    picture = Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))
    left, top, wide, high = place
    sides = np.clip((left, top, left + wide, top + high), 0.0, 1.0) * (picture.size * 2)
    box = (float(sides[0]), float(sides[1]), float(sides[2]), float(sides[3]))
    return np.asarray(picture.resize((side, side), Image.Resampling.LANCZOS, box), np.float64)


def _laid(original: Grey, copy: Grey, starts: list[Place]) -> Laid:
    part = _Part(_details(copy, _WHOLE))
    whole = _details(original, _WHOLE)
    _, at = max(part.refined(whole, start) for start in starts)
    best = (-1.0, at)
    for _ in range(2):  # the part alone, treated as the copy was: what was beside it no longer shines in
        near = _clipped(at)
        agreement, off = part.refined(_details(original, near), _WHOLE)
        best = max(best, (agreement, near))
        at = (near[0] + near[2] * off[0], near[1] + near[3] * off[1], near[2] * off[2], near[3] * off[3])
    return Laid(best[0], best[1], original, copy)


def _clipped(at: Place) -> Place:
    left, top = min(max(at[0], 0.0), 0.9), min(max(at[1], 0.0), 0.9)
    return left, top, min(at[0] + at[2], 1.0) - left, min(at[1] + at[3], 1.0) - top


def _starts(original: Grey, copy: Grey) -> tuple[float, list[Place]]:
    """How well the pictures agree on a rough grid (normalised correlation), and the likeliest places of the copy.

    The copy is moved over the original in several sizes.
    """
    whole = _fine(_pooled(original, _ROUGH, _ROUGH))
    small = _pooled(copy, _SIDE, _SIDE)
    found: list[tuple[float, Place]] = []
    for wide in _SHARES:
        for high in _SHARES:
            columns, rows = round(wide * _ROUGH), round(high * _ROUGH)
            part = _normal(_fine(_pooled(small, columns, rows)))
            seen = sliding_window_view(whole, part.shape).reshape(-1, part.size)
            spread = np.einsum("ij,ij->i", seen, seen) - seen.sum(axis=1) ** 2 / part.size
            agreement = (seen @ part.ravel()) / np.sqrt(np.maximum(spread, 1e-9))
            most = int(agreement.argmax())
            i, j = divmod(most, _ROUGH - columns + 1)
            found.append((float(agreement[most]), (j / _ROUGH, i / _ROUGH, columns / _ROUGH, rows / _ROUGH)))
    found.sort(reverse=True)
    return found[0][0], [place for _, place in found[:_TRIED]]


def _pooled(grey: Grey, columns: int, rows: int) -> Grey:
    """Means of the picture over even fields, `columns` across and `rows` down."""
    return _pooling(rows, grey.shape[0]) @ grey @ _pooling(columns, grey.shape[1]).T


@lru_cache(maxsize=256)
def _pooling(fields: int, side: int) -> Grey:
    """How much of each point goes into each field, along one side."""
    edges = np.arange(fields + 1) * side / fields
    points = np.arange(side)
    shared = np.minimum(edges[1:, None], points + 1) - np.maximum(edges[:-1, None], points)
    return np.maximum(shared, 0.0) * fields / side


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


_PLACES = (np.arange(_SIDE) + 0.5) / _SIDE
_INNER = _PLACES[_EDGE:-_EDGE]


def _sampling(places: Grey) -> Grey:
    """How much of each of a grid's points goes into the value at each place (0..1) along one side, by proportion."""
    at = np.clip(places * _SIDE - 0.5, 0, _SIDE - 1.001)
    i = at.astype(int)
    rows = np.arange(len(at))
    weights = np.zeros((len(at), _SIDE))
    weights[rows, i] = 1 - (at - i)
    weights[rows, i + 1] = at - i
    return weights


class _Part:
    """The details of a copy, made ready to be laid over pictures."""

    def __init__(self, details: Grey) -> None:
        inner = _inside(details)
        self._even = inner - inner.mean()
        self._power = float((self._even * self._even).sum())
        slope_y, slope_x = (_inside(slope) * _SIDE for slope in np.gradient(details))
        slopes = (slope_x, slope_y, slope_x * _INNER[None, :], slope_y * _INNER[:, None])
        moves = np.stack([slope.ravel() for slope in slopes])
        square = moves @ moves.T
        square += np.eye(4) * (1e-6 * np.trace(square) + 1e-9)
        self._solved = np.linalg.solve(square, moves)

    def refined(self, whole: Grey, start: Place) -> tuple[float, Place]:
        """The best agreement near `start` in the details of a picture, and where.

        Least squares over place and size by the slopes of the copy, which stay as they are while it is moved
        (inverse compositional Gauss-Newton).
        """
        at, best = start, (-1.0, start)
        for _ in range(_ROUNDS):
            left, top, wide, high = at
            seen = _sampling(top + high * _INNER) @ whole @ _sampling(left + wide * _INNER).T
            seen = seen - seen.mean()
            power = float((seen * seen).sum())
            shared = float((seen * self._even).sum())
            best = max(best, (shared / float(np.sqrt(max(power * self._power, 1e-9))), at))
            gain = float(np.sqrt(self._power / max(power, 1e-9)))
            step = self._solved @ (gain * seen - self._even).ravel()
            across, down, wider, higher = (float(s) for s in np.clip(step, -0.2, 0.2))
            wide, high = wide / (1 + wider), high / (1 + higher)
            left, top = left - wide * across, top - high * down
            inside = min(left, top, 1 - left - wide, 1 - top - high) > -_BEYOND
            if not (inside and min(wide, high) > _LEAST and max(wide, high) < 1 + 2 * _BEYOND):
                break
            at = (left, top, wide, high)
            if float(np.abs(step).max()) < _SETTLED:
                break
        return best
