"""Routes of annual plans; their list comes from the ledger."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Status

from anlan.inspection import queries
from anlan.inspection.api.router import router
from anlan.inspection.schemas import plans as schemas_plans
from anlan.inspection.services import plans
from anlan.inspection.services.stepping import Pressed

_TAG = "年度检查计划"


def _stood(request: HttpRequest, plan_id: str) -> dict[str, Any]:
    plan = queries.plan_get(request.scope, plan_id)
    version = queries.versions_of([f"inspection.plan/{plan.pk}"]).popitem()[1]
    return {"id": str(plan.pk), "state": plan.state, "version": version, "version_in_force": plan.version}


def _input(body: schemas_plans.PlanIn) -> plans.PlanInput:
    held = body.dict()
    lines = [x.dict() for x in body.lines]
    names = ("officers", "legal_days", "other_days", "idle_days")
    return plans.plan_input(held["year"], held["name"], {n: held[n] for n in names}, lines)


def _pressed(request: HttpRequest, body: Any) -> Pressed:
    return Pressed(body.base, request.once, getattr(body, "note", ""))


@router.post("/plans", response={201: schemas_plans.PlanOut}, tags=[_TAG], summary="起草计划")
def plan_draft(request: HttpRequest, body: schemas_plans.PlanIn) -> Status:
    """Draft the plan of a year."""
    key = plans.plan_draft(scope=request.scope, values=_input(body), now=request.now, once=request.once)
    return Status(201, _stood(request, key))


@router.post("/plans/{plan_id}/edit", response=schemas_plans.PlanOut, tags=[_TAG], summary="修改计划")
def plan_edit(request: HttpRequest, plan_id: str, body: schemas_plans.PlanEditIn) -> dict[str, Any]:
    """Write the version under preparation anew."""
    pressed = _pressed(request, body)
    plans.plan_edit(scope=request.scope, plan_id=plan_id, values=_input(body), pressed=pressed, now=request.now)
    return _stood(request, plan_id)


@router.post("/plans/{plan_id}/submit", response=schemas_plans.PlanOut, tags=[_TAG], summary="报批")
def plan_submit(request: HttpRequest, plan_id: str, body: schemas_plans.PlanStepIn) -> dict[str, Any]:
    """Hand the plan to the leader."""
    plans.plan_submit(scope=request.scope, plan_id=plan_id, pressed=_pressed(request, body), now=request.now)
    return _stood(request, plan_id)


@router.post("/plans/{plan_id}/approve", response=schemas_plans.PlanOut, tags=[_TAG], summary="批准计划")
def plan_approve(request: HttpRequest, plan_id: str, body: schemas_plans.PlanStepIn) -> dict[str, Any]:
    """Approve the version handed in."""
    plans.plan_approve(scope=request.scope, plan_id=plan_id, pressed=_pressed(request, body), now=request.now)
    return _stood(request, plan_id)


@router.post("/plans/{plan_id}/send_back", response=schemas_plans.PlanOut, tags=[_TAG], summary="退回修改")
def plan_send_back(request: HttpRequest, plan_id: str, body: schemas_plans.PlanStepIn) -> dict[str, Any]:
    """Give the plan back; the reason stands in `note`."""
    plans.plan_send_back(scope=request.scope, plan_id=plan_id, pressed=_pressed(request, body), now=request.now)
    return _stood(request, plan_id)


@router.post("/plans/{plan_id}/revise", response=schemas_plans.PlanOut, tags=[_TAG], summary="修订计划")
def plan_revise(request: HttpRequest, plan_id: str, body: schemas_plans.PlanStepIn) -> dict[str, Any]:
    """Begin a new version; the reason stands in `note`."""
    plans.plan_revise(scope=request.scope, plan_id=plan_id, pressed=_pressed(request, body), now=request.now)
    return _stood(request, plan_id)


@router.get("/plans/{plan_id}/progress", response=schemas_plans.ProgressOut, tags=[_TAG], summary="执行进展")
def plan_progress(request: HttpRequest, plan_id: str) -> dict[str, Any]:
    """The lines in force with their progress."""
    plan = queries.plan_get(request.scope, plan_id)
    found = queries.plan_progress(request.scope, plan, request.now)
    names = ("label", "fitting", "planned", "assigned", "done", "late", "rate_ratio")
    return {
        "items": [
            {"line": p.line.line, "importance": p.line.importance} | {n: getattr(p, n) for n in names} for p in found
        ]
    }
