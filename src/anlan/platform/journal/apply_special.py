"""The only three kinds of entry that touch other subjects: a clock correction, a redaction and a fence."""

from __future__ import annotations

from django.db import connection, transaction

from anlan.kernel.entry import Entry, entry_from_bytes
from anlan.platform.journal import forks, node, refold
from anlan.platform.journal.models import JournalEntry, JournalSeq, Node, Redaction

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


def apply_special(entry: Entry) -> set[int]:
    """Do what the entry says to others and return the subjects to refold; nothing for every other kind."""
    if entry.kind == refold.CLOCK_CORRECTED:
        data = entry.data
        if not {"node", "first", "last"} <= data.keys():
            return set()  # malformed, from a peer: `corrections_from` passes it over as well
        if data["node"] == node.own().id:
            transaction.on_commit(node.rewind)
        Node.objects.filter(pk=data["node"]).update(last_hlc=_latest(data["node"]))
        covered = JournalSeq.objects.filter(node=data["node"], seq__gte=data["first"], seq__lte=data["last"])
        return set(JournalEntry.objects.filter(pk__in=covered.values("entry")).values_list("sid", flat=True))
    if entry.kind == refold.REDACTED:
        ids = list(entry.data.get("entries", ()))
        Redaction.objects.bulk_create([Redaction(entry=i) for i in ids], ignore_conflicts=True)
        JournalEntry.objects.filter(pk__in=ids).update(text=None)
        return set(refold.sids_of(ids))
    if entry.kind == refold.NODE_FENCED:
        return forks.apply_fence(entry)
    return set()
