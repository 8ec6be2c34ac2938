"""Fold a subject anew from all its entries: what a late, contested, deciding or corrected entry needs."""

from __future__ import annotations

from anlan.kernel.entry import Entry, entry_from_bytes
from anlan.platform.catalogue import Row
from anlan.platform.journal.models import Head, JournalEntry


def entry_of(stored: JournalEntry) -> Entry:
    """The entry that a stored row holds, read back from its canonical bytes."""
    return entry_from_bytes(stored.body.encode(), stored.text.encode() if stored.text else None)


def entries_of(sid: int) -> list[Entry]:
    """All entries held of a subject, in order of their own clocks."""
    return [entry_of(e) for e in JournalEntry.objects.filter(sid=sid).order_by("hlc", "node", "id")]
