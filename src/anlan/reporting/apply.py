"""Folds of reporting: (row, entry) -> row, pure."""

from __future__ import annotations

from typing import Any

from anlan.kernel.entry import Entry
from anlan.kernel.ledger_fold import plain_folds

_ISSUED = (
    "title", "version", "period", "first_on", "last_on", "span", "planned", "numbers", "ledger_numbers", "reported_numbers",
    "rows", "document_hash", "figures_hash", "template_hash",
)  # fmt: skip


def fold_issued(row: dict[str, Any] | None, entry: Entry) -> dict[str, Any]:
    """A report that was issued; nothing changes it afterwards."""
    if row is not None:
        return row
    return {name: entry.data[name] for name in _ISSUED} | {
        "issued_at": entry.time, "reason": entry.text.get("reason", ""),
    }  # fmt: skip


FOLDS = {**plain_folds("value"), "report.issued": fold_issued}
