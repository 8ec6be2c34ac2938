"""Whether what a node sends lies within what it may write: asked before anything of it is stored or folded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from anlan.kernel.entry import Entry
from anlan.kernel.entry_shape import UUID
from anlan.kernel.errors import ProtocolError
from anlan.kernel.nodes import above, stem
from anlan.kernel.region_codes import region_prefix
from anlan.platform.exchange.trust import statement_id
from anlan.platform.journal import refold, sql
from anlan.platform.journal.models import Head, JournalEntry
from anlan.platform.rules.exchange import EVERYWHERE, PEER, may_write

__all__ = ["outside", "refuse_overreach", "standing", "stay_within"]


def refuse_overreach(author: str, own_region: str, entries: Sequence[Entry]) -> None:
    """Refuse a run if one of its entries reaches beyond its author's region.

    Args:
        author: id of the node whose run it is. own_region: 12-digit region of that node today.
    Raises:
        ProtocolError: "exchange.overreach" naming the first such entry.
    """
    span, today = stem(author), region_prefix(own_region)
    heads = sql.heads_of(sorted({entry.subject for entry in entries}))
    stood: dict[str, set[str]] = {
        subject: {head.region, *(head.former.split(",") if head.former else ())} for subject, head in heads.items()
    }
    written = set[tuple[str, str]]()
    for entry in entries:
        # Where a subject may be written once it may be written again: the regions where it stood only become more.
        place = (entry.subject, entry.region)
        held = stood.setdefault(entry.subject, set())
        allowed = place in written or may_write(span, today, entry.type, entry.region, held)
        if not allowed or not _may_touch(author, entry):
            raise ProtocolError("exchange.overreach", node=author, entry=entry.id, subject=entry.subject)
        written.add(place)
        held.add(entry.region)


def outside(author: str, own_region: str, entries: Sequence[Entry]) -> ProtocolError | None:
    """The refusal of bodies for stubs; None if nothing is to be refused. Where their subjects stood when they were written
    is not known here, only that the chain's author wrote them. Arguments as of `refuse_overreach`."""
    span, today = stem(author), region_prefix(own_region)
    for entry in entries:
        if not (may_write(span, today, entry.type, entry.region, ()) and _may_touch(author, entry)):
            return ProtocolError("exchange.overreach", node=author, entry=entry.id, subject=entry.subject)
    return None


def standing(entries: Sequence[Entry]) -> dict[str, set[str]]:
    """Where the subjects of entries stand and stood before these are taken: subject -> regions."""
    subjects = sorted({entry.subject for entry in entries if entry.type not in EVERYWHERE})
    heads = sql.heads_of(subjects)
    found: dict[str, set[str]] = {subject: set() for subject in subjects}
    for subject, head in heads.items():
        found[subject] = {head.region, *(head.former.split(",") if head.former else ())}
    return found


def stay_within(author: str, own_region: str, before: Mapping[str, set[str]]) -> None:
    """Refuse what was folded if a subject has come to stand where its author may not write: a fold may take the region from
    the data. Called in the transaction that ends with it.

    Args:
        before: as `standing` gave it.
    Raises:
        ProtocolError: "exchange.overreach".
    """
    spans = (stem(author), region_prefix(own_region))
    for subject, head in sql.heads_of(sorted(before)).items():
        if not head.region.startswith(spans) and head.region not in before[subject]:
            raise ProtocolError("exchange.overreach", node=author, entry=str(head.last_id or ""), subject=subject)


def _may_touch(author: str, entry: Entry) -> bool:
    """Of the kinds that touch other subjects: a clock is put right by its own node or one above, a text is blanked by
    whoever has the region of its subject, a statement about a key is its author's own. (A fence is judged where it
    is applied.)"""
    if entry.kind == refold.CLOCK_CORRECTED:
        return above(author, str(entry.data.get("node", "")))
    if entry.type == PEER:
        return entry.subject_id == statement_id(stem(author), str(entry.data.get("key", "")))
    if entry.kind == refold.REDACTED:
        named = entry.data.get("entries", [])
        # An id spelled otherwise would be found by the database where it is blanked, and not by its text here.
        if type(named) is not list or not all(type(one) is str and UUID.fullmatch(one) for one in named):
            return False
        sids = JournalEntry.objects.filter(pk__in=named).values("sid")
        held = Head.objects.filter(sid__in=sids).values_list("region", "former")
        return all(any(code.startswith(stem(author)) for code in f"{r},{f or ''}".split(",")) for r, f in held)
    return True
