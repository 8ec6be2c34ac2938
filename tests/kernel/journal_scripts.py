"""Scripts of what people, clocks and lines do to a world of nodes, and the checks that must hold at any moment."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from anlan.kernel import arrange as arranging
from anlan.kernel.arrange import Arranged
from anlan.kernel.entry import Draft, Entry, Step
from anlan.kernel.errors import Conflict, RuleViolation
from anlan.kernel.order import causes
from kernel.journal_world import ADDRESS, REDACTED, Head, Link, Node, World, path_of

Action = tuple[str, int, int, int, int]
MINUTE = 60_000
SUBJECTS = ("test.case/s0", "test.case/s1")
REGIONS = ("331003001000", "331003002000")
TRANSITIONS = {
    "": [("opened", "open")],
    "open": [("ordered", "ordered"), ("closed", "closed")],
    "ordered": [("submitted", "submitted"), ("closed", "closed")],
    "submitted": [("closed", "closed"), ("returned", "ordered")],
    "closed": [("reopened", "open")],
}

STEPS = ("step", "step", "step", "note", "send", "send", "tick")
GENERAL = (*STEPS, "group", "legal", "decide", "once", "move", "redact", "stale", "save", "restore", "trickle", "drift")
DECISIONS = ("step", "step", "decide", "decide", "decide", "send", "trickle", "tick", "note", "decide_twice")
FIELDS = ("legal", "legal", "group", "send", "trickle", "tick", "decide", "move")
ACTS = ("once", "once", "step", "note", "send", "trickle", "tick", "decide", "once")


def examples(default: int) -> settings:
    """Settings of a property; ANLAN_EXAMPLES raises the number of examples."""
    wanted = max(default, int(os.environ.get("ANLAN_EXAMPLES", "0")))
    return settings(
        max_examples=wanted,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
    )


def scripts(ops: Sequence[str], most: int = 45) -> st.SearchStrategy[list[Action]]:
    """Scripts of these operations; repeats in `ops` are weights."""
    number = st.integers(0, 7)
    return st.lists(st.tuples(st.sampled_from(ops), number, number, number, number), min_size=4, max_size=most)


def random_script(ops: Sequence[str], seed: int, length: int = 45) -> list[Action]:
    """A script from a seed, where Hypothesis would be too slow (hunting planted bugs)."""
    random = Random(seed)
    return [
        (random.choice(ops), random.randrange(8), random.randrange(8), random.randrange(8), random.randrange(8))
        for _ in range(length)
    ]


class Play:
    """One script in one world."""

    def __init__(self, nodes: int = 3, seed: int = 0, scopes: list[str] | None = None) -> None:
        self.world = World(scopes or [""] * nodes, seed)
        self.count = 0
        self.saved: dict[str, dict[str, list[Link]]] = {}
        self.conflicts = 0

    def run(self, script: Sequence[Action], after: Callable[[Play], None] | None = None) -> Play:
        """Do every action, `after` each of them the check."""
        for op, n, s, a, b in script:
            node = self.world.nodes[n % len(self.world.nodes)]
            getattr(self, f"do_{op}")(node, SUBJECTS[s % 2], a, b)
            self.world.now += 1000 * (1 + a)
            if after:
                after(self)
        return self

    def fresh(self) -> str:
        self.count += 1
        return f"v{self.count}"

    def draft(self, node: Node, subject: str, kind: str, **members: object) -> Draft:
        row = node.head(subject).row
        region = row["region"] if row else REGIONS[SUBJECTS.index(subject)]
        return Draft(f"test.case.{kind}", subject, **{"region": region, **members})  # type: ignore[arg-type]

    def step_draft(self, node: Node, subject: str, a: int, **members: object) -> Draft:
        state = node.arranged(subject).state or ""
        options = TRANSITIONS[state]
        kind, to = options[a % len(options)]
        return self.draft(node, subject, kind, step=Step(state, to), **members)

    def do_step(self, node: Node, subject: str, a: int, b: int) -> Entry:
        data = {"seen": self.fresh()}
        return node.record(self.step_draft(node, subject, a, data=data, text={"note": self.fresh()} if b % 2 else {}))

    def do_note(self, node: Node, subject: str, a: int, b: int) -> None:
        node.record(self.draft(node, subject, "noted", data={"remark": self.fresh()}, text={"note": self.fresh()}))

    def do_group(self, node: Node, subject: str, a: int, b: int) -> None:
        value = self.fresh()
        node.record(self.draft(node, subject, "changed", data=dict.fromkeys(ADDRESS, value)))

    def do_legal(self, node: Node, subject: str, a: int, b: int) -> Entry:
        names = (("name",), ("code",), ("name", "code"))[a % 3]
        data = {**{n: self.fresh() for n in names}, "by": self.fresh()}
        return node.record(self.draft(node, subject, "renamed", data=data, legal=names))

    def do_once(self, node: Node, subject: str, a: int, b: int) -> None:
        key = f"phone-{a % 3}"
        if b % 4 == 0:
            node.record(self.draft(node, subject, "noted", data={"remark": self.fresh()}, once=f"note-{key}"))
        else:
            draft = self.step_draft(node, subject, b)
            node.record(replace(draft, once=f"{key}-{draft.kind}" if b % 2 else key))

    def do_move(self, node: Node, subject: str, a: int, b: int) -> None:
        if node.head(subject).row:
            node.record(self.draft(node, subject, "moved", region=REGIONS[a % 2]))

    def do_decide(self, node: Node, subject: str, a: int, b: int) -> Entry | None:
        contests = node.arranged(subject).open
        return self.decide(node, subject, contests[a % len(contests)], b) if contests else None

    def decide(self, node: Node, subject: str, contest: dict, b: int) -> Entry:
        options = [(contest["standing"], contest["over"]), *((c["tip"], c["over"]) for c in contest["choices"])]
        chosen, over = options[b % len(options)]
        legal = (contest["field"],) if contest["what"] == "field" else ()
        entry = node.record(
            self.draft(node, subject, "decided", over=tuple(over), chosen=chosen, legal=legal),
            node.head(subject).version,
        )
        if not legal:
            self.world.path_at_birth[entry.id] = path_of(node.arranged(subject))
        return entry

    def do_decide_twice(self, node: Node, subject: str, a: int, b: int) -> None:
        """The same choice at two nodes that hold the same and do not hear of each other."""
        other = self.world.nodes[(self.world.nodes.index(node) + 1 + a) % len(self.world.nodes)]
        first, second = node.arranged(subject).open, other.arranged(subject).open
        if other is not node and first and first == second:
            self.decide(node, subject, first[0], b)
            self.decide(other, subject, first[0], b)

    def do_send(self, node: Node, subject: str, a: int, b: int) -> None:
        other = self.world.nodes[b % len(self.world.nodes)]
        if other is not node:
            self.world.send(node, other)

    def do_trickle(self, node: Node, subject: str, a: int, b: int) -> None:
        other = self.world.nodes[b % len(self.world.nodes)]
        if other is not node:
            self.world.send(node, other, most=1 + a % 2)

    def do_tick(self, node: Node, subject: str, a: int, b: int) -> None:
        self.world.now += a * a * 10_000

    def do_drift(self, node: Node, subject: str, a: int, b: int) -> None:
        node.drift_ms = (a - 3) * 2 * MINUTE + b

    def do_redact(self, node: Node, subject: str, a: int, b: int) -> None:
        texts = sorted(e.id for e in node.full.get(subject, {}).values() if e.text)
        if texts:
            target = texts[a % len(texts)]
            node.record(Draft(REDACTED, f"platform.redaction/{target}", "0" * 12, {"entries": [target]}))

    def do_stale(self, node: Node, subject: str, a: int, b: int) -> None:
        head = node.head(subject)
        draft = self.step_draft(node, subject, a)
        if head.version:
            try:
                node.record(draft, base=head.version - 1)
            except Conflict:
                self.conflicts += 1
            else:
                raise AssertionError("a stale page was a second step")

    def do_drill(self, node: Node, subject: str, a: int, b: int) -> None:
        if node.full.get(subject):
            try:
                node.record(self.draft(node, subject, "noted", data={"remark": "x"}, drill=True))
            except RuleViolation:
                return
            raise AssertionError("a drill stepped a real subject")

    def do_save(self, node: Node, subject: str, a: int, b: int) -> None:
        self.saved[node.name] = node.backup()

    def do_restore(self, node: Node, subject: str, a: int, b: int) -> None:
        if node.name in self.saved:
            node.restore(self.saved.pop(node.name))

    def settle(self) -> Play:
        """Lines and clocks are good again, and everything has been exchanged."""
        for node in self.world.nodes:
            node.drift_ms = 0
        self.world.now += 60 * MINUTE
        self.world.sync()
        return self


# --- what must hold of any subject at any node, at any moment ----------------------------------------------------------


def check_subject(node: Node, subject: str) -> None:
    """The rules of the journal as statements about an answer, none of them written as `arrange` is."""
    arranged = node.arranged(subject)
    held = {e.id: e for e in node.counted(subject)}
    effective = {e.id: e for e in arranged.effective}
    counts, contested, pending, alias = (
        set(effective),
        set(arranged.contested),
        set(arranged.pending),
        set(arranged.alias),
    )
    assert counts | contested | pending | alias == set(held)
    assert len(counts) + len(contested) + len(pending) + len(alias) == len(held)
    check_order(arranged, held)
    check_path(arranged, held)
    check_queue(arranged, held)
    for entry in held.values():
        assert (entry.id in pending) == _hangs(entry, held)
    onces = [e.once for e in arranged.effective if e.once]
    assert len(onces) == len(set(onces))


def _hangs(entry: Entry, held: dict[str, Entry]) -> bool:
    while entry.after:
        if entry.after not in held:
            return True
        entry = held[entry.after]
    return False


def check_order(arranged: Arranged, held: dict[str, Entry]) -> None:
    """Effect never before cause; keys ascend."""
    keys = [(e.effective_hlc, e.node, e.id) for e in arranged.effective]
    assert keys == sorted(keys)
    hlcs = {e.id: e.effective_hlc for e in arranged.effective}
    for entry in arranged.effective:
        for cause in causes(entry):
            # Only an act recorded twice, in two places of the tree, can contradict what an author held.
            assert cause not in hlcs or hlcs[cause] < hlcs[entry.id] or arranged.alias
    for name, standing in arranged.standing.items():
        last = [e for e in arranged.effective if name in e.data]
        assert not last or last[-1].id == standing or standing not in {e.id for e in last}


def check_path(arranged: Arranged, held: dict[str, Entry]) -> None:
    """One root-to-leaf path: each step stands on the one before; nothing else of the tree counts."""
    path = path_of(arranged)
    resolve = {**{i: i for i in held}, **arranged.alias}
    before: str | None = None
    for id in path:
        after = held[id].after
        assert (resolve[after] if after else None) == before
        before = id
    assert arranged.tip == before
    states = [held[i].to for i in path if held[i].to]
    assert arranged.state == (states[-1] if states else None)
    tree = {i for i, e in held.items() if e.to is not None or (e.over and e.after and not e.afters)}
    for entry in arranged.effective:
        if entry.id not in tree and entry.after:
            assert resolve[entry.after] in path
    for id in arranged.contested:
        after = held[id].after
        if id not in tree:
            assert after is not None
            assert resolve[after] not in path
    # A contested step always has a sibling that counts somewhere above it: nothing is lost without a rival.
    for id in arranged.contested & tree:
        assert path
    # The path ends only where nothing else could follow.
    if path:
        same = {arranged.tip, *(a for a, i in arranged.alias.items() if i == arranged.tip)}
        assert not [i for i in tree if held[i].after in same and i in arranged.contested]


def check_queue(arranged: Arranged, held: dict[str, Entry]) -> None:
    """What does not count is either decided about by a decision that counts, or in the queue; nothing else is."""
    counted = {e.id for e in arranged.effective}
    over = {
        i
        for e in held.values()
        if e.over and not e.afters and (e.id in counted or arranged.alias.get(e.id) in counted)
        for i in e.over
    }
    same = {t.id for i in over if i in held and held[i].once for t in held.values() if t.once == held[i].once}
    queued = {i for c in arranged.open if c["what"] == "step" for i in c["entries"]}
    assert queued == set(arranged.contested) - over - same
    for contest in arranged.open:
        assert contest["standing"] is not None
        assert contest["over"]
        covered = {i for choice in contest["choices"] for i in choice["entries"]}
        assert covered == set(contest["entries"])


def check_node(node: Node) -> None:
    """Heads kept entry by entry equal what all entries give in any order; every subject obeys the rules."""
    for subject in node.full:
        head: Head = node.head(subject)
        entries = list(node.counted(subject))
        Random(len(entries)).shuffle(entries)
        again = arranging.arrange([*entries, *entries[:2]], node.corrections, node.seqs)
        assert again == head.arranged
        assert arranging.fold_all(again, fold_of()) == head.row
        if not subject.startswith("platform."):
            check_subject(node, subject)


def fold_of() -> Callable:
    """The world's fold (looked up late, so that a planted bug in it is seen)."""
    from kernel import journal_world

    return journal_world.fold


