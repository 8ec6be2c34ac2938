"""Blanket campaigns: progress by town and village, the firms not yet visited, and a firm entered on the spot."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from anlan.inspection import queries
from anlan.inspection.models import Campaign
from anlan.inspection.queries.blanket import blanket_firms, blanket_rows, grid_total
from anlan.inspection.screens.forms import errors_of, read_once
from anlan.inspection.services.blanket import FirmFound, firm_add
from anlan.kernel.codes import region_prefix
from anlan.kernel.deadlines import local_date
from anlan.kernel.errors import AnlanError, BadInput, NotFound
from anlan.kernel.messages import render as sentence
from anlan.platform import regions
from anlan.platform.web import once_token, screen

_LISTED = 200
_VISITED = {"yes": True, "no": False}
_FIELDS = ("name", "region", "kind", "address", "contact", "phone", "lon", "lat", "uscc")


def _asked(request: HttpRequest, campaign_id: UUID) -> tuple[Campaign, str, str]:
    """The campaign with the region and the filter of the address."""
    campaign = queries.campaign_get(request.scope, campaign_id)
    if not campaign.blanket:
        raise NotFound("inspection.blanket.not_blanket", name=campaign.name)
    region, visited = request.GET.get("region", ""), request.GET.get("visited", "")
    if region and not (region.isascii() and region.isdigit() and len(region) in {6, 9, 12}):
        raise BadInput("kernel.text.not_a_number", value=region[:20])
    return campaign, region, visited if visited in _VISITED else ""


@never_cache
@require_GET
@screen
def grid_page(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """The progress of a region and its firms (`?region=`, `?visited=no`)."""
    campaign, region, visited = _asked(request, campaign_id)
    rows = blanket_rows(request.scope, campaign, under=region)
    firms = blanket_firms(request.scope, campaign, region=region, visited=_VISITED.get(visited))
    context = {
        "campaign": campaign,
        "region": region,
        "region_name": regions.name(region.ljust(12, "0")) if region else "",
        "visited": visited,
        "rows": rows,
        "total": grid_total(rows),
        "firms": firms[:_LISTED],
        "count": len(firms),
        "inspecting": request.scope.may("inspection.inspect"),
        "adding": _may_add(request) and campaign.retired_at is None,
    }
    return render(request, "inspection/campaign_grid.html", context)


def _may_add(request: HttpRequest) -> bool:
    scope = request.scope
    return scope.may("inspection.inspect") and (scope.may("registry.add") or scope.may("registry.change"))


@never_cache
@require_GET
@screen
def grid_export(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """The same firms as a workbook, all of them."""
    from anlan.platform.ledger.workbook.export import (
        XLSX_TYPE,
        rows_xlsx,
    )  # the workbook libraries slow every start down

    campaign, region, visited = _asked(request, campaign_id)
    firms = blanket_firms(request.scope, campaign, region=region, visited=_VISITED.get(visited))
    name = sentence("inspection.blanket.file", {})
    table = [sentence("inspection.blanket.headings", {}).split("|")]
    for firm in firms:
        state = sentence(f"inspection.blanket.{'visited' if firm.visited_at else 'waiting'}", {})
        day = local_date(firm.visited_at).isoformat() if firm.visited_at else ""
        table.append([firm.name, regions.full_name(firm.region), firm.address, state, day])
    answer = HttpResponse(rows_xlsx(name, table), content_type=XLSX_TYPE)
    answer.headers["Content-Disposition"] = content_disposition_header(True, f"{campaign.name}-{name}.xlsx")
    return answer


@never_cache
@require_http_methods(["GET", "POST"])
@screen
def firm_new(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Enter a firm that no book knows, and go on to its inspection."""
    campaign, _, _ = _asked(request, campaign_id)
    request.scope.require("inspection.inspect")
    typed = {name: request.POST.get(name, "").strip() for name in _FIELDS}
    error: AnlanError | None = None
    if request.method == "POST":
        try:
            key = firm_add(
                scope=request.scope, campaign_id=str(campaign.id), found=FirmFound(**typed), now=request.now,
                once=read_once(request),
            )  # fmt: skip
            messages.success(request, sentence("inspection.done.firm_added", {}))
            return redirect(f"/inspection/inspections/new?enterprise={key}&campaigns={campaign.id}")
        except AnlanError as refused:
            error = refused
    context: dict[str, Any] = {
        "campaign": campaign,
        "typed": typed,
        "places": _places(request.scope.region, campaign),
        # Most of what is met on the way is one of these, and they alone may lack a code.
        "kinds": sorted(queries.target_choices()[0], key=lambda pair: pair[0] != "nine_small"),
        "once": request.POST.get("once") or once_token(),
        "error": error,
        "errors": errors_of(error),
    }
    return render(request, "inspection/campaign_firm_new.html", context, status=error.status if error else 200)


def _places(prefix: str, campaign: Campaign) -> list[tuple[str, str]]:
    """The villages of the person's region that the campaign covers; a village's worker has one."""
    wide = max((prefix, region_prefix(campaign.region)), key=len)
    return [(wide, regions.name(wide))] if len(wide) == 12 else list(regions.choices(wide, "village"))
