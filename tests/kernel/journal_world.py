"""A pure model of several journal nodes: record, exchange, admit, fold; no database, no network.

It does with the kernel's functions what platform/journal does with tables, and keeps beside it what only an oracle
knows: the true time of every entry, and what its author held.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from anlan.kernel import arrange as arranging
from anlan.kernel import entry as entries
from anlan.kernel import hlc as clocks
from anlan.kernel.arrange import Arranged
from anlan.kernel.entry import Draft, Entry
from anlan.kernel.errors import BadInput, Conflict, ProtocolError, RuleViolation
from anlan.kernel.hlc import Corrections
from anlan.kernel.ids import uuid7

START_MS = 1_700_000_000_000
CORRECTED = "platform.clock.corrected"
REDACTED = "platform.redaction.redacted"
FENCED = "platform.node.fenced"
ADDRESS = ("address", "lon", "lat")


@dataclass(frozen=True)
class Link:
    """One place in a node's chain as it travels; `body` is None for a stub, `text` None where blank or redacted."""

    node: str
    seq: int
    body_hash: bytes
    hash: bytes
    body: bytes | None = None
    text_hash: bytes | None = None
    text: bytes | None = None


@dataclass
class Head:
    """What a node keeps of one subject besides its entries."""

    version: int = 0
    row: dict[str, Any] | None = None
    arranged: Arranged = field(default_factory=Arranged)


def fold(row: dict[str, Any] | None, entry: Entry) -> dict[str, Any]:
    """A context's fold: order shows in `log`, state and values in the rest."""
    old = row or {"log": [], "state": "", "region": "", "text": {}}
    new = {**old, "log": [*old["log"], entry.id], "region": entry.region}
    if entry.to:
        new["state"] = entry.to
    for name, value in entry.data.items():
        new[name] = value
    if entry.text.get("note"):
        new["text"] = {**old["text"], entry.id: entry.text["note"]}
    return new


