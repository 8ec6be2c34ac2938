"""我的待办 of whoever keeps the lines between nodes: nodes that wait to be enrolled, and those that have fallen silent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from anlan.kernel.messages import render
from anlan.platform.declare import Todo, TodoItem
from anlan.platform.exchange import enrol, status
from anlan.platform.scope import Scope

_NOTHING: tuple[Sequence[TodoItem], int] = ((), 0)


def _to_enrol(scope: Scope, now: datetime, limit: int) -> tuple[Sequence[TodoItem], int]:
    if not scope.may(enrol.RIGHT):
        return _NOTHING
    waiting = enrol.requests_waiting(scope)
    return [TodoItem(one.name, "/exchange", tone="warn") for one in waiting[:limit]], len(waiting)


def _silent(scope: Scope, now: datetime, limit: int) -> tuple[Sequence[TodoItem], int]:
    if not scope.may(enrol.RIGHT):
        return _NOTHING
    found = [line for line in status.lines_within(scope, now) if line.silent]
    items = [TodoItem(render("exchange.todo.silent", {"name": line.name}), "/exchange", tone="bad") for line in found[:limit]]
    return items, len(found)


TODOS = [
    Todo("platform.exchange_silent", "失联节点", _silent, order=30),
    Todo("platform.exchange_requests", "待批准接入的节点", _to_enrol, order=190),
]
