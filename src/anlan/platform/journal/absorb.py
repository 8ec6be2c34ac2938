"""Entries of other nodes that were admitted: stored in bulk and folded, most of them as plain appends.

An entry whose author had seen all that is held of its subject is folded alone; whatever else there is
(late, contested, deciding, corrected, fenced, redacted, unreadable) refolds its subject from all its entries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import orjson

from anlan.kernel.arrange import extends
from anlan.kernel.entry import Entry
from anlan.platform.catalogue import Row
from anlan.platform.journal import refold, sql
from anlan.platform.journal.fold import fold_entry, readable
from anlan.platform.journal.rows import copy_row, load_rows, write_rows

__all__ = ["Arrived", "absorb"]


@dataclass(frozen=True, slots=True)
class Arrived:
    """An entry that is new here: as parsed and as it came; `plain`: no correction and no fence touches it.

    `text` is None where a redaction held here has blanked it.
    """

    entry: Entry
    body: bytes
    text: bytes | None
    text_hash: bytes | None
    plain: bool


@dataclass(slots=True)
class _Work:
    head: sql.HeadRow
    seen: int
    old: Row | None
    row: Row | None
    fresh: list[Arrived] = field(default_factory=list)
    onces: set[str] = field(default_factory=set)
    refold: bool = False


def absorb(arrived: Sequence[Arrived], received_at: int) -> dict[str, int]:
    """Store entries and fold their subjects; the caller holds the transaction and has checked the entries.

    Args:
        received_at: epoch ms.
    Returns:
        This server's number (`Head.sid`) of each subject that was touched.
    """
    works = _open(arrived)
    for one in arrived:
        works[one.entry.subject].fresh.append(one)
    for work in works.values():
        work.fresh.sort(key=lambda one: (one.entry.hlc, one.entry.node, one.entry.id))
        _advance(work)
    touched = [works[s] for s in sorted(works)]
    sql.insert_heads([w.head for w in touched if not w.seen])
    # In the order of their ids, which is that of their clocks: the indexes are filled at their ends, page by page.
    stored = sorted(((one, w.head.sid) for w in touched for one in w.fresh), key=lambda each: each[0].entry.id)
    sql.insert_entries([_columns(one, sid, received_at) for one, sid in stored])
    for work in touched:
        if work.refold:
            work.row = refold.refold(work.head)
    sql.swap_heads([(w.head, w.seen or w.head.version) for w in touched if w.seen or w.refold])
    changes: dict[str, dict[str, tuple[Row | None, Row | None]]] = {}
    for work in touched:
        kind, _, key = work.head.subject.partition("/")
        changes.setdefault(kind, {})[key] = (work.old, work.row)
    for kind, pairs in changes.items():
        write_rows(kind, pairs)
    return {w.head.subject: w.head.sid for w in touched}


def _open(arrived: Sequence[Arrived]) -> dict[str, _Work]:
    subjects = sorted({one.entry.subject for one in arrived})
    # A person who is faster would end a whole run; held, he is told that the subject moved on, as by any other writer.
    heads = sql.heads_of(subjects, hold=True)
    existing: dict[str, list[str]] = {}
    for subject in heads:
        kind, _, key = subject.partition("/")
        existing.setdefault(kind, []).append(key)
    rows = {f"{kind}/{key}": row for kind, keys in existing.items() for key, row in load_rows(kind, keys).items()}
    works = {s: _Work(h, h.version, rows.get(s), copy_row(rows.get(s))) for s, h in heads.items()}
    by_sid = {w.head.sid: w for w in works.values()}
    for sid, once in sql.onces_of(by_sid, [one.entry.once for one in arrived if one.entry.once]):
        by_sid[sid].onces.add(once)
    for one in arrived:
        entry = one.entry
        if entry.subject not in works:
            works[entry.subject] = _Work(sql.new_head(entry.subject, entry.region, int(entry.drill)), 0, None, None)
    return works


def _advance(work: _Work) -> None:
    """Fold what is fresh onto the row as long as each entry merely appends."""
    head = work.head
    head.version += len(work.fresh)
    standing: dict[str, str] = orjson.loads(head.legal) if head.legal else {}
    for one in work.fresh:
        entry = one.entry
        if entry.region != head.region:
            head.stood_in(entry.region)
        last = (head.last_hlc, head.last_node, head.last_id or "") if head.last_id else None
        # Its author saw exactly what is held here. (An entry whose cause arrives after it has an odd or forged clock.)
        saw_all = entry.base == head.last_id and int(entry.drill) == head.drill
        appends = one.plain and saw_all and not head.stalled and readable(entry) and extends(
            head.tip, last, entry, standing=standing, settled=bool(head.settled), once_known=entry.once in work.onces
        )  # fmt: skip
        if not appends:
            work.refold = True
            return
        work.row = fold_entry(work.row, entry)
        head.last_hlc, head.last_node, head.last_id = entry.hlc, entry.node, entry.id
        if entry.to is not None:
            head.tip, head.state = entry.id, entry.to
        if entry.afters:
            standing |= dict.fromkeys(entry.afters, entry.id)
        if entry.once:
            work.onces.add(entry.once)
    head.legal = refold.standing_text(standing)
    if work.row is not None:
        head.stand_in(work.row["region"])


def _columns(one: Arrived, sid: int, received_at: int) -> Mapping[str, object]:
    entry = one.entry
    return {
        "id": entry.id, "sid": sid, "node": entry.node, "hlc": entry.hlc, "kind": entry.kind, "actor": entry.actor,
        "once": entry.once, "body": one.body.decode(), "text": one.text.decode() if one.text else None,
        "text_hash": one.text_hash, "received_at": received_at,
    }  # fmt: skip
