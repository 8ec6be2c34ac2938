"""Campaigns: their page with progress, and the forms to make, change and end them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.inspection import queries
from anlan.inspection.queries import blanket as queries_blanket
from anlan.inspection.screens.forms import errors_of, read_base, read_once
from anlan.inspection.services import campaigns
from anlan.kernel.codes import region_pad, region_prefix
from anlan.kernel.errors import AnlanError
from anlan.kernel.messages import render as sentence
from anlan.platform import regions
from anlan.platform.web import once_token, screen
from anlan.registry import queries as registry

_FIELDS = (
    "name", "kind", "region", "since_on", "until_on", "target_class", "target_tag", "target_scale", "blanket", "summary",
)  # fmt: skip
_RIGHT = "inspection.campaign.change"


@never_cache
@require_GET
@screen
def campaign_page(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """One campaign: what it asks for and how far it has come, of what this person may see."""
    return _page(request, campaign_id)


def _page(request: HttpRequest, campaign_id: UUID, error: AnlanError | None = None) -> HttpResponse:
    campaign = queries.campaign_get(request.scope, campaign_id)
    subject = f"inspection.campaign/{campaign.id}"
    context = {
        "campaign": campaign,
        "progress": queries.campaign_progress(request.scope, campaign, request.now),
        "region": regions.full_name(campaign.region),
        "targets": queries.target_labels(campaign),
        "grid": queries_blanket.blanket_rows(request.scope, campaign) if campaign.blanket else [],
        "editable": request.scope.may(_RIGHT) and campaign.retired_at is None,
        "base": queries.versions_of([subject]).get(subject, 0),
        "once": once_token(),
        "error": error,
    } | _work(request, campaign)
    return render(request, "inspection/campaign.html", context, status=error.status if error else 200)


def _work(request: HttpRequest, campaign: Any) -> dict[str, Any]:
    """Towns, teams, rounds and what can still be given out."""
    scope = request.scope
    assignable = scope.may("inspection.task.assign") and campaign.retired_at is None
    return {
        "towns": queries.campaign_towns(scope, campaign, request.now),
        "tasked": scope.may("inspection.plan.view") and scope.subjects is None,
        "teams": queries.campaign_teams(scope, campaign),
        "rounds": queries.campaign_rounds(scope, campaign),
        "assignable": assignable,
        "waiting": len(queries.campaign_waiting(scope, campaign)) if assignable else 0,
    }


def _form(request: HttpRequest, held: dict[str, Any], error: AnlanError | None, base: int = 0) -> HttpResponse:
    typed = request.POST if request.method == "POST" else {}
    scope = request.scope
    own = region_pad(region_prefix(scope.region)) if scope.region else ""
    places = [(own, regions.name(own))] if own else []
    towns = regions.choices(scope.region, "town") if 0 < len(scope.region) <= 6 else []
    classes, tags = queries.target_choices()
    context = {
        "values": {n: typed.get(n, held.get(n, "")) for n in _FIELDS},
        "creating": not held,
        "regions": [*places, *towns],
        "kinds": queries.CAMPAIGN_KINDS,
        "classes": classes,
        "tags": tags,
        "scales": [(c.id, c.label) for c in registry.codes("scale")],
        "base": typed.get("base", base),
        "once": typed.get("once") or once_token(),
        "error": error,
        "errors": errors_of(error),
    }
    return render(request, "inspection/campaign_form.html", context, status=error.status if error else 200)


def _values(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST.get(name, "").strip() for name in _FIELDS}


@never_cache
@require_http_methods(["GET", "POST"])
@screen
def campaign_new(request: HttpRequest) -> HttpResponse:
    """Make a campaign."""
    request.scope.require(_RIGHT)
    error: AnlanError | None = None
    if request.method == "POST":
        try:
            key = campaigns.campaign_create(
                scope=request.scope, values=_values(request), now=request.now, once=read_once(request)
            )
            messages.success(request, sentence("inspection.done.saved", {}))
            return redirect("inspection-campaign", campaign_id=key)
        except AnlanError as refused:
            error = refused
    return _form(request, {}, error)


@never_cache
@require_http_methods(["GET", "POST"])
@screen
def campaign_edit(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Change a campaign."""
    request.scope.require(_RIGHT)
    campaign = queries.campaign_get(request.scope, campaign_id)
    subject = f"inspection.campaign/{campaign.id}"
    error: AnlanError | None = None
    if request.method == "POST":
        try:
            campaigns.campaign_change(
                scope=request.scope, campaign_id=str(campaign.id), values=_values(request), base=read_base(request),
                now=request.now, once=read_once(request),
            )  # fmt: skip
            messages.success(request, sentence("inspection.done.saved", {}))
            return redirect("inspection-campaign", campaign_id=campaign_id)
        except AnlanError as refused:
            error = refused
    held = {n: getattr(campaign, n) for n in _FIELDS}
    held |= {n: held[n].isoformat() if held[n] else "" for n in ("since_on", "until_on")}
    return _form(request, held, error, queries.versions_of([subject]).get(subject, 0))


@require_POST
@screen
def campaign_retire(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """End a campaign."""
    try:
        campaigns.campaign_retire(
            scope=request.scope, campaign_id=str(campaign_id), reason=request.POST.get("reason", ""),
            base=read_base(request), now=request.now, once=read_once(request),
        )  # fmt: skip
    except AnlanError as error:
        return _page(request, campaign_id, error)
    messages.success(request, sentence("inspection.done.saved", {}))
    return redirect("inspection-campaign", campaign_id=campaign_id)
