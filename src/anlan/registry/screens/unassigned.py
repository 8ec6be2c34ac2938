"""Enterprises of the region that no office is responsible for, and the button by which an office takes one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from anlan.accounts import queries as accounts
from anlan.kernel.errors import AnlanError
from anlan.kernel.messages import render as sentence
from anlan.platform import regions
from anlan.platform.web import once_token, screen
from anlan.registry import queries
from anlan.registry.screens.forms import read_base
from anlan.registry.services.enterprises import enterprise_office_assign

_PER_PAGE = 25


@screen
def unassigned_page(request: HttpRequest) -> HttpResponse:
    """The list, oldest first; POST makes the chosen office responsible for one of them."""
    if request.method != "POST":
        return _page(request)
    try:
        enterprise_office_assign(
            scope=request.scope,  # type: ignore[attr-defined]
            enterprise_id=request.POST.get("enterprise_id", ""),
            office_id=request.POST.get("office_id", ""),
            base=read_base(request),
            once=request.POST.get("once") or None,
            now=request.now,  # type: ignore[attr-defined]
        )
    except AnlanError as error:
        return _page(request, error)
    messages.success(request, sentence("registry.done.office", {}))
    return redirect("registry-unassigned")


def _page(request: HttpRequest, error: AnlanError | None = None) -> HttpResponse:
    scope = request.scope  # type: ignore[attr-defined]
    page = Paginator(queries.enterprises_unassigned(scope), _PER_PAGE).get_page(request.GET.get("page"))
    rows: list[dict[str, Any]] = [
        {
            "enterprise": e,
            "region": regions.full_name(e.region, below=e.region6),
            "base": queries.version_now(e.id),
        }
        for e in page
    ]
    offices = accounts.office_choices(scope)
    if scope.office is not None:
        offices = [(i, label) for i, label in offices if str(i) == scope.office]
    context = {
        "page": page,
        "rows": rows,
        "offices": offices,
        "may": scope.may(queries.CHANGE),
        "limited": scope.office is not None,
        "once": once_token(),
        "error": error,
    }
    return render(request, "registry/unassigned.html", context, status=error.status if error else 200)
