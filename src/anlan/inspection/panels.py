"""What inspection shows on the pages of enterprises and of teams."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet

from anlan.inspection import queries
from anlan.inspection.queries.self_checks import self_check_list
from anlan.platform.declare import Panel, PanelRow
from anlan.platform.scope import Scope

TONES = {
    "found": "warn",
    "ordered": "warn",
    "submitted": "plain",
    "doubted": "bad",
    "closed": "good",
    "dismissed": "plain",
    "merged": "plain",
    "draft": "warn",
    "finished": "good",
    "proposed": "warn",
    "listed": "bad",
    "unlisting_applied": "warn",
    "unlisted": "good",
    "refused": "plain",
    "cancelled": "plain",
    "reported": "good",
    "assigned": "warn",
    "returned": "bad",
    "started": "warn",
    "done": "good",
}


def _rows(
    read: Callable[[Scope, str], QuerySet[Any]], path: str, title: Callable[[Any], str], moment: Callable[[Any], Any]
) -> Callable[[Scope, str, int], tuple[Sequence[PanelRow], int]]:
    """The first rows that `read` gives for the page's subject, with title, state and moment; and how many there are."""

    def shown(scope: Scope, key: str, limit: int) -> tuple[Sequence[PanelRow], int]:
        rows = read(scope, key)
        lines = [
            PanelRow(
                title(row), f"/inspection/{path}/{row.pk}", row.get_state_display(), TONES[row.state], moment(row)
            )
            for row in rows[:limit]
        ]
        return lines, rows.count()

    return shown


def _url(plural: str) -> Callable[[str], str]:
    """Address of the list that holds what the panel counts: of this enterprise and of those merged into it."""
    return lambda enterprise_id: (
        f"/desk/inspection/{plural}/?enterprise_id={','.join(queries.stands_for(enterprise_id))}"
    )


_ENTERPRISE = "registry.enterprise"
_HAZARDS = _rows(
    queries.hazards_of_enterprise, "hazards", lambda h: f"{h.number} {h.description[:40]}", lambda h: h.found_at
)
_LISTINGS = _rows(
    queries.listings_of_enterprise,
    "listings",
    lambda row: f"{row.number} {row.get_level_display()}：{row.hazard.description[:40]}",
    lambda row: row.listed_at or row.created_at,
)
_VISITS = _rows(
    queries.inspections_of_enterprise,
    "inspections",
    lambda visit: f"{visit.number} {visit.get_kind_display()}",
    lambda visit: visit.started_at,
)
_SELF_CHECKS = _rows(
    lambda scope, key: self_check_list(scope, enterprise_id=key),
    "self-checks",
    lambda held: held.number,
    lambda held: held.reported_at or held.started_at,
)
_TASKS = _rows(
    lambda scope, key: queries.task_list(scope, enterprise_id=key).order_by("-due_at", "-id"),
    "tasks",
    lambda task: f"{task.number} {task.get_kind_display()}",
    lambda task: task.due_at,
)
_TEAM_TASKS = _rows(
    lambda scope, key: queries.task_list(scope).filter(team_id=key).order_by("-due_at", "-id"),
    "tasks",
    lambda task: f"{task.number} {task.enterprise.name}",
    lambda task: task.due_at,
)

PANELS = [
    Panel("inspection.enterprise_hazards", _ENTERPRISE, "隐患", _HAZARDS, _url("hazard"), order=10),
    Panel("inspection.enterprise_listings", _ENTERPRISE, "挂牌督办", _LISTINGS, _url("listing"), order=15),
    Panel("inspection.enterprise_inspections", _ENTERPRISE, "检查", _VISITS, _url("inspection"), order=20),
    Panel("inspection.enterprise_self_checks", _ENTERPRISE, "企业自查", _SELF_CHECKS, _url("selfcheck"), order=30),
    Panel("inspection.enterprise_tasks", _ENTERPRISE, "检查任务", _TASKS, _url("task"), order=30),
    Panel("inspection.team_tasks", "inspection.team", "检查任务", _TEAM_TASKS, "/desk/inspection/task/?team_id={}".format),
]
