"""What whole groups of enterprises have in common, for counting over thousands of them. Unscoped: rows are scoped before."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from anlan.platform.ledger.changes import CHANGES
from anlan.platform.ledger.totals import KEPT
from anlan.registry.models import Enterprise, EnterpriseClass

__all__ = ["Survivor", "enterprise_classes", "enterprises_become", "enterprises_merged"]

_PART = 800


@dataclass(frozen=True, slots=True)
class Survivor:
    """What a merged enterprise has become: its id and its responsible office, "" for none."""

    id: str
    office_id: str


def enterprise_classes(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    """Codes of the supervision classes by enterprise; one without any is absent."""
    found: dict[uuid.UUID, list[str]] = {}
    wanted = list(ids)
    for start in range(0, len(wanted), _PART):
        rows = EnterpriseClass._default_manager.filter(parent__in=wanted[start : start + _PART])
        for parent, key in rows.values_list("parent_id", "key"):
            found.setdefault(parent, []).append(key)
    return found


def enterprises_merged(ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of them that were merged into another one."""
    wanted = set(ids)
    merged = Enterprise._default_manager.filter(merged_into__isnull=False).values_list("id", flat=True)
    return wanted & set(merged)


def enterprises_become() -> dict[uuid.UUID, Survivor]:
    """By the id of every merged enterprise what it has become, at any distance; in a circle the smallest id stands for all.

    Two statements, however many there are; kept until an enterprise changes.
    """
    return KEPT.get(("become",), CHANGES.mark(Enterprise.SUBJECT), _become)


def _become() -> dict[uuid.UUID, Survivor]:
    into = dict(Enterprise._default_manager.filter(merged_into__isnull=False).values_list("id", "merged_into"))
    last = {key: _end(key, into) for key in into}
    ends, offices = sorted(set(last.values())), {}
    for start in range(0, len(ends), _PART):
        rows = Enterprise._default_manager.filter(pk__in=ends[start : start + _PART])
        offices |= dict(rows.values_list("id", "office_id"))
    return {key: Survivor(str(end), str(offices.get(end) or "")) for key, end in last.items()}


def _end(key: uuid.UUID, into: dict[uuid.UUID, uuid.UUID]) -> uuid.UUID:
    seen: list[uuid.UUID] = []
    while key in into:
        if key in seen:
            return min(seen[seen.index(key) :], key=str)
        seen.append(key)
        key = into[key]
    return key
