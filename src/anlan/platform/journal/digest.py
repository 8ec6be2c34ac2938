"""One hash per projection: two servers that hold the same entries have the same digests."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Any

from anlan.kernel.canonical import canonical
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.journal.rows import load_rows

_SLICE = 500


def table_digests() -> dict[str, str]:
    """SHA-256 by subject type over all rows with their children, in the order of their ids."""
    digests = {}
    for kind, model in sorted(CATALOGUE.projections.items()):
        state = hashlib.sha256()
        ids = [str(i) for i in model._default_manager.order_by("pk").values_list("pk", flat=True)]
        for start in range(0, len(ids), _SLICE):
            rows = load_rows(kind, ids[start : start + _SLICE])
            for key in ids[start : start + _SLICE]:
                state.update(canonical(_plain(rows[key])))
        digests[kind] = state.hexdigest()
    return digests


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool | None) else str(value)


__all__ = ["table_digests"]
