"""Administration of organisations: list, enter, change, close."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from anlan.accounts.queries import organisation_get, organisation_list
from anlan.accounts.queries.cards import organisation_card, organisation_kinds, post_choices, require_view
from anlan.accounts.services import organisations
from anlan.kernel.codes import region_prefix
from anlan.kernel.errors import AnlanError
from anlan.kernel.messages import render as sentence
from anlan.platform.web import once_token, screen

_PAGE_SIZE = 25
_FIELDS = ("name", "short_name", "number_word", "kind", "region", "parent_id")


@require_http_methods(["GET", "POST"])
@screen
def organisations_page(request: HttpRequest) -> HttpResponse:
    """Open organisations in scope, and the form that enters one."""
    require_view(request.scope)
    error = None
    typed = {"region": request.scope.region, **request.POST.dict()}
    if request.method == "POST":
        values = {field: request.POST.get(field, "") for field in _FIELDS}
        try:
            organisations.organisation_create(
                scope=request.scope, values=values, now=request.now, once=request.POST.get("once") or None
            )
            messages.success(request, sentence("accounts.done.saved", {}))
            return redirect("accounts-organisations")
        except AnlanError as refused:
            error = refused
    text, kind = request.GET.get("q", "").strip(), request.GET.get("kind", "")
    rows = organisation_list(request.scope, text, kind)
    page = {
        "page": Paginator(rows, _PAGE_SIZE).get_page(request.GET.get("page")),
        "kinds": organisation_kinds(),
        "choices": post_choices(request.scope),
        "can_manage": request.scope.may("accounts.manage"),
        "once": request.POST.get("once") or once_token(),
        "q": text,
        "kind": kind,
        "typed": typed,
        "error": error,
    }
    return render(request, "accounts/organisations.html", page, status=error.status if error else 200)


@require_http_methods(["GET", "POST"])
@screen
def organisation_page(request: HttpRequest, organisation_id: Any) -> HttpResponse:
    """One organisation with its people; change or close it."""
    require_view(request.scope)
    found = organisation_get(request.scope, str(organisation_id))
    error = None
    if request.method == "POST":
        try:
            messages.success(request, sentence(_act(request, str(found.pk)), {}))
            return redirect("accounts-organisation", organisation_id=found.pk)
        except AnlanError as refused:
            error = refused
    card = organisation_card(request.scope, found, request.now)
    held = {field: str(getattr(found, field) or "") for field in _FIELDS}
    typed = held | {"region": region_prefix(found.region)} | request.POST.dict()
    page = {
        "card": card,
        "kinds": organisation_kinds(),
        "choices": post_choices(request.scope),
        "can_manage": request.scope.may("accounts.manage"),
        "typed": typed,
        "error": error,
    }
    return render(request, "accounts/organisation.html", page, status=error.status if error else 200)


def _act(request: HttpRequest, organisation_id: str) -> str:
    base = request.POST.get("base", "")
    who = {
        "scope": request.scope,
        "id": organisation_id,
        "base": int(base) if base.isascii() and base.isdigit() else None,
        "now": request.now,
    }
    if request.POST.get("action") == "close":
        organisations.organisation_close(reason=request.POST.get("reason", ""), **who)
        return "accounts.done.organisation_closed"
    organisations.organisation_change(values={f: request.POST[f] for f in _FIELDS if f in request.POST}, **who)
    return "accounts.done.saved"
