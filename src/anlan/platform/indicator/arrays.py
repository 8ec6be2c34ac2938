"""Rows of a ledger as arrays of numbers: what a part and a table are, and what is done with them. No database."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from anlan.platform.indicator.declare import Facts
from anlan.platform.ledger.changes import Positions

__all__ = ["MISSING", "Part", "Table", "empty_of", "joined", "picked", "places", "standing", "without"]

MISSING = -(2**31)
"""A day or number that is not there."""
# Up to so many ids are looked for by going through all of them, which costs less than sorting them.
_FEW = 5_000


@dataclass(frozen=True, slots=True)
class Part:
    """Rows as arrays of one length.

    Attributes:
        ids: (n, 2) uint64, the halves of the ids. data: by column; texts as numbers of `Table.words` (int32), days since 1970
            (int32), numbers (int64). many: by column (starts, words): words[starts[i]:starts[i+1]] are those of row i.
        alive: which rows still stand; None: all.
    """

    ids: np.ndarray
    data: dict[str, np.ndarray]
    many: dict[str, tuple[np.ndarray, np.ndarray]]
    alive: np.ndarray | None = None

    @property
    def size(self) -> int:
        """How many rows, dead ones included."""
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Table:
    """A ledger at one moment. `words`: by column, the texts that its numbers stand for; "" is 0. `version` names the moment."""

    facts: Facts
    base: Part
    part: Part
    words: dict[str, list[str]]
    positions: Positions
    version: int = 0

    @property
    def parts(self) -> tuple[Part, Part]:
        """The base and what changed since."""
        return self.base, self.part

    @property
    def size(self) -> int:
        """How many rows stand."""
        return sum(p.size if p.alive is None else int(p.alive.sum()) for p in self.parts)


def empty_of(part: Part) -> Part:
    """A part of the same columns without rows."""
    many = {name: (np.zeros(1, np.int64), words[:0]) for name, (_, words) in part.many.items()}
    return Part(part.ids[:0], {name: array[:0] for name, array in part.data.items()}, many)


def places(ids: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Where each wanted id stands among `ids`; -1 where it does not. Both (n, 2) uint64, the ids without repetition."""
    if not len(ids) or not len(wanted):
        return np.full(len(wanted), -1, np.int64)
    if len(wanted) <= _FEW:
        near = np.nonzero(np.isin(ids[:, 0], wanted[:, 0]))[0]
        at = {pair: int(i) for pair, i in zip(map(tuple, ids[near].tolist()), near, strict=True)}
        return np.fromiter((at.get(tuple(pair), -1) for pair in wanted.tolist()), np.int64, len(wanted))
    order = np.lexsort((ids[:, 1], ids[:, 0]))
    first = ids[order, 0]
    left, right = np.searchsorted(first, wanted[:, 0], "left"), np.searchsorted(first, wanted[:, 0], "right")
    at = order[np.minimum(left, len(order) - 1)]
    found = np.where((left < right) & (ids[at, 1] == wanted[:, 1]), at, -1)
    # Ids made in one millisecond may share their first half.
    for i in np.nonzero((right - left > 1) & (found < 0))[0]:
        run = order[left[i] : right[i]]
        hit = run[ids[run, 1] == wanted[i, 1]]
        found[i] = hit[0] if len(hit) else -1
    return found


def without(part: Part, keys: np.ndarray) -> Part:
    """The part with these rows dead."""
    gone = places(part.ids, keys)
    gone = gone[gone >= 0]
    if not len(gone):
        return part
    alive = np.ones(part.size, bool) if part.alive is None else part.alive.copy()
    alive[gone] = False
    return replace(part, alive=alive)


def standing(part: Part) -> Part:
    """The part without its dead rows."""
    if part.alive is None:
        return part
    kept = np.nonzero(part.alive)[0]
    many = {name: picked(starts, words, kept) for name, (starts, words) in part.many.items()}
    return Part(part.ids[kept], {n: a[kept] for n, a in part.data.items()}, many)


def picked(starts: np.ndarray, words: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The words of some rows, in the same shape."""
    counts = starts[rows + 1] - starts[rows]
    begins = np.zeros(len(rows) + 1, np.int64)
    np.cumsum(counts, out=begins[1:])
    index = np.repeat(starts[rows] - begins[:-1], counts) + np.arange(begins[-1])
    return begins, words[index]


def joined(one: Part, other: Part, by: str) -> Part:
    """The rows of both, none of them dead, sorted by a column of days ("": as they stand)."""
    ids = np.concatenate((one.ids, other.ids))
    data = {n: np.concatenate((one.data[n], other.data[n])) for n in one.data}
    many = {}
    for name, (starts, words) in one.many.items():
        more, added = other.many[name]
        many[name] = (np.concatenate((starts, more[1:] + starts[-1])), np.concatenate((words, added)))
    if not by:
        return Part(ids, data, many)
    order = np.argsort(data[by], kind="stable")
    return Part(ids[order], {n: a[order] for n, a in data.items()}, {n: picked(*m, order) for n, m in many.items()})
