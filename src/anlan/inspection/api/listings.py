"""Routes of 挂牌督办; the list and the record come from the ledger."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest
from ninja import Status

from anlan.inspection import queries
from anlan.inspection.api.router import router
from anlan.inspection.schemas import hazards as schemas_hazards
from anlan.inspection.schemas import listings as schemas_listings
from anlan.inspection.services import listing_papers, listing_steps, listing_withdrawals, listings

_TAGS = ["挂牌督办"]
_STEP = schemas_hazards.StepOut


def _stood(request: HttpRequest, listing_id: str) -> dict[str, Any]:
    return asdict(queries.standing_of(queries.listing_get(request.scope, listing_id)))


def _input(request: HttpRequest, listing_id: str, body: Any) -> dict[str, Any]:
    return {"listing_id": listing_id, "once": request.once} | body.dict() | {"photos": tuple(body.photos)}


def _item(request: HttpRequest, listing_id: str, body: Any) -> listing_steps.ListingInput:
    return listing_steps.ListingInput(**_input(request, listing_id, body))


@router.post("/hazards/{hazard_id}/listings", response={201: _STEP}, tags=_TAGS, summary="提出挂牌督办")
def listing_propose(request: HttpRequest, hazard_id: str, body: schemas_listings.ListIn) -> Status:
    """Propose a major hazard for listing at county level."""
    item = listings.ListInput(hazard_id=hazard_id, once=request.once, **body.dict())
    return Status(201, _stood(request, listings.listing_propose(scope=request.scope, item=item, now=request.now)))


@router.post("/hazards/{hazard_id}/listings/received", response={201: _STEP}, tags=_TAGS, summary="登记上级挂牌")
def listing_receive(request: HttpRequest, hazard_id: str, body: schemas_listings.ReceiveIn) -> Status:
    """Record that a city or province listed the hazard."""
    values = body.dict() | {"photos": tuple(body.photos)}
    item = listings.ReceiveInput(hazard_id=hazard_id, once=request.once, **values)
    return Status(201, _stood(request, listings.listing_receive(scope=request.scope, item=item, now=request.now)))


@router.post("/listings/{listing_id}/sign", response=_STEP, tags=_TAGS, summary="签发挂牌督办")
def listing_sign(request: HttpRequest, listing_id: str, body: schemas_listings.ListingIn) -> dict[str, Any]:
    """Sign a proposal."""
    item = _item(request, listing_id, body)
    return _stood(request, listing_steps.listing_sign(scope=request.scope, item=item, now=request.now))


@router.post("/listings/{listing_id}/decline", response=_STEP, tags=_TAGS, summary="不予挂牌")
def listing_decline(request: HttpRequest, listing_id: str, body: schemas_listings.ListingIn) -> dict[str, Any]:
    """Refuse a proposal; the reason stands in `note`."""
    item = _item(request, listing_id, body)
    return _stood(request, listing_steps.listing_decline(scope=request.scope, item=item, now=request.now))


@router.post("/listings/{listing_id}/follow", response=_STEP, tags=_TAGS, summary="记录跟踪督办")
def listing_follow(request: HttpRequest, listing_id: str, body: schemas_listings.ListingIn) -> dict[str, Any]:
    """Record a follow-up visit."""
    item = _item(request, listing_id, body)
    return _stood(request, listing_steps.listing_follow(scope=request.scope, item=item, now=request.now))


@router.post("/listings/{listing_id}/reassign", response=_STEP, tags=_TAGS, summary="变更跟踪督办人")
def listing_reassign(request: HttpRequest, listing_id: str, body: schemas_listings.ReassignIn) -> dict[str, Any]:
    """Name another follow-up officer."""
    item = listing_steps.ReassignInput(**_input(request, listing_id, body))
    return _stood(request, listing_steps.listing_reassign(scope=request.scope, item=item, now=request.now))


@router.post("/listings/{listing_id}/apply", response=_STEP, tags=_TAGS, summary="申请摘牌")
def listing_apply(request: HttpRequest, listing_id: str, body: schemas_listings.ListingIn) -> dict[str, Any]:
    """Apply for unlisting after the hazard was closed."""
    item = _item(request, listing_id, body)
    return _stood(request, listing_steps.listing_apply(scope=request.scope, item=item, now=request.now))


@router.post("/listings/{listing_id}/unlist", response=_STEP, tags=_TAGS, summary="复查摘牌")
def listing_unlist(request: HttpRequest, listing_id: str, body: schemas_listings.UnlistIn) -> dict[str, Any]:
    """End a county listing after a review by two officers."""
    item = listing_steps.UnlistInput(**_input(request, listing_id, body))
    return _stood(request, listing_steps.listing_unlist(scope=request.scope, item=item, now=request.now))


@router.post("/listings/{listing_id}/return", response=_STEP, tags=_TAGS, summary="不予摘牌")
def listing_return(request: HttpRequest, listing_id: str, body: schemas_listings.ListingIn) -> dict[str, Any]:
    """Refuse to unlist; the reason stands in `note`."""
    item = _item(request, listing_id, body)
    return _stood(request, listing_steps.listing_return(scope=request.scope, item=item, now=request.now))


@router.post("/listings/{listing_id}/receive_end", response=_STEP, tags=_TAGS, summary="登记上级摘牌")
def listing_receive_end(request: HttpRequest, listing_id: str, body: schemas_listings.EndIn) -> dict[str, Any]:
    """Record the upper level's 摘牌 notice."""
    item = listing_steps.EndInput(**_input(request, listing_id, body))
    return _stood(request, listing_steps.listing_receive_end(scope=request.scope, item=item, now=request.now))


