"""Whether two pictures were taken by one press of the button: do their details lie in exactly the same places. Pure.

However often a picture is sent on, resized or cropped, all its details keep their places to each other. A hand that
holds the camera a second time never brings that about: it stands a few millimetres elsewhere and a little askew, so that
some parts of the picture shift against others, also where nothing was mended and the view looks the same.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from anlan.platform.attachments.likeness import SAME, Laid, laid, part_of
from anlan.platform.attachments.looks import Grey

__all__ = ["ALIKE", "STEADY", "copied", "one_press", "one_press_either", "unrest"]

ALIKE = 0.96
"""Pictures that agree less are no copies: a copy agrees better, also one in which something was painted over."""
STEADY = 0.1
"""Up to here the details of two pictures lie in the same places, in 1/192 of the side: copies stay below 0.1, pictures
taken again by hand seldom do (bench/README.md, precision and recall)."""
_SIDE = 192
_ALL = (0.0, 0.0, 1.0, 1.0)
_BLOCKS = 8
_BLOCK = _SIDE // _BLOCKS
_ROUNDS = 5
_SETTLED = 0.005
_LEAST_DETAIL = 0.4
_LEAST_AGREEMENT = 0.9
_LEAST_BLOCKS = 12
_COUNTED = 0.75


def one_press(original: Grey, copy: Grey) -> float:
    """How well the pictures agree where they come from one press of the button, 0..1; 0 where they do not.

    Args:
        original, copy: from looks.grey_of, of one view.
    """
    return _pressed(laid(original, copy))


def one_press_either(one: Grey, other: Grey) -> float:
    """As `one_press`, whichever of the two is the copy.

    Pictures that agree all over are as steady the one way as the other; only where they don't, one may hold more than the
    other, and it is tried the other way.
    """
    found = laid(one, other)
    return _pressed(found if found.agreement >= ALIKE else laid(other, one))


def copied(found: Laid) -> float:
    """How well two pictures agree where one is a copy of the other, 0..1; 0 where it is not.

    As `one_press`; pictures with too little detail to tell their places apart count where they agree like one.

    Args:
        found: from likeness.laid, of two places as far as is known.
    """
    return _pressed(found, untold=found.agreement >= SAME)


def _pressed(found: Laid, *, untold: bool = False) -> float:
    """`untold`: pictures of which no places can be told pass."""
    if found.agreement < ALIKE:
        return 0.0
    moved = unrest(found)
    return found.agreement if moved <= STEADY or (untold and moved == np.inf) else 0.0


def unrest(found: Laid, *, askew: bool = False) -> float:
    """By how much the details of the copy lie beside their places in the original, in 1/192 of the side.

    The pictures are cut into 64 blocks; each is laid over the other picture for itself. What shift and size explain is
    taken out, the quarter of the blocks that fits worst (mended, covered by a mark) is left out.

    Args:
        askew: what a small turn explains is taken out too.
    Returns:
        The root mean square over the blocks; infinite where too few of them show anything.
    """
    moved, told = _moves(
        _details(part_of(found.original, found.place, _SIDE)), _details(part_of(found.copy, _ALL, _SIDE))
    )
    if int(told.sum()) < _LEAST_BLOCKS:
        return float("inf")
    rows, columns = np.divmod(np.flatnonzero(told), _BLOCKS)
    apart = np.zeros(len(rows))
    kept = np.ones(len(rows), bool)
    for _ in range(4):
        across = _unexplained((columns, rows) if askew else (columns,), moved[told, 0], kept)
        apart = np.hypot(across, _unexplained((rows, columns) if askew else (rows,), moved[told, 1], kept))
        kept = apart <= np.quantile(apart, _COUNTED)
    return float(np.sqrt((apart[kept] ** 2).mean()))


def _unexplained(at: tuple[Grey, ...], moved: Grey, kept: Grey) -> Grey:
    """What is left of the moves along one side when the shift is taken out, and what grows evenly with these places."""
    places = np.stack([np.ones(len(moved)), *at], axis=1)
    return moved - places @ np.linalg.lstsq(places[kept], moved[kept], rcond=None)[0]


def _details(square: Grey) -> Grey:
    """The picture at 192 x 192 without its finest grain and without slow changes of light."""
    return np.fft.irfft2(np.fft.rfft2(square) * _passing(), square.shape)


@cache
def _passing() -> Grey:
    """Which waves of a 192 x 192 grid are kept: those that means over a small neighbourhood leave and over a wide one don't."""
    return _fading(3) - _fading(40)


