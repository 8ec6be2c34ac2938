"""Routes of accident under /api/v1/accident; lists, records and exports come from the ledger."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from anlan.accident import queries, schemas
from anlan.accident.services import accidents, reports
from anlan.accident.services.accidents import Pressed

router = Router()
_TAGS = ["事故"]
_ONE = "/accidents/{accident_id}"


def _stood(request: HttpRequest, accident_id: str) -> dict[str, Any]:
    return asdict(queries.accident_standing(request.scope, accident_id))


def _step(request: HttpRequest, accident_id: str, base: int | None) -> dict[str, Any]:
    """What every step is given beside its own."""
    pressed = Pressed(base, request.once)
    return {"scope": request.scope, "accident_id": accident_id, "pressed": pressed, "now": request.now}


def _item(request: HttpRequest, body: schemas.AccidentIn) -> reports.ReportInput:
    values = body.dict() | {"files": tuple(body.files), "once": request.once}
    numbers = {n: values.pop(n) for n in ("deaths", "serious_injuries", "minor_injuries", "loss_yuan")}
    return reports.ReportInput(**values, casualties=queries.Casualties(**numbers))


@router.post("/accidents", response={201: schemas.StandingOut}, tags=_TAGS, summary="登记事故")
def accident_report(request: HttpRequest, body: schemas.AccidentIn) -> Status:
    """File an accident that was reported."""
    key = reports.accident_report(scope=request.scope, item=_item(request, body), now=request.now)
    return Status(201, _stood(request, key))


@router.post("/accidents/record", response={201: schemas.StandingOut}, tags=_TAGS, summary="补录已结案事故")
def accident_record(request: HttpRequest, body: schemas.RecordIn) -> Status:
    """File an accident of former times, its case closed already."""
    key = reports.accident_record(scope=request.scope, item=_item(request, body), now=request.now)
    return Status(201, _stood(request, key))


@router.get(f"{_ONE}/actions", response=schemas.ActionsOut, tags=_TAGS, summary="可办理的操作")
def accident_actions(request: HttpRequest, accident_id: str) -> dict[str, Any]:
    """Which actions this person may take now, and why not the others."""
    row = queries.accident_get(request.scope, accident_id)
    views = queries.accident_actions(request.scope, row, request.now)
    actions = [asdict(v) | {"reasons": [r.as_dict() for r in v.reasons]} for v in views]
    return _stood(request, accident_id) | {"actions": actions}


@router.post(f"{_ONE}/investigate", response=schemas.StandingOut, tags=_TAGS, summary="启动调查")
def accident_investigate(request: HttpRequest, accident_id: str, body: schemas.InvestigateIn) -> dict[str, Any]:
    """Begin the investigation."""
    accidents.accident_investigate(**_step(request, accident_id, body.base), team=body.team)
    return _stood(request, accident_id)


@router.post(f"{_ONE}/report_up", response=schemas.StandingOut, tags=_TAGS, summary="登记上报")
def accident_report_up(request: HttpRequest, accident_id: str, body: schemas.ReportUpIn) -> dict[str, Any]:
    """Record that the level above was told."""
    accidents.accident_report_up(**_step(request, accident_id, body.base), at=body.at, note=body.note)
    return _stood(request, accident_id)


@router.post(f"{_ONE}/correct", response=schemas.StandingOut, tags=_TAGS, summary="更正伤亡和损失")
def accident_correct(request: HttpRequest, accident_id: str, body: schemas.CorrectIn) -> dict[str, Any]:
    """Correct casualties and loss."""
    numbers = body.dict(include={"deaths", "serious_injuries", "minor_injuries", "loss_yuan"})
    step = _step(request, accident_id, body.base)
    accidents.accident_correct(**step, numbers=numbers, kind=body.kind, note=body.note)
    return _stood(request, accident_id)


@router.post(f"{_ONE}/amend", response=schemas.StandingOut, tags=_TAGS, summary="修改基本情况")
def accident_amend(request: HttpRequest, accident_id: str, body: schemas.AmendIn) -> dict[str, Any]:
    """Change plain facts; only those named."""
    values = body.dict(exclude_unset=True, exclude={"base"})
    accidents.accident_amend(**_step(request, accident_id, body.base), values=values)
    return _stood(request, accident_id)


@router.post(f"{_ONE}/judge", response=schemas.StandingOut, tags=_TAGS, summary="认定事故性质")
def accident_judge(request: HttpRequest, accident_id: str, body: schemas.JudgeIn) -> dict[str, Any]:
    """Find whether it is a production accident."""
    accidents.accident_judge(**_step(request, accident_id, body.base), nature=body.nature, note=body.note)
    return _stood(request, accident_id)


@router.post(f"{_ONE}/extend", response=schemas.StandingOut, tags=_TAGS, summary="延长调查期限")
def accident_extend(request: HttpRequest, accident_id: str, body: schemas.ExtendIn) -> dict[str, Any]:
    """Give the investigation further days."""
    accidents.accident_extend(**_step(request, accident_id, body.base), days=body.days, note=body.note)
    return _stood(request, accident_id)


@router.post(f"{_ONE}/close", response=schemas.StandingOut, tags=_TAGS, summary="调查结案")
def accident_close(request: HttpRequest, accident_id: str, body: schemas.CloseIn) -> dict[str, Any]:
    """Close the case with its report."""
    values = body.dict(exclude={"base"}) | {"files": tuple(body.files)}
    accidents.accident_close(**_step(request, accident_id, body.base), **values)
    return _stood(request, accident_id)


@router.post(f"{_ONE}/revoke", response=schemas.StandingOut, tags=_TAGS, summary="撤销")
def accident_revoke(request: HttpRequest, accident_id: str, body: schemas.RevokeIn) -> dict[str, Any]:
    """Take an entry out of the figures; it is kept."""
    step = _step(request, accident_id, body.base)
    accidents.accident_revoke(**step, kind=body.kind, note=body.note, duplicate_of=body.duplicate_of)
    return _stood(request, accident_id)
