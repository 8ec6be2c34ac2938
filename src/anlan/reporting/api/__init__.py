"""Routes of reporting under /api/v1/reporting: the draft checker, the indicators, the reports, the reporting rounds."""

from __future__ import annotations

from anlan.reporting.api import drafts, indicators, reports, rounds
from anlan.reporting.api.router import router

__all__ = ["drafts", "indicators", "reports", "rounds", "router"]
