"""Which path of a tree of concurrent acts counts; pure, used for the steps of a loop and for each legal field.

Source: docs/explanation/journal.md, sections "Steps", "Decisions" and "The same act twice" (house rule).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["Tree", "choose", "overruled"]


@dataclass(slots=True)
class Tree:
    """What is held of one tree, and after `choose` what counts of it.

    Attributes:
        order: ids in effective order, each connected to a root.
        parent: the id each one stands on; None for a root.
        over: for decisions only: what each outranks.
        twins: for ids whose `once` is shared: the other ids of the same act, in order.
        path: the ids that count, from the root.
        alias: ids that are another recording of the same act, to the one that counts.
    """

    order: Sequence[str]
    parent: Mapping[str, str | None]
    over: Mapping[str, frozenset[str]] = field(default_factory=dict)
    twins: Mapping[str, Sequence[str]] = field(default_factory=dict)
    path: list[str] = field(default_factory=list)
    alias: dict[str, str] = field(default_factory=dict)

    def resolve(self, id: str | None) -> str | None:
        """The id that counts for `id` where it is an alias, else itself."""
        return self.alias.get(id, id) if id is not None else None

    @property
    def tip(self) -> str | None:
        """The last id that counts."""
        return self.path[-1] if self.path else None


def choose(tree: Tree) -> Tree:
    """Fill `path` and `alias`: one root-to-leaf path counts.

    From the root on: while a decision stands below the tip, the path runs to the last such decision in order; where
    none does, the first child in order is next. Linear in the entries, times the decisions (few).
    """
    walk = _Walk(tree)
    look = bool(tree.over)
    while True:
        chain = walk.to_last_decision() if look else None
        if chain:
            for id in chain:
                walk.place(id)
            continue
        child = walk.first_child()
        if child is None:
            return tree
        # Only another recording of the same act can bring a decision below the tip that was not below it before.
        look = walk.place(child) and bool(tree.over)


class _Walk:
    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.rank = {id: n for n, id in enumerate(tree.order)}
        self.children: dict[str | None, list[str]] = {}
        for id in tree.order:
            self.children.setdefault(tree.parent[id], []).append(id)
        self.decisions = [id for id in tree.order if id in tree.over]
        self.placed: set[str] = set()
        self.here: list[str | None] = [None]

    def free(self, id: str) -> bool:
        return id not in self.placed and id not in self.tree.alias

    def first_child(self) -> str | None:
        free = [c for member in self.here for c in self.children.get(member, ()) if self.free(c)]
        return min(free, key=self.rank.__getitem__) if free else None

    def to_last_decision(self) -> list[str] | None:
        """The chain from the tip (excluded) to the last decision below it."""
        for decision in reversed(self.decisions):
            chain = self.chain_to(decision) if self.free(decision) else None
            if chain:
                return chain
        return None

    def chain_to(self, decision: str) -> list[str] | None:
        chain, seen = [decision], {decision}
        while True:
            above = self.above(chain[-1], decision)
            if self.tree.resolve(above) == self.tree.tip:
                return chain[::-1]
            if above is None or above in seen or above not in self.rank or not self.free(above):
                return None
            seen.add(above)
            chain.append(above)

    def above(self, id: str, decision: str) -> str | None:
        """The parent as the decision's author saw it: where it was a second recording, the one that counted."""
        parent = self.tree.parent[id]
        over = self.tree.over[decision]
        if parent is not None and parent in over:
            same = [*self.tree.twins.get(parent, ()), *self.equals(parent)]
            return next((t for t in same if t not in over and t in self.rank), parent)
        return parent

    def equals(self, id: str) -> list[str]:
        """Decisions for the same tip as `id`; one that saw another and outranks it is not its equal."""
        over = self.tree.over
        if id not in over:
            return []
        above = self.tree.resolve(self.tree.parent[id])
        same = [
            d
            for d in self.decisions
            if d != id and self.tree.resolve(self.tree.parent[d]) == above and d not in over[id] and id not in over[d]
        ]
        return [d for d in same if not any(d in over[other] for other in same)]

    def place(self, id: str) -> bool:
        """Put `id` (or the first of its equals) on the path; True when other recordings became its aliases."""
        if not self.free(id):
            return False
        equal = [d for d in self.equals(id) if self.free(d)]
        first = min([id, *equal], key=self.rank.__getitem__)
        members = [first, *(m for m in (id, *equal) if m != first)]
        self.placed.add(first)
        self.tree.path.append(first)
        for member in list(members):
            for twin in self.tree.twins.get(member, ()):
                if twin in self.rank and self.free(twin) and twin not in members:
                    members.append(twin)
        for member in members[1:]:
            self.tree.alias[member] = first
        self.here = list(members)
        return len(members) > 1


def overruled(tree: Tree) -> set[str]:
    """Everything that the decisions on the path (and their equals) outrank, other recordings of it included."""
    counted = set(tree.path)
    gone: set[str] = set()
    for decision, over in tree.over.items():
        if decision in counted or tree.alias.get(decision) in counted:
            gone |= over
    return gone | {twin for id in gone for twin in tree.twins.get(id, ())}


def stands_on(tree: Tree, id: str) -> Iterator[str]:
    """`id` and everything below it down to its root, as this node sees it."""
    seen: set[str] = set()
    above: str | None = id
    counted = {member: n for n, member in enumerate(tree.path)}
    while above is not None and above not in seen:
        above = tree.alias.get(above, above)
        if above in counted:
            yield from tree.path[: counted[above] + 1]
            return
        seen.add(above)
        yield above
        above = tree.parent.get(above)
