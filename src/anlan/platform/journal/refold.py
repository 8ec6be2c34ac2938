"""Fold subjects anew from all their entries: what a late, contested, deciding or corrected entry needs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from anlan.kernel.arrange import corrections_from
from anlan.kernel.canonical import canonical
from anlan.kernel.entry import Entry, entry_from_bytes
from anlan.kernel.hlc import Corrections
from anlan.platform.catalogue import Row
from anlan.platform.journal import sql
from anlan.platform.journal.fold import Folded, fold_subject
from anlan.platform.journal.models import Head, JournalEntry, JournalSeq, Node
from anlan.platform.journal.rows import load_rows, write_rows

CLOCK_CORRECTED = "platform.clock.corrected"
REDACTED = "platform.redaction.redacted"
NODE_FENCED = "platform.node.fenced"


def entry_of(stored: JournalEntry) -> Entry:
    """The entry that a stored row holds, read back from its canonical bytes."""
    return entry_from_bytes(stored.body, stored.text, trusted=True)


def entries_of(sid: int) -> list[Entry]:
    """All entries held of a subject, in order of their own clocks."""
    return _entries("sid = %s ORDER BY hlc, node, id", [sid])


def corrections(also: Iterable[Entry] = ()) -> Corrections:
    """Every clock correction held here, and those that these entries state."""
    # The kind stands in the statement itself, so that the small index of corrections serves it on both databases.
    return corrections_from([*_entries(f"kind = '{CLOCK_CORRECTED}'", None), *also])


def cuts() -> dict[str, int]:
    """Up to which number the chain of each fenced node counts."""
    return dict(Node.objects.filter(fence_seq__isnull=False).values_list("id", "fence_seq"))


def instant(ms: int) -> datetime:
    """Milliseconds since 1970 as aware UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC)


def _entries(where: str, params: Sequence[Any] | None) -> list[Entry]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT body, text FROM journal_entry WHERE {where}", params)
        return [entry_from_bytes(body, text, trusted=True) for body, text in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Held:
    """What is needed to fold one subject: the entries that no fence cuts off, corrections, numbers; how many are cut off."""

    entries: Sequence[Entry]
    corrections: Corrections
    seqs: Mapping[str, int]
    fenced: int = 0


def held_of(sid: int) -> Held:
    """What is held of one subject and counts, with the corrections and fences in force."""
    entries, known, fences = entries_of(sid), corrections(), cuts()
    if not known and not fences:
        return Held(entries, known, {})
    rows = JournalSeq.objects.filter(entry__in=[e.id for e in entries]).values_list("entry", "seq")
    seqs = {str(entry): seq for entry, seq in rows}
    # What has no number yet was born here a moment ago; a fence names numbers that its author held.
    counted = [e for e in entries if e.node not in fences or seqs.get(e.id, 0) <= fences[e.node]]
    return Held(counted, known, seqs, len(entries) - len(counted))


def fold_held(sid: int) -> Folded:
    """Fold what is held of one subject and counts."""
    held = held_of(sid)
    return fold_subject(held.entries, held.corrections, held.seqs)


def effective_entries(subject: str) -> tuple[Entry, ...]:
    """The entries of a subject that count, in their order; none for one that is not held."""
    sid = Head.objects.filter(subject=subject).values_list("sid", flat=True).first()
    return tuple(fold_held(sid).arranged.effective) if sid is not None else ()


def subjects_corrected(kinds: Sequence[str]) -> list[str]:
    """The subjects that have an entry of one of these kinds whose clock a correction held here has put right."""
    found: set[int] = set()
    for entry in _entries(f"kind = '{CLOCK_CORRECTED}'", None):
        if not {"node", "first", "last"} <= entry.data.keys():
            continue
        seqs = JournalSeq.objects.filter(
            node=entry.data["node"], seq__gte=entry.data["first"], seq__lte=entry.data["last"]
        )
        held = JournalEntry.objects.filter(kind__in=list(kinds), pk__in=seqs.values("entry"))
        found.update(held.values_list("sid", flat=True))
    return list(Head.objects.filter(sid__in=found).order_by("sid").values_list("subject", flat=True))


def standing_text(standing: Mapping[str, str]) -> str | None:
    """`Arranged.standing` as `Head.legal` keeps it."""
    return canonical(dict(standing)).decode() if standing else None


def refold(head: sql.HeadRow) -> Row | None:
    """Set the head's derived columns from all entries of its subject and return the row; the caller writes both."""
    held = held_of(head.sid)
    folded = fold_subject(held.entries, held.corrections, held.seqs)
    arranged = folded.arranged
    head.last_hlc, head.last_node, head.last_id = arranged.last or (0, "", None)
    head.tip, head.state = arranged.tip, arranged.state
    head.legal = standing_text(arranged.standing)
    head.open = json.dumps(list(arranged.open), sort_keys=True, ensure_ascii=False) if arranged.open else None
    head.settled = int(arranged.settled and not held.fenced)
    head.stalled = int(folded.stalled is not None)
    for region in {entry.region for entry in held.entries} - {head.region}:
        head.stood_in(region)
    if folded.row is not None:
        head.stand_in(folded.row["region"])
    return folded.row


def refold_subjects(sids: Iterable[int]) -> int:
    """Refold subjects and write the differences; returns how many rows changed. The caller holds the transaction."""
    touched = 0
    # In the order in which everybody else moves heads on, so that on PostgreSQL nobody waits in a circle.
    for head in sorted(sql.heads_by_sid(sids), key=lambda held: held.subject):
        kind, _, key = head.subject.partition("/")
        before = load_rows(kind, [key]).get(key)
        row = refold(head)
        sql.swap_heads([(head, head.version)])
        touched += write_rows(kind, {key: (before, row)})
    return touched


def sids_of(entry_ids: Sequence[str]) -> list[int]:
    """The subjects of these entries, as far as they are held."""
    return list(JournalEntry.objects.filter(pk__in=list(entry_ids)).values_list("sid", flat=True).distinct())
