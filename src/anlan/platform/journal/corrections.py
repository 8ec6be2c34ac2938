"""Recording the three entries that touch other subjects: a wrong clock put right, text the law has erased, a fence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from anlan.kernel.entry import Draft, Entry
from anlan.kernel.errors import BadInput, NotAllowed, NotFound
from anlan.kernel.nodes import above
from anlan.kernel.text import shown_length
from anlan.platform.database import writing
from anlan.platform.journal import node, refold, sequence
from anlan.platform.journal.apply_special import apply_special
from anlan.platform.journal.models import Head, JournalEntry, JournalSeq, Node
from anlan.platform.journal.record import record
from anlan.platform.scope import Scope, right_label

_FEWEST = 2
_CENTURY_MS = 100 * 366 * 86_400_000


@dataclass(frozen=True, slots=True)
class Redacted:
    """What a redaction did: its entry, the attachments blanked, and those that others hold still, by those subjects."""

    entry: Entry
    erased: tuple[str, ...] = ()
    kept: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def told_of(reason: str, basis: str) -> dict[str, str]:
    """Why and on what basis a record is corrected, trimmed, as the entry's text keeps it.

    Raises:
        BadInput: "platform.correction.basis_missing" for either with fewer than two characters.
    """
    told = {"reason": reason.strip(), "basis": basis.strip()}
    if any(shown_length(words) < _FEWEST for words in told.values()):
        raise BadInput("platform.correction.basis_missing")
    return told


def clock_correct(
    *,
    scope: Scope,
    node_id: str,
    first: int,
    last: int,
    offset_ms: int,
    now: datetime,
    reason: str,
    basis: str,
    once: str | None = None,
) -> Entry:
    """State that entries `first`..`last` of a node were stamped `offset_ms` too early; everything they touch is refolded.

    Raises:
        NotAllowed: without the right "platform.operate", or for a node outside the scope's region.
        NotFound: "journal.clock.node_unknown". BadInput: "journal.clock.range_empty", "journal.clock.range_unknown" for
            numbers that no entry of the node has yet, "journal.clock.offset", "platform.correction.basis_missing".
    """
    scope.require("platform.operate")
    held = Node.objects.filter(pk=node_id).first()
    if held is None:
        raise NotFound("journal.clock.node_unknown", node=node_id)
    scope.require_region(held.region)
    if first < 1 or last < first:
        raise BadInput("journal.clock.range_empty", first=first, last=last)
    if last > (JournalSeq.objects.filter(node=node_id).order_by("-seq").values_list("seq", flat=True).first() or 0):
        raise BadInput("journal.clock.range_unknown", node=node_id, last=last)
    if not 0 < abs(offset_ms) <= _CENTURY_MS:
        raise BadInput("journal.clock.offset", offset=offset_ms)
    told = told_of(reason, basis)
    data = {"node": node_id, "first": first, "last": last, "offset_ms": offset_ms}
    with writing():
        if node_id == node.own().id:
            node.rewind()  # else the entry that puts the clock right would itself carry the wrong one
        entry = record(
            Draft(refold.CLOCK_CORRECTED, f"platform.clock/{node_id}", node.own().region, data, told, once=once),
            scope=scope,
            now=now,
            base=None,
        )
        refold.refold_subjects(apply_special(entry).subjects)
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
    if not above(node.own().id, node_id):
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
        refold.refold_subjects(apply_special(entry).subjects)
    return entry


def may_redact(scope: Scope, region: str) -> bool:
    """Whether the person may redact histories of this region: with the right, over all of it, not one office's part."""
    return scope.may("platform.redact") and scope.office is None and scope.subjects is None and scope.covers(region)


def redact(
    *, scope: Scope, entries: Sequence[str], reason: str, basis: str, now: datetime, once: str | None = None
) -> Redacted:
    """Blank the free text and attachments of entries, here and wherever this entry arrives; hashes stay.

    A file that an entry which is not redacted holds too stays with that entry's subject, and the answer says so.

    Raises:
        NotAllowed: without "platform.redact", for a subject outside the scope's region, or for a post that sees only one
            office's or its own subjects.
        NotFound: "journal.entry_not_found". BadInput: "platform.correction.basis_missing".
    """
    scope.require("platform.redact")
    if not may_redact(scope, scope.region):
        raise NotAllowed("platform.not_allowed", right="platform.redact", label=right_label("platform.redact"))
    told = told_of(reason, basis)
    wanted = sorted({key for each in entries if (key := _uuid(each))})
    held = list(JournalEntry.objects.filter(pk__in=wanted).values_list("sid", flat=True))
    if not wanted or len(wanted) != len(set(entries)) or len(held) != len(wanted):
        raise NotFound("journal.entry_not_found")
    for region in Head.objects.filter(sid__in=held).values_list("region", flat=True):
        scope.require_region(region)
    with writing():
        # What the redaction says of itself is no free text about anybody, and must outlast it: it stands in the data.
        entry = record(
            Draft(
                refold.REDACTED,
                f"platform.redaction/{node.new_id(now)}",
                node.own().region,
                {"entries": wanted, **told},
                once=once,
            ),
            scope=scope,
            now=now,
            base=0,
        )
        done = apply_special(entry)
        refold.refold_subjects(done.subjects)
    return Redacted(entry, done.erased, done.kept)


def _uuid(text: str) -> str | None:
    try:
        return str(UUID(str(text)))
    except ValueError:
        return None
