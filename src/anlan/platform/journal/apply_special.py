"""The only two kinds of entry that touch other subjects: a clock correction and a redaction."""

from __future__ import annotations

from django.db import transaction

from anlan.kernel.entry import Entry
from anlan.platform.journal import node, refold
from anlan.platform.journal.models import JournalEntry, JournalSeq, Redaction


def apply_special(entry: Entry) -> set[int]:
    """Do what the entry says to others and return the subjects to refold; nothing for every other kind."""
    if entry.kind == refold.CLOCK_CORRECTED:
        data = entry.data
        if not {"node", "first", "last"} <= data.keys():
            return set()  # malformed, from a peer: `corrections_from` passes it over as well
        if data["node"] == node.own().id:
            transaction.on_commit(node.rewind)
        covered = JournalSeq.objects.filter(node=data["node"], seq__gte=data["first"], seq__lte=data["last"])
        return set(JournalEntry.objects.filter(pk__in=covered.values("entry")).values_list("sid", flat=True))
    if entry.kind == refold.REDACTED:
        ids = list(entry.data.get("entries", ()))
        Redaction.objects.bulk_create([Redaction(entry=i) for i in ids], ignore_conflicts=True)
        JournalEntry.objects.filter(pk__in=ids).update(text=None)
        return set(refold.sids_of(ids))
    return set()
