"""Hybrid logical clock: milliseconds since 1970 UTC and 16 bits of counter in one comparable int; pure.

Also the corrections a parent node issues for a clock that was wrong.
Source: S. Kulkarni et al., Logical Physical Clocks (2014), in the form of docs/explanation/journal.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

__all__ = [
    "LIMIT_MINUTES",
    "MAX_HLC",
    "Correction",
    "Corrections",
    "merge",
    "pack",
    "tick",
    "to_datetime",
    "too_far_ahead",
    "unpack",
]

MAX_HLC = (1 << 63) - 1
"""Fits the signed 64 bits of both databases; milliseconds end in the year 6429."""
LIMIT_MINUTES = 25
"""How far an admitted entry may be ahead of the receiver: two honest clocks at +10 and -10 minutes are 20 apart."""


def pack(ms: int, counter: int = 0) -> int:
    """One int of milliseconds (clamped to 0..2**47-1, a broken clock must not stop a node) and counter (0..65535)."""
    return (min(max(ms, 0), (1 << 47) - 1) << 16) | (counter & 0xFFFF)


def unpack(hlc: int) -> tuple[int, int]:
    """(milliseconds since 1970 UTC, counter)."""
    return hlc >> 16, hlc & 0xFFFF


def tick(last: int, wall_ms: int) -> int:
    """The clock of a new entry: the wall where it is ahead, else one more than `last`.

    Args:
        last: the greater of this node's last and the subject's last effective hlc; 0 for none.
        wall_ms: the raw clock, milliseconds since 1970 UTC.
    """
    return min(max(last + 1, pack(wall_ms)), MAX_HLC)


def merge(last: int, received: int) -> int:
    """This node's last after an entry was admitted; a quarantined entry must not be merged."""
    return max(last, received)


def to_datetime(hlc: int) -> datetime:
    """Aware UTC, millisecond precision."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=hlc >> 16)


def too_far_ahead(hlc: int, wall_ms: int, limit_minutes: int = LIMIT_MINUTES) -> bool:
    """Whether the receiver must not admit this entry yet. `hlc` is corrected first where a correction covers it."""
    return (hlc >> 16) > wall_ms + limit_minutes * 60_000


@dataclass(frozen=True, slots=True)
class Correction:
    """`clock.corrected`: entries `first`..`last` (seq, both included) of `node` were recorded `offset_ms` too early."""

    node: str
    first: int
    last: int
    offset_ms: int


class Corrections:
    """All corrections known here, in the order in which they count: the last one that covers a seq holds."""

    __slots__ = ("_by_node",)

    def __init__(self, corrections: Iterable[Correction] = ()) -> None:
        by_node: dict[str, list[Correction]] = {}
        for correction in corrections:
            by_node.setdefault(correction.node, []).append(correction)
        self._by_node: Mapping[str, list[Correction]] = by_node

    def __bool__(self) -> bool:
        return bool(self._by_node)

    def offset_ms(self, node: str, seq: int | None) -> int | None:
        """What to add to the wall clock of entry `seq` of `node`; None where nothing covers it.

        An entry that is not sequenced yet (`seq` None) is never covered: a correction names entries its author held.
        """
        if seq is None:
            return None
        for correction in reversed(self._by_node.get(node, ())):
            if correction.first <= seq <= correction.last:
                return correction.offset_ms
        return None

    def hlc(self, node: str, seq: int | None, hlc: int, wall_ms: int) -> int:
        """The corrected clock of one entry: wall + offset, the counter kept; `hlc` itself where nothing covers it."""
        offset = self.offset_ms(node, seq)
        return hlc if offset is None else pack(wall_ms + offset, hlc)
