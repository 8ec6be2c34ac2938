"""Routes of what is done to a hazard beside its loop: judging, extensions, look-backs, doubts, endings."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from django.http import HttpRequest

from anlan.inspection import queries
from anlan.inspection.api.hazards import step, stood
from anlan.inspection.api.router import router
from anlan.inspection.schemas import acts as schemas_acts
from anlan.inspection.schemas import hazards as schemas_hazards
from anlan.inspection.services import (
    co_reviews,
    dismissals,
    doubts,
    extensions,
    hazards,
    lookbacks,
    majors,
    transfers,
    withdrawals,
)


@router.post("/hazards/{hazard_id}/confirm", response=schemas_hazards.StepOut, tags=["隐患"], summary="核实销号")
def hazard_confirm(request: HttpRequest, hazard_id: str, body: schemas_hazards.ConfirmIn) -> dict[str, Any]:
    """Clear the doubt about the photos and close the hazard; by neither of the officers who tried to close it."""
    item = doubts.ConfirmInput(**step(request, hazard_id, body))
    return stood(request, doubts.hazard_confirm(scope=request.scope, item=item, now=request.now))


@router.post("/hazards/{hazard_id}/reject", response=schemas_hazards.StepOut, tags=["隐患"], summary="核实不通过")
def hazard_reject(request: HttpRequest, hazard_id: str, body: schemas_hazards.RejectIn) -> dict[str, Any]:
    """Send the hazard back because its closing does not stand; by neither of the officers who tried to close it."""
    item = doubts.RejectInput(**step(request, hazard_id, body))
    return stood(request, doubts.hazard_reject(scope=request.scope, item=item, now=request.now))


@router.get("/hazards/{hazard_id}/doubts", response=schemas_hazards.DoubtsOut, tags=["隐患"], summary="照片存疑情况")
def hazard_doubts(request: HttpRequest, hazard_id: str) -> dict[str, Any]:
    """What is doubtful in the photos, for those who review; empty for everybody else."""
    hazard = queries.hazard_get(request.scope, hazard_id)
    return {"items": queries.doubt_views(request.scope, hazard, queries.history_of(hazard)[1])}


@router.post("/hazards/{hazard_id}/judge", response=schemas_hazards.StepOut, tags=["隐患"], summary="判定级别")
def hazard_judge(request: HttpRequest, hazard_id: str, body: schemas_acts.JudgeIn) -> dict[str, Any]:
    """Judge by ticking criteria whether the hazard is major."""
    values = step(request, hazard_id, body) | {"major_criteria": tuple(body.major_criteria)}
    item = majors.JudgeInput(**values)
    return stood(request, majors.hazard_judge(scope=request.scope, item=item, now=request.now))


@router.get("/hazards/{hazard_id}/criteria", response=schemas_acts.CriteriaOut, tags=["隐患"], summary="适用的判定标准")
def hazard_criteria(request: HttpRequest, hazard_id: str) -> dict[str, Any]:
    """The criteria that the hazard's enterprise is judged by, and those ticked."""
    hazard = queries.hazard_get(request.scope, hazard_id)
    return {"items": queries.criteria_offered(hazard.enterprise), "ticked": hazard.major_criteria.split()}


@router.post("/hazards/{hazard_id}/extend", response=schemas_hazards.StepOut, tags=["隐患"], summary="申请延期")
def hazard_extend(request: HttpRequest, hazard_id: str, body: schemas_acts.ExtendIn) -> dict[str, Any]:
    """Apply for more time."""
    item = extensions.ExtendInput(**step(request, hazard_id, body))
    return stood(request, extensions.hazard_extend(scope=request.scope, item=item, now=request.now))


@router.post("/hazards/{hazard_id}/grant", response=schemas_hazards.StepOut, tags=["隐患"], summary="批准延期")
def hazard_grant(request: HttpRequest, hazard_id: str, body: schemas_acts.ExtendIn) -> dict[str, Any]:
    """Grant the application that waits."""
    item = extensions.ExtendInput(**step(request, hazard_id, body))
    return stood(request, extensions.hazard_grant(scope=request.scope, item=item, now=request.now))


@router.post("/hazards/{hazard_id}/refuse", response=schemas_hazards.StepOut, tags=["隐患"], summary="不予延期")
def hazard_refuse(request: HttpRequest, hazard_id: str, body: schemas_acts.ActIn) -> dict[str, Any]:
    """Refuse the application that waits; the reason stands in `note`."""
    item = hazards.StepInput(**step(request, hazard_id, body))
    return stood(request, extensions.hazard_refuse(scope=request.scope, item=item, now=request.now))


@router.get("/hazards/{hazard_id}/extensions", response=schemas_acts.ExtensionsOut, tags=["隐患"], summary="延期情况")
def hazard_extensions(request: HttpRequest, hazard_id: str) -> dict[str, Any]:
    """The applications for more time and their answers."""
    return {"items": queries.extension_views(queries.hazard_get(request.scope, hazard_id))}


