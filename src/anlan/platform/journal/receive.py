"""Entries born at another node: checked against their chain, admitted or not, stored, and their subjects refolded.

Nothing fires: subscribers act only where an entry was born. How the links travel is the exchange's matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from anlan.kernel.entry import Entry, body_hash, chain_hash, entry_from_bytes, text_hash
from anlan.kernel.errors import ProtocolError
from anlan.kernel.hlc import too_far_ahead
from anlan.platform.database import writing
from anlan.platform.journal import refold, sql
from anlan.platform.journal.apply_special import apply_special
from anlan.platform.journal.models import Head, JournalEntry, JournalSeq, Node, Redaction


@dataclass(frozen=True, slots=True)
class Link:
    """One place of a node's chain as it travels: with the entry's canonical bytes, or as a stub (`body` None)."""

    node: str
    seq: int
    entry: str
    body_hash: bytes
    body: bytes | None = None
    text: bytes | None = None
    text_hash: bytes | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """How many links were new, and where and why admission stopped (`clock`, `gap`, `fork`)."""

    admitted: int
    stopped: str | None = None


def receive(links: Sequence[Link], *, region: str, now: datetime) -> Received:
    """Admit one node's links in the order of their seq; some thousand a call, all in one transaction.

    Links already held are passed over; a stub that is held is filled by the body. Admission stops, without an error, at
    a gap, at a second body for a known seq, and at an entry whose clock is too far ahead: its chain waits there.

    Args:
        region: 12-digit region of the node, for its row here if it is new.
    Raises:
        ProtocolError: "journal.receive.altered" for bytes that are not the ones hashed, "journal.receive.mixed".
    """
    if len({link.node for link in links}) > 1:
        raise ProtocolError("journal.receive.mixed")
    if not links:
        return Received(0)
    with writing():
        peer, _ = Node.objects.get_or_create(id=links[0].node, defaults={"region": region})
        held = {
            row.seq: bytes(row.body_hash)
            for row in JournalSeq.objects.filter(node=peer.id, seq__in=[link.seq for link in links])
        }
        admitted, stopped = 0, None
        subjects: set[int] = set()
        fresh: list[Entry] = []
        known = refold.corrections()
        wall_ms = int(now.timestamp() * 1000)
        for link in sorted(links, key=lambda each: each.seq):
            if link.seq in held and held[link.seq] != link.body_hash:
                stopped = "fork"
                break
            if link.seq not in held and link.seq != peer.last_seq + 1:
                stopped = "gap"
                break
            entry = _checked(link)
            if entry and too_far_ahead(known.hlc(link.node, link.seq, entry.hlc, entry.wall), wall_ms):
                stopped = "clock"
                break
            if link.seq not in held:
                _append(peer, link)
                admitted += 1
            if entry and (sid := _keep(entry, link, now)) is not None:
                subjects.add(sid)
                fresh.append(entry)
        Node.objects.filter(pk=peer.pk).update(last_seq=peer.last_seq, last_hash=peer.last_hash)
        for entry in fresh:
            subjects |= apply_special(entry).subjects
        refold.refold_subjects(subjects)
    return Received(admitted, stopped)


def _checked(link: Link) -> Entry | None:
    if link.body is None:
        return None
    kept = link.text_hash
    if link.text and text_hash(link.text, settings.JOURNAL_HASH) != kept:
        raise ProtocolError("journal.receive.altered", node=link.node, seq=link.seq)
    if body_hash(link.body, kept, settings.JOURNAL_HASH) != link.body_hash:
        raise ProtocolError("journal.receive.altered", node=link.node, seq=link.seq)
    entry = entry_from_bytes(link.body, link.text)
    if entry.id != link.entry or entry.node != link.node:
        raise ProtocolError("journal.receive.altered", node=link.node, seq=link.seq)
    return entry


def _append(peer: Node, link: Link) -> None:
    prev = bytes(peer.last_hash)
    digest = chain_hash(prev, link.body_hash, settings.JOURNAL_HASH)
    JournalSeq.objects.create(node=peer.id, seq=link.seq, entry=link.entry, body_hash=link.body_hash, hash=digest)
    peer.last_seq, peer.last_hash = link.seq, digest


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
                body=stored.body.encode() if stored else None,
                text=stored.text.encode() if stored and stored.text else None,
                text_hash=bytes(stored.text_hash) if stored and stored.text_hash is not None else None,
            )
        )
    return links
