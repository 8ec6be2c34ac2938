"""Verifying the chain: every number present, every hash right, every stored byte the one that was hashed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from anlan.kernel.entry import body_hash, chain_hash, entry_from_bytes, text_hash
from anlan.kernel.errors import ProtocolError
from anlan.platform.journal import heads, sequence, sql
from anlan.platform.journal.models import Node

_PAGE = 2000


@dataclass(frozen=True, slots=True)
class Break:
    """The first broken place of a node's chain."""

    node: str
    seq: int
    entry: str | None
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """JSON shape of the command's answer."""
        return {"node": self.node, "seq": self.seq, "entry": self.entry, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Verified:
    """What was checked, and the first break of each node that has one."""

    nodes: int
    entries: int
    breaks: tuple[Break, ...]

    @property
    def ok(self) -> bool:
        """Whether every chain is intact."""
        return not self.breaks


def verify() -> Verified:
    """Check the chain of every node held here, from its first entry to its head, and that no entry stands outside."""
    sequence.sequence_pending()
    nodes = list(Node.objects.order_by("id"))
    breaks, entries = [], 0
    for held in nodes:
        count, broken = _verify_node(held)
        entries += count
        broken = broken or _against_days(held)
        if broken:
            breaks.append(broken)
    if stray := _outside():
        breaks.append(stray)
    return Verified(len(nodes), entries, tuple(breaks))


def _against_days(held: Node) -> Break | None:
    """A chain may be re-written as a whole and then fits itself; the days kept of it, signed, do not follow."""
    found = heads.broken_days(held.id)
    return Break(held.id, found[0][0], None, found[0][1]) if found else None


def _verify_node(held: Node) -> tuple[int, Break | None]:
    prev, seq = b"", 0
    while True:
        page = _page(held.id, seq)
        for number, entry, digest, link, body, text, text_digest, sid in page:
            reason = _reason(seq + 1, number, prev, digest, link)
            reason = reason or _body_reason(entry, digest, body, text, text_digest, sid)
            if reason:
                return seq, Break(held.id, seq + 1, str(entry), reason)
            prev, seq = bytes(link), number
        if len(page) < _PAGE:
            break
    if seq != held.last_seq or prev != bytes(held.last_hash):
        return seq, Break(held.id, seq + 1, None, "chain_cut_short")
    return seq, None


def _page(node_id: str, after: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.seq, s.entry, s.body_hash, s.hash, e.body, e.text, e.text_hash, h.subject"
            " FROM journal_seq s LEFT JOIN journal_entry e ON e.id = s.entry LEFT JOIN journal_head h ON h.sid = e.sid"
            " WHERE s.node = %s AND s.seq > %s ORDER BY s.seq LIMIT %s",
            [node_id, after, _PAGE],
        )
        return cursor.fetchall()


def _reason(expected: int, number: int, prev: bytes, digest: Any, link: Any) -> str | None:
    if number != expected:
        return "entry_missing"
    if chain_hash(prev, bytes(digest), settings.JOURNAL_HASH) != bytes(link):
        return "link_hash_differs"
    return None


def _body_reason(
    entry_id: Any, digest: Any, body: str | None, text: str | None, text_digest: Any, subject: str | None
) -> str | None:
    """A stub (no body held) has nothing to check but its link; an entry that left its body behind at home is a break."""
    if body is None:
        return None
    kept = bytes(text_digest) if text_digest is not None else None
    if text is not None and text_hash(text.encode(), settings.JOURNAL_HASH) != kept:
        return "text_altered"
    if body_hash(body.encode(), kept, settings.JOURNAL_HASH) != bytes(digest):
        return "body_altered"
    try:
        entry = entry_from_bytes(body.encode(), None)
    except ProtocolError:
        return "body_unreadable"
    if sql.bind(entry.id) != sql.bind(entry_id):
        return "entry_exchanged"
    return "subject_exchanged" if entry.subject != subject else None


def _outside() -> Break | None:
    """An entry that no chain names, or an own link whose entry is gone: neither can happen by our own hand."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.node, e.id FROM journal_entry e LEFT JOIN journal_seq s ON s.entry = e.id"
            " WHERE s.entry IS NULL ORDER BY e.hlc LIMIT 1"
        )
        if found := cursor.fetchone():
            return Break(found[0], 0, str(found[1]), "entry_outside_chain")
        cursor.execute(
            "SELECT s.node, s.seq, s.entry FROM journal_seq s JOIN journal_node n ON n.id = s.node AND n.own = 1"
            " LEFT JOIN journal_entry e ON e.id = s.entry WHERE e.id IS NULL ORDER BY s.seq LIMIT 1"
        )
        if found := cursor.fetchone():
            return Break(found[0], found[1], str(found[2]), "entry_deleted")
    return None
