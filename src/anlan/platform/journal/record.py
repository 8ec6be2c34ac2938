"""`record`: the one door through which anything is written. One transaction: entry, fold, row, head, chain.

Compare-and-set: the caller names the version of the subject it saw; a subject that moved on is a Conflict, so a double
click or a stale page is never a second step (docs/explanation/journal.md).
"""

from __future__ import annotations

import dataclasses
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from django.conf import settings
from django.db import transaction

from anlan.kernel.entry import Draft, Entry, body_bytes, body_hash, born, check_draft, text_bytes, text_hash
from anlan.kernel.errors import BadInput, Conflict, RuleViolation
from anlan.kernel.ids import uuid7
from anlan.platform import bus
from anlan.platform.catalogue import Row
from anlan.platform.database import is_sqlite, joining, writing
from anlan.platform.journal import forks, node, refold, sequence, sql
from anlan.platform.journal.fold import fold_entry
from anlan.platform.journal.models import Head, JournalEntry
from anlan.platform.journal.rows import copy_row, load_rows, write_rows
from anlan.platform.scope import Scope

SYSTEM_ACTOR = "system"
NEW = 0
"""`base` of a subject that must not exist yet."""


@dataclass(slots=True)
class _Work:
    """One subject while a batch is being recorded."""

    head: sql.HeadRow
    seen: int
    old: Row | None
    row: Row | None
    refold: bool = False
    added: list[Entry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Stored:
    """One entry to be inserted: its columns by name, and the hash that the chain takes."""

    work: _Work
    columns: dict[str, Any]
    digest: bytes


def record(draft: Draft, *, scope: Scope, now: datetime, base: int | None) -> Entry:
    """Record one entry and fold it into its row.

    Args:
        base: version of the subject the caller saw (`version_of`); `NEW` for a new subject; None only where any
            version will do (an addition that no other entry can contradict).
    Returns:
        The entry; where `once` was used before on this subject, the entry that counts.
    Raises:
        BadInput: "journal.draft.refused" with the reasons; nothing was written.
        Conflict: "journal.conflict" when the subject moved on; "journal.subject_exists"; "journal.step_conflict";
            "journal.once_reused" for a key that recorded another kind of act.
        RuleViolation: "journal.drill_mixed", "journal.subject_stalled".
    """
    with writing():
        return record_many([(draft, base)], scope=scope, now=now)[0]


def record_many(
    items: Sequence[tuple[Draft, int | None]], *, scope: Scope, now: datetime, batch: str | None = None
) -> list[Entry]:
    """Record some 200 drafts in one transaction, all or none; drafts of one subject build on each other in order.

    For the second and later drafts of one subject `base` may be None. Raises as `record` does; a refusal ends the open
    transaction, so whoever goes on after one enters `writing` around the call.
    """
    for draft, _ in items:
        if violations := check_draft(draft):
            raise BadInput("journal.draft.refused", violations, kind=draft.kind)
    items = [(_owned(draft, scope), base) for draft, base in items]
    with joining():
        works = _open([draft for draft, _ in items])
        entries: list[Entry] = []
        stored: list[_Stored] = []
        for draft, base in items:
            work = works[draft.subject]
            if draft.once and (before := _same_once(work, draft)):
                entries.append(before)
                continue
            _check(work, draft, base)
            entry = _born(work, draft, scope, now, batch)
            entries.append(entry)
            stored.append(_advance(work, entry, draft, now))
        _store(works, stored)
        fresh = [e for w in works.values() for e in w.added]
        if fresh:
            transaction.on_commit(lambda: _after_commit(fresh), robust=True)
    return entries


def once_of(person: str, once: str | None) -> str | None:
    """The `once` an entry carries: a client's key belongs to the person who sent it, so that two people's never meet.

    The system's own keys (no person) stay as they are: they must be equal on two nodes that both think they are home.
    """
    if not once or not person:
        return once
    return hashlib.sha256(f"{person}\0{once}".encode()).hexdigest()[:40]


def version_of(subject: str) -> int:
    """The number of entries held of a subject; 0 if there is none."""
    return Head.objects.filter(subject=subject).values_list("version", flat=True).first() or 0


def _owned(draft: Draft, scope: Scope) -> Draft:
    return dataclasses.replace(draft, once=once_of(scope.person, draft.once)) if draft.once else draft


def _open(drafts: Sequence[Draft]) -> dict[str, _Work]:
    subjects = sorted({d.subject for d in drafts})
    heads = sql.heads_of(subjects)
    existing: dict[str, list[str]] = {}
    for subject in heads:
        kind, _, key = subject.partition("/")
        existing.setdefault(kind, []).append(key)
    rows = {f"{kind}/{key}": row for kind, keys in existing.items() for key, row in load_rows(kind, keys).items()}
    works = {s: _Work(h, h.version, copy_row(rows.get(s)), rows.get(s)) for s, h in heads.items()}
    for draft in drafts:
        if draft.subject not in works:
            works[draft.subject] = _Work(sql.new_head(draft.subject, draft.region, int(draft.drill)), 0, None, None)
    return works


def _same_once(work: _Work, draft: Draft) -> Entry | None:
    """The entry that this key recorded before; a key that was used for another kind of act is refused."""
    found = next((entry for entry in work.added if entry.once == draft.once), None)
    if found is None and work.seen:
        held = list(JournalEntry.objects.filter(sid=work.head.sid, once=draft.once).order_by("hlc", "node", "id"))
        off = forks.fenced_off([str(e.pk) for e in held]) if held else set()
        found = next((refold.entry_of(e) for e in held if str(e.pk) not in off), None)
    if found is not None and found.kind != draft.kind:
        raise Conflict("journal.once_reused", subject=draft.subject)
    return found


def _check(work: _Work, draft: Draft, base: int | None) -> None:
    head = work.head
    if base == NEW and work.seen:
        raise Conflict("journal.subject_exists", subject=draft.subject)
    if base not in (None, NEW) and base != work.seen:
        raise Conflict("journal.conflict", subject=draft.subject, seen=base, held=work.seen)
    if head.version and head.drill != int(draft.drill):
        raise RuleViolation("journal.drill_mixed", subject=draft.subject)
    if head.stalled:
        raise RuleViolation("journal.subject_stalled", subject=draft.subject)
    if draft.step and draft.chosen is None and (head.state or "") != draft.step.from_:
        raise Conflict("journal.step_conflict", subject=draft.subject, state=head.state, expected=draft.step.from_)


def _born(work: _Work, draft: Draft, scope: Scope, now: datetime, batch: str | None) -> Entry:
    head = work.head
    stamp = node.tick(now, head.last_hlc)
    return born(
        draft,
        id=uuid7(stamp >> 16, secrets.token_bytes(10)),
        node=node.own().id,
        hlc=stamp,
        wall=int(now.timestamp() * 1000),
        actor=scope.person or SYSTEM_ACTOR,
        post=scope.post,
        on_behalf_of=scope.on_behalf_of,
        base=head.last_id,
        tip=head.tip,
        standing=_standing(head),
        batch=batch,
        salt=secrets.token_hex(16),
    )


def _advance(work: _Work, entry: Entry, draft: Draft, now: datetime) -> _Stored:
    """Move the head past `entry` and fold it; anything but a plain append is left to a full refold."""
    head = work.head
    body, text = body_bytes(entry), text_bytes(entry)
    text_digest = text_hash(text, settings.JOURNAL_HASH)
    head.version += 1
    head.last_hlc, head.last_node, head.last_id = entry.hlc, entry.node, entry.id
    if draft.chosen is not None or not head.settled:
        work.refold = True
    else:
        if entry.to is not None:
            head.tip, head.state = entry.id, entry.to
        if draft.legal:
            head.legal = refold.standing_text(_standing(head) | dict.fromkeys(draft.legal, entry.id))
        work.row = fold_entry(work.row, entry)
    # As a refold says it: an entry that reaches further than its subject moves nobody out of the region.
    stands = work.row["region"] if work.row is not None else draft.region
    if draft.region != stands:
        head.stood_in(draft.region)
    head.stand_in(stands)
    work.added.append(entry)
    columns = {
        "id": entry.id, "node": entry.node, "hlc": entry.hlc, "kind": entry.kind, "actor": entry.actor,
        "once": entry.once, "body": body.decode(), "text": text.decode() if text else None, "text_hash": text_digest,
        "received_at": int(now.timestamp() * 1000),
    }  # fmt: skip
    return _Stored(work, columns, body_hash(body, text_digest, settings.JOURNAL_HASH))


def _standing(head: sql.HeadRow) -> dict[str, str]:
    return orjson.loads(head.legal) if head.legal else {}


def _store(works: dict[str, _Work], stored: Sequence[_Stored]) -> None:
    if not stored:
        return
    touched = [works[s] for s in sorted(works) if works[s].added]
    sql.insert_heads([w.head for w in touched if not w.seen])
    for each in stored:
        each.columns["sid"] = each.work.head.sid
    sql.insert_entries([each.columns for each in stored])
    for work in touched:
        if work.refold:
            work.row = refold.refold(work.head)
    sql.swap_heads([(w.head, w.seen) for w in touched if w.seen])
    if is_sqlite():
        sequence.append([(each.columns["id"], each.digest, each.columns["hlc"]) for each in stored])
    else:
        sequence.wait([(each.columns["id"], each.columns["hlc"]) for each in stored])
    changes: dict[str, dict[str, tuple[Row | None, Row | None]]] = {}
    for work in touched:
        kind, _, key = work.head.subject.partition("/")
        changes.setdefault(kind, {})[key] = (work.old, work.row)
    for kind, pairs in changes.items():
        write_rows(kind, pairs)


def _after_commit(entries: list[Entry]) -> None:
    sequence.sequence_pending()
    bus.publish(entries)


__all__ = ["NEW", "Draft", "once_of", "record", "record_many", "version_of"]
