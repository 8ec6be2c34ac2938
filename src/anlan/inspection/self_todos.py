"""我的待办 of self-checks: what an enterprise has to report, and which enterprises a town or an office has to urge."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from anlan.inspection.queries.self_checks import self_check_drafts
from anlan.inspection.queries.self_duty import self_duties
from anlan.inspection.rules.reminder import SELF_CHECK_DAYS
from anlan.kernel.deadlines import end_of_day, local_date
from anlan.kernel.messages import render
from anlan.platform.declare import Todo, TodoItem
from anlan.platform.scope import Scope

_PAGE = "/inspection/self-checks"
_NOTHING: tuple[Sequence[TodoItem], int] = ((), 0)
_TOWN_DIGITS = 9


def _to_report(scope: Scope, now: datetime, limit: int) -> tuple[Sequence[TodoItem], int]:
    if scope.subjects is None or not scope.may("inspection.self_check.report") or not scope.may("registry.view"):
        return _NOTHING
    horizon = local_date(now) + timedelta(days=SELF_CHECK_DAYS)
    items = []
    for line in self_duties(scope, now, only=scope.subjects):
        draft = self_check_drafts(scope, line.firm.id).first()
        if line.duty.due_on <= horizon or draft:
            text = render("inspection.self_check.remind", {"name": line.name})
            url = f"{_PAGE}/{draft.id}" if draft else _PAGE
            late = line.duty.late
            items.append(TodoItem(text, url, end_of_day(line.duty.due_on), late, "bad" if late else "plain"))
    return items[:limit], len(items)


def _to_urge(scope: Scope, now: datetime, limit: int) -> tuple[Sequence[TodoItem], int]:
    """Only for whoever answers for a part of the county: elsewhere everybody's late reports would be nobody's work."""
    part = len(scope.region) >= _TOWN_DIGITS or scope.office is not None
    if scope.subjects is not None or not part or not scope.may("inspection.hazard.order"):
        return _NOTHING
    late = [line for line in self_duties(scope, now) if line.duty.late]
    late.sort(key=lambda line: (line.duty.due_on, line.name))
    items = [
        TodoItem(line.name, f"/registry/enterprises/{line.firm.id}", end_of_day(line.duty.due_on), True, "bad")
        for line in late[:limit]
    ]
    return items, len(late)


SELF_TODOS = [
    Todo(id="inspection.self_to_report", label="待自查上报", items=_to_report, order=15),
    Todo(id="inspection.self_to_urge", label="逾期未自查上报的企业", items=_to_urge, order=60),
]
