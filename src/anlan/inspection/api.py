"""Routes of inspection under /api/v1/inspection; lists, records, exports and campaigns come from the ledgers."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from hashlib import sha256
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from ninja import Router, Status

from anlan.inspection import queries, schemas, schemas_acts, schemas_pocket
from anlan.inspection.services import (
    checklists,
    dismissals,
    doubts,
    extensions,
    hazards,
    inspections,
    lookbacks,
    majors,
    transfers,
    withdrawals,
)

router = Router()


def _stood(request: HttpRequest, hazard_id: str) -> dict[str, Any]:
    hazard = next(iter(queries.hazards_get(request.scope, [hazard_id]).values()))
    version = queries.versions_of([f"inspection.hazard/{hazard.id}"]).popitem()[1]
    return {"id": str(hazard.id), "number": hazard.number, "state": hazard.state, "version": version}


def _step(request: HttpRequest, hazard_id: str, body: Any) -> dict[str, Any]:
    return {"hazard_id": hazard_id, "once": request.once} | body.dict() | {"photos": tuple(body.photos)}


@router.get("/pocket", response=schemas_pocket.PocketOut, tags=["口袋端"], summary="手机离线资料")
def pocket(request: HttpRequest, response: HttpResponse) -> Any:
    """Everything an inspector's phone takes along; 304 when it holds the same already (If-None-Match)."""
    bundle = {"account": str(request.user.pk)} | queries.pocket_bundle(request.scope, request.now)
    etag = f'"{sha256(orjson.dumps(bundle)).hexdigest()[:32]}"'
    get_token(request)  # the page that sends what was filed offline comes from the phone itself, without a cookie
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers={"ETag": etag})
    response["ETag"] = etag
    return bundle


@router.post("/hazards", response={201: schemas.StepOut}, tags=["隐患"], summary="登记隐患")
def hazard_report(request: HttpRequest, body: schemas.HazardIn) -> Status:
    """File a hazard found outside an inspection."""
    values = body.dict() | {"photos": tuple(body.photos), "campaigns": tuple(body.campaigns), "once": request.once}
    values["major_criteria"] = tuple(body.major_criteria)
    key = hazards.hazard_report(scope=request.scope, item=hazards.HazardInput(**values), now=request.now)
    return Status(201, _stood(request, key))


@router.post("/hazards/order", response=schemas_acts.BatchOut, tags=["隐患"], summary="批量责令整改")
def hazards_order(request: HttpRequest, body: schemas_acts.BatchIn) -> dict[str, Any]:
    """Order several hazards with one deadline and requirement, all or none."""
    shared = body.dict(exclude={"items"})
    keys = [(row.id, row.base, f"{request.once}-{row.id}" if request.once else None) for row in body.items]
    items = [hazards.OrderInput(hazard_id=key, base=base, once=once, **shared) for key, base, once in keys]
    done = hazards.hazards_order(scope=request.scope, items=items, now=request.now)
    return {"items": [_stood(request, key) for key in done]}


@router.post("/hazards/{hazard_id}/order", response=schemas.StepOut, tags=["隐患"], summary="责令限期整改")
def hazard_order(request: HttpRequest, hazard_id: str, body: schemas.OrderIn) -> dict[str, Any]:
    """Order the enterprise to mend the hazard."""
    item = hazards.OrderInput(**_step(request, hazard_id, body))
    return _stood(request, hazards.hazard_order(scope=request.scope, item=item, now=request.now))


@router.post("/hazards/{hazard_id}/submit", response=schemas.StepOut, tags=["隐患"], summary="提交整改")
def hazard_submit(request: HttpRequest, hazard_id: str, body: schemas.SubmitIn) -> dict[str, Any]:
    """Hand in the enterprise's report of mending."""
    item = hazards.SubmitInput(**_step(request, hazard_id, body))
    return _stood(request, hazards.hazard_submit(scope=request.scope, item=item, now=request.now))


