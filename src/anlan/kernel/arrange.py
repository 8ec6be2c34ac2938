"""What a subject's entries amount to: their order, what counts, what is contested, what waits, and what is open; pure.

Every node that holds the same entries of a subject gets the same answer, whatever the order in which they came.
Source: docs/explanation/journal.md, sections "Order", "Steps", "Decisions", "Legal fields" (house rule).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from anlan.kernel.contests import field_contest, step_contest
from anlan.kernel.entry import Entry, legal_values
from anlan.kernel.hlc import Corrections
from anlan.kernel.order import causes, corrections_from, distinct, effective_hlcs, in_order, own_clocks, reordered
from anlan.kernel.tree import Tree, choose

__all__ = ["NO_CORRECTIONS", "Arranged", "arrange", "corrections_from", "extends", "fold_all", "fold_readable"]

Row = TypeVar("Row")
OrderKey = tuple[int, str, str]
NO_CORRECTIONS = Corrections()
_FIELDS = tuple(Entry.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Arranged:
    """The answer of `arrange` for one subject.

    Attributes:
        effective: the entries that count, in order, each with `effective_hlc`; a legal field whose value does not count
            is left out of `data`. The only thing a context's fold ever sees.
        contested: ids that do not count (decided or not): off the path, or standing on something off it.
        pending: ids whose `after` is not held yet; neither folded nor contested nor queued.
        missing: ids that held entries name as their cause (`base`, `over`, `afters`, `after`) and that are not held.
        alias: id of a second recording of the same act -> id of the one that counts.
        tip: the accepted step (or decision) that the next step must name as `after`.
        state: `to` of the last step that counts.
        standing: legal field -> id of the entry whose value holds: the next write's `afters`.
        open: contests nobody has decided, JSON values only, empty for none (shape: kernel/contests.py).
        last: order key (effective hlc, node, id) of the last entry held, counting or not; its id is the next `base`.
    """

    effective: tuple[Entry, ...] = ()
    contested: frozenset[str] = frozenset()
    pending: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    alias: Mapping[str, str] = field(default_factory=dict)
    tip: str | None = None
    state: str | None = None
    standing: Mapping[str, str] = field(default_factory=dict)
    open: tuple[dict[str, Any], ...] = ()
    last: OrderKey | None = None

    @property
    def settled(self) -> bool:
        """Nothing contested, waiting or twice: the next entry may be folded alone where `extends` agrees."""
        return not (self.contested or self.pending or self.missing or self.alias or self.open)

    @property
    def open_fields(self) -> tuple[str, ...]:
        """Legal fields with an undecided contest, sorted: the row's page says so beside the value."""
        return tuple(contest["field"] for contest in self.open if contest["what"] == "field")


def arrange(
    entries: Iterable[Entry], corrections: Corrections = NO_CORRECTIONS, seqs: Mapping[str, int] | None = None
) -> Arranged:
    """Decide what counts of one subject's entries.

    Args:
        entries: all entries held of one subject, in any order, repeats allowed; quarantined ones and those beyond a
            fence are not passed.
        corrections: the clock corrections held, see `corrections_from`.
        seqs: entry id -> seq at its node, needed only where a correction may cover it.
    Returns:
        The same value for the same set of entries, on every node.
    """
    held = distinct(entries)
    simple = None if corrections else _appended(held)
    if simple is not None:
        return simple
    clocks = own_clocks(held, corrections, seqs or {})
    hlcs = effective_hlcs(held, clocks)
    order = in_order(held.values(), hlcs)
    subject = _Subject(held, order)
    if subject.against(hlcs):
        hlcs = reordered(held, clocks, hlcs, subject.bound())
        order = in_order(held.values(), hlcs)
    return subject.arranged(order, hlcs)


def _appended(held: Mapping[str, Entry]) -> Arranged | None:
    """The answer where each entry merely extends those before it, which is nearly always; else None."""
    tip: str | None = None
    state: str | None = None
    last: OrderKey | None = None
    standing: dict[str, str] = {}
    onces: set[str] = set()
    seen: set[str] = set()
    order = sorted(held.values(), key=lambda e: (e.hlc, e.node, e.id))
    for entry in order:
        if (entry.base and entry.base not in seen) or (entry.once and entry.once in onces):
            return None
        if not extends(tip, last, entry, standing=standing):
            return None
        seen.add(entry.id)
        last = (entry.hlc, entry.node, entry.id)
        if entry.once:
            onces.add(entry.once)
        if entry.to is not None:
            tip, state = entry.id, entry.to
        for name in entry.afters:
            standing[name] = entry.id
    return Arranged(
        effective=tuple([_shown(e, e.hlc, ()) for e in order]),
        tip=tip,
        state=state,
        standing={n: standing[n] for n in sorted(standing)},
        last=last,
    )


