"""Routes of checklists."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Status

from anlan.inspection import queries
from anlan.inspection.api.router import router
from anlan.inspection.schemas import checklists as schemas_checklists
from anlan.inspection.services import checklists


def _checklist(request: HttpRequest, checklist_id: str) -> dict[str, Any]:
    checklist = queries.checklist_get(request.scope, checklist_id)
    version = queries.versions_of([f"inspection.checklist/{checklist.id}"]).popitem()[1]
    items = queries.checklist_items(checklist.id, checklist.version)
    names = ("category", "text", "law", "article", "major")
    rows = [{"key": i.item_key} | {n: getattr(i, n) for n in names} for i in items]
    head = {"id": str(checklist.id), "code": checklist.code, "name": checklist.name}
    return head | {"checklist_version": checklist.version, "version": version, "items": rows}


@router.get(
    "/checklists/{checklist_id}/items", response=schemas_checklists.ChecklistOut, tags=["检查表"], summary="检查表内容"
)
def checklist_items(request: HttpRequest, checklist_id: str) -> dict[str, Any]:
    """A checklist with its standing items."""
    return _checklist(request, checklist_id)


@router.post("/checklists", response={201: schemas_checklists.ChecklistOut}, tags=["检查表"], summary="新建检查表")
def checklist_create(request: HttpRequest, body: schemas_checklists.ChecklistIn) -> Status:
    """Make a checklist."""
    values = body.dict() | {"items": [checklists.ChecklistItem(**i.dict()) for i in body.items]}
    key = checklists.checklist_create(scope=request.scope, now=request.now, once=request.once, **values)
    return Status(201, _checklist(request, key))


@router.put(
    "/checklists/{checklist_id}/items", response=schemas_checklists.ChecklistOut, tags=["检查表"], summary="修改检查表"
)
def checklist_change(
    request: HttpRequest, checklist_id: str, body: schemas_checklists.ChecklistChangeIn
) -> dict[str, Any]:
    """Change a checklist by a new version; inspections begun keep theirs."""
    values = body.dict() | {"items": [checklists.ChecklistItem(**i.dict()) for i in body.items]}
    checklists.checklist_change(
        scope=request.scope, checklist_id=checklist_id, now=request.now, once=request.once, **values
    )
    return _checklist(request, checklist_id)


@router.post("/checklists/{checklist_id}/retire", response={204: None}, tags=["检查表"], summary="停用检查表")
def checklist_retire(request: HttpRequest, checklist_id: str, body: schemas_checklists.RetireIn) -> Status:
    """Take a checklist out of use."""
    checklists.checklist_retire(
        scope=request.scope, checklist_id=checklist_id, now=request.now, once=request.once, **body.dict()
    )
    return Status(204, None)