@router.post("/hazards/{hazard_id}/return", response=schemas.StepOut, tags=["隐患"], summary="退回")
def hazard_return(request: HttpRequest, hazard_id: str, body: schemas.ReturnIn) -> dict[str, Any]:
    """Send the hazard back after a failed review."""
    item = hazards.ReturnInput(**_step(request, hazard_id, body))
    return _stood(request, hazards.hazard_return(scope=request.scope, item=item, now=request.now))


@router.post("/hazards/{hazard_id}/close", response=schemas.StepOut, tags=["隐患"], summary="复查销号")
def hazard_close(request: HttpRequest, hazard_id: str, body: schemas.CloseIn) -> dict[str, Any]:
    """Close the hazard after a passed review; with doubtful photos it stands at `doubted` afterwards."""
    item = hazards.CloseInput(**_step(request, hazard_id, body))
    return _stood(request, hazards.hazard_close(scope=request.scope, item=item, now=request.now))


@router.post("/hazards/{hazard_id}/confirm", response=schemas.StepOut, tags=["隐患"], summary="核实销号")
def hazard_confirm(request: HttpRequest, hazard_id: str, body: schemas.ConfirmIn) -> dict[str, Any]:
    """Clear the doubt about the photos and close the hazard; by neither of the officers who tried to close it."""
    item = doubts.ConfirmInput(**_step(request, hazard_id, body))
    return _stood(request, doubts.hazard_confirm(scope=request.scope, item=item, now=request.now))


@router.post("/hazards/{hazard_id}/reject", response=schemas.StepOut, tags=["隐患"], summary="核实不通过")
def hazard_reject(request: HttpRequest, hazard_id: str, body: schemas.RejectIn) -> dict[str, Any]:
    """Send the hazard back because its closing does not stand; by neither of the officers who tried to close it."""
    item = doubts.RejectInput(**_step(request, hazard_id, body))
    return _stood(request, doubts.hazard_reject(scope=request.scope, item=item, now=request.now))


@router.get("/hazards/{hazard_id}/doubts", response=schemas.DoubtsOut, tags=["隐患"], summary="照片存疑情况")
def hazard_doubts(request: HttpRequest, hazard_id: str) -> dict[str, Any]:
    """What is doubtful in the photos, for those who review; empty for everybody else."""
    hazard = queries.hazard_get(request.scope, hazard_id)
    return {"items": queries.doubt_views(request.scope, hazard, queries.history_of(hazard)[1])}


@router.post("/hazards/{hazard_id}/judge", response=schemas.StepOut, tags=["隐患"], summary="判定级别")
def hazard_judge(request: HttpRequest, hazard_id: str, body: schemas_acts.JudgeIn) -> dict[str, Any]:
    """Judge by ticking criteria whether the hazard is major."""
    values = _step(request, hazard_id, body) | {"major_criteria": tuple(body.major_criteria)}
    item = majors.JudgeInput(**values)
    return _stood(request, majors.hazard_judge(scope=request.scope, item=item, now=request.now))


@router.get("/hazards/{hazard_id}/criteria", response=schemas_acts.CriteriaOut, tags=["隐患"], summary="适用的判定标准")
def hazard_criteria(request: HttpRequest, hazard_id: str) -> dict[str, Any]:
    """The criteria that the hazard's enterprise is judged by, and those ticked."""
    hazard = queries.hazard_get(request.scope, hazard_id)
    return {"items": queries.criteria_offered(hazard.enterprise), "ticked": hazard.major_criteria.split()}


@router.post("/hazards/{hazard_id}/extend", response=schemas.StepOut, tags=["隐患"], summary="申请延期")
def hazard_extend(request: HttpRequest, hazard_id: str, body: schemas_acts.ExtendIn) -> dict[str, Any]:
    """Apply for more time."""
    item = extensions.ExtendInput(**_step(request, hazard_id, body))
    return _stood(request, extensions.hazard_extend(scope=request.scope, item=item, now=request.now))


