"""The only three kinds of entry that touch other subjects: a clock correction, a redaction and a fence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection, transaction

from anlan.kernel.entry import Entry, entry_from_bytes
from anlan.platform.attachments import release
from anlan.platform.journal import forks, node, refold
from anlan.platform.journal.models import Head, JournalEntry, JournalSeq, Node, Redaction

_HASH = re.compile(r'"([0-9a-f]{64})"')
_CLOCKS = "SELECT s.seq, e.hlc, e.body FROM journal_seq s JOIN journal_entry e ON e.id = s.entry WHERE s.node = %s"


def _latest(node_id: str) -> int:
    """The latest corrected clock of a node's entries held here; a correction may have moved it back."""
    known, latest = refold.corrections(), 0
    with connection.cursor() as cursor:
        cursor.execute(_CLOCKS, [node_id])
        for seq, hlc, body in cursor.fetchall():
            if known.offset_ms(node_id, seq) is not None:
                hlc = known.hlc(node_id, seq, hlc, entry_from_bytes(body, None, trusted=True).wall)
            latest = max(latest, hlc)
    return latest


@dataclass(frozen=True, slots=True)
class Special:
    """The subjects to refold; of a redaction also the attachments blanked, and those that other subjects still hold."""

    subjects: frozenset[int] = frozenset()
    erased: tuple[str, ...] = ()
    kept: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def apply_special(entry: Entry) -> Special:
    """Do what the entry says to others; nothing for every other kind. The caller holds the transaction and refolds."""
    if entry.kind == refold.CLOCK_CORRECTED:
        data = entry.data
        if not {"node", "first", "last"} <= data.keys():
            return Special()  # malformed, from a peer: `corrections_from` passes it over as well
        if data["node"] == node.own().id:
            transaction.on_commit(node.rewind)
        Node.objects.filter(pk=data["node"]).update(last_hlc=_latest(data["node"]))
        covered = JournalSeq.objects.filter(node=data["node"], seq__gte=data["first"], seq__lte=data["last"])
        held = JournalEntry.objects.filter(pk__in=covered.values("entry"))
        return Special(frozenset(held.values_list("sid", flat=True)))
    if entry.kind == refold.REDACTED:
        return _redact(list(entry.data.get("entries", ())))
    if entry.kind == refold.NODE_FENCED:
        return Special(frozenset(forks.apply_fence(entry)))
    return Special()


def _redact(ids: Sequence[str]) -> Special:
    """Blank the texts, and let go of the files that only they held. An entry that arrives later finds its id noted."""
    Redaction.objects.bulk_create([Redaction(entry=i) for i in ids], ignore_conflicts=True)
    told = JournalEntry.objects.filter(pk__in=ids, text__isnull=False)
    files: dict[int, set[str]] = {}
    for sid, text in told.values_list("sid", "text"):
        files.setdefault(sid, set()).update(_HASH.findall(text))
    told.update(text=None)
    subjects = dict(Head.objects.filter(sid__in=files).values_list("sid", "subject"))
    gone = {subjects[sid]: found - _held_still(sid, found) for sid, found in files.items()}
    erased, kept = release(gone, [sha256 for found in files.values() for sha256 in found])
    return Special(frozenset(refold.sids_of(ids)), erased, kept)


def _held_still(sid: int, files: set[str]) -> set[str]:
    """Those of the files that another entry of the subject, not redacted, holds as well."""
    if not files:
        return set()
    texts = JournalEntry.objects.filter(sid=sid, text__isnull=False).values_list("text", flat=True)
    return {sha256 for text in texts for sha256 in _HASH.findall(text)} & files
