"""The demo county's figures, counted from the database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from anlan.inspection import queries as inspection
from anlan.platform.journal.models import JournalEntry
from anlan.platform.scope import SYSTEM, Scope
from anlan.registry import queries as registry

__all__ = ["figures"]

_ALL: Scope = replace(SYSTEM, rights=frozenset({"inspection.view", "registry.view"}))
_SINCE, _UNTIL = date(2000, 1, 1), date(9990, 1, 1)


def figures(region: str) -> dict[str, int]:
    """hazards (found), closed, enterprises in `region` (a prefix), and entries of the whole journal."""
    found, closed = inspection.hazard_totals(_ALL, region, _SINCE, _UNTIL)
    return {
        "hazards": found,
        "closed": closed,
        "enterprises": registry.enterprise_list(_ALL, region=region).count(),
        "entries": JournalEntry._default_manager.count(),
    }
