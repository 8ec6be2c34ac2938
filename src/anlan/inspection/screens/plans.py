"""Annual plans: the page with each line's progress, the form, and the steps to the leader and back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.inspection import queries
from anlan.inspection.queries.lists import overdue_until
from anlan.inspection.screens.forms import errors_of, read_base, read_number, read_once
from anlan.inspection.services import plans
from anlan.inspection.services.stepping import Pressed
from anlan.kernel.deadlines import local_date
from anlan.kernel.errors import AnlanError
from anlan.kernel.messages import render as sentence
from anlan.platform import regions
from anlan.platform.web import once_token, screen

_RIGHT = "inspection.plan.change"
_CAPACITY = ("officers", "legal_days", "other_days", "idle_days")
_LINE = ("line", "target_class", "target_tag", "importance", "enterprises", "times", "person_days", "note")
_COUNTS = ("enterprises", "times", "person_days")
_BLANK = 4
_MOST = 70
_DECEMBER = 12


@never_cache
@require_GET
@screen
def plan_page(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """One plan: the version in force with its progress, and the one being prepared for those who prepare it."""
    return _page(request, plan_id)


def _page(request: HttpRequest, plan_id: UUID, error: AnlanError | None = None, act: str = "") -> HttpResponse:
    scope = request.scope
    plan = queries.plan_get(scope, plan_id)
    subject = f"inspection.plan/{plan.pk}"
    preparing = plan.state != "approved" and queries.plan_mine(scope, plan)
    progress = queries.plan_progress(scope, plan, request.now) if plan.version else []
    actions = queries.plan_actions(scope, plan)
    context: dict[str, Any] = {
        "plan": plan,
        "region": regions.full_name(plan.region),
        "progress": progress,
        "total": queries.plan_total(progress),
        "late_until": overdue_until(local_date(request.now)),
        "whole": queries.plan_mine(scope, plan),
        "preparing": preparing,
        "lines": [(x, queries.line_label(x)) for x in queries.plan_lines(plan, plan.working)] if preparing else [],
        "budget": queries.plan_budget(plan),
        "names": queries.names_of([plan.submitted_by, plan.approved_by]),
        "approver": queries.names_of([plan.approved_by]).get(plan.approved_by, ""),
        "editable": any(a.id == "edit" for a in actions),
        "steps": [a for a in actions if a.id != "edit"],
        "base": queries.versions_of([subject]).get(subject, 0),
        "once": once_token(),
        "error": error,
        "errors": errors_of(error),
        "act": act,
        "typed": request.POST,
    }
    return render(request, "inspection/plan.html", context, status=error.status if error else 200)


def _read(request: HttpRequest) -> plans.PlanInput:
    """The plan of a form; rows without a number of enterprises are left out.

    Raises:
        BadInput: "kernel.text.not_a_number".
    """
    capacity = {name: read_number(request, name, 5) or 0 for name in _CAPACITY}
    lines = []
    for n in range(_MOST):
        if f"importance-{n}" not in request.POST:
            break
        row: dict[str, Any] = {name: request.POST.get(f"{name}-{n}", "").strip() for name in _LINE}
        if not row["enterprises"]:
            continue
        lines.append(row | {name: read_number(request, f"{name}-{n}", 5) or 0 for name in _COUNTS})
    return plans.plan_input(read_number(request, "year") or 0, request.POST.get("name", ""), capacity, lines)


def _form(request: HttpRequest, held: dict[str, Any], error: AnlanError | None, base: int = 0) -> HttpResponse:
    typed = request.POST if request.method == "POST" else {}
    rows: list[dict[str, Any]] = held["lines"]
    if typed:
        rows = [
            {name: typed.get(f"{name}-{n}", "") for name in _LINE} for n in range(_MOST) if f"importance-{n}" in typed
        ]
    classes, tags = queries.target_choices()
    context = {
        "values": {n: typed.get(n, held.get(n, "")) for n in ("year", "name", *_CAPACITY)},
        "rows": [*rows, *({"importance": "general", "times": 1, "person_days": 1} for _ in range(_BLANK))],
        "creating": not base,
        "fixed_year": held.get("fixed_year", False),
        "classes": classes,
        "tags": tags,
        "importances": queries.IMPORTANCES,
        "base": typed.get("base", base),
        "once": typed.get("once") or once_token(),
        "error": error,
        "reasons": [v.message for v in error.violations] if error else [],
    }
    return render(request, "inspection/plan_form.html", context, status=error.status if error else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@screen
def plan_new(request: HttpRequest) -> HttpResponse:
    """Draft a plan; in December for the year to come."""
    request.scope.require(_RIGHT)
    today = local_date(request.now)
    year = today.year + (today.month == _DECEMBER)
    error: AnlanError | None = None
    if request.method == "POST":
        try:
            key = plans.plan_draft(scope=request.scope, values=_read(request), now=request.now, once=read_once(request))
            messages.success(request, sentence("inspection.done.saved", {}))
            return redirect("inspection-plan", plan_id=key)
        except AnlanError as refused:
            error = refused
    name = sentence("inspection.plan.usual_name", {"year": year})
    return _form(request, {"year": year, "name": name, "lines": []}, error)


@never_cache
@require_http_methods(["GET", "POST"])
@screen
def plan_edit(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Write the version under preparation anew."""
    request.scope.require(_RIGHT)
    plan = queries.plan_get(request.scope, plan_id)
    subject = f"inspection.plan/{plan.pk}"
    error: AnlanError | None = None
    if request.method == "POST":
        try:
            pressed = Pressed(read_base(request), read_once(request))
            plans.plan_edit(
                scope=request.scope, plan_id=str(plan_id), values=_read(request), pressed=pressed, now=request.now
            )
            messages.success(request, sentence("inspection.done.saved", {}))
            return redirect("inspection-plan", plan_id=plan_id)
        except AnlanError as refused:
            error = refused
    held: dict[str, Any] = {n: getattr(plan, n) for n in ("year", "name", *_CAPACITY)}
    held["lines"] = [{n: getattr(x, n) for n in _LINE} for x in queries.plan_lines(plan, plan.working)]
    held["fixed_year"] = bool(plan.version)
    return _form(request, held, error, queries.versions_of([subject]).get(subject, 0))


_STEPS = {
    "submit": plans.plan_submit,
    "approve": plans.plan_approve,
    "send_back": plans.plan_send_back,
    "revise": plans.plan_revise,
}


@require_POST
@screen
def plan_step(request: HttpRequest, plan_id: UUID, action: str) -> HttpResponse:
    """Hand in, approve, send back, revise."""
    if action not in _STEPS:
        raise Http404
    try:
        pressed = Pressed(read_base(request), read_once(request), request.POST.get("note", ""))
        _STEPS[action](scope=request.scope, plan_id=str(plan_id), pressed=pressed, now=request.now)
    except AnlanError as error:
        return _page(request, plan_id, error, action)
    messages.success(request, sentence("inspection.done.saved", {}))
    return redirect("inspection-plan", plan_id=plan_id)
