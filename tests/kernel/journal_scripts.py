"""Scripts of what people, clocks and lines do to a world of nodes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from anlan.kernel.entry import Draft, Entry, Step
from anlan.kernel.errors import Conflict, RuleViolation
from kernel.journal_world import ADDRESS, REDACTED, Link, Node, World, path_of

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
DECISIONS = (
    "clash",
    "clash",
    "step",
    "decide",
    "decide",
    "decide_twice",
    "decide_twice",
    "send",
    "trickle",
    "tick",
    "note",
)
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
    return st.lists(st.tuples(st.sampled_from(ops), number, number, number, number), min_size=most // 2, max_size=most)


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
        for each in (subject, *SUBJECTS):
            contests = node.arranged(each).open
            if contests:
                return self.decide(node, each, contests[a % len(contests)], b)
        return None

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
        other = self.other(node, a)
        for each in (subject, *SUBJECTS):
            first, second = node.arranged(each).open, other.arranged(each).open
            if first and first == second:
                self.decide(node, each, first[0], b)
                self.decide(other, each, first[0], b)
                return

    def other(self, node: Node, a: int) -> Node:
        nodes = self.world.nodes
        return nodes[(nodes.index(node) + 1 + a % (len(nodes) - 1)) % len(nodes)]

    def do_clash(self, node: Node, subject: str, a: int, b: int) -> None:
        """Two nodes step from the same tip and then hear of each other."""
        other = self.other(node, a)
        self.world.send(node, other)
        for each in (node, other):
            self.do_step(each, subject, b, a)
        self.world.send(node, other)
        self.world.send(other, node)

    def do_send(self, node: Node, subject: str, a: int, b: int) -> None:
        other = self.world.nodes[b % len(self.world.nodes)]
        if other is not node:
            self.world.send(node, other)

    def do_trickle(self, node: Node, subject: str, a: int, b: int) -> None:
        other = self.world.nodes[b % len(self.world.nodes)]
        if other is not node:
            chains = [None, *sorted(node.chains)]
            self.world.send(node, other, most=1 + a % 2, only=chains[a % len(chains)])

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
