"""Tasks shown on the pages of their enterprise and of their team."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from anlan.inspection import queries
from anlan.inspection.models import Task
from anlan.platform.declare import Panel, PanelRow
from anlan.platform.scope import Scope

TASK_TONES = {"assigned": "warn", "returned": "bad", "started": "warn", "done": "good", "cancelled": "plain"}


def _shown(rows: QuerySet[Task], limit: int, name: bool) -> tuple[Sequence[PanelRow], int]:
    shown = [
        PanelRow(
            f"{task.number} {task.enterprise.name if name else task.get_kind_display()}",
            f"/inspection/tasks/{task.pk}",
            task.get_state_display(),
            TASK_TONES.get(task.state, "plain"),
            task.due_at,
        )
        for task in rows[:limit]
    ]
    return shown, rows.count()


def _of_enterprise(scope: Scope, enterprise_id: str, limit: int) -> tuple[Sequence[PanelRow], int]:
    return _shown(queries.task_list(scope, enterprise_id=enterprise_id).order_by("-due_at", "-id"), limit, False)


def _of_team(scope: Scope, team_id: str, limit: int) -> tuple[Sequence[PanelRow], int]:
    return _shown(queries.task_list(scope).filter(team_id=team_id).order_by("-due_at", "-id"), limit, True)


WORK_PANELS = [
    Panel(
        id="inspection.enterprise_tasks",
        subject="registry.enterprise",
        label="检查任务",
        rows=_of_enterprise,
        url=lambda enterprise_id: f"/desk/inspection/task/?enterprise_id={','.join(queries.stands_for(enterprise_id))}",
        order=30,
    ),
    Panel(
        id="inspection.team_tasks",
        subject="inspection.team",
        label="检查任务",
        rows=_of_team,
        url="/desk/inspection/task/?team_id={}".format,
    ),
]
