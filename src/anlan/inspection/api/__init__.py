"""Routes of inspection under /api/v1/inspection; lists, records, exports and campaigns come from the ledgers."""

from __future__ import annotations

from anlan.inspection.api import acts, campaigns, checklists, hazards, inspections, plans, pocket, tasks
from anlan.inspection.api.router import router

__all__ = ["acts", "campaigns", "checklists", "hazards", "inspections", "plans", "pocket", "router", "tasks"]
