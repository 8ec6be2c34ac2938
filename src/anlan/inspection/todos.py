"""我的待办: what an enterprise has to mend, and what officers have to order, review, chase and finish."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from anlan.inspection import queries
from anlan.inspection.listing_todos import LISTING_TODOS
from anlan.inspection.models import Hazard
from anlan.inspection.rules.hazard import is_overdue
from anlan.inspection.self_todos import SELF_TODOS
from anlan.inspection.work_todos import WORK_TODOS
from anlan.platform.declare import Todo, TodoItem
from anlan.platform.scope import Scope

_NOTHING: tuple[Sequence[TodoItem], int] = ((), 0)


def _items(rows: QuerySet[Hazard], now: datetime, limit: int) -> tuple[Sequence[TodoItem], int]:
    shown = []
    for hazard in rows[:limit]:
        late = is_overdue(hazard.due_at, hazard.state, now)
        tone = "bad" if late or hazard.grade == "major" else "plain"
        text = f"{hazard.enterprise.name}：{hazard.description[:40]}"
        shown.append(TodoItem(text, f"/inspection/hazards/{hazard.id}", hazard.due_at, late, tone))
    return shown, rows.count()


def _to_mend(scope: Scope, now: datetime, limit: int) -> tuple[Sequence[TodoItem], int]:
    if scope.subjects is None or not scope.may("inspection.hazard.submit"):
        return _NOTHING
    return _items(queries.hazard_rows(scope, "ordered"), now, limit)


def _to_order(scope: Scope, now: datetime, limit: int) -> tuple[Sequence[TodoItem], int]:
    if not scope.may("inspection.hazard.order"):
        return _NOTHING
    return _items(queries.hazard_rows(scope, "found"), now, limit)


def _to_review(scope: Scope, now: datetime, limit: int) -> tuple[Sequence[TodoItem], int]:
    if not scope.may("inspection.hazard.review"):
        return _NOTHING
    return _items(queries.hazard_rows(scope, "submitted"), now, limit)


def _to_decide(scope: Scope, now: datetime, limit: int) -> tuple[Sequence[TodoItem], int]:
    if not scope.may("inspection.hazard.review"):
        return _NOTHING
    return _items(queries.hazards_to_decide(scope), now, limit)


def _to_confirm(scope: Scope, now: datetime, limit: int) -> tuple[Sequence[TodoItem], int]:
    if not scope.may("inspection.hazard.review"):
        return _NOTHING
    return _items(queries.co_reviews_waiting(scope, now), now, limit)


def _to_extend(scope: Scope, now: datetime, limit: int) -> tuple[Sequence[TodoItem], int]:
    if not scope.may("inspection.hazard.extend"):
        return _NOTHING
    return _items(queries.extensions_pending(scope), now, limit)


def _answered(scope: Scope, now: datetime, limit: int) -> tuple[Sequence[TodoItem], int]:
    if scope.subjects is None or not scope.may("inspection.hazard.submit"):
        return _NOTHING
    return _items(queries.extensions_answered(scope, now), now, limit)


def _overdue(scope: Scope, now: datetime, limit: int) -> tuple[Sequence[TodoItem], int]:
    if not scope.may("inspection.hazard.order"):
        return _NOTHING
    return _items(queries.hazards_overdue(scope, now), now, limit)


def _drafts(scope: Scope, now: datetime, limit: int) -> tuple[Sequence[TodoItem], int]:
    if not scope.may("inspection.inspect"):
        return _NOTHING
    rows = queries.draft_list(scope)
    shown = [
        TodoItem(f"{visit.enterprise.name}：{visit.number}", f"/inspection/inspections/{visit.id}")
        for visit in rows[:limit]
    ]
    return shown, rows.count()


TODOS = [
    *LISTING_TODOS,
    *SELF_TODOS,
    Todo(id="inspection.to_mend", label="待整改隐患", items=_to_mend, order=10),
    Todo(id="inspection.overdue", label="逾期未整改隐患", items=_overdue, order=20),
    Todo(id="inspection.to_review", label="待复查隐患", items=_to_review, order=30),
    Todo(id="inspection.to_decide", label="存疑复核", items=_to_decide, order=35),
    Todo(id="inspection.to_co_confirm", label="被列为复查人员，请确认", items=_to_confirm, order=36),
    Todo(id="inspection.to_order", label="待责令整改隐患", items=_to_order, order=40),
    Todo(id="inspection.to_extend", label="待答复延期申请", items=_to_extend, order=35),
    Todo(id="inspection.extension_answered", label="延期申请已答复", items=_answered, order=45),
    Todo(id="inspection.drafts", label="未完成的检查", items=_drafts, order=50),
    *WORK_TODOS,
]