@router.post("/hazards/{hazard_id}/grant", response=schemas.StepOut, tags=["隐患"], summary="批准延期")
def hazard_grant(request: HttpRequest, hazard_id: str, body: schemas_acts.ExtendIn) -> dict[str, Any]:
    """Grant the application that waits."""
    item = extensions.ExtendInput(**_step(request, hazard_id, body))
    return _stood(request, extensions.hazard_grant(scope=request.scope, item=item, now=request.now))


@router.post("/hazards/{hazard_id}/refuse", response=schemas.StepOut, tags=["隐患"], summary="不予延期")
def hazard_refuse(request: HttpRequest, hazard_id: str, body: schemas_acts.ActIn) -> dict[str, Any]:
    """Refuse the application that waits; the reason stands in `note`."""
    item = hazards.StepInput(**_step(request, hazard_id, body))
    return _stood(request, extensions.hazard_refuse(scope=request.scope, item=item, now=request.now))


@router.get("/hazards/{hazard_id}/extensions", response=schemas_acts.ExtensionsOut, tags=["隐患"], summary="延期情况")
def hazard_extensions(request: HttpRequest, hazard_id: str) -> dict[str, Any]:
    """The applications for more time and their answers."""
    return {"items": queries.extension_views(queries.hazard_get(request.scope, hazard_id))}


@router.post("/hazards/{hazard_id}/transfer", response=schemas.StepOut, tags=["隐患"], summary="移送执法")
def hazard_transfer(request: HttpRequest, hazard_id: str, body: schemas_acts.TransferIn) -> dict[str, Any]:
    """Hand the hazard to enforcement."""
    item = transfers.TransferInput(**_step(request, hazard_id, body))
    return _stood(request, transfers.hazard_transfer(scope=request.scope, item=item, now=request.now))


@router.post("/hazards/{hazard_id}/dismiss", response=schemas.StepOut, tags=["隐患"], summary="认定误报")
def hazard_dismiss(request: HttpRequest, hazard_id: str, body: schemas_acts.ActIn) -> dict[str, Any]:
    """Declare that it is no hazard; the reason stands in `note`."""
    item = hazards.StepInput(**_step(request, hazard_id, body))
    return _stood(request, dismissals.hazard_dismiss(scope=request.scope, item=item, now=request.now))


@router.post("/hazards/{hazard_id}/merge", response=schemas.StepOut, tags=["隐患"], summary="并入其他隐患")
def hazard_merge(request: HttpRequest, hazard_id: str, body: schemas_acts.MergeIn) -> dict[str, Any]:
    """Declare that the hazard repeats another one, named by id or number."""
    item = dismissals.MergeInput(**_step(request, hazard_id, body))
    return _stood(request, dismissals.hazard_merge(scope=request.scope, item=item, now=request.now))


@router.post("/hazards/{hazard_id}/look_back", response=schemas.StepOut, tags=["隐患"], summary="回头看")
def hazard_look_back(request: HttpRequest, hazard_id: str, body: schemas_acts.LookBackIn) -> dict[str, Any]:
    """Record that the site was seen again; found again, a new hazard is filed."""
    item = lookbacks.LookBackInput(**_step(request, hazard_id, body))
    return _stood(request, lookbacks.hazard_look_back(scope=request.scope, item=item, now=request.now))


@router.post("/hazards/{hazard_id}/withdraw", response=schemas.StepOut, tags=["隐患"], summary="撤回")
def hazard_withdraw(request: HttpRequest, hazard_id: str, body: schemas_acts.ActIn) -> dict[str, Any]:
    """Withdraw one's own last step within minutes."""
    item = hazards.StepInput(**_step(request, hazard_id, body))
    return _stood(request, withdrawals.hazard_withdraw(scope=request.scope, item=item, now=request.now))


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


