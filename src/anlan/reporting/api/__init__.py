"""Routes of reporting under /api/v1/reporting: the draft checker and the indicators."""

from __future__ import annotations

from anlan.reporting.api import drafts, indicators
from anlan.reporting.api.router import router

__all__ = ["drafts", "indicators", "router"]
