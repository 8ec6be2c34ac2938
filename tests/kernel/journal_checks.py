"""What must hold of any subject at any node, at any moment: the journal's rules, none written as `arrange` is."""

from __future__ import annotations

from random import Random

from anlan.kernel import arrange as arranging
from anlan.kernel.arrange import Arranged
from anlan.kernel.entry import Entry
from anlan.kernel.order import causes
from kernel import journal_world
from kernel.journal_scripts import SUBJECTS, Play
from kernel.journal_world import Head, Node, World, path_of


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
    assert path or not arranged.contested & tree
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
        assert arranging.fold_all(again, journal_world.fold) == head.row
        if not subject.startswith("platform."):
            check_subject(node, subject)


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


def check_decision_stays(node: Node, subject: str, birth: dict[str, list[str]]) -> None:
    """The last decision held has the path it had when it was made: no later arrival that is no decision changes it."""
    arranged = node.arranged(subject)
    held = {e.id: e for e in node.counted(subject)}
    hlcs = {e.id: e.effective_hlc for e in arranged.effective}
    decisions = [e for e in held.values() if e.id in birth and e.id not in arranged.pending]
    counted = [e for e in decisions if arranged.alias.get(e.id, e.id) in hlcs]
    if not decisions or any(e.effective_hlc != e.hlc for e in arranged.effective):
        return
    last = max(decisions, key=lambda e: (e.hlc, e.node, e.id))
    assert last in counted
    resolved = [arranged.alias.get(i, i) for i in birth[last.id]]
    assert path_of(arranged)[: len(resolved)] == resolved


def check_field(node: Node, subject: str, name: str, known: dict[str, frozenset[str]]) -> None:
    writes = [e for e in node.counted(subject) if name in e.afters]
    writes.sort(key=lambda e: (e.hlc, e.node, e.id))
    concurrent = any(a.id not in known[b.id] and b.id not in known[a.id] for a in writes for b in writes if a is not b)
    arranged = node.arranged(subject)
    assert (name in arranged.open_fields) == concurrent
    stands: Entry | None = None
    path = []
    while following := [e for e in writes if e.afters[name] == (stands.id if stands else None)]:
        stands = following[0]
        path.append(stands.id)
    assert arranged.standing.get(name) == (stands.id if stands else None)
    if stands:
        assert node.head(subject).row[name] == stands.data[name]
        contest = [c for c in arranged.open if c["field"] == name]
        assert [i for c in contest for i in c["entries"]] == [e.id for e in writes if e.id not in path]
        assert [c["value"] for c in contest] == [stands.data[name]] * concurrent


def empty_queue(play: Play, node: Node, subject: str, choice: int) -> None:
    # The step first: it may bring writes of the two legal fields back into play. Then each field once.
    for _ in range(3):
        contests = node.arranged(subject).open
        if contests:
            play.decide(node, subject, contests[0], choice)
            play.world.now += 1000
    assert node.arranged(subject).open == ()


def check_equal_decisions(node: Node, subject: str) -> None:
    """Of decisions for one tip, neither of which saw the other, one counts and the others are its aliases."""
    arranged, held = node.arranged(subject), {e.id: e for e in node.counted(subject)}
    decisions = [e for e in held.values() if e.over and not e.afters]
    gone = {i for e in decisions if e.id not in arranged.contested for i in e.over}
    for first in decisions:
        if first.id not in path_of(arranged):
            continue
        for second in decisions:
            saw = first.id in second.over or second.id in first.over
            if first.after == second.after and not saw and first is not second:
                assert arranged.alias.get(second.id) == first.id or second.id in gone


def check_branches(node: Node, subject: str) -> None:
    """What stands on something contested is contested too."""
    arranged = node.arranged(subject)
    for entry in node.counted(subject):
        if entry.after in arranged.contested and entry.id not in arranged.alias:
            assert entry.id in arranged.contested
