"""What whole groups of enterprises have in common, for counting over thousands of them. Unscoped: rows are scoped before."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from anlan.registry.models import Enterprise, EnterpriseClass

__all__ = ["enterprise_classes", "enterprises_merged"]

_PART = 800


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
