"""我的待办 of reporting: forms that a town owes, and forms that wait for the bureau."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from anlan.platform.declare import Todo, TodoItem
from anlan.platform.scope import Scope
from anlan.reporting import queries


def _to_file(scope: Scope, now: datetime, limit: int) -> tuple[Sequence[TodoItem], int]:
    if not scope.may("reporting.round.submit"):
        return (), 0
    rows, shown = queries.filings_to_file(scope), []
    for filing in rows[:limit]:
        late = queries.overdue(filing, now)
        text = f"{filing.round}：{filing.get_state_display()}"
        shown.append(
            TodoItem(text, f"/reporting/filings/{filing.pk}", filing.due_at, late, "bad" if late else "plain")
        )
    return shown, rows.count()


def _to_review(scope: Scope, now: datetime, limit: int) -> tuple[Sequence[TodoItem], int]:
    if not scope.may("reporting.round.manage"):
        return (), 0
    rows = queries.filings_to_review(scope)
    shown = [
        TodoItem(f"{queries.town_name(filing.region)}：{filing.round}", f"/reporting/filings/{filing.pk}")
        for filing in rows[:limit]
    ]
    return shown, rows.count()


TODOS = [
    Todo(id="reporting.to_file", label="待上报的报送表", items=_to_file, order=20),
    Todo(id="reporting.to_review", label="待审核的报送表", items=_to_review, order=40),
]
