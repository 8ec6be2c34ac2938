"""Reads of reporting."""

from anlan.reporting.queries.dismissals import Judged, dismissals_of, office_of
from anlan.reporting.queries.drafts import (
    CHECK,
    LARGEST,
    LONGEST,
    Checked,
    Mark,
    draft_annotated,
    draft_check,
    mark_read,
    rules_named,
)

__all__ = [
    "CHECK", "LARGEST", "LONGEST", "Checked", "Judged", "Mark", "dismissals_of", "draft_annotated", "draft_check",
    "mark_read", "office_of", "rules_named",
]  # fmt: skip
