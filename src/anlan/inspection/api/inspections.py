"""Routes of inspections."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest
from ninja import Status

from anlan.inspection import queries
from anlan.inspection.api.router import router
from anlan.inspection.schemas import hazards as schemas_hazards
from anlan.inspection.schemas import inspections as schemas_inspections
from anlan.inspection.services import inspections


@router.post("/inspections", response={201: schemas_hazards.StepOut}, tags=["检查"], summary="开始检查")
def inspection_start(request: HttpRequest, body: schemas_inspections.InspectionIn) -> Status:
    """Begin an inspection of an enterprise with a checklist."""
    key = inspections.inspection_start(scope=request.scope, now=request.now, once=request.once, **body.dict())
    return Status(201, _visit(request, key))


def _visit(request: HttpRequest, inspection_id: str) -> dict[str, Any]:
    return asdict(queries.standing_of(queries.inspection_get(request.scope, inspection_id)))


@router.get(
    "/inspections/{inspection_id}/sheet", response=schemas_inspections.SheetOut, tags=["检查"], summary="检查内容"
)
def inspection_sheet(request: HttpRequest, inspection_id: str) -> dict[str, Any]:
    """The items of the checklist with the answers given so far."""
    visit = queries.inspection_get(request.scope, inspection_id)
    items = [asdict(item) for item in queries.inspection_sheet(visit)]
    return _visit(request, inspection_id) | {"officers": queries.inspection_officers(visit), "items": items}


@router.post(
    "/inspections/{inspection_id}/items", response=schemas_hazards.StepOut, tags=["检查"], summary="填写检查项"
)
def inspection_items_set(
    request: HttpRequest, inspection_id: str, body: schemas_inspections.AnswersIn
) -> dict[str, Any]:
    """Save answers to items."""
    lists = [{"photos": tuple(a.photos), "major_criteria": tuple(a.major_criteria)} for a in body.answers]
    answers = [inspections.ItemAnswer(**a.dict() | held) for a, held in zip(body.answers, lists, strict=True)]
    inspections.inspection_items_set(
        scope=request.scope, inspection_id=inspection_id, answers=answers, now=request.now, once=request.once
    )
    return _visit(request, inspection_id)


@router.post(
    "/inspections/{inspection_id}/finish", response=schemas_inspections.FinishOut, tags=["检查"], summary="完成检查"
)
def inspection_finish(request: HttpRequest, inspection_id: str, body: schemas_inspections.FinishIn) -> dict[str, Any]:
    """Finish the inspection; its hazards are filed."""
    found = inspections.inspection_finish(
        scope=request.scope, inspection_id=inspection_id, now=request.now, once=request.once, **body.dict()
    )
    return _visit(request, inspection_id) | {"hazards": found}
