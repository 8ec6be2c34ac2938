"""The matrix of roles and rights, and the page that changes one role."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from anlan.accounts.queries import role_get, role_list
from anlan.accounts.queries.cards import require_view, rights_matrix
from anlan.accounts.services.roles import role_change, role_create
from anlan.kernel.errors import AnlanError
from anlan.kernel.messages import render as sentence
from anlan.platform.journal.record import version_of
from anlan.platform.web import once_token, screen


@require_http_methods(["GET", "POST"])
@screen
def roles_page(request: HttpRequest) -> HttpResponse:
    """Which role holds which right; a role of one's own is made here."""
    require_view(request.scope)
    error = None
    if request.method == "POST":
        try:
            made = role_create(
                scope=request.scope,
                label=request.POST.get("label", ""),
                rights=request.POST.getlist("rights"),
                by_office=bool(request.POST.get("by_office")),
                by_enterprise=bool(request.POST.get("by_enterprise")),
                once=request.POST.get("once") or None,
                now=request.now,
            )
            messages.success(request, sentence("accounts.done.saved", {}))
            return redirect("accounts-role", role_id=made)
        except AnlanError as refused:
            error = refused
    roles = list(role_list())
    page = {
        "roles": roles,
        "matrix": rights_matrix(roles),
        "can_manage": request.scope.may("accounts.manage"),
        "chosen": request.POST.getlist("rights"),
        "typed": request.POST.dict(),
        "once": request.POST.get("once") or once_token(),
        "error": error,
    }
    return render(request, "accounts/roles.html", page, status=error.status if error else 200)


@require_http_methods(["GET", "POST"])
@screen
def role_page(request: HttpRequest, role_id: Any) -> HttpResponse:
    """One role's rights, with a box for each where this person may change them."""
    require_view(request.scope)
    role = role_get(str(role_id))
    error = None
    if request.method == "POST":
        base = request.POST.get("base", "")
        try:
            role_change(
                scope=request.scope,
                id=str(role.pk),
                label=request.POST.get("label", ""),
                rights=request.POST.getlist("rights"),
                base=int(base) if base.isascii() and base.isdigit() else None,
                now=request.now,
            )
            messages.success(request, sentence("accounts.done.saved", {}))
            return redirect("accounts-role", role_id=role.pk)
        except AnlanError as refused:
            error = refused
    page = {
        "role": role,
        "matrix": rights_matrix([role]),
        "chosen": request.POST.getlist("rights") if error else role.words.split(),
        "version": version_of(f"accounts.role/{role.pk}"),
        "can_manage": request.scope.may("accounts.manage") and request.scope.covers(role.region),
        "error": error,
    }
    return render(request, "accounts/role.html", page, status=error.status if error else 200)