@router.post("/listings/{listing_id}/cancel", response=_STEP, tags=_TAGS, summary="撤销挂牌")
def listing_cancel(request: HttpRequest, listing_id: str, body: schemas_listings.ListingIn) -> dict[str, Any]:
    """Take a listing back; the reason stands in `note`."""
    item = _item(request, listing_id, body)
    return _stood(request, listing_steps.listing_cancel(scope=request.scope, item=item, now=request.now))


@router.post("/listings/{listing_id}/notice", response=schemas_listings.NoticeOut, tags=_TAGS, summary="出具通知书")
def listing_notice(request: HttpRequest, listing_id: str, body: schemas_listings.ListingIn) -> dict[str, Any]:
    """Issue 挂牌督办通知书, or 摘牌通知书 once unlisted."""
    item = _item(request, listing_id, body)
    document = listing_papers.listing_notice(scope=request.scope, item=item, now=request.now)
    return {"document": document} | _stood(request, listing_id)


@router.post("/listings/{listing_id}/withdraw", response=_STEP, tags=_TAGS, summary="撤回")
def listing_withdraw(request: HttpRequest, listing_id: str, body: schemas_listings.ListingIn) -> dict[str, Any]:
    """Take back one's own last step within minutes."""
    item = _item(request, listing_id, body)
    return _stood(request, listing_withdrawals.listing_withdraw(scope=request.scope, item=item, now=request.now))


@router.get("/listings/{listing_id}/actions", response=schemas_hazards.ActionsOut, tags=_TAGS, summary="可办理的操作")
def listing_actions(request: HttpRequest, listing_id: str) -> dict[str, Any]:
    """What this person may do with the listing now, and why not the rest."""
    views = queries.listing_actions(request.scope, queries.listing_get(request.scope, listing_id), request.now)
    actions = [asdict(v) | {"reasons": [r.as_dict() for r in v.reasons]} for v in views]
    return _stood(request, listing_id) | {"actions": actions}


@router.get(
    "/listings/{listing_id}/follow_ups", response=schemas_listings.FollowUpsOut, tags=_TAGS, summary="跟踪督办记录"
)
def listing_follow_ups(request: HttpRequest, listing_id: str) -> dict[str, Any]:
    """The follow-up visits, newest first."""
    return {"items": [asdict(v) for v in queries.follow_up_views(queries.listing_get(request.scope, listing_id))]}
