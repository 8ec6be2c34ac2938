"""The page of a hazard with its steps inline, and the form to file one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.inspection import queries
from anlan.inspection.screens.acts import ACT_STEPS, page_of_acts
from anlan.inspection.screens.forms import errors_of, read_base, read_number, read_once, read_photos, read_term
from anlan.inspection.services import doubts, hazards
from anlan.kernel.deadlines import days_left, local_date
from anlan.kernel.errors import AnlanError
from anlan.kernel.messages import render as sentence
from anlan.platform.web import once_token, screen
from anlan.registry import queries as registry

_REVIEW = "inspection.hazard.review"
_ANSWERS = {"co_confirm": 0, "dispute": 1}


@never_cache
@require_GET
@screen
def hazard_page(request: HttpRequest, hazard_id: UUID) -> HttpResponse:
    """One hazard: facts, photos, what this person may do now, what happened."""
    return _page(request, hazard_id)


def _page(
    request: HttpRequest,
    hazard_id: UUID,
    error: AnlanError | None = None,
    failed: str = "",
    photos: tuple[str, ...] = (),
) -> HttpResponse:
    scope, now = request.scope, request.now
    hazard = queries.hazard_get(scope, hazard_id)
    firms = queries.firms_of_officer(scope, now)
    actions = [*queries.hazard_actions(scope, hazard, now, firms), *queries.hazard_acts(scope, hazard, now, firms)]
    # Who is asked to answer for a review finds his two answers first, the confirmation before the objection.
    actions.sort(key=lambda action: _ANSWERS.get(action.id, len(_ANSWERS)))
    allowed = {action.id for action in actions if action.allowed}
    tagged = [tag.key for tag in hazard.tags.all()]
    names = queries.campaign_names(tagged)
    version, lines = queries.history_of(hazard)
    may_tag = scope.may("inspection.inspect")
    context = {
        "hazard": hazard,
        "limits": queries.hazard_limits(hazard, now),
        "left": days_left(now, hazard.due_at) if hazard.due_at and hazard.state == "ordered" else None,
        "photos": queries.hazard_photos(hazard),
        "actions": actions,
        "steps": queries.hazard_steps(hazard),
        "doubts": queries.doubt_views(scope, hazard, lines),
        "history": list(reversed(queries.with_doubts(scope, lines))),
        "campaigns": [(key, names.get(key, key)) for key in tagged],
        "choices": [c for c in queries.campaign_choices(scope, region=hazard.region) if c[0] not in tagged]
        if may_tag
        else [],
        "may_tag": may_tag,
        "officers": queries.officer_choices(scope, _REVIEW, now, hazard)[1:] if "close" in allowed else [],
        "clause": queries.clause_text(hazard.basis),
        "base": version,
        "once": once_token(),
        "error": error,
        "errors": errors_of(error),
        "failed": failed,
        "typed": request.POST if error else {},
        "kept": photos if error else (),
    } | page_of_acts(request, hazard, allowed, failed)
    return render(request, "inspection/hazard.html", context, status=error.status if error else 200)


def _order(request: HttpRequest, common: dict[str, Any]) -> None:
    five = {name: request.POST.get(name, "") for name in ("measures", "responsible", "plan")}
    funds = read_number(request, "funds_yuan", digits=12)
    item = hazards.OrderInput(**common, **read_term(request), **five, funds_yuan=funds)
    hazards.hazard_order(scope=request.scope, item=item, now=request.now)


def _submit(request: HttpRequest, common: dict[str, Any]) -> None:
    hazards.hazard_submit(scope=request.scope, item=hazards.SubmitInput(**common), now=request.now)


def _return(request: HttpRequest, common: dict[str, Any]) -> None:
    hazards.hazard_return(
        scope=request.scope, item=hazards.ReturnInput(**common, **read_term(request)), now=request.now
    )


def _close(request: HttpRequest, common: dict[str, Any]) -> None:
    item = hazards.CloseInput(**common, co_reviewer=request.POST.get("co_reviewer", ""))
    hazards.hazard_close(scope=request.scope, item=item, now=request.now)


def _confirm(request: HttpRequest, common: dict[str, Any]) -> None:
    doubts.hazard_confirm(scope=request.scope, item=doubts.ConfirmInput(**common), now=request.now)


def _reject(request: HttpRequest, common: dict[str, Any]) -> None:
    doubts.hazard_reject(scope=request.scope, item=doubts.RejectInput(**common, **read_term(request)), now=request.now)


_STEPS: Mapping[str, Callable[[HttpRequest, dict[str, Any]], None]] = {
    "order": _order,
    "submit": _submit,
    "return": _return,
    "close": _close,
    "confirm": _confirm,
    "reject": _reject,
    **ACT_STEPS,
}


@never_cache
@require_POST
@screen
def hazard_step(request: HttpRequest, hazard_id: UUID, action: str) -> HttpResponse:
    """Take a step; refused, the page comes back with every reason and what was typed, uploaded photos included."""
    if action not in _STEPS:
        raise Http404
    queries.hazard_get(request.scope, hazard_id)
    photos: tuple[str, ...] = ()
    try:
        photos = read_photos(request)
        common = {
            "hazard_id": str(hazard_id), "base": read_base(request), "once": read_once(request),
            "note": request.POST.get("note", ""), "photos": photos,
        }  # fmt: skip
        _STEPS[action](request, common)
    except AnlanError as error:
        return _page(request, hazard_id, error, action, photos)
    _tell(request, hazard_id, action)
    return redirect("inspection-hazard", hazard_id=hazard_id)


def _tell(request: HttpRequest, hazard_id: UUID, action: str) -> None:
    """What the step came to: a closing with doubtful photos is not one yet."""
    if action == "close" and queries.hazard_get(request.scope, hazard_id).state == "doubted":
        messages.warning(request, sentence("inspection.done.doubt", {}))
    else:
        messages.success(request, sentence(f"inspection.done.{action}", {}))


@require_POST
@screen
def hazard_tags(request: HttpRequest, hazard_id: UUID) -> HttpResponse:
    """Put a hazard under a campaign or take it out."""
    act = hazards.hazard_untag if request.POST.get("act") == "remove" else hazards.hazard_tag
    campaign_id = request.POST.get("campaign", "")
    try:
        act(scope=request.scope, hazard_ids=[str(hazard_id)], campaign_id=campaign_id, now=request.now)
    except AnlanError as error:
        return _page(request, hazard_id, error, "tags")
    messages.success(request, sentence("inspection.done.saved", {}))
    return redirect("inspection-hazard", hazard_id=hazard_id)


@never_cache
@require_http_methods(["GET", "POST"])
@screen
def hazard_new(request: HttpRequest) -> HttpResponse:
    """File a hazard found outside an inspection."""
    request.scope.require("inspection.inspect")
    error: AnlanError | None = None
    photos: tuple[str, ...] = ()
    typed = request.POST if request.method == "POST" else request.GET
    if request.method == "POST":
        try:
            photos = read_photos(request)
            return redirect("inspection-hazard", hazard_id=_filed(request, photos))
        except AnlanError as refused:
            error = refused
    text = request.GET.get("q", "").strip()
    chosen = typed.get("enterprise", "")
    enterprise = registry.enterprise_get(request.scope, chosen) if chosen else None
    context = {
        "enterprise": enterprise,
        "found": registry.enterprise_choices(request.scope, text) if text and not chosen else [],
        "q": text,
        "sources": hazards.source_choices(request.scope),
        "source": typed.get("source") or hazards.default_source(request.scope),
        "campaigns": queries.campaign_choices(
            request.scope, local_date(request.now), enterprise.region if enterprise else ""
        ),
        "typed": typed,
        "ticked": typed.getlist("campaigns"),
        "offered": queries.criteria_offered(enterprise) if enterprise else (),
        "chosen": typed.getlist("major_criteria"),
        "kept": photos,
        "error": error,
        "errors": errors_of(error),
        "once": typed.get("once") or once_token(),
    }
    return render(request, "inspection/hazard_new.html", context, status=error.status if error else 200)


def _filed(request: HttpRequest, photos: tuple[str, ...]) -> str:
    names = ("description", "place", "basis", "major_basis", "source")
    item = hazards.HazardInput(
        enterprise_id=request.POST.get("enterprise", ""),
        grade=request.POST.get("grade", "general"),
        photos=photos,
        campaigns=tuple(request.POST.getlist("campaigns")),
        major_criteria=tuple(request.POST.getlist("major_criteria")),
        once=read_once(request),
        **{name: request.POST.get(name, "") for name in names},
    )
    key = hazards.hazard_report(scope=request.scope, item=item, now=request.now)
    messages.success(request, sentence("inspection.done.report", {}))
    return key
