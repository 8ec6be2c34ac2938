"""我的待办 of accidents: report upward in time, begin the investigation, close the case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db.models import QuerySet

from anlan.accident import queries
from anlan.accident.models import Accident
from anlan.platform.declare import Todo, TodoItem
from anlan.platform.scope import Scope

Items = Callable[[Scope, datetime, int], tuple[Sequence[TodoItem], int]]


def _of(right: str, rows: Callable[[Scope], QuerySet[Accident]], due: str) -> Items:
    def items(scope: Scope, now: datetime, limit: int) -> tuple[Sequence[TodoItem], int]:
        if not scope.may(right):
            return (), 0
        found, shown = rows(scope), []
        for row in found[:limit]:
            due_at, late = getattr(row, due), now > getattr(row, due)
            text = f"{row.number} {row.get_sector_display()}：{row.place[:40]}"
            shown.append(TodoItem(text, f"/accident/accidents/{row.pk}", due_at, late, "bad" if late else "plain"))
        return shown, found.count()

    return items


TODOS = [
    Todo(
        id="accident.to_report_up", label="待上报事故", order=8,
        items=_of("accident.report", queries.accidents_to_report_up, "up_due_at"),
    ),
    Todo(
        id="accident.to_investigate", label="待启动调查的事故", order=13,
        items=_of("accident.investigate", queries.accidents_to_investigate, "investigation_due_at"),
    ),
    Todo(
        id="accident.to_close", label="待结案的事故", order=15,
        items=_of("accident.investigate", queries.accidents_to_close, "investigation_due_at"),
    ),
]  # fmt: skip