def _fading(times: int) -> Grey:
    """What means over a neighbourhood that grows with the square root of `times` leave of each wave."""
    along = np.cos(np.pi * np.arange(_SIDE // 2 + 1) / _SIDE) ** (2 * times)
    both = np.concatenate([along, along[-2:0:-1]])
    return both[:, None] * along[None, :]


def _moves(whole: Grey, part: Grey) -> tuple[Grey, Grey]:
    """(moves of the 64 blocks: across, down; which of them can be told), by the slopes of the picture (Lucas-Kanade)."""
    down, across = np.indices((_SIDE, _SIDE), float)
    target = _even(part)
    slope_y, slope_x = (_even(s) for s in np.gradient(part))
    xx, xy, yy = _sums(slope_x * slope_x), _sums(slope_x * slope_y), _sums(slope_y * slope_y)
    square = np.maximum(xx * yy - xy * xy, 1e-9)
    least = (xx + yy) / 2 - np.sqrt(((xx - yy) / 2) ** 2 + xy**2)
    moved = np.zeros((_BLOCKS * _BLOCKS, 2))
    power, agreement = _sums(target * target), np.zeros(len(moved))
    for _ in range(_ROUNDS):
        seen = _even(_at(whole, down + _spread(moved[:, 1]), across + _spread(moved[:, 0])))
        shared, own = _sums(seen * target), np.maximum(_sums(seen * seen), 1e-9)
        agreement = shared / np.sqrt(own * np.maximum(power, 1e-9))
        missing = target - seen * _spread(np.clip(shared / own, 0.2, 5.0))
        by_x, by_y = _sums(slope_x * missing), _sums(slope_y * missing)
        step = np.stack([(yy * by_x - xy * by_y) / square, (xx * by_y - xy * by_x) / square], axis=1)
        step = np.clip(step, -1.0, 1.0)
        moved = moved + step
        if float(np.quantile(np.abs(step), _COUNTED)) < _SETTLED:
            break
    told = (least >= _LEAST_DETAIL * _BLOCK * _BLOCK) & (agreement >= _LEAST_AGREEMENT)
    return moved, told & (np.abs(moved).max(axis=1) < 4)


def _sums(grid: Grey) -> Grey:
    return grid.reshape(_BLOCKS, _BLOCK, _BLOCKS, _BLOCK).sum(axis=(1, 3)).ravel()


def _spread(values: Grey) -> Grey:
    return values.reshape(_BLOCKS, _BLOCKS).repeat(_BLOCK, axis=0).repeat(_BLOCK, axis=1)


def _even(grid: Grey) -> Grey:
    """The grid without each block's mean."""
    return grid - _spread(_sums(grid) / (_BLOCK * _BLOCK))


def _at(grid: Grey, ys: Grey, xs: Grey) -> Grey:
    """Values of the grid at these points, between its own by proportion."""
    ys, xs = np.clip(ys, 0, _SIDE - 1.001), np.clip(xs, 0, _SIDE - 1.001)
    i, j = ys.astype(np.int32), xs.astype(np.int32)
    down, right = ys - i, xs - j
    flat, first = grid.ravel(), i * _SIDE + j
    left, beside = flat.take(first), flat.take(first + 1)
    above = left + (beside - left) * right
    left, beside = flat.take(first + _SIDE), flat.take(first + _SIDE + 1)
    return above + (left + (beside - left) * right - above) * down
