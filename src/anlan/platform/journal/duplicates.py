"""Duplicate registrations in the merge queue: a query over natural keys minus decisions, and the ways to decide a pair.

A context declares its key in `duplicates.py`. What is not the same is an entry of a subject of its own, named by the pair:
whoever holds it never asks again. Only nodes at or above the place common to both hold both, and there the entry goes.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from typing import Any

from django.db.models import Count, Q

from anlan.kernel.entry import Draft
from anlan.kernel.errors import BadInput, Conflict, NotFound
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.database import hold_keys, writing
from anlan.platform.journal.models import Head, JournalEntry
from anlan.platform.journal.record import NEW, record, version_of
from anlan.platform.scope import Scope, limit

__all__ = ["Duplicate", "NaturalKey", "duplicate_merge", "duplicate_part", "duplicates"]

SUBJECT = "platform.distinction"
_AT_ONCE = 500
_MOST_KEYS = 2000
"""Keys looked at, those told apart already among them; SQLite binds that many values."""
_PAIR = uuid.UUID("5b9f6f0a-3c55-5e0e-9a57-8d2a6c1f7b10")


@dataclass(frozen=True)
class NaturalKey:
    """What says that two subjects of one type are the same thing in the world.

    Attributes:
        id: the subject type. label: what people call the key.
        fields: columns that are equal, none of them empty.
        beside: what must be equal too and stands in no column (a number in the vault): (rows) -> by id, "" or absent: unlike
            everything. apart: the entry kind that makes one of them, where only those made on different nodes are asked about.
        allow: (scope, rows) raises where this person may not decide about them, whatever the decision is.
        told: (rows) -> (label, texts) of further lines side by side. effect: what merging does, in a sentence for the page.
        live: conditions on rows that are still asked about (not merged, not retired).
        shows: columns set side by side; nothing personal.
        merge: (scope, gone, into, reason, base, into_base, now): the context's own service; both stay traceable.
        into: column that names what a row was merged into. separate: (scope, id, reason, base, now) takes a merging back:
            two nodes that decided at once may have merged each into the other, and neither stood any more.
    """

    id: str
    label: str
    fields: tuple[str, ...]
    shows: tuple[str, ...]
    merge: Callable[[Scope, str, str, str, int, int, datetime], None]
    into: str
    separate: Callable[[Scope, str, str, int, datetime], None]
    live: Mapping[str, Any] = field(default_factory=dict)
    beside: Callable[[Sequence[Any]], Mapping[Any, str]] | None = None
    apart: str = ""
    allow: Callable[[Scope, Sequence[Any]], None] | None = None
    told: Callable[[Sequence[Any]], list[tuple[str, list[str]]]] | None = None
    effect: str = ""


@dataclass(frozen=True)
class Duplicate:
    """Two rows of one key, the earlier first, with the versions they were read at; `crossed`: merged in a circle."""

    key: NaturalKey
    rows: tuple[Any, Any]
    versions: tuple[int, int]
    crossed: bool = False


def duplicates(scope: Scope, most: int = 100) -> list[Duplicate]:
    """Pairs of which the scope sees both sides and nobody has said that they differ."""
    scope.require("journal.decide")
    found: list[Duplicate] = []
    for key in CATALOGUE.duplicates.values():
        pairs = _pairs(scope, key)
        names = {_subject(key, one, other): (one, other) for one, other in pairs}
        parted = set(Head.objects.filter(subject__in=list(names)).values_list("subject", flat=True))
        left = [pair for name, pair in names.items() if name not in parted]
        crossed = _crossed(scope, key)
        subjects = {f"{key.id}/{row.pk}" for pair in [*crossed, *left] for row in pair}
        versions = dict(Head.objects.filter(subject__in=subjects).values_list("subject", "version"))
        for pairs, cross in ((crossed, True), (left, False)):
            seen = ((a, b, versions[f"{key.id}/{a.pk}"], versions[f"{key.id}/{b.pk}"]) for a, b in pairs)
            found += [Duplicate(key, (a, b), (of_a, of_b), cross) for a, b, of_a, of_b in seen]
    return sorted(found, key=lambda pair: not pair.crossed)[:most]


def duplicate_merge(
    *, scope: Scope, kind: str, keep: str, gone: str, reason: str, bases: Sequence[int], now: datetime
) -> None:
    """They are the same: `keep` stays, `gone` is merged into it.

    Args:
        bases: versions seen of `keep` and of `gone`.
    Raises:
        NotAllowed: "platform.not_allowed". NotFound: "journal.duplicate_not_found". Conflict: "journal.conflict".
        BadInput: "journal.duplicate_reason_missing". What the context's service raises.
    """
    with writing():
        key, stays, _, crossed = _open(scope, kind, keep, gone, reason, bases)
        if crossed:
            key.separate(scope, str(stays.pk), reason.strip(), bases[0], now)
        else:
            key.merge(scope, gone, keep, reason.strip(), bases[1], bases[0], now)


def duplicate_part(
    *, scope: Scope, kind: str, one: str, other: str, reason: str, bases: Sequence[int], now: datetime
) -> None:
    """They are not the same; nobody is asked again. Raises as `duplicate_merge`."""
    with writing():
        key, first, second, crossed = _open(scope, kind, one, other, reason, bases)
        for row in (first, second) if crossed else ():
            key.separate(scope, str(row.pk), reason.strip(), version_of(f"{key.id}/{row.pk}"), now)
        if version_of(_subject(key, first, second)):
            return  # told apart before they were merged crosswise
        common = os.path.commonprefix([first.region, second.region])
        digits = next(n for n in (12, 9, 6, 4, 2, 0) if n <= len(common))
        record(
            Draft(
                kind=f"{SUBJECT}.made",
                subject=_subject(key, first, second),
                region=common[:digits].ljust(12, "0"),
                data={"type": key.id, "of": sorted((str(first.pk), str(second.pk)))},
                text={"reason": reason.strip()},
            ),
            scope=scope,
            now=now,
            base=NEW,
        )


def _open(
    scope: Scope, kind: str, one: str, other: str, reason: str, bases: Sequence[int]
) -> tuple[NaturalKey, Any, Any, bool]:
    scope.require("journal.decide")
    key = CATALOGUE.duplicates.get(kind)
    ids = [_uuid(one), _uuid(other)]
    if key is None or None in ids or ids[0] == ids[1]:
        raise NotFound("journal.duplicate_not_found")
    # Until the transaction ends nobody else decides about this pair.
    hold_keys(SUBJECT, sorted(str(i) for i in ids))
    crossed = [pair for pair in _crossed(scope, key) if {row.pk for row in pair} == set(ids)]
    rows = {row.pk: row for row in (crossed[0] if crossed else _live(scope, key).filter(pk__in=ids))}
    if len(rows) < 2:
        raise NotFound("journal.duplicate_not_found")
    first, second = (rows[i] for i in ids)
    if not crossed and (not _alike(key, [first, second]) or version_of(_subject(key, first, second))):
        raise NotFound("journal.duplicate_not_found")
    if [version_of(f"{key.id}/{i}") for i in ids] != list(bases):
        raise Conflict("journal.conflict", subject=f"{key.id}/{one}")
    if len(reason.strip()) < 2:
        raise BadInput("journal.duplicate_reason_missing")
    if key.allow:
        key.allow(scope, [first, second])
    return key, first, second, bool(crossed)


def _live(scope: Scope, key: NaturalKey) -> Any:
    rows = limit(CATALOGUE.projections[key.id]._default_manager.filter(drill=0, **key.live), scope)  # type: ignore[attr-defined]
    texts = {f.name for f in rows.model._meta.concrete_fields if f.get_internal_type() in ("CharField", "TextField")}
    return rows.exclude(Q(*((name, "") for name in key.fields if name in texts), _connector=Q.OR))


def _crossed(scope: Scope, key: NaturalKey) -> list[tuple[Any, Any]]:
    """Of each circle in which everyone was merged into the next, all in scope, the two registered first: none stands."""
    table = CATALOGUE.projections[key.id]._default_manager  # type: ignore[attr-defined]
    # By this condition alone, and not "is not null": else SQLite reads the whole region instead of those few by their index.
    merged = table.filter(**{f"{key.into}__gt": uuid.UUID(int=0)})
    circles = _circles(dict(merged.values_list("pk", f"{key.into}_id")))
    rows = limit(table.filter(drill=0), scope)
    held = [list(rows.filter(pk__in=circle).order_by("created_at", "pk")) for circle in circles]
    return [(seen[0], seen[1]) for seen, circle in zip(held, circles, strict=True) if len(seen) == len(circle)]


def _circles(into: Mapping[Any, Any]) -> list[list[Any]]:
    found, seen = [], set()
    for at in into:
        path: list[Any] = []
        while at in into and at not in seen:
            seen.add(at)
            path.append(at)
            at = into[at]
        if at in path:
            found.append(path[path.index(at) :])
    return [circle for circle in found if len(circle) > 1]


def _pairs(scope: Scope, key: NaturalKey) -> list[tuple[Any, Any]]:
    rows = _live(scope, key)
    twice = rows.order_by().values(*key.fields).annotate(times=Count("pk")).filter(times__gt=1)
    # Only the leading column is asked for in SQL; the rest of a longer key is compared here.
    lead = list({group[key.fields[0]] for group in twice.order_by(*key.fields)[:_MOST_KEYS]})
    found = _alike(key, list(rows.filter(**{f"{key.fields[0]}__in": lead}).order_by("created_at", "pk")))
    return [pair for group, born in found for pair in combinations(group[:10], 2) if not born or _apart(born, pair)]


def _alike(key: NaturalKey, rows: Sequence[Any]) -> list[tuple[list[Any], Mapping[Any, str]]]:
    """Groups of at least two rows with the same key, each with the nodes that made them where that matters."""
    same: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows:
        same.setdefault(tuple(getattr(row, name) for name in key.fields), []).append(row)
    groups = [group for group in same.values() if len(group) > 1]
    several = [row for group in groups for row in group]
    if key.beside and several:
        hidden = key.beside(several)
        finer: dict[tuple[int, str], list[Any]] = {}
        for number, group in enumerate(groups):
            for row in group:
                if said := hidden.get(row.pk):
                    finer.setdefault((number, said), []).append(row)
        groups = [group for group in finer.values() if len(group) > 1]
    born = _born(key, [row for group in groups for row in group]) if key.apart and groups else {}
    return [(group, born) for group in groups if not born or any(_apart(born, pair) for pair in combinations(group, 2))]


def _born(key: NaturalKey, rows: Sequence[Any]) -> dict[Any, str]:
    """By id the node where a row was made; one whose entries are not held is told from every other by its own id."""
    sids: dict[int, Any] = {}
    for at in range(0, len(rows), _AT_ONCE):
        named = {f"{key.id}/{row.pk}": row.pk for row in rows[at : at + _AT_ONCE]}
        sids |= {sid: named[s] for s, sid in Head.objects.filter(subject__in=named).values_list("subject", "sid")}
    found, numbers = {row.pk: str(row.pk) for row in rows}, list(sids)
    for at in range(0, len(numbers), _AT_ONCE):
        made = JournalEntry.objects.filter(sid__in=numbers[at : at + _AT_ONCE], kind=key.apart)
        found |= {sids[sid]: node for sid, node in made.values_list("sid", "node")}
    return found


def _apart(born: Mapping[Any, str], pair: Sequence[Any]) -> bool:
    return born[pair[0].pk] != born[pair[1].pk]


def _subject(key: NaturalKey, one: Any, other: Any) -> str:
    """Named by the pair and by what they have in common: when that changes, the pair is asked about anew."""
    first, second = sorted((str(one.pk), str(other.pk)))
    common = [str(getattr(one, name)) for name in key.fields]
    return f"{SUBJECT}/{uuid.uuid5(_PAIR, ' '.join((key.id, first, second, *common)))}"


def _uuid(value: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(value)
    except ValueError:
        return None