def check_alike(world: World) -> None:
    """Nodes that hold the same entries of a subject have the same row, queue and order."""
    first = world.nodes[0]
    for other in world.nodes[1:]:
        for subject in SUBJECTS:
            a, b = first.full.get(subject, {}), other.full.get(subject, {})
            same_words = (first.redacted, first.fences) == (other.redacted, other.fences)
            same_clocks = _corrections(first) == _corrections(other)
            if a.keys() == b.keys() and same_words and same_clocks:
                assert first.arranged(subject) == other.arranged(subject)
                assert first.head(subject).row == other.head(subject).row


def _corrections(node: Node) -> set[str]:
    return {i for s, es in node.full.items() if s.startswith("platform.clock/") for i in es}


def check_converged(world: World) -> None:
    """Every node holds every chain, and the same row, order and queue of every subject."""
    first = world.nodes[0]
    for node in world.nodes:
        check_node(node)
        vector = {c: [link.hash for link in chain] for c, chain in node.chains.items()}
        assert vector == {c: [link.hash for link in chain] for c, chain in first.chains.items()}
        for subject in SUBJECTS:
            assert node.full.get(subject, {}).keys() == first.full.get(subject, {}).keys()
            assert node.arranged(subject) == first.arranged(subject)
            assert node.head(subject).row == first.head(subject).row
            assert not node.arranged(subject).pending
