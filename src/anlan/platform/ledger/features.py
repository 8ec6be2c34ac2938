"""The points of a ledger kept one by one: after a change only the rows that changed are read and written again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence

from anlan.platform.ledger.changes import CHANGES, Positions

Features = dict[str, bytes]
MOST_POINTS = 100_000
# Some 350 bytes each; of all questions together.
_MOST_KEPT = 200_000
# Beyond this many new rows at once all of them are read: they are asked for by their ids.
_MOST_CHANGED = 400


class KeptFeatures:
    """Features by row id for the last few questions, each with where the chains stood. One per process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: OrderedDict[Hashable, tuple[Positions, Features]] = OrderedDict()

    def get(self, key: Hashable, subject_type: str, make: Callable[[Sequence[str] | None], Features]) -> Features:
        """The features of a question, as they stand now.

        Args:
            make: reads the features of the rows with these ids that answer the question, or of all for None.
        """
        with self._lock:
            held = self._held.get(key)
        # Where the chains stand is read before the rows, so what is kept can only be newer than it says.
        positions, changed = CHANGES.since(held[0] if held else None, subject_type)
        if held is None or changed is None or len(changed) > _MOST_CHANGED or len(held[1]) > MOST_POINTS:
            features = make(None)
        elif not changed:
            features = held[1]
        else:
            gone = set(changed)
            features = {k: v for k, v in held[1].items() if k not in gone} | make(changed)
        with self._lock:
            self._held[key] = (positions, features)
            self._held.move_to_end(key)
            while sum(len(kept) for _, kept in self._held.values()) > _MOST_KEPT:
                self._held.popitem(last=False)
        return features

    def forget(self) -> None:
        """Keep nothing (after rows were written below the journal: fixtures, rebuild)."""
        with self._lock:
            self._held.clear()


FEATURES = KeptFeatures()
