"""Ordering several hazards of the list at once: a page that says what will happen, then all or none."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from anlan.inspection import queries
from anlan.inspection.screens.forms import errors_of, read_once, read_term
from anlan.inspection.services import hazards
from anlan.kernel.errors import AnlanError, BadInput
from anlan.kernel.messages import render as sentence
from anlan.platform.web import once_token, screen

MOST = 100


@never_cache
@require_http_methods(["GET", "POST"])
@screen
def hazards_order(request: HttpRequest) -> HttpResponse:
    """GET shows the hazards chosen in the list and what stands against each; POST orders them all, or none."""
    request.scope.require("inspection.hazard.order")
    asked = request.POST if request.method == "POST" else request.GET
    ids = list(dict.fromkeys(asked.getlist("ids")))[: MOST + 1]
    error: AnlanError | None = None
    if request.method == "POST":
        try:
            done = _ordered(request, ids)
        except AnlanError as refused:
            error = refused
        else:
            return done
    plan = queries.order_plan(request.scope, ids[:MOST], request.now)
    ready = [line for line in plan if not line.reasons]
    context = {
        "plan": plan,
        "ready": ready,
        "limits": queries.hazard_limits(ready[0].hazard, request.now) if ready else None,
        "most": MOST,
        "once": asked.get("once") or once_token(),
        "error": error,
        "errors": errors_of(error),
        "typed": request.POST,
    }
    return render(request, "inspection/hazards_order.html", context, status=error.status if error else 200)


def _ordered(request: HttpRequest, ids: list[str]) -> HttpResponse:
    if not ids:
        raise BadInput("inspection.batch.none_chosen")
    if len(ids) > MOST:
        raise BadInput("inspection.batch.too_many", most=MOST)
    once, term = read_once(request), read_term(request)
    bases = request.POST
    items = []
    for key in ids:
        base = bases.get(f"base-{key}", "")
        common: dict[str, Any] = {"note": request.POST.get("note", ""), "once": f"{once}-{key}" if once else None}
        if not (base.isascii() and base.isdigit() and len(base) < 10):
            raise BadInput("inspection.form.base_missing")
        items.append(hazards.OrderInput(hazard_id=key, base=int(base), **common, **term))
    hazards.hazards_order(scope=request.scope, items=items, now=request.now)
    messages.success(request, sentence("inspection.done.batch", {"count": len(items)}))
    return redirect("/desk/inspection/hazard/?state=ordered")
