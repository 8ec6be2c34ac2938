"""Routes of reports: a draft with its numbers, and issuing the one that was read."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Status

from anlan.kernel.periods import read_period
from anlan.reporting import queries
from anlan.reporting.api.router import router
from anlan.reporting.schemas import reports as schemas
from anlan.reporting.services import issuing


@router.get("/report/draft", tags=["报告"], response=schemas.ReportOut, summary="报告草稿中的数")
def report_draft(request: HttpRequest, template: str, period: str, region: str = "") -> dict[str, Any]:
    """Every number of a draft with where it comes from, and what is blank."""
    report = _draft(request, template, region, period)
    return queries.report_words(report) | {"seen": queries.report_seen(report)}


@router.post("/report/issue", tags=["报告"], response={201: schemas.IssuedOut}, summary="签发报告")
def report_issue(request: HttpRequest, body: schemas.IssueIn) -> Status:
    """Issue the draft that was read; refused where the ledgers moved since, or anything is blank."""
    report = _draft(request, body.template, body.region, body.period)
    made, _ = issuing.report_issue(
        scope=request.scope, report=report, title=body.title, now=request.now, reason=body.reason, public=True,  # type: ignore[attr-defined]
        seen=body.seen or "-",
    )  # fmt: skip
    return Status(201, {"id": made, "page": f"/reporting/issued/{made}"})


def _draft(request: Any, template: str, region: str, period: str) -> queries.Report:
    scope = request.scope
    scope.require(queries.VIEW)
    data = queries.template_data(scope, template)
    return queries.report_build(scope, data, region or scope.region, read_period(period), request.now)
