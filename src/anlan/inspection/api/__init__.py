"""Routes of inspection under /api/v1/inspection; lists, records, exports and campaigns come from the ledgers."""

from __future__ import annotations

from anlan.inspection.api import (
    acts,
    blanket,
    campaigns,
    checklists,
    hazards,
    indicators,
    inspections,
    leading,
    listings,
    papers,
    plans,
    pocket,
    self_checks,
    tasks,
)
from anlan.inspection.api.router import router

__all__ = [
    "acts",
    "blanket",
    "campaigns",
    "checklists",
    "hazards",
    "indicators",
    "inspections",
    "leading",
    "listings",
    "papers",
    "plans",
    "pocket",
    "router",
    "self_checks",
    "tasks",
]