class _Subject:
    """One subject's entries in order, its tree of steps and its trees of legal fields."""

    def __init__(self, held: Mapping[str, Entry], order: Sequence[Entry]) -> None:
        self.held = held
        self.anchor: dict[str, str | None] = {}
        self.pending: set[str] = set()
        for entry in order:
            self._connect(entry)
        connected = [e for e in order if e.id in self.anchor]
        self.twins = _twins(connected)
        steps = [e for e in connected if _in_tree(e)]
        self.steps = choose(
            Tree(
                order=[e.id for e in steps],
                parent=self.anchor,
                over={e.id: frozenset(e.over) for e in steps if _decides_step(e)},
                twins=self.twins,
            )
        )
        self.counting = self._counting(connected)
        self.fields = {name: self._field_tree(name, connected) for name in _legal_names(connected)}

    def _connect(self, entry: Entry) -> None:
        """Find the step `entry` stands on; without one held it waits."""
        above = self.held.get(entry.after) if entry.after else None
        if not entry.after:
            self.anchor[entry.id] = None
        elif above is None or above.id not in self.anchor:
            self.pending.add(entry.id)
        else:
            self.anchor[entry.id] = above.id if _in_tree(above) else self.anchor[above.id]

    def _counting(self, connected: Sequence[Entry]) -> set[str]:
        """Ids that count, and the aliases among entries that are not steps."""
        path = set(self.steps.path)
        counting = set(path)
        self.alias = dict(self.steps.alias)
        acts: dict[str, str] = {self.held[id].once: id for id in self.steps.path if self.held[id].once}  # type: ignore[misc]
        for entry in connected:
            if entry.id in path or entry.id in self.alias:
                continue
            first = acts.get(entry.once) if entry.once else None
            if first is not None:
                self.alias[entry.id] = first
                continue
            anchor = self.steps.resolve(self.anchor[entry.id])
            if not _in_tree(entry) and (anchor is None or anchor in path):
                counting.add(entry.id)
                if entry.once:
                    acts[entry.once] = entry.id
        return counting

    def _field_tree(self, name: str, connected: Sequence[Entry]) -> Tree:
        """The writes of one legal field that may count; one whose parent does not count stands on what that replaced.

        A write whose parent is not held yet waits: it is not in the tree, and its value is not shown to the fold.
        """
        writes = {e.id: e for e in connected if name in e.afters}
        above = {i: self._replaced(e.afters[name], writes) for i, e in writes.items()}
        parent: dict[str, str | None] = {}
        for id in writes:
            if id in self.counting:
                seen = {id}
                up = above[id]
                while up is not None and up in writes and up not in self.counting and up not in seen:
                    seen.add(up)
                    up = above[up]
                if up is None or (up in self.counting and up not in seen):
                    parent[id] = up
        over = {
            i: frozenset(self.alias.get(o, o) for o in writes[i].over)
            for i in parent
            if writes[i].over and writes[i].afters[name]
        }
        return choose(Tree(order=list(parent), parent=parent, over=over))

    def _replaced(self, id: str | None, writes: Mapping[str, Entry]) -> str | None:
        same = self.alias.get(id) if id else None
        return same if same in writes else id

    def _paths(self) -> list[list[str]]:
        return [self.steps.path, *(tree.path for tree in self.fields.values())]

    def against(self, hlcs: Mapping[str, int]) -> bool:
        """Whether a path stands against the order, which only an act recorded twice can bring about."""
        return any(hlcs[c] >= hlcs[e] for path in self._paths() for c, e in zip(path, path[1:], strict=False))

    def bound(self) -> dict[str, list[str]]:
        """Effect -> causes by the paths that count: a step on the one before, other entries on their step."""
        on_path = set(self.steps.path)
        bound = {i: [step] for i, a in self.anchor.items() if i not in on_path and (step := self.steps.resolve(a))}
        for path in self._paths():
            for cause, effect in zip(path, path[1:], strict=False):
                bound.setdefault(effect, []).append(cause)
        return bound

    def arranged(self, order: Sequence[Entry], hlcs: Mapping[str, int]) -> Arranged:
        contested = frozenset(i for i in self.anchor if i not in self.counting and i not in self.alias)
        stands = {name: set(tree.path) for name, tree in self.fields.items()}
        effective = []
        for entry in order:
            if entry.id in self.counting:
                written = legal_values(entry.data)
                lost = [n for n in entry.afters if entry.id not in stands[n] and n in written]
                effective.append(_shown(entry, hlcs[entry.id], lost))
        contests = [step_contest(self.steps, self.held, self.anchor, contested, order)]
        contests += [field_contest(name, self.fields[name], self.held) for name in sorted(self.fields)]
        states = [self.held[i].to for i in self.steps.path if self.held[i].to]
        last = order[-1]
        return Arranged(
            effective=tuple(effective),
            contested=contested,
            pending=frozenset(self.pending),
            missing=frozenset(c for e in order for c in causes(e) if c not in self.held),
            alias=self.alias,
            tip=self.steps.tip,
            state=states[-1] if states else None,
            standing={n: t.tip for n, t in sorted(self.fields.items()) if t.tip},
            open=tuple(c for c in contests if c),
            last=(hlcs[last.id], last.node, last.id),
        )


