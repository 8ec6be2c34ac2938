"""Self-checks as the office sees them: the rate of a month by town and class, who has not reported, what looks odd."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from anlan.inspection.queries.self_doubts import self_doubts
from anlan.inspection.queries.self_duty import firm_rates, self_duties
from anlan.inspection.queries.self_rates import rates_by_class, rates_by_town, rates_total
from anlan.inspection.rules.cadence import PERIODS
from anlan.kernel.deadlines import local_date
from anlan.kernel.errors import BadInput
from anlan.kernel.messages import render as sentence
from anlan.platform import regions

__all__ = ["office_page"]

_LISTED = 100
_MONTHS = 12


def office_page(request: HttpRequest) -> HttpResponse:
    """The page of one month (`?month=2026-03`), all that the person sees or one town of it (`?region=331003001`)."""
    scope, today = request.scope, local_date(request.now)
    scope.require("inspection.view")
    since, until = _month(request.GET.get("month", ""), today)
    region = request.GET.get("region", "")[:12]
    if region and not (region.isascii() and region.isdigit()):
        raise BadInput("kernel.text.not_a_number", value=region)
    rates = firm_rates(scope, since, until, request.now, region=region)
    late = [line for line in self_duties(scope, request.now, region=region) if line.duty.late]
    late.sort(key=lambda line: (line.duty.due_on, line.name))
    behind = [rate for rate in rates if rate.missed]
    context = {
        "month": f"{since:%Y-%m}",
        "months": _months(today),
        "region": region,
        "region_name": regions.name(region.ljust(12, "0")) if region else "",
        "total": rates_total(rates),
        "towns": rates_by_town(rates),
        "classes": rates_by_class(rates),
        "late": late[:_LISTED],
        "late_count": len(late),
        "behind": behind[:_LISTED],
        "behind_count": len(behind),
        "doubts": _doubts(scope, since, until, request, region),
        "periods": dict(PERIODS),
        "rules": scope.may("inspection.self_check.rule"),
    }
    return render(request, "inspection/self_checks_office.html", context)


def _doubts(scope: Any, since: date, until: date, request: HttpRequest, region: str) -> list[dict[str, Any]]:
    found = self_doubts(scope, since, until, request.now, region)[:_LISTED]
    return [
        {"report": line.report, "why": [sentence(f"inspection.self_check.doubt.{c}", {}) for c in line.codes]}
        for line in found
    ]


def _month(asked: str, today: date) -> tuple[date, date]:
    try:
        # Of the present month little is over yet: the page begins with the one before.
        last = today.replace(day=1) - timedelta(days=1)
        first = date.fromisoformat(f"{asked}-01") if asked else last.replace(day=1)
    except ValueError as error:
        raise BadInput("kernel.text.not_a_date", value=asked[:20]) from error
    return first, first.replace(day=monthrange(first.year, first.month)[1])


def _months(today: date) -> list[str]:
    found, first = [], today.replace(day=1)
    for _ in range(_MONTHS):
        found.append(f"{first:%Y-%m}")
        first = (first - timedelta(days=1)).replace(day=1)
    return found
