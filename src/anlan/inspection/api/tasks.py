"""Routes of inspection tasks and of reports on visits; their lists come from the ledgers."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest
from ninja import Status

from anlan.inspection import queries
from anlan.inspection.api.router import router
from anlan.inspection.schemas import hazards as schemas_hazards
from anlan.inspection.schemas import tasks as schemas_tasks
from anlan.inspection.services import reports, rounds, tasks
from anlan.inspection.services.stepping import Pressed

_TAG = "检查任务"
_SHARED = ("plan_id", "plan_line", "campaign_id", "checklist_id", "kind", "source", "note")


def _crew(body: schemas_tasks.CrewIn) -> tasks.Crew:
    return tasks.Crew(body.due_on, tuple(body.officers), body.team_id)


def _items(body: schemas_tasks.TasksIn, once: str | None) -> list[tasks.AssignInput]:
    pattern = tasks.AssignInput("", _crew(body), **{n: getattr(body, n) for n in _SHARED}, once=once)
    return rounds.items_for(body.enterprises, body.group_size, pattern)


def _stood(request: HttpRequest, task_id: str) -> dict[str, Any]:
    return asdict(queries.standing_of(queries.task_get(request.scope, task_id)))


@router.post("/tasks/assign", response={201: schemas_tasks.TasksOut}, tags=[_TAG], summary="派发任务")
def tasks_assign(request: HttpRequest, body: schemas_tasks.TasksIn) -> Status:
    """Give tasks out, all or none."""
    keys = tasks.tasks_assign(scope=request.scope, items=_items(body, request.once), now=request.now)
    return Status(201, {"ids": keys})


@router.post("/tasks/preview", response=schemas_tasks.PreviewOut, tags=[_TAG], summary="预览派发")
def tasks_preview(request: HttpRequest, body: schemas_tasks.TasksIn) -> dict[str, Any]:
    """What giving these tasks out would do; nothing is written."""
    lines = tasks.tasks_judge(request.scope, _items(body, None), request.now)
    items = [
        {
            "enterprise_id": line.item.enterprise_id, "enterprise": line.enterprise.name, "batch": line.item.batch,
            "guests": list(line.item.guests), "checklist_id": line.checklist_id,
            "reasons": [{"code": v.code, "message": v.message} for v in line.reasons],
        }
        for line in lines
    ]  # fmt: skip
    return {"ready": sum(not line.reasons for line in lines), "items": items}


@router.post("/tasks/{task_id}/reassign", response=schemas_tasks.TaskOut, tags=[_TAG], summary="改派任务")
def task_reassign(request: HttpRequest, task_id: str, body: schemas_tasks.ReassignIn) -> dict[str, Any]:
    """Give a task to others."""
    pressed = Pressed(body.base, request.once, body.note)
    tasks.task_reassign(scope=request.scope, task_id=task_id, crew=_crew(body), pressed=pressed, now=request.now)
    return _stood(request, task_id)


@router.post("/tasks/{task_id}/return", response=schemas_tasks.TaskOut, tags=[_TAG], summary="退回任务")
def task_return(request: HttpRequest, task_id: str, body: schemas_tasks.TaskStepIn) -> dict[str, Any]:
    """Give a task back; the reason stands in `note`."""
    pressed = Pressed(body.base, request.once, body.note)
    tasks.task_return(scope=request.scope, task_id=task_id, pressed=pressed, now=request.now)
    return _stood(request, task_id)


@router.post("/tasks/{task_id}/cancel", response=schemas_tasks.TaskOut, tags=[_TAG], summary="取消任务")
def task_cancel(request: HttpRequest, task_id: str, body: schemas_tasks.TaskStepIn) -> dict[str, Any]:
    """Take a task off the list; the reason stands in `note`."""
    pressed = Pressed(body.base, request.once, body.note)
    tasks.task_cancel(scope=request.scope, task_id=task_id, pressed=pressed, now=request.now)
    return _stood(request, task_id)


@router.post(
    "/inspections/{inspection_id}/reports", response=schemas_hazards.StepOut, tags=["检查"], summary="提交检查报告"
)
def inspection_report_add(request: HttpRequest, inspection_id: str, body: schemas_tasks.ReportIn) -> dict[str, Any]:
    """Add the report of experts or of a third party."""
    reports.inspection_report_add(
        scope=request.scope, inspection_id=inspection_id, files=body.files, now=request.now, once=request.once
    )
    return asdict(queries.standing_of(queries.inspection_get(request.scope, inspection_id)))
