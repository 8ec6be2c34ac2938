"""The only two kinds of entry that touch other subjects: a clock correction and a redaction."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from anlan.kernel.entry import Entry
from anlan.platform.attachments import release
from anlan.platform.journal import node, refold
from anlan.platform.journal.models import Head, JournalEntry, JournalSeq, Redaction

_HASH = re.compile(r'"([0-9a-f]{64})"')


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
        covered = JournalSeq.objects.filter(node=data["node"], seq__gte=data["first"], seq__lte=data["last"])
        held = JournalEntry.objects.filter(pk__in=covered.values("entry"))
        return Special(frozenset(held.values_list("sid", flat=True)))
    if entry.kind == refold.REDACTED:
        return _redact(list(entry.data.get("entries", ())))
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
