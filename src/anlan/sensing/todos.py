"""我的待办: alarms that wait for an answer, those under way, devices nobody has claimed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from anlan.kernel.messages import render
from anlan.platform.declare import Todo, TodoItem
from anlan.platform.scope import Scope
from anlan.sensing import queries

_NOTHING: tuple[Sequence[TodoItem], int] = ((), 0)


def _where(alarm: Any) -> str:
    return str(alarm.enterprise.name if alarm.enterprise else alarm.get_kind_display())


def _items(scope: Scope, limit: int, *states: str) -> tuple[Sequence[TodoItem], int]:
    rows = queries.alarm_list(scope, open_only=True).filter(state__in=states)
    rows = rows.exclude(state="triggered", superseded_by__gt="")
    items = [
        TodoItem(
            render("sensing.todo.alarm", {"where": _where(a), "title": a.title}),
            f"/sensing/alarms/{a.pk}",
            tone="bad" if a.severity == "critical" or a.state == "triggered" else "warn",
        )
        for a in rows[:limit]
    ]  # fmt: skip
    return items, rows.count()


def _to_answer(scope: Scope, now: datetime, limit: int) -> tuple[Sequence[TodoItem], int]:
    return _items(scope, limit, "triggered") if scope.may("sensing.alarm.answer") else _NOTHING


def _under_way(scope: Scope, now: datetime, limit: int) -> tuple[Sequence[TodoItem], int]:
    return _items(scope, limit, "answered", "handling") if scope.may("sensing.alarm.handle") else _NOTHING


def _to_claim(scope: Scope, now: datetime, limit: int) -> tuple[Sequence[TodoItem], int]:
    rows = queries.quarantined_list(scope).exclude(identity="")
    items = [TodoItem(q.identity, f"/sensing/strangers/{q.pk}", tone="warn") for q in rows[:limit]]
    return items, rows.count()


TODOS = [
    Todo("sensing.to_answer", "待叫应报警", _to_answer, order=1),
    Todo("sensing.under_way", "处置中报警", _under_way, order=8),
    Todo("sensing.to_claim", "待认领监测设备", _to_claim, order=180),
]