def _in_tree(entry: Entry) -> bool:
    return entry.to is not None or _decides_step(entry)


def _decides_step(entry: Entry) -> bool:
    return bool(entry.over and entry.after and not entry.afters)


def _legal_names(entries: Iterable[Entry]) -> set[str]:
    return {name for e in entries if e.afters for name in e.afters}


def _twins(connected: Iterable[Entry]) -> dict[str, list[str]]:
    acts: dict[str, list[str]] = {}
    for entry in connected:
        if entry.once:
            acts.setdefault(entry.once, []).append(entry.id)
    return {i: [t for t in ids if t != i] for ids in acts.values() if len(ids) > 1 for i in ids}


def _shown(entry: Entry, hlc: int, lost: Sequence[str]) -> Entry:
    """A copy for the fold. `dataclasses.replace` costs five times as much, and a refold makes one for each entry."""
    if entry.effective_hlc == hlc and not lost:
        return entry
    shown = object.__new__(Entry)
    for name in _FIELDS:
        object.__setattr__(shown, name, getattr(entry, name))
    object.__setattr__(shown, "effective_hlc", hlc)
    if lost:
        kept = {k: v for k, v in legal_values(entry.data).items() if k not in lost}
        object.__setattr__(shown, "data", {**entry.data, "set": kept} if "set" in entry.data else kept)
    return shown


def extends(
    tip: str | None,
    last: OrderKey | None,
    entry: Entry,
    *,
    standing: Mapping[str, str] | None = None,
    settled: bool = True,
    once_known: bool = False,
) -> bool:
    """Whether `entry` merely appends, so that folding it alone gives what refolding the subject would give.

    Args:
        tip, last, standing, settled: of the subject's `Arranged` before this entry (kept in its Head row).
        once_known: whether another entry of the subject has the same `once`.
    The entry must be covered by no clock correction. When True: the new last is (hlc, node, id), the new tip is its id
    if it is a step, and each of its legal fields now stands at its id.
    """
    if not settled or once_known or entry.over:
        return False
    if last is not None and entry.hlc <= last[0]:
        return False
    if (_in_tree(entry) or entry.after is not None) and entry.after != tip:
        return False
    held = standing or {}
    return all(entry.afters[name] == held.get(name) for name in entry.afters)


def fold_all(arranged: Arranged, fold: Callable[[Row | None, Entry], Row]) -> Row | None:
    """The row: `fold` applied to the entries that count, in order; None where none counts."""
    row: Row | None = None
    for entry in arranged.effective:
        row = fold(row, entry)
    return row


def fold_readable(
    arranged: Arranged, fold: Callable[[Row | None, Entry], Row], readable: Callable[[Entry], bool]
) -> tuple[Row | None, Entry | None]:
    """The row up to the first entry of a version this code can't read, and that entry (待升级) or None."""
    row: Row | None = None
    for entry in arranged.effective:
        if not readable(entry):
            return row, entry
        row = fold(row, entry)
    return row, None
