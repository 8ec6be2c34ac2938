"""A reporting round as the tests open and fill it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from anlan.platform.scope import Scope
from anlan.reporting import queries
from anlan.reporting.models import Filing
from anlan.reporting.rules.round_item import Answer
from anlan.reporting.services.round_filings import filing_submit
from anlan.reporting.services.round_steps import Pressed
from anlan.reporting.services.rounds import AskedItem, OpenInput, round_open

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
DUE = NOW + timedelta(days=3)
ASKED = (
    AskedItem(indicator="隐患.排查"),
    AskedItem(name="开展宣传活动", unit="场"),
    AskedItem(name="安全培训覆盖率", unit="%"),
    AskedItem(name="投入资金", unit="万元"),
)
TOWN, OTHER = "331003001000", "331003002000"


def opened(scope: Scope, **changes: Any) -> str:
    """A monthly round of February 2026 for the whole county."""
    given: dict[str, Any] = {
        "title": "月度工作情况", "kind": "month", "period": "2026-02", "due_at": DUE, "items": ASKED, "note": "按月报送。",
    }  # fmt: skip
    now, once = changes.pop("now", NOW), changes.pop("once", None)
    return round_open(scope=scope, item=OpenInput(**given | changes), now=now, once=once)


def form(scope: Scope, round_id: str, town: str = TOWN) -> Filing:
    """A town's form of the round, as the person sees it."""
    return queries.filing_list(scope).get(round_id=round_id, region=town)


def answers(activities: str = "12", rate: str = "96.5", money: str = "3.5") -> dict[str, Answer]:
    """What a town says to what it is asked."""
    return {"2": Answer(activities), "3": Answer(rate), "4": Answer(money)}


def filed(scope: Scope, round_id: str, town: str = TOWN, now: datetime = NOW, **said: str) -> str:
    """The town's form, filed."""
    key = str(form(scope, round_id, town).pk)
    return filing_submit(scope=scope, filing_id=key, answers=answers(**said), pressed=Pressed(), now=now)
