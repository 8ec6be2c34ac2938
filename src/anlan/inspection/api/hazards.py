"""Routes of the hazard loop; the list and the record come from the ledger."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Status

from anlan.inspection import queries
from anlan.inspection.api.router import router
from anlan.inspection.schemas import acts as schemas_acts
from anlan.inspection.schemas import hazards as schemas_hazards
from anlan.inspection.services import hazards


def stood(request: HttpRequest, hazard_id: str) -> dict[str, Any]:
    """Where the hazard stands after a step: what every step answers."""
    return asdict(queries.hazard_standing(request.scope, hazard_id))


def step(request: HttpRequest, hazard_id: str, body: Any) -> dict[str, Any]:
    """The fields of a step's input from a request."""
    return {"hazard_id": hazard_id, "once": request.once} | body.dict() | {"photos": tuple(body.photos)}


@router.post("/hazards", response={201: schemas_hazards.StepOut}, tags=["隐患"], summary="登记隐患")
def hazard_report(request: HttpRequest, body: schemas_hazards.HazardIn) -> Status:
    """File a hazard found outside an inspection."""
    values = body.dict() | {"photos": tuple(body.photos), "campaigns": tuple(body.campaigns), "once": request.once}
    values["major_criteria"] = tuple(body.major_criteria)
    key = hazards.hazard_report(scope=request.scope, item=hazards.HazardInput(**values), now=request.now)
    return Status(201, stood(request, key))


@router.post("/hazards/order", response=schemas_acts.BatchOut, tags=["隐患"], summary="批量责令整改")
def hazards_order(request: HttpRequest, body: schemas_acts.BatchIn) -> dict[str, Any]:
    """Order several hazards with one deadline and requirement, all or none."""
    shared = body.dict(exclude={"items"})
    keys = [(row.id, row.base, f"{request.once}-{row.id}" if request.once else None) for row in body.items]
    items = [hazards.OrderInput(hazard_id=key, base=base, once=once, **shared) for key, base, once in keys]
    done = hazards.hazards_order(scope=request.scope, items=items, now=request.now)
    return {"items": [stood(request, key) for key in done]}


@router.post("/hazards/{hazard_id}/order", response=schemas_hazards.StepOut, tags=["隐患"], summary="责令限期整改")
def hazard_order(request: HttpRequest, hazard_id: str, body: schemas_hazards.OrderIn) -> dict[str, Any]:
    """Order the enterprise to mend the hazard."""
    item = hazards.OrderInput(**step(request, hazard_id, body))
    return stood(request, hazards.hazard_order(scope=request.scope, item=item, now=request.now))


@router.post("/hazards/{hazard_id}/submit", response=schemas_hazards.StepOut, tags=["隐患"], summary="提交整改")
def hazard_submit(request: HttpRequest, hazard_id: str, body: schemas_hazards.SubmitIn) -> dict[str, Any]:
    """Hand in the enterprise's report of mending."""
    item = hazards.SubmitInput(**step(request, hazard_id, body))
    return stood(request, hazards.hazard_submit(scope=request.scope, item=item, now=request.now))


@router.post("/hazards/{hazard_id}/return", response=schemas_hazards.StepOut, tags=["隐患"], summary="退回")
def hazard_return(request: HttpRequest, hazard_id: str, body: schemas_hazards.ReturnIn) -> dict[str, Any]:
    """Send the hazard back after a failed review."""
    item = hazards.ReturnInput(**step(request, hazard_id, body))
    return stood(request, hazards.hazard_return(scope=request.scope, item=item, now=request.now))


@router.post("/hazards/{hazard_id}/close", response=schemas_hazards.StepOut, tags=["隐患"], summary="复查销号")
def hazard_close(request: HttpRequest, hazard_id: str, body: schemas_hazards.CloseIn) -> dict[str, Any]:
    """Close the hazard after a passed review; with doubtful photos it stands at `doubted` afterwards."""
    item = hazards.CloseInput(**step(request, hazard_id, body))
    return stood(request, hazards.hazard_close(scope=request.scope, item=item, now=request.now))


@router.get("/hazards/{hazard_id}/actions", response=schemas_hazards.ActionsOut, tags=["隐患"], summary="可办理的操作")
def hazard_actions(request: HttpRequest, hazard_id: str) -> dict[str, Any]:
    """Which actions this person may take now, and why not the others."""
    hazard = queries.hazard_get(request.scope, hazard_id)
    firms = queries.firms_of_officer(request.scope, request.now)
    views = [
        *queries.hazard_actions(request.scope, hazard, request.now, firms),
        *queries.hazard_acts(request.scope, hazard, request.now, firms),
    ]
    actions = [asdict(v) | {"reasons": [r.as_dict() for r in v.reasons]} for v in views]
    return stood(request, hazard_id) | {"actions": actions}


@router.get("/hazards/{hazard_id}/photos", response=schemas_hazards.PhotosOut, tags=["隐患"], summary="隐患照片")
def hazard_photos(request: HttpRequest, hazard_id: str) -> dict[str, Any]:
    """The photos before, after and at the reviews."""
    staged = queries.hazard_photos(queries.hazard_get(request.scope, hazard_id))
    return {"items": [photo for photos in staged.values() for photo in photos]}


@router.post("/hazards/{hazard_id}/tags", response=schemas_hazards.TagOut, tags=["隐患"], summary="列入专项行动")
def hazard_tag(request: HttpRequest, hazard_id: str, body: schemas_hazards.TagIn) -> dict[str, int]:
    """Let the hazard count for a campaign as well."""
    ids, campaign = [hazard_id], body.campaign_id
    return {"changed": hazards.hazard_tag(scope=request.scope, hazard_ids=ids, campaign_id=campaign, now=request.now)}


@router.delete(
    "/hazards/{hazard_id}/tags/{campaign_id}", response=schemas_hazards.TagOut, tags=["隐患"], summary="移出专项行动"
)
def hazard_untag(request: HttpRequest, hazard_id: str, campaign_id: str) -> dict[str, int]:
    """Take the hazard out of a campaign."""
    ids = [hazard_id]
    return {
        "changed": hazards.hazard_untag(scope=request.scope, hazard_ids=ids, campaign_id=campaign_id, now=request.now)
    }


@router.get("/hazards/counts", response=schemas_hazards.CountsOut, tags=["隐患"], summary="按乡镇或月份统计")
def hazard_counts(
    request: HttpRequest, since: date, until: date, region: str = "", by: str = "town", campaigns: str = ""
) -> dict[str, Any]:
    """Found, closed and rate, with coverage; `campaigns`: ids parted by commas, each hazard once."""
    wanted = [c for c in campaigns.split(",") if c]
    counts = queries.hazard_counts(request.scope, region, since, until, by, now=request.now, campaigns=wanted)
    lines = [asdict(r) | {"open": r.open, "rate_ratio": r.rate_ratio} for r in (*counts.rows, counts.total)]
    return asdict(counts) | {"rows": lines[:-1], "total": lines[-1]}
