"""Addresses of the hazards' list that hold exactly the rows a number counts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from urllib.parse import urlencode

from anlan.inspection.rules.ending import ENDED
from anlan.inspection.rules.hazard import HAZARD_LOOP

__all__ = ["ALL_STATES", "OPEN_STATES", "hazards_url", "looked_back_urls", "overdue_until"]

ALL_STATES = ",".join(s.id for s in HAZARD_LOOP.states if s.id not in ENDED)
"""Of what counts: neither dismissed nor merged."""
OPEN_STATES = ",".join(s.id for s in HAZARD_LOOP.states if not s.terminal)

_URL = "/desk/inspection/hazard/"


def hazards_url(*, enterprise_ids: Iterable[str] = (), **asked: str) -> str:
    """The list filtered by the ledger's parameters; empty ones are left out."""
    given = {"enterprise_id": ",".join(enterprise_ids), **asked}
    return f"{_URL}?{urlencode({name: value for name, value in given.items() if value}, safe=',')}"


def overdue_until(today: date, days: int = 0) -> str:
    """`due_at_to` of what is overdue for more than `days` days on `today`: a deadline ends with its day."""
    return (today - timedelta(days=days + 1)).isoformat()


def looked_back_urls(region: str, since: date, until: date) -> dict[str, str]:
    """The lists of hazards closed from `since` to `until`: all (`closed`), those seen again, and those found again."""
    span = {"closed_at_from": since.isoformat(), "closed_at_to": until.isoformat()}
    asked = {"closed": "", "looked_back": "fine,again", "again": "again"}
    return {
        name: hazards_url(region=region, state="closed", look_back_result=result, **span)
        for name, result in asked.items()
    }
