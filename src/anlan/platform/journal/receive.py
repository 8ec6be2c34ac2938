"""Entries born at another node: checked against their chain, admitted or not, stored, and their subjects refolded.

Nothing fires: subscribers act only where an entry was born. How the links travel is the exchange's matter.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from anlan.kernel.entry import Entry, body_hash, chain_hash, entry_from_bytes, text_hash
from anlan.kernel.entry_shape import UUID
from anlan.kernel.errors import ProtocolError
from anlan.kernel.hlc import Corrections, merge, too_far_ahead
from anlan.platform.collector import no_collecting
from anlan.platform.database import writing
from anlan.platform.journal import forks, refold, sql
from anlan.platform.journal.absorb import Arrived, absorb
from anlan.platform.journal.apply_special import apply_special
from anlan.platform.journal.models import JournalEntry, JournalSeq, Node

_HASH_BYTES = 32
_PLACE = ("node", "seq", "entry", "body_hash", "hash")


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
    held: dict[int, sql.Place]
    taken: set[str]
    entries: dict[str, tuple[int, bool]]
    blanked: set[str]
    known: Corrections
    fenced: bool
    now: datetime
    algorithm: str
    places: list[tuple[Any, ...]] = field(default_factory=list)
    subjects: set[int] = field(default_factory=set)
    arrived: list[Arrived] = field(default_factory=list)
    filled: list[Entry] = field(default_factory=list)


def receive(
    links: Sequence[Link], *, region: str, now: datetime, opened: Sequence[Entry | None] | None = None
) -> Received:
    """Admit one node's links in the order of their seq; some thousand a call, all in one transaction.

    Links already held are passed over; a stub that is held is filled by the body. Admission stops, without an error, at
    a gap, at a second body for a known seq, at anything new of a frozen node or beyond a fence, and at an entry whose
    clock is too far ahead: its chain waits there, unless an entry of its own among these links puts that clock right. To
    show a fork a sender lets the last link that is held travel again.

    Args:
        region: 12-digit region of the node, for its row here if it is new.
        opened: what `open_link` (or `read_link`) gave for each of the links, from a caller who had to look into them before.
    Raises:
        ProtocolError: "journal.receive.altered" for bytes that are not the ones hashed, "journal.receive.not_continuing"
            for a link that does not stand on the chain held here, "journal.receive.mixed". Nothing is kept then.
    """
    if len({link.node for link in links}) > 1:
        raise ProtocolError("journal.receive.mixed")
    if not links:
        return Received(0)
    for link in links:
        if not UUID.fullmatch(link.entry):
            raise _altered(link)  # a stub's id is only said, and it is stored
    with no_collecting(), writing():
        # Two workers may be told the same at once: the second waits, and then sees what the first has stored.
        peer, _ = Node.objects.select_for_update().get_or_create(id=links[0].node, defaults={"region": region})
        if told := _corrections(opened or ()):
            with contextlib.suppress(_NotReached), transaction.atomic():
                return _taken(peer, links, opened, now, told)
            peer.refresh_from_db()
        return _taken(peer, links, opened, now, ())


class _NotReached(Exception):
    """Admission stopped before the entry that would have put the clock right: nothing of it may count."""


def _corrections(opened: Sequence[Entry | None]) -> list[Entry]:
    """What a node says here of its own clock."""
    return [e for e in opened if e is not None and e.kind == refold.CLOCK_CORRECTED and e.data.get("node") == e.node]


def _taken(
    peer: Node, links: Sequence[Link], opened: Sequence[Entry | None] | None, now: datetime, told: Sequence[Entry]
) -> Received:
    """Admit the links by the corrections held, and by these of their own.

    Raises:
        _NotReached: one of these was not admitted.
    """
    segment, stopped = _segment(peer, links, now, told), None
    for place in sorted(range(len(links)), key=lambda i: links[i].seq):
        link = links[place]
        # What lies behind a stop is not looked at: it may come from a later version, and what is before it counts.
        if stopped := _admit(segment, link, open_link(link, segment.algorithm) if opened is None else opened[place]):
            break
    if not {entry.id for entry in told} <= segment.taken:
        raise _NotReached
    _store(segment)
    return Received(len(segment.places), stopped)


def _segment(peer: Node, links: Sequence[Link], now: datetime, told: Sequence[Entry]) -> _Segment:
    """What is held of these links, asked for once and not link by link."""
    bound = sql.binder()
    named = [bound(link.entry) for link in links]
    return _Segment(
        peer, sql.places_of(peer.id, [link.seq for link in links]), sql.numbered(named), sql.texts_held(named),
        sql.blanked(named), refold.corrections(told), peer.id in refold.cuts(), now, settings.JOURNAL_HASH,
    )  # fmt: skip


def _store(segment: _Segment) -> None:
    peer, bound = segment.peer, sql.binder()
    sql.insert_rows("journal_seq", _PLACE, [(node, seq, bound(e), *rest) for node, seq, e, *rest in segment.places])
    if segment.places:
        ends = {"last_seq": peer.last_seq, "last_hash": peer.last_hash, "last_hlc": peer.last_hlc}
        Node.objects.filter(pk=peer.pk).update(**ends)
    absorb(segment.arrived, int(segment.now.timestamp() * 1000))
    for entry in (*(one.entry for one in segment.arrived), *segment.filled):
        segment.subjects |= apply_special(entry).subjects
    refold.refold_subjects(segment.subjects)


def _admit(segment: _Segment, link: Link, entry: Entry | None) -> str | None:
    """Take one link; why admission stops here, or None."""
    peer, held = segment.peer, segment.held.get(link.seq)
    if held is not None:
        if held.body_hash != link.body_hash:
            return _second_body(segment, link)
        if held.hash != link.hash:
            raise _altered(link)
        if entry is not None:
            _named(segment, held, entry)
            _keep(segment, link, entry)
        return None
    if peer.own:
        # Nobody but this server writes under its name: whoever sends more of it than was written here is its double.
        return _second_body(segment, link)
    if stopped := _halted(peer, link.seq):
        return stopped
    if link.seq != peer.last_seq + 1:
        return "gap"
    if link.hash != chain_hash(bytes(peer.last_hash), link.body_hash, segment.algorithm):
        raise ProtocolError("journal.receive.not_continuing", node=link.node, seq=link.seq, before=link.seq - 1)
    if link.seq == peer.fence_seq and link.hash != bytes(peer.fence_hash or b""):
        return _second_body(segment, link)
    stamp = segment.known.hlc(link.node, link.seq, entry.hlc, entry.wall) if entry else 0
    if too_far_ahead(stamp, int(segment.now.timestamp() * 1000)):
        return "clock"
    if link.entry in segment.taken:
        raise _altered(link)
    segment.places.append((peer.id, link.seq, link.entry, link.body_hash, link.hash))
    segment.taken.add(link.entry)
    peer.last_seq, peer.last_hash, peer.last_hlc = link.seq, link.hash, merge(peer.last_hlc, stamp)
    if entry is not None:
        _keep(segment, link, entry)
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


def open_link(link: Link, algorithm: str) -> Entry | None:
    """The link's entry, None for a stub: hashed, parsed, and its members checked.

    Raises:
        ProtocolError: "journal.receive.altered", "journal.entry.malformed".
    """
    if len(link.body_hash) != _HASH_BYTES or len(link.hash) != _HASH_BYTES:
        raise _altered(link)
    if link.body is not None and body_hash(link.body, link.text_hash, algorithm) != link.body_hash:
        raise _altered(link)
    return read_link(link, algorithm)


def read_link(link: Link, algorithm: str) -> Entry | None:
    """`open_link` for a caller who has made `link.body_hash` of these very bytes: everything but that hash is checked."""
    if link.body is None:
        return None
    if link.text and text_hash(link.text, algorithm) != link.text_hash:
        raise _altered(link)
    entry = entry_from_bytes(link.body, link.text)
    if entry.id != link.entry or entry.node != link.node:
        raise _altered(link)
    return entry


def _altered(link: Link) -> ProtocolError:
    return ProtocolError("journal.receive.altered", node=link.node, seq=link.seq)


def _named(segment: _Segment, held: sql.Place, entry: Entry) -> None:
    """A stub's id is only said; the body, which the hash proves, knows it."""
    if held.entry == entry.id:
        return
    if entry.id in segment.taken:
        raise ProtocolError("journal.receive.altered", node=segment.peer.id, seq=held.seq)
    JournalSeq.objects.filter(node=segment.peer.id, seq=held.seq).update(entry=entry.id)
    segment.taken.add(entry.id)


def _keep(segment: _Segment, link: Link, entry: Entry) -> None:
    """Note an entry that is new here, or take the text of one that was held without it."""
    assert link.body is not None
    held = segment.entries.get(entry.id)
    blank = entry.id in segment.blanked
    if held is None:
        corrected = segment.known.offset_ms(link.node, link.seq) is not None
        plain = not (blank or corrected or segment.fenced)
        text = None if blank else link.text
        segment.arrived.append(Arrived(entry, link.body, text, link.text_hash, plain))
        segment.entries[entry.id] = (0, True)  # a link that fills a stub may come twice in one call
    elif not held[1] and link.text and not blank:
        # A redaction may have reached a peer as blanked text whose own entry was then lost in a restore.
        JournalEntry.objects.filter(pk=entry.id).update(text=link.text.decode())
        segment.subjects.add(held[0])
        segment.filled.append(entry)


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
