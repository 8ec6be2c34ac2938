"""Self-checks: the enterprise's own page and form, and the record of a report."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.inspection import queries
from anlan.inspection.queries import self_checks as views
from anlan.inspection.queries.self_duty import self_duties
from anlan.inspection.rules.self_check import RIGHT
from anlan.inspection.screens.forms import errors_of, read_base, read_once
from anlan.inspection.screens.self_answers import read_answers, typed_lines
from anlan.inspection.screens.self_office import office_page
from anlan.inspection.services import self_checks
from anlan.inspection.services.self_checks import SelfAnswer
from anlan.kernel.deadlines import local_date
from anlan.kernel.errors import AnlanError
from anlan.kernel.messages import render as sentence
from anlan.platform.web import once_token, screen
from anlan.registry import queries as registry

_SHOWN = 30


@never_cache
@require_GET
@screen
def self_checks_page(request: HttpRequest) -> HttpResponse:
    """For an enterprise its own duty and reports; for the office who has reported, who has not, and the rate."""
    if request.scope.subjects is None:
        return office_page(request)
    return _own_page(request)


def _own_page(request: HttpRequest, error: AnlanError | None = None) -> HttpResponse:
    scope, firms = request.scope, []
    request.scope.require("inspection.view")
    for line in self_duties(scope, request.now, only=scope.subjects or ()):
        firms.append(
            {
                "line": line,
                "drafts": views.self_check_drafts(scope, line.firm.id),
                "checklists": views.self_checklists(registry.enterprise_get(scope, line.firm.id)),
            }
        )
    context = {
        "firms": firms,
        "reports": views.self_check_list(scope)[:_SHOWN],
        "may": scope.may(RIGHT),
        "once": once_token(),
        "error": error,
    }
    return render(request, "inspection/self_checks_own.html", context, status=error.status if error else 200)


@never_cache
@require_POST
@screen
def self_check_new(request: HttpRequest) -> HttpResponse:
    """Begin a self-check with the chosen checklist, or the correction of a report."""
    post = request.POST
    try:
        key = self_checks.self_check_start(
            scope=request.scope, enterprise_id=post.get("enterprise", ""), checklist_id=post.get("checklist", ""),
            corrects=post.get("corrects", ""), now=request.now, once=read_once(request),
        )  # fmt: skip
    except AnlanError as error:
        if request.scope.subjects is None or not request.scope.may(RIGHT):
            raise
        return _own_page(request, error)
    return redirect("inspection-self-check", self_check_id=key)


@never_cache
@require_GET
@screen
def self_check_page(request: HttpRequest, self_check_id: UUID) -> HttpResponse:
    """One self-check: its form while it is a draft of one's own enterprise, its record otherwise."""
    return _page(request, self_check_id)


def _page(
    request: HttpRequest,
    self_check_id: UUID,
    error: AnlanError | None = None,
    answers: Sequence[SelfAnswer] = (),
) -> HttpResponse:
    scope = request.scope
    held = views.self_check_get(scope, self_check_id)
    own = scope.may(RIGHT) and scope.subjects is not None and str(held.enterprise_id) in scope.subjects
    sheet = views.self_check_sheet(held)
    errors = errors_of(error)
    lines = typed_lines(sheet, request if error else None, errors, answers)
    listed = [line for line in lines if not line["item"].own]
    subject = f"inspection.self_check/{held.id}"
    context = {
        "held": held,
        "groups": [(name, list(rows)) for name, rows in groupby(listed, key=lambda row: row["item"].category)],
        "own_lines": [line for line in lines if line["item"].own],
        "answered": sum(bool(line["item"].result) for line in listed),
        "total": len(listed),
        "editable": own and held.state == "draft",
        "correctable": own and held.state == "reported" and held.corrected_as_id is None,
        "doubts": [] if scope.subjects is not None else _doubts(held.doubts),
        "today": local_date(request.now),
        "base": queries.versions_of([subject]).get(subject, 0),
        "once": once_token(),
        "note": request.POST.get("note", "") if error else held.note,
        "error": error,
        "errors": errors,
    }
    return render(request, "inspection/self_check.html", context, status=error.status if error else 200)


def _doubts(codes: str) -> list[str]:
    return [sentence(f"inspection.self_check.doubt.{code}", {}) for code in codes.split()]


@never_cache
@require_POST
@screen
def self_check_items(request: HttpRequest, self_check_id: UUID) -> HttpResponse:
    """Save the answers; with `do=rest` the unanswered items pass, with `do=report` the self-check is handed in as well."""
    held = views.self_check_get(request.scope, self_check_id)
    act, once, base = request.POST.get("do", "save"), read_once(request), read_base(request)
    answers: list[SelfAnswer] = []
    try:
        answers = read_answers(request, views.self_check_sheet(held), rest_passes=act == "rest")
        self_checks.self_check_items_set(
            scope=request.scope, self_check_id=str(held.id), answers=answers, now=request.now, once=once
        )
        if act == "report":
            self_checks.self_check_report(
                scope=request.scope, self_check_id=str(held.id), note=request.POST.get("note", ""), now=request.now,
                base=base + 1 if answers else base, once=f"{once}:report" if once else None,
            )  # fmt: skip
    except AnlanError as error:
        return _page(request, self_check_id, error, answers)
    done = _reported(request, held) if act == "report" else sentence("inspection.done.saved", {})
    messages.success(request, done)
    return redirect("inspection-self-check", self_check_id=held.id)


def _reported(request: HttpRequest, held: Any) -> str:
    now_held = views.self_check_get(request.scope, held.id)
    return sentence("inspection.done.self_check", {"mended": now_held.mended, "hazards": now_held.hazards})
