"""Entries born at another node: checked against their chain, admitted or not, stored, and their subjects refolded.

Nothing fires: subscribers act only where an entry was born. How the links travel is the exchange's matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings

from anlan.kernel.entry import Entry, body_hash, chain_hash, entry_from_bytes, text_hash
from anlan.kernel.errors import ProtocolError
from anlan.kernel.hlc import Corrections, merge, too_far_ahead
from anlan.platform.database import writing
from anlan.platform.journal import forks, refold, sql
from anlan.platform.journal.apply_special import apply_special
from anlan.platform.journal.models import Head, JournalEntry, JournalSeq, Node, Redaction

_HASH_BYTES = 32


@dataclass(frozen=True, slots=True)
class Link:
    """One place of a node's chain as it travels: with the entry's canonical bytes, or as a stub (`body` None).

    `hash` is the chain's hash up to here: what ties a stub, too, to everything before it.
    """

    node: str
    seq: int
    entry: str
    body_hash: bytes
    hash: bytes
    body: bytes | None = None
    text: bytes | None = None
    text_hash: bytes | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """How many links were new, and where and why admission stopped.

    `gap`: what comes before is not held. `clock`: too far ahead of this server's. `fork`: a second body was seen, the
    node is frozen from now on. `frozen`: it was before. `fenced`: beyond what the fence lets count.
    """

    admitted: int
    stopped: str | None = None


@dataclass(slots=True)
class _Segment:
    """What is known while one node's links are admitted."""

    peer: Node
    held: dict[int, JournalSeq]
    taken: set[str]
    known: Corrections
    now: datetime
    admitted: int = 0
    subjects: set[int] = field(default_factory=set)
    fresh: list[Entry] = field(default_factory=list)


def receive(links: Sequence[Link], *, region: str, now: datetime) -> Received:
    """Admit one node's links in the order of their seq; some thousand a call, all in one transaction.

    Links already held are passed over; a stub that is held is filled by the body. Admission stops, without an error, at
    a gap, at a second body for a known seq, at anything new of a frozen node or beyond a fence, and at an entry whose
    clock is too far ahead: its chain waits there. To show a fork a sender lets the last link that is held travel again.

    Args:
        region: 12-digit region of the node, for its row here if it is new.
    Raises:
        ProtocolError: "journal.receive.altered" for bytes that are not the ones hashed, "journal.receive.not_continuing"
            for a link that does not stand on the chain held here, "journal.receive.mixed". Nothing is kept then.
    """
    if len({link.node for link in links}) > 1:
        raise ProtocolError("journal.receive.mixed")
    if not links:
        return Received(0)
    with writing():
        peer, _ = Node.objects.get_or_create(id=links[0].node, defaults={"region": region})
        rows = JournalSeq.objects.filter(node=peer.id, seq__in=[link.seq for link in links])
        # A list made beforehand: where places and the entries they name are asked for link by link, most time goes there.
        taken = JournalSeq.objects.filter(entry__in=[link.entry for link in links]).values_list("entry", flat=True)
        segment = _Segment(peer, {r.seq: r for r in rows}, {str(e) for e in taken}, refold.corrections(), now)
        stopped = None
        for link in sorted(links, key=lambda each: each.seq):
            if stopped := _admit(segment, link):
                break
        Node.objects.filter(pk=peer.pk).update(last_seq=peer.last_seq, last_hash=peer.last_hash, last_hlc=peer.last_hlc)
        for entry in segment.fresh:
            segment.subjects |= apply_special(entry).subjects
        refold.refold_subjects(segment.subjects)
    return Received(segment.admitted, stopped)


def _admit(segment: _Segment, link: Link) -> str | None:
    """Take one link; why admission stops here, or None."""
    peer, held = segment.peer, segment.held.get(link.seq)
    entry = _checked(link)
    if held is not None:
        if bytes(held.body_hash) != link.body_hash:
            return _second_body(segment, link)
        if bytes(held.hash) != link.hash:
            raise ProtocolError("journal.receive.altered", node=link.node, seq=link.seq)
        if entry is not None:
            _named(held, entry)
            _kept(segment, link, entry)
        return None
    if peer.own:
        # Nobody but this server writes under its name: whoever sends more of it than was written here is its double.
        return _second_body(segment, link)
    if stopped := _halted(peer, link.seq):
        return stopped
    if link.seq != peer.last_seq + 1:
        return "gap"
    if link.hash != chain_hash(bytes(peer.last_hash), link.body_hash, settings.JOURNAL_HASH):
        raise ProtocolError("journal.receive.not_continuing", node=link.node, seq=link.seq, before=link.seq - 1)
    if link.seq == peer.fence_seq and link.hash != bytes(peer.fence_hash or b""):
        return _second_body(segment, link)
    stamp = segment.known.hlc(link.node, link.seq, entry.hlc, entry.wall) if entry else 0
    if too_far_ahead(stamp, int(segment.now.timestamp() * 1000)):
        return "clock"
    if link.entry in segment.taken:
        raise ProtocolError("journal.receive.altered", node=link.node, seq=link.seq)
    JournalSeq.objects.create(node=peer.id, seq=link.seq, entry=link.entry, body_hash=link.body_hash, hash=link.hash)
    segment.taken.add(link.entry)
    segment.admitted += 1
    peer.last_seq, peer.last_hash, peer.last_hlc = link.seq, link.hash, merge(peer.last_hlc, stamp)
    if entry is not None:
        _kept(segment, link, entry)
    return None


