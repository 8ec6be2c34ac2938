"""Routes of self-checks: the enterprise's own steps, and what the office reads of all of them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Status

from anlan.inspection import queries
from anlan.inspection.api.router import router
from anlan.inspection.queries import self_checks as views
from anlan.inspection.queries import self_duty, self_rates
from anlan.inspection.schemas import self_checks as schemas
from anlan.inspection.services import self_checks
from anlan.kernel.errors import BadInput

_TAGS = ["企业自查"]


@router.get("/self-checks/duties", response=list[schemas.DutyOut], tags=_TAGS, summary="自查应报情况")
def self_check_duties(request: HttpRequest, region: str = "", late: bool = False) -> list[dict[str, Any]]:
    """What every operating enterprise in sight owes; `late`: only those whose period is over without a report."""
    lines = self_duty.self_duties(request.scope, request.now, region=region)
    return [
        {"enterprise_id": line.firm.id, "name": line.name, "period": line.duty.period, "due_on": line.duty.due_on,
         "late": line.duty.late, "last_at": line.last_at}
        for line in lines
        if line.duty.late or not late
    ]  # fmt: skip


@router.get("/self-checks/rates", response=schemas.RatesOut, tags=_TAGS, summary="自查自报率")
def self_check_rates(request: HttpRequest, since: date, until: date, region: str = "") -> dict[str, Any]:
    """Reports owed and handed in over a period, by town and by class."""
    if since > until:
        raise BadInput("inspection.self_check.period_reversed")
    rates = self_duty.firm_rates(request.scope, since, until, request.now, region=region)

    def out(row: self_rates.RateRow) -> dict[str, Any]:
        return asdict(row) | {"rate_ratio": row.rate_ratio}

    return {
        "since": since, "until": until, "total": out(self_rates.rates_total(rates)),
        "towns": [out(row) for row in self_rates.rates_by_town(rates)],
        "classes": [out(row) for row in self_rates.rates_by_class(rates)],
    }  # fmt: skip


def _step(request: HttpRequest, self_check_id: str) -> dict[str, Any]:
    return asdict(queries.standing_of(views.self_check_get(request.scope, self_check_id)))


@router.post("/self-checks", response={201: schemas.SelfStepOut}, tags=_TAGS, summary="开始自查")
def self_check_start(request: HttpRequest, body: schemas.SelfCheckIn) -> Status:
    """Begin a self-check of one's own enterprise, or the correction of a report."""
    key = self_checks.self_check_start(scope=request.scope, now=request.now, once=request.once, **body.dict())
    return Status(201, _step(request, key))


@router.get("/self-checks/{self_check_id}/sheet", response=schemas.SelfSheetOut, tags=_TAGS, summary="自查内容")
def self_check_sheet(request: HttpRequest, self_check_id: str) -> dict[str, Any]:
    """The items with the answers given so far."""
    held = views.self_check_get(request.scope, self_check_id)
    return _step(request, self_check_id) | {"items": [asdict(line) for line in views.self_check_sheet(held)]}


@router.post("/self-checks/{self_check_id}/items", response=schemas.SelfStepOut, tags=_TAGS, summary="填写自查项")
def self_check_items_set(request: HttpRequest, self_check_id: str, body: schemas.SelfAnswersIn) -> dict[str, Any]:
    """Save answers."""
    answers = [
        self_checks.SelfAnswer(**a.dict() | {"before": tuple(a.before), "after": tuple(a.after)}) for a in body.answers
    ]
    self_checks.self_check_items_set(
        scope=request.scope, self_check_id=self_check_id, answers=answers, now=request.now, once=request.once
    )
    return _step(request, self_check_id)


@router.post("/self-checks/{self_check_id}/report", response=schemas.SelfReportOut, tags=_TAGS, summary="上报自查")
def self_check_report(request: HttpRequest, self_check_id: str, body: schemas.SelfReportIn) -> dict[str, Any]:
    """Hand it in; what it found is filed."""
    filed = self_checks.self_check_report(
        scope=request.scope, self_check_id=self_check_id, now=request.now, once=request.once, **body.dict()
    )
    held = views.self_check_get(request.scope, self_check_id)
    return _step(request, self_check_id) | {"mended": held.mended, "hazards": filed}
