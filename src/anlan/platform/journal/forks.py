"""One identity in two hands: a node of which two bodies were seen at one number is frozen until a fence decides.

Frozen: nothing more of it is admitted, and people are told. Fenced: a node above it has said, by an entry, up to which
number its chain counts; what is held beyond is kept and not folded (docs/explanation/journal.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from anlan.kernel.entry import Entry
from anlan.kernel.nodes import above, stem
from anlan.platform.journal import refold
from anlan.platform.journal.models import Head, JournalEntry, JournalSeq, Node


@dataclass(frozen=True, slots=True)
class Frozen:
    """A node that waits for a decision.

    Attributes:
        seq: the smallest number of which a second body was seen.
        since: when this server saw it first (aware UTC).
        fence: the number a fence names, where this server holds the other of the two chains; None: no fence yet.
    """

    node: str
    region: str
    own: bool
    seq: int
    since: datetime
    fence: int | None


def note_fork(peer: Node, seq: int, now: datetime) -> None:
    """Freeze a node. The smallest number stays, because only what lies before it is surely the same everywhere."""
    if peer.fork_seq is not None and peer.fork_seq <= seq:
        return
    peer.fork_seq = seq
    peer.fork_at = peer.fork_at or int(now.timestamp() * 1000)
    Node.objects.filter(pk=peer.pk).update(fork_seq=peer.fork_seq, fork_at=peer.fork_at)


def stands(peer: Node) -> bool:
    """Whether what is held of a fenced node is the chain that its fence names; True while it is not held that far."""
    if peer.fence_seq is None:
        return True
    held = JournalSeq.objects.filter(node=peer.id, seq=peer.fence_seq).values_list("hash", flat=True).first()
    return held is None or bytes(held) == bytes(peer.fence_hash or b"")


def frozen_nodes() -> list[Frozen]:
    """Every node that waits for a person, this server's own first."""
    found = []
    for node in Node.objects.exclude(fork_seq=None, fence_seq=None).order_by("-own", "id"):
        waits = node.fork_seq is not None and node.fence_seq is None
        if not waits and stands(node):
            continue
        seen = refold.instant(node.fork_at or 0)
        seq = node.fork_seq if node.fork_seq is not None else node.fence_seq
        found.append(Frozen(node.id, node.region, bool(node.own), seq or 0, seen, node.fence_seq))
    return found


def apply_fence(entry: Entry) -> set[int]:
    """Put the fences of the entry's subject into force, the last in order holding; the subjects to refold.

    A fence by a node that is not above the fenced one, or a malformed one from a peer, counts nowhere.
    """
    sid = Head.objects.filter(subject=entry.subject).values_list("sid", flat=True).first()
    fences = [e for e in refold.entries_of(sid) if _counts(e)] if sid is not None else []
    if not fences:
        return set()
    data = fences[-1].data
    node_id, last = str(data["node"]), int(data["last"])
    region = stem(node_id).ljust(12, "0")
    peer, _ = Node.objects.get_or_create(id=node_id, defaults={"region": region})
    before = peer.fence_seq
    Node.objects.filter(pk=node_id).update(fence_seq=last, fence_hash=bytes.fromhex(data["hash"]))
    beyond = JournalSeq.objects.filter(node=node_id, seq__gt=last if before is None else min(before, last))
    return set(JournalEntry.objects.filter(pk__in=beyond.values("entry")).values_list("sid", flat=True))


def _counts(entry: Entry) -> bool:
    data = entry.data
    if entry.kind != refold.NODE_FENCED or not {"node", "last", "hash"} <= data.keys():
        return False
    node_id, last, digest = data["node"], data["last"], data["hash"]
    if type(node_id) is not str or type(last) is not int or not re.fullmatch(r"(?:[0-9a-f]{2}){0,64}", str(digest)):
        return False
    return entry.subject_id == node_id and last >= 0 and above(entry.node, node_id)


def fenced_off(ids: Iterable[str]) -> set[str]:
    """Those among these entries that a fence cuts off."""
    cuts = refold.cuts()
    if not cuts:
        return set()
    rows = JournalSeq.objects.filter(entry__in=list(ids), node__in=cuts).values_list("entry", "node", "seq")
    return {str(entry) for entry, node, seq in rows if seq > cuts[node]}