def _second_body(segment: _Segment, link: Link) -> str | None:
    """Freeze the node; where a fence has decided and the number lies beyond it, there is nothing left to decide."""
    if segment.peer.fence_seq is not None and link.seq > segment.peer.fence_seq:
        return "fenced"
    forks.note_fork(segment.peer, link.seq, segment.now)
    return "fork"


def _halted(peer: Node, seq: int) -> str | None:
    if peer.fence_seq is not None:
        return "fenced" if seq > peer.fence_seq else None
    return "frozen" if peer.fork_seq is not None else None


def _checked(link: Link) -> Entry | None:
    """The link's entry, None for a stub.

    Raises:
        ProtocolError: "journal.receive.altered".
    """
    altered = ProtocolError("journal.receive.altered", node=link.node, seq=link.seq)
    if len(link.body_hash) != _HASH_BYTES or len(link.hash) != _HASH_BYTES:
        raise altered
    if link.body is None:
        return None
    kept = link.text_hash
    if link.text and text_hash(link.text, settings.JOURNAL_HASH) != kept:
        raise altered
    if body_hash(link.body, kept, settings.JOURNAL_HASH) != link.body_hash:
        raise altered
    entry = entry_from_bytes(link.body, link.text)
    if entry.id != link.entry or entry.node != link.node:
        raise altered
    return entry


def _named(held: JournalSeq, entry: Entry) -> None:
    """A stub's id is only said; the body, which the hash proves, knows it."""
    if str(held.entry) == entry.id:
        return
    if JournalSeq.objects.filter(entry=entry.id).exists():
        raise ProtocolError("journal.receive.altered", node=held.node, seq=held.seq)
    JournalSeq.objects.filter(node=held.node, seq=held.seq).update(entry=entry.id)


def _kept(segment: _Segment, link: Link, entry: Entry) -> None:
    if (sid := _keep(entry, link, segment.now)) is not None:
        segment.subjects.add(sid)
        segment.fresh.append(entry)


def _keep(entry: Entry, link: Link, now: datetime) -> int | None:
    """Store an entry that is new here and return its subject; one entry more makes one version more."""
    assert link.body is not None
    held = JournalEntry.objects.filter(pk=entry.id).first()
    if held is not None:
        return _fill(held, link)
    head, _ = Head.objects.get_or_create(
        subject=entry.subject, defaults={"region": entry.region, "drill": int(entry.drill)}
    )
    blank = Redaction.objects.filter(pk=entry.id).exists()
    columns = {
        "id": entry.id, "sid": head.sid, "node": entry.node, "hlc": entry.hlc, "kind": entry.kind,
        "actor": entry.actor, "once": entry.once, "body": link.body.decode(),
        "text": link.text.decode() if link.text and not blank else None,
        "text_hash": link.text_hash, "received_at": int(now.timestamp() * 1000),
    }  # fmt: skip
    sql.insert_entries([columns])
    Head.objects.filter(pk=head.pk).update(version=head.version + 1)
    return head.sid


def _fill(held: JournalEntry, link: Link) -> int | None:
    """Take the text of an entry that was held without it, unless it was redacted; its subject, if that changed anything.

    A redaction may have reached a peer as blanked text whose own entry was then lost in a restore.
    """
    if held.text is not None or not link.text or Redaction.objects.filter(pk=held.pk).exists():
        return None
    JournalEntry.objects.filter(pk=held.pk).update(text=link.text.decode())
    return held.sid


def links_of(node_id: str, after: int, limit: int = 1000) -> list[Link]:
    """A node's links after `after`, with bodies where they are held: what another node would be sent."""
    rows = list(JournalSeq.objects.filter(node=node_id, seq__gt=after).order_by("seq")[:limit])
    bodies = {e.id: e for e in JournalEntry.objects.filter(pk__in=[r.entry for r in rows])}
    links = []
    for row in rows:
        stored = bodies.get(row.entry)
        links.append(
            Link(
                node=node_id,
                seq=row.seq,
                entry=str(row.entry),
                body_hash=bytes(row.body_hash),
                hash=bytes(row.hash),
                body=stored.body.encode() if stored else None,
                text=stored.text.encode() if stored and stored.text else None,
                text_hash=bytes(stored.text_hash) if stored and stored.text_hash is not None else None,
            )
        )
    return links