@router.post("/hazards/{hazard_id}/transfer", response=schemas_hazards.StepOut, tags=["隐患"], summary="移送执法")
def hazard_transfer(request: HttpRequest, hazard_id: str, body: schemas_acts.TransferIn) -> dict[str, Any]:
    """Hand the hazard to enforcement."""
    item = transfers.TransferInput(**step(request, hazard_id, body))
    return stood(request, transfers.hazard_transfer(scope=request.scope, item=item, now=request.now))


@router.post("/hazards/{hazard_id}/dismiss", response=schemas_hazards.StepOut, tags=["隐患"], summary="认定误报")
def hazard_dismiss(request: HttpRequest, hazard_id: str, body: schemas_acts.ActIn) -> dict[str, Any]:
    """Declare that it is no hazard; the reason stands in `note`."""
    item = hazards.StepInput(**step(request, hazard_id, body))
    return stood(request, dismissals.hazard_dismiss(scope=request.scope, item=item, now=request.now))


@router.post("/hazards/{hazard_id}/merge", response=schemas_hazards.StepOut, tags=["隐患"], summary="并入其他隐患")
def hazard_merge(request: HttpRequest, hazard_id: str, body: schemas_acts.MergeIn) -> dict[str, Any]:
    """Declare that the hazard repeats another one, named by id or number."""
    item = dismissals.MergeInput(**step(request, hazard_id, body))
    return stood(request, dismissals.hazard_merge(scope=request.scope, item=item, now=request.now))


@router.post("/hazards/{hazard_id}/look_back", response=schemas_hazards.StepOut, tags=["隐患"], summary="回头看")
def hazard_look_back(request: HttpRequest, hazard_id: str, body: schemas_acts.LookBackIn) -> dict[str, Any]:
    """Record that the site was seen again; found again, a new hazard is filed."""
    item = lookbacks.LookBackInput(**step(request, hazard_id, body))
    return stood(request, lookbacks.hazard_look_back(scope=request.scope, item=item, now=request.now))


@router.post("/hazards/{hazard_id}/co_confirm", response=schemas_hazards.StepOut, tags=["隐患"], summary="确认参加复查")
def hazard_co_confirm(request: HttpRequest, hazard_id: str, body: schemas_acts.ActIn) -> dict[str, Any]:
    """Confirm as the second officer named at the closing to have taken part in the review."""
    item = hazards.StepInput(**step(request, hazard_id, body))
    return stood(request, co_reviews.hazard_co_confirm(scope=request.scope, item=item, now=request.now))


@router.post("/hazards/{hazard_id}/dispute", response=schemas_hazards.StepOut, tags=["隐患"], summary="提出异议")
def hazard_dispute(request: HttpRequest, hazard_id: str, body: schemas_acts.ActIn) -> dict[str, Any]:
    """Object as the second officer named at the closing; somebody else decides on it then."""
    item = hazards.StepInput(**step(request, hazard_id, body))
    return stood(request, co_reviews.hazard_dispute(scope=request.scope, item=item, now=request.now))


@router.post("/hazards/{hazard_id}/withdraw", response=schemas_hazards.StepOut, tags=["隐患"], summary="撤回")
def hazard_withdraw(request: HttpRequest, hazard_id: str, body: schemas_acts.ActIn) -> dict[str, Any]:
    """Withdraw one's own last step within minutes."""
    item = hazards.StepInput(**step(request, hazard_id, body))
    return stood(request, withdrawals.hazard_withdraw(scope=request.scope, item=item, now=request.now))


@router.get("/hazards/lookbacks", response=schemas_acts.LookBacksOut, tags=["隐患"], summary="按乡镇统计回头看")
def hazard_look_backs(request: HttpRequest, since: date, until: date, region: str = "") -> dict[str, Any]:
    """Closed in the period, seen again, found again, by town."""
    rows, total = queries.look_back_rates(request.scope, region, since, until)
    lines = [asdict(r) | {"rate_ratio": r.rate_ratio} for r in (*rows, total)]
    return {"since": since, "until": until, "rows": lines[:-1], "total": lines[-1]}


@router.get("/hazards/{hazard_id}/links", response=schemas_acts.LinksOut, tags=["隐患"], summary="关联隐患")
def hazard_links(request: HttpRequest, hazard_id: str) -> dict[str, Any]:
    """The hazards that this one repeats, has absorbed, came back from or came back as."""
    links = queries.hazard_links(request.scope, queries.hazard_get(request.scope, hazard_id))
    shown = [
        {"link": n, "id": str(h.id), "number": h.number, "state": h.state} for n, held in links.items() for h in held
    ]
    return {"items": shown}
