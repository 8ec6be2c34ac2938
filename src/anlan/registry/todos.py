"""What of the registry waits for a person: enterprises that no office is responsible for (一企一科)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from anlan.kernel.messages import render
from anlan.platform import regions
from anlan.platform.declare import Todo, TodoItem
from anlan.platform.scope import Scope
from anlan.registry import queries


def _unassigned(scope: Scope, now: datetime, limit: int) -> tuple[Sequence[TodoItem], int]:
    if not (scope.may(queries.CHANGE) and scope.may(queries.VIEW)):
        return (), 0
    rows = queries.enterprises_unassigned(scope)
    items = [
        TodoItem(
            text=render(
                "registry.todo.unassigned",
                {"name": e.name, "region": regions.full_name(e.region, below=e.region6)},
            ),
            url="/registry/enterprises/unassigned",
            tone="warn",
        )
        for e in rows[:limit]
    ]
    return items, rows.count()


TODOS = [Todo("registry.unassigned", "未落实责任科室的企业", _unassigned, order=200)]
