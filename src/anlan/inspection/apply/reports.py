"""The fold of a report that experts or a third party handed in on a visit: pure."""

from __future__ import annotations

from typing import Any

from anlan.kernel.entry import Entry

Row = dict[str, Any]


def fold_reported(row: Row | None, entry: Entry) -> Row:
    """Report files were added; those of a redacted entry are gone."""
    held = row or {}
    added = {f["sha256"]: {"name": f["name"], "added_at": entry.time} for f in entry.text.get("files") or ()}
    return held | {"reports": (held.get("reports") or {}) | added}


REPORT_FOLDS = {"inspection.reported": fold_reported}