@router.get("/hazards/{hazard_id}/actions", response=schemas.ActionsOut, tags=["隐患"], summary="可办理的操作")
def hazard_actions(request: HttpRequest, hazard_id: str) -> dict[str, Any]:
    """Which actions this person may take now, and why not the others."""
    hazard = queries.hazard_get(request.scope, hazard_id)
    views = [
        *queries.hazard_actions(request.scope, hazard, request.now),
        *queries.hazard_acts(request.scope, hazard, request.now),
    ]
    actions = [asdict(v) | {"reasons": [r.as_dict() for r in v.reasons]} for v in views]
    return _stood(request, hazard_id) | {"actions": actions}


@router.get("/hazards/{hazard_id}/photos", response=schemas.PhotosOut, tags=["隐患"], summary="隐患照片")
def hazard_photos(request: HttpRequest, hazard_id: str) -> dict[str, Any]:
    """The photos before, after and at the reviews."""
    staged = queries.hazard_photos(queries.hazard_get(request.scope, hazard_id))
    return {"items": [photo for photos in staged.values() for photo in photos]}


@router.post("/hazards/{hazard_id}/tags", response=schemas.TagOut, tags=["隐患"], summary="列入专项行动")
def hazard_tag(request: HttpRequest, hazard_id: str, body: schemas.TagIn) -> dict[str, int]:
    """Let the hazard count for a campaign as well."""
    ids, campaign = [hazard_id], body.campaign_id
    return {"changed": hazards.hazard_tag(scope=request.scope, hazard_ids=ids, campaign_id=campaign, now=request.now)}


@router.delete(
    "/hazards/{hazard_id}/tags/{campaign_id}", response=schemas.TagOut, tags=["隐患"], summary="移出专项行动"
)
def hazard_untag(request: HttpRequest, hazard_id: str, campaign_id: str) -> dict[str, int]:
    """Take the hazard out of a campaign."""
    ids = [hazard_id]
    return {
        "changed": hazards.hazard_untag(scope=request.scope, hazard_ids=ids, campaign_id=campaign_id, now=request.now)
    }


@router.get("/hazards/counts", response=schemas.CountsOut, tags=["隐患"], summary="按乡镇或月份统计")
def hazard_counts(
    request: HttpRequest, since: date, until: date, region: str = "", by: str = "town", campaigns: str = ""
) -> dict[str, Any]:
    """Found, closed and rate, with coverage; `campaigns`: ids parted by commas, each hazard once."""
    wanted = [c for c in campaigns.split(",") if c]
    counts = queries.hazard_counts(request.scope, region, since, until, by, now=request.now, campaigns=wanted)
    lines = [asdict(r) | {"open": r.open, "rate_ratio": r.rate_ratio} for r in (*counts.rows, counts.total)]
    return asdict(counts) | {"rows": lines[:-1], "total": lines[-1]}


@router.post("/inspections", response={201: schemas.StepOut}, tags=["检查"], summary="开始检查")
def inspection_start(request: HttpRequest, body: schemas.InspectionIn) -> Status:
    """Begin an inspection of an enterprise with a checklist."""
    key = inspections.inspection_start(scope=request.scope, now=request.now, once=request.once, **body.dict())
    return Status(201, _visit(request, key))


def _visit(request: HttpRequest, inspection_id: str) -> dict[str, Any]:
    visit = queries.inspection_get(request.scope, inspection_id)
    version = queries.versions_of([f"inspection.inspection/{visit.id}"]).popitem()[1]
    return {"id": str(visit.id), "number": visit.number, "state": visit.state, "version": version}


@router.get("/inspections/{inspection_id}/sheet", response=schemas.SheetOut, tags=["检查"], summary="检查内容")
def inspection_sheet(request: HttpRequest, inspection_id: str) -> dict[str, Any]:
    """The items of the checklist with the answers given so far."""
    visit = queries.inspection_get(request.scope, inspection_id)
    items = [asdict(item) for item in queries.inspection_sheet(visit)]
    return _visit(request, inspection_id) | {"officers": queries.inspection_officers(visit), "items": items}