class Node:
    """One server: its chain, the chains it holds of others, and its projections."""

    def __init__(self, world: World, name: str, scope: str) -> None:
        self.world = world
        self.name = name
        self.scope = scope
        self.incarnation = 0
        self.drift_ms = 0
        self.last_hlc = 0
        self.chains: dict[str, list[Link]] = {}
        self.full: dict[str, dict[str, Entry]] = {}
        self.seqs: dict[str, int] = {}
        self.heads: dict[str, Head] = {}
        self.corrections = Corrections()
        self.redacted: set[str] = set()
        self.frozen: set[str] = set()
        self.fences: dict[str, tuple[int, str]] = {}
        self.dirty: set[str] = set()

    @property
    def id(self) -> str:
        return f"{self.name}{chr(97 + self.incarnation)}"

    @property
    def wall(self) -> int:
        return max(self.world.now + self.drift_ms, 0)

    def head(self, subject: str) -> Head:
        return self.heads.setdefault(subject, Head())

    def arranged(self, subject: str) -> Arranged:
        return self.head(subject).arranged

    def record(self, draft: Draft, base: int | None = None) -> Entry:
        """As platform.journal.record: refusals, compare-and-set, drill, once, incremental fold."""
        if violations := entries.check_draft(draft):
            raise BadInput("journal.draft.refused", violations)
        head = self.head(draft.subject)
        if base is not None and base != head.version:
            raise Conflict("journal.conflict")
        held = self.full.get(draft.subject, {})
        if any(e.drill != draft.drill for e in held.values()):
            raise RuleViolation("journal.drill_mixed")
        if draft.once:
            for entry in held.values():
                if entry.once == draft.once:
                    return entry
        state = head.arranged.state or ""
        if draft.step and draft.step.from_ != state:
            raise Conflict("journal.step_conflict")
        last = head.arranged.last
        stamp = clocks.tick(max(self.last_hlc, last[0] if last else 0), self.wall)
        entry = entries.born(
            draft,
            id=uuid7(self.world.now, self.world.random.randbytes(10)),
            node=self.id,
            hlc=stamp,
            wall=self.wall,
            actor=self.name,
            base=last[2] if last else None,
            tip=head.arranged.tip,
            standing=head.arranged.standing,
            salt=self.world.random.randbytes(16).hex(),
        )
        self.world.born(self, entry)
        self._append(self._link(entry), entry)
        self.flush()
        return entry

    def _link(self, entry: Entry) -> Link:
        chain = self.chains.get(self.id, [])
        body, text = entries.body_bytes(entry), entries.text_bytes(entry)
        texts = entries.text_hash(text)
        whole = entries.body_hash(body, texts)
        link = entries.chain_hash(chain[-1].hash if chain else b"", whole)
        return Link(self.id, len(chain) + 1, whole, link, body, texts, text or None)

    def receive(self, link: Link) -> bool:
        """Admit one link; False where it must wait (gap, clock, frozen). Raises ProtocolError for altered bytes.

        What can't be folded alone is folded by `flush`, once for many links.
        """
        chain = self.chains.get(link.node, [])
        entry = self._checked(link)
        if link.seq <= len(chain):
            held = chain[link.seq - 1]
            if held.body_hash != link.body_hash:
                self.frozen.add(link.node)
                return False
            if entry is not None and (held.body is None or self._lacks_text(held, link, entry)):
                self._fill(link, entry)
            return True
        if link.node in self.frozen or link.seq != len(chain) + 1:
            return False
        if link.hash != entries.chain_hash(chain[-1].hash if chain else b"", link.body_hash):
            raise ProtocolError("journal.receive.altered")
        if entry is not None:
            stamp = self.corrections.hlc(link.node, link.seq, entry.hlc, entry.wall)
            if clocks.too_far_ahead(stamp, self.wall):
                return False
            self.last_hlc = clocks.merge(self.last_hlc, stamp)
        self._append(link, entry)
        return True

    def _checked(self, link: Link) -> Entry | None:
        if link.body is None:
            return None
        if link.text is not None and entries.text_hash(link.text) != link.text_hash:
            raise ProtocolError("journal.receive.altered")
        if entries.body_hash(link.body, link.text_hash) != link.body_hash:
            raise ProtocolError("journal.receive.altered")
        return entries.entry_from_bytes(link.body, link.text)

    def _append(self, link: Link, entry: Entry | None) -> None:
        self.chains.setdefault(link.node, []).append(link if entry is not None else replace(link, text=None))
        if link.node == self.id and entry is not None:
            self.last_hlc = clocks.merge(self.last_hlc, entry.hlc)
        if entry is not None:
            self._keep(link, entry)

    def _lacks_text(self, held: Link, link: Link, entry: Entry) -> bool:
        """Text came blank from a node whose redaction was lost in a restore; no redaction is known, so it is filled."""
        return held.text is None and link.text is not None and entry.id not in self.redacted

    def _fill(self, link: Link, entry: Entry) -> None:
        known = self.full.get(entry.subject, {}).pop(entry.id, None)
        if known is not None:
            self.head(entry.subject).version -= 1
            self.dirty.add(entry.subject)
        self.chains[link.node][link.seq - 1] = link
        self._keep(link, entry)

    def _keep(self, link: Link, entry: Entry) -> None:
        if entry.id in self.redacted:
            entry = self._blank(link, entry)
        self.seqs[entry.id] = link.seq
        self.full.setdefault(entry.subject, {})[entry.id] = entry
        self._fold(entry)
        if entry.kind == CORRECTED:
            held = [e for es in self.full.values() for e in es.values() if e.kind == CORRECTED]
            self.corrections = arranging.corrections_from(held)
            self.dirty |= set(self.full)
            stamps = [self._own_clock(e) for es in self.full.values() for e in es.values()]
            self.last_hlc = max(stamps, default=0)
        elif entry.kind == REDACTED:
            self._redact(entry.data["entries"])
        elif entry.kind == FENCED:
            self.fences[entry.data["node"]] = (entry.data["last"], entry.data["hash"])
            self.dirty |= set(self.full)

    def _own_clock(self, entry: Entry) -> int:
        return self.corrections.hlc(entry.node, self.seqs[entry.id], entry.hlc, entry.wall)

    def _redact(self, ids: list[str]) -> None:
        self.redacted |= set(ids)
        for chain in self.chains.values():
            for link in list(chain):
                if link.body is not None and link.text is not None:
                    entry = entries.entry_from_bytes(link.body, link.text)
                    if entry.id in self.redacted:
                        self.full[entry.subject][entry.id] = self._blank(link, entry)
                        self.dirty.add(entry.subject)

    def _blank(self, link: Link, entry: Entry) -> Entry:
        self.chains[link.node][link.seq - 1] = replace(link, text=None)
        return entries.entry_from_bytes(entries.body_bytes(entry), None)

    def counted(self, subject: str) -> list[Entry]:
        """The entries held of a subject that no fence cuts off."""
        held = self.full.get(subject, {}).values()
        return [e for e in held if e.node not in self.fences or self.seqs[e.id] <= self.fences[e.node][0]]

    def _fold(self, entry: Entry) -> None:
        head = self.head(entry.subject)
        head.version += 1
        was = head.arranged
        once_known = entry.once is not None and any(
            e.once == entry.once and e.id != entry.id for e in self.full[entry.subject].values()
        )
        covered = self.corrections.offset_ms(entry.node, self.seqs[entry.id]) is not None or entry.node in self.fences
        if (
            covered
            or entry.subject in self.dirty
            or not arranging.extends(
                was.tip, was.last, entry, standing=was.standing, settled=was.settled, once_known=once_known
            )
        ):
            self.dirty.add(entry.subject)
            return
        missing = entry.base is not None and entry.base not in self.full[entry.subject]
        head.row = fold(head.row, entry)
        head.arranged = replace(
            was,
            effective=(*was.effective, replace(entry, effective_hlc=entry.hlc)),
            tip=entry.id if entry.to else was.tip,
            state=entry.to or was.state,
            standing=dict(sorted({**was.standing, **dict.fromkeys(entry.afters, entry.id)}.items())),
            last=(entry.hlc, entry.node, entry.id),
            missing=was.missing | ({entry.base} if missing else set()),
        )

    def refold(self, subject: str) -> None:
        """Arrange and fold the subject from all its entries."""
        head = self.head(subject)
        head.arranged = arranging.arrange(self.counted(subject), self.corrections, self.seqs)
        head.row = arranging.fold_all(head.arranged, fold)

    def flush(self) -> None:
        """Refold what could not be folded entry by entry."""
        while self.dirty:
            self.refold(self.dirty.pop())

    def backup(self) -> dict[str, list[Link]]:
        """A consistent copy of everything that is not derived."""
        return {node: list(chain) for node, chain in self.chains.items()}

    def restore(self, copy: Mapping[str, list[Link]], *, new_incarnation: bool = True) -> None:
        """Start again from a copy; by the rules under a new incarnation, so that no (node, seq) is issued twice."""
        incarnation = self.incarnation + 1 if new_incarnation else self.incarnation
        drift = self.drift_ms
        self.__init__(self.world, self.name, self.scope)  # type: ignore[misc]
        self.incarnation, self.drift_ms = incarnation, drift
        for chain in copy.values():
            for link in chain:
                entry = entries.entry_from_bytes(link.body, link.text) if link.body is not None else None
                self._append(link, entry)
                if entry is not None:
                    self.last_hlc = clocks.merge(self.last_hlc, self._own_clock(entry))
        self.flush()


