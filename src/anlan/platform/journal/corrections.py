"""Recording the three entries that touch other subjects: a wrong clock put right, text the law has erased, a fence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from anlan.kernel.entry import Draft, Entry
from anlan.kernel.errors import BadInput, NotAllowed, NotFound
from anlan.platform.database import writing
from anlan.platform.journal import forks, node, refold, sequence
from anlan.platform.journal.apply_special import apply_special
from anlan.platform.journal.models import Head, JournalEntry, JournalSeq, Node
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
        if node_id == node.own().id:
            node.rewind()  # else the entry that puts the clock right would itself carry the wrong one
        entry = record(
            Draft(refold.CLOCK_CORRECTED, f"platform.clock/{node_id}", node.own().region, data),
            scope=scope,
            now=now,
            base=None,
        )
        refold.refold_subjects(apply_special(entry))
    return entry


def node_fence(*, scope: Scope, node_id: str, last: int, reason: str, now: datetime) -> Entry:
    """Decide about a node of which two bodies were seen: its chain as held here counts up to `last`, nothing beyond.

    What is held beyond is kept and no longer folded, here and wherever this entry arrives. A server that fences its own
    name goes on under a new incarnation; the caller holds the data folder alone then, because others know the old name.

    Args:
        last: 0 for nothing of it; the last number before the fork is what every holder has alike.
    Raises:
        NotAllowed: without the right "platform.operate"; "journal.fence.not_above" for a node outside this server's region.
        NotFound: "journal.fence.node_unknown". BadInput: "journal.fence.last_not_held", "journal.fence.reason_missing".
    """
    scope.require("platform.operate")
    if len(reason.strip()) < 2:
        raise BadInput("journal.fence.reason_missing")
    sequence.sequence_pending()
    peer = Node.objects.filter(pk=node_id).first()
    if peer is None:
        raise NotFound("journal.fence.node_unknown", node=node_id)
    if not forks.above(node.own().id, node_id):
        raise NotAllowed("journal.fence.not_above", node=node_id, own=node.own().id)
    link = JournalSeq.objects.filter(node=node_id, seq=last).first()
    if last != 0 and link is None:
        raise BadInput("journal.fence.last_not_held", node=node_id, last=last, held=peer.last_seq)
    data = {"node": node_id, "last": last, "hash": bytes(link.hash).hex() if link else ""}
    with writing():
        if node_id == node.own().id:
            node.start(node.own().region)
        draft = Draft(
            refold.NODE_FENCED, f"platform.node/{node_id}", node.own().region, data, {"reason": reason.strip()}
        )
        entry = record(draft, scope=scope, now=now, base=None)
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