@router.post("/inspections/{inspection_id}/items", response=schemas.StepOut, tags=["检查"], summary="填写检查项")
def inspection_items_set(request: HttpRequest, inspection_id: str, body: schemas.AnswersIn) -> dict[str, Any]:
    """Save answers to items."""
    answers = [inspections.ItemAnswer(**a.dict() | {"photos": tuple(a.photos)}) for a in body.answers]
    inspections.inspection_items_set(
        scope=request.scope, inspection_id=inspection_id, answers=answers, now=request.now, once=request.once
    )
    return _visit(request, inspection_id)


@router.post("/inspections/{inspection_id}/finish", response=schemas.FinishOut, tags=["检查"], summary="完成检查")
def inspection_finish(request: HttpRequest, inspection_id: str, body: schemas.FinishIn) -> dict[str, Any]:
    """Finish the inspection; its hazards are filed."""
    found = inspections.inspection_finish(
        scope=request.scope, inspection_id=inspection_id, now=request.now, once=request.once, **body.dict()
    )
    return _visit(request, inspection_id) | {"hazards": found}


def _checklist(request: HttpRequest, checklist_id: str) -> dict[str, Any]:
    checklist = queries.checklist_get(request.scope, checklist_id)
    version = queries.versions_of([f"inspection.checklist/{checklist.id}"]).popitem()[1]
    items = queries.checklist_items(checklist.id, checklist.version)
    names = ("category", "text", "law", "article", "major")
    rows = [{"key": i.item_key} | {n: getattr(i, n) for n in names} for i in items]
    head = {"id": str(checklist.id), "code": checklist.code, "name": checklist.name}
    return head | {"checklist_version": checklist.version, "version": version, "items": rows}


@router.get("/checklists/{checklist_id}/items", response=schemas.ChecklistOut, tags=["检查表"], summary="检查表内容")
def checklist_items(request: HttpRequest, checklist_id: str) -> dict[str, Any]:
    """A checklist with its standing items."""
    return _checklist(request, checklist_id)


@router.post("/checklists", response={201: schemas.ChecklistOut}, tags=["检查表"], summary="新建检查表")
def checklist_create(request: HttpRequest, body: schemas.ChecklistIn) -> Status:
    """Make a checklist."""
    values = body.dict() | {"items": [checklists.ChecklistItem(**i.dict()) for i in body.items]}
    key = checklists.checklist_create(scope=request.scope, now=request.now, once=request.once, **values)
    return Status(201, _checklist(request, key))


@router.put("/checklists/{checklist_id}/items", response=schemas.ChecklistOut, tags=["检查表"], summary="修改检查表")
def checklist_change(request: HttpRequest, checklist_id: str, body: schemas.ChecklistChangeIn) -> dict[str, Any]:
    """Change a checklist by a new version; inspections begun keep theirs."""
    values = body.dict() | {"items": [checklists.ChecklistItem(**i.dict()) for i in body.items]}
    checklists.checklist_change(
        scope=request.scope, checklist_id=checklist_id, now=request.now, once=request.once, **values
    )
    return _checklist(request, checklist_id)


@router.post("/checklists/{checklist_id}/retire", response={204: None}, tags=["检查表"], summary="停用检查表")
def checklist_retire(request: HttpRequest, checklist_id: str, body: schemas.RetireIn) -> Status:
    """Take a checklist out of use."""
    checklists.checklist_retire(
        scope=request.scope, checklist_id=checklist_id, now=request.now, once=request.once, **body.dict()
    )
    return Status(204, None)


@router.get("/campaigns/{campaign_id}/progress", response=schemas.ProgressOut, tags=["专项行动"], summary="进展")
def campaign_progress(request: HttpRequest, campaign_id: str) -> dict[str, Any]:
    """How far a campaign has come, of what this person may see."""
    campaign = queries.campaign_get(request.scope, campaign_id)
    progress = queries.campaign_progress(request.scope, campaign, request.now)
    return asdict(progress) | {"rate_ratio": progress.rate_ratio}