class World:
    """Several nodes, true time, and what only an oracle knows."""

    def __init__(self, scopes: list[str], seed: int = 0) -> None:
        self.random = Random(seed)
        self.now = START_MS
        self.nodes = [Node(self, f"331003{i:03d}", scope) for i, scope in enumerate(scopes)]
        self.truth: dict[str, int] = {}
        self.held_by_author: dict[str, frozenset[str]] = {}
        self.path_at_birth: dict[str, list[str]] = {}
        self.subjects: dict[bytes, str] = {}

    def born(self, node: Node, entry: Entry) -> None:
        """Keep what an oracle knows of a new entry."""
        last = node.arranged(entry.subject).last
        assert last is None or entry.hlc > last[0]
        self.truth[entry.id] = self.now
        self.held_by_author[entry.id] = frozenset(e.id for e in node.counted(entry.subject))

    def send(self, a: Node, b: Node, most: int = 1000, only: str | None = None) -> bool:
        """Send what `b` lacks of every chain `a` holds (or one), at most so many links; True where something was new."""
        changed = False
        for chain_of in [only] if only else sorted(a.chains):
            held = len(b.chains.get(chain_of, []))
            # One link that is held travels again: repetition must be harmless, and it shows a fork.
            for link in a.chains[chain_of][max(held - 1, 0) : held + most]:
                before = len(b.chains.get(chain_of, []))
                if not b.receive(self.as_seen_by(a, b, link)):
                    break
                changed |= len(b.chains[chain_of]) > before
        changed |= self._fill_stubs(a, b) or self._fill_texts(a, b)
        b.flush()
        return changed

    def as_seen_by(self, a: Node, b: Node, link: Link) -> Link:
        """The link as `a` sends it to `b`: whole where the subject is in scope or held there already, else a stub."""
        if link.body is None:
            return link
        subject = self.subjects.get(link.body_hash)
        if subject is None:
            subject = self.subjects[link.body_hash] = entries.entry_from_bytes(link.body, None).subject
        if self._may_hold(a, b, subject):
            return link
        return replace(link, body=None, text=None, text_hash=None)

    def _may_hold(self, a: Node, b: Node, subject: str) -> bool:
        row = a.head(subject).row
        region = row["region"] if row else ""
        return subject.startswith("platform.") or region.startswith(b.scope) or bool(b.full.get(subject))

    def _fill_stubs(self, a: Node, b: Node) -> bool:
        changed = False
        for subject, held in sorted(a.full.items()):
            if len(held) > len(b.full.get(subject, {})) and self._may_hold(a, b, subject):
                for entry in list(held.values()):
                    link = a.chains[entry.node][a.seqs[entry.id] - 1]
                    chain = b.chains.get(link.node, [])
                    if link.seq <= len(chain) and chain[link.seq - 1].body is None and link.body is not None:
                        changed |= b.receive(link)
        return changed

    def _fill_texts(self, a: Node, b: Node) -> bool:
        changed = False
        for chain_of, chain in b.chains.items():
            for mine, theirs in zip(list(chain), a.chains.get(chain_of, []), strict=False):
                if mine.body and mine.text_hash and not mine.text and theirs.text and b.receive(theirs):
                    changed |= b.chains[chain_of][mine.seq - 1].text is not None
        return changed

    def sync(self) -> None:
        """Exchange between all until nothing is new anywhere."""
        for _ in range(50):
            changed = False
            for a in self.nodes:
                for b in self.nodes:
                    if a is not b:
                        changed |= self.send(a, b)
            if not changed:
                return
        raise AssertionError("exchange does not come to rest")

    def correct(self, author: Node, chain_of: str, error_ms: int = 0) -> None:
        """`author` states the true time of every entry of a chain, `error_ms` off; one entry per run of one offset."""
        longest = max((n.chains.get(chain_of, []) for n in self.nodes), key=len)
        runs: list[tuple[int, int, int]] = []
        for link in longest:
            if link.body is None:
                continue
            entry = entries.entry_from_bytes(link.body, None)
            offset = self.truth[entry.id] - entry.wall + error_ms
            if runs and runs[-1][2] == offset and runs[-1][1] == link.seq - 1:
                runs[-1] = (runs[-1][0], link.seq, offset)
            else:
                runs.append((link.seq, link.seq, offset))
        for first, last, offset in runs:
            data = {"node": chain_of, "first": first, "last": last, "offset_ms": offset}
            author.record(Draft(CORRECTED, f"platform.clock/{chain_of}", "0" * 12, data))


def path_of(arranged: Arranged) -> list[str]:
    """The steps and decisions that count, in order."""
    return [e.id for e in arranged.effective if e.to is not None or (e.over and e.after and not e.afters)]
