"""Recording the two entries that touch other subjects: a wrong clock put right, and text the law has erased."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from anlan.kernel.entry import Draft, Entry
from anlan.kernel.errors import BadInput, NotFound
from anlan.platform.database import writing
from anlan.platform.journal import node, refold
from anlan.platform.journal.apply_special import apply_special
from anlan.platform.journal.models import Head, JournalEntry
from anlan.platform.journal.record import record
from anlan.platform.scope import Scope


def clock_correct(*, scope: Scope, node_id: str, first: int, last: int, offset_ms: int, now: datetime) -> Entry:
    """State that entries `first`..`last` of a node were stamped `offset_ms` too early; everything they touch is refolded.

    Raises:
        NotAllowed: without the right "platform.operate". BadInput: "journal.clock.range_empty".
    """
    scope.require("platform.operate")
    if first < 1 or last < first:
        raise BadInput("journal.clock.range_empty", first=first, last=last)
    data = {"node": node_id, "first": first, "last": last, "offset_ms": offset_ms}
    with writing():
        entry = record(
            Draft(refold.CLOCK_CORRECTED, f"platform.clock/{node_id}", node.own().region, data),
            scope=scope,
            now=now,
            base=None,
        )
        refold.refold_subjects(apply_special(entry))
    return entry


def redact(*, scope: Scope, entries: Sequence[str], reason: str, now: datetime) -> Entry:
    """Blank the free text and attachment references of entries, here and wherever this entry arrives; hashes stay.

    Raises:
        NotAllowed: without "platform.redact", or for a subject outside the scope's region.
        NotFound: "journal.entry_not_found". BadInput: "journal.redact.reason_missing".
    """
    scope.require("platform.redact")
    if len(reason.strip()) < 2:
        raise BadInput("journal.redact.reason_missing")
    held = list(JournalEntry.objects.filter(pk__in=list(entries)).values_list("sid", flat=True))
    if not entries or len(held) != len(set(entries)):
        raise NotFound("journal.entry_not_found")
    for region in Head.objects.filter(sid__in=held).values_list("region", flat=True):
        scope.require_region(region)
    with writing():
        entry = record(
            Draft(
                refold.REDACTED,
                f"platform.redaction/{node.new_id(now)}",
                node.own().region,
                {"entries": sorted(entries), "reason": reason.strip()},
            ),
            scope=scope,
            now=now,
            base=0,
        )
        refold.refold_subjects(apply_special(entry))
    return entry
