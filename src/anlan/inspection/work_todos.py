"""我的待办 of plans and tasks: what officers have to visit, what was given back, what is late, what waits for approval."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from anlan.inspection import queries
from anlan.inspection.models import Task
from anlan.platform.declare import Todo, TodoItem
from anlan.platform.scope import Scope

_NOTHING: tuple[Sequence[TodoItem], int] = ((), 0)


def _items(rows: QuerySet[Task], now: datetime, limit: int) -> tuple[Sequence[TodoItem], int]:
    shown = []
    for task in rows[:limit]:
        late = task.due_at < now
        text = f"{task.enterprise.name}：{task.get_kind_display()}"
        shown.append(TodoItem(text, f"/inspection/tasks/{task.pk}", task.due_at, late, "bad" if late else "plain"))
    return shown, rows.count()


def _to_visit(scope: Scope, now: datetime, limit: int) -> tuple[Sequence[TodoItem], int]:
    return _items(queries.tasks_mine(scope, "assigned"), now, limit) if scope.may("inspection.inspect") else _NOTHING


def _returned(scope: Scope, now: datetime, limit: int) -> tuple[Sequence[TodoItem], int]:
    return _items(queries.tasks_returned(scope), now, limit) if scope.may("inspection.task.assign") else _NOTHING


def _late(scope: Scope, now: datetime, limit: int) -> tuple[Sequence[TodoItem], int]:
    return _items(queries.tasks_late(scope, now), now, limit) if scope.may("inspection.task.assign") else _NOTHING


def _to_approve(scope: Scope, now: datetime, limit: int) -> tuple[Sequence[TodoItem], int]:
    if not scope.may("inspection.plan.approve"):
        return _NOTHING
    rows = queries.plans_to_approve(scope)
    return [TodoItem(plan.name, f"/inspection/plans/{plan.pk}") for plan in rows[:limit]], rows.count()


WORK_TODOS = [
    Todo(id="inspection.tasks", label="待检查任务", items=_to_visit, order=15),
    Todo(id="inspection.tasks_returned", label="退回的检查任务", items=_returned, order=46),
    Todo(id="inspection.tasks_late", label="逾期未完成的检查任务", items=_late, order=47),
    Todo(id="inspection.plans_to_approve", label="待批准的检查计划", items=_to_approve, order=12),
]
