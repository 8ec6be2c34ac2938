"""The order of one subject's entries: (effective hlc, node, id); pure.

Source: docs/explanation/journal.md, section "Order and clocks" (house rule).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from anlan.kernel.entry import Entry, body_bytes, text_bytes
from anlan.kernel.hlc import MAX_HLC, Correction, Corrections

__all__ = ["causes", "corrections_from", "distinct", "effective_hlcs", "in_order", "own_clocks", "reordered"]


def distinct(entries: Iterable[Entry]) -> dict[str, Entry]:
    """The entries by id, each once."""
    held: dict[str, Entry] = {}
    for entry in entries:
        other = held.setdefault(entry.id, entry)
        if other is not entry and other != entry:
            # A forged repeat. The database's key prevents it; here only the answer must not hang on who came first.
            held[entry.id] = min(other, entry, key=lambda e: (body_bytes(e), text_bytes(e)))
    return held


def own_clocks(held: Mapping[str, Entry], corrections: Corrections, seqs: Mapping[str, int]) -> dict[str, int]:
    """Entry id -> its recorded clock, corrected where a correction covers it."""
    if not corrections:
        return {id: e.hlc for id, e in held.items()}
    return {id: corrections.hlc(e.node, seqs.get(id), e.hlc, e.wall) for id, e in held.items()}


def causes(entry: Entry) -> list[str]:
    """Ids of every entry that `entry` says its author held: `over`, `afters`, `after`, `base`."""
    named = [*entry.over, *(v for v in entry.afters.values() if v)]
    if entry.after:
        named.append(entry.after)
    if entry.base:
        named.append(entry.base)
    return named


def effective_hlcs(held: Mapping[str, Entry], clocks: Mapping[str, int]) -> dict[str, int]:
    """Each entry's own clock, or one more than the greatest of its causes held: effect never sorts before cause.

    Args:
        clocks: see `own_clocks`.
    """
    hlcs: dict[str, int] = {}
    entered: set[str] = set()
    for first in sorted(held.values(), key=lambda e: (clocks[e.id], e.node, e.id)):
        stack = [first.id]
        while stack:
            id = stack[-1]
            known = [c for c in causes(held[id]) if c in held]
            # A cause entered that has no clock yet stands in a ring, which can only be forged: it is passed over.
            waited = [] if id in entered else [c for c in known if c not in hlcs and c not in entered]
            entered.add(id)
            stack += waited
            if not waited:
                stack.pop()
                hlcs.setdefault(id, _later(clocks[id], [c for c in known if c in hlcs], hlcs))
    return hlcs


def reordered(
    held: Mapping[str, Entry], clocks: Mapping[str, int], hlcs: Mapping[str, int], bound: Mapping[str, Sequence[str]]
) -> dict[str, int]:
    """Effective clocks anew where a path that counts stands against the order, because an act was recorded twice.

    Args:
        hlcs: what `effective_hlcs` gave; decides who goes first in a ring.
        bound: effect -> causes that must hold. The causes an entry names hold too, except where the two contradict.
    """
    named = {i: {c for c in causes(e) if c in held and c != i} | set(bound.get(i, ())) for i, e in held.items()}
    waiting = sorted(held, key=lambda i: (hlcs[i], held[i].node, i))
    new: dict[str, int] = {}
    while waiting:
        ready = [i for i in waiting if all(c in new for c in named[i])]
        ready = ready or [i for i in waiting if all(c in new for c in bound.get(i, ()))][:1] or waiting[:1]
        for id in ready:
            new[id] = _later(clocks[id], [c for c in named[id] if c in new], new)
        waiting = [i for i in waiting if i not in new]
    return new


def _later(clock: int, causes: Iterable[str], hlcs: Mapping[str, int]) -> int:
    return min(max([clock, *(hlcs[c] + 1 for c in causes)]), MAX_HLC)


def in_order(entries: Iterable[Entry], hlcs: Mapping[str, int]) -> list[Entry]:
    """Sorted by (effective hlc, node, id)."""
    return sorted(entries, key=lambda e: (hlcs[e.id], e.node, e.id))


def corrections_from(entries: Iterable[Entry]) -> Corrections:
    """The corrections that `clock.corrected` entries state, in their order: the last one that covers a seq holds.

    Args:
        entries: every entry held of kind `*.clock.corrected`, of any subject, with data
            {"node", "first", "last", "offset_ms"}; one of another shape says nothing. Their own clocks are not
            corrected: a correction whose author held another is later by `base`.
    """
    held = distinct(entries)
    hlcs = effective_hlcs(held, {id: e.hlc for id, e in held.items()})
    return Corrections(
        Correction(e.data["node"], e.data["first"], e.data["last"], e.data["offset_ms"])
        for e in in_order(held.values(), hlcs)
        if isinstance(e.data.get("node"), str)
        and all(type(e.data.get(name)) is int for name in ("first", "last", "offset_ms"))
    )
