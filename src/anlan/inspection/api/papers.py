"""Routes of documents for several hazards."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Status

from anlan.inspection.api.router import router
from anlan.inspection.schemas import papers as schemas_papers
from anlan.inspection.services.papers import orders_issue
from anlan.platform.documents.queries import documents_get


@router.post("/hazards/issue", response={201: schemas_papers.OrdersOut}, tags=["隐患"], summary="批量出具指令书")
def orders_issued(request: HttpRequest, body: schemas_papers.OrdersIn) -> Status:
    """Issue the orders of these hazards, one document for each enterprise, all or none."""
    made = orders_issue(scope=request.scope, hazard_ids=body.ids, now=request.now, once=request.once)
    found: list[dict[str, Any]] = [
        {"id": str(d.pk), "number": d.number, "about": d.about, "title": d.title}
        for d in documents_get(request.scope, made)
    ]
    return Status(201, {"items": found})
