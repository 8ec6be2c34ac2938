"""Routes of blanket campaigns: progress by grid, the firms behind each number, and a firm found on the way."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest
from ninja import Status

from anlan.inspection import queries
from anlan.inspection.api.router import router
from anlan.inspection.queries import blanket as views
from anlan.inspection.schemas import blanket as schemas
from anlan.inspection.services import blanket

_TAGS = ["专项行动"]


def _out(row: views.GridRow) -> dict[str, Any]:
    return asdict(row) | {"waiting": row.waiting, "rate_ratio": row.rate_ratio}


@router.get("/campaigns/{campaign_id}/grid", response=schemas.GridOut, tags=_TAGS, summary="网格进度")
def campaign_grid(request: HttpRequest, campaign_id: str, region: str = "") -> dict[str, Any]:
    """The progress by town, or by village under a town (`region`: its nine digits)."""
    campaign = queries.campaign_get(request.scope, campaign_id)
    rows = views.blanket_rows(request.scope, campaign, under=region)
    return {"rows": [_out(row) for row in rows], "total": _out(views.grid_total(rows))}


@router.get("/campaigns/{campaign_id}/firms", response=list[schemas.TargetFirmOut], tags=_TAGS, summary="检查对象名单")
def campaign_firms(
    request: HttpRequest, campaign_id: str, region: str = "", visited: bool | None = None
) -> list[dict[str, Any]]:
    """The very firms that the grid counts; `visited`: only those visited, or not yet."""
    campaign = queries.campaign_get(request.scope, campaign_id)
    return [asdict(firm) for firm in views.blanket_firms(request.scope, campaign, region=region, visited=visited)]


@router.post("/campaigns/{campaign_id}/firms", response={201: schemas.FirmAddedOut}, tags=_TAGS, summary="补登企业")
def campaign_firm_add(request: HttpRequest, campaign_id: str, body: schemas.FirmFoundIn) -> Status:
    """Register a firm found on the way."""
    found = blanket.FirmFound(**body.dict())
    key = blanket.firm_add(
        scope=request.scope, campaign_id=campaign_id, found=found, now=request.now, once=request.once
    )
    return Status(201, {"id": key})
