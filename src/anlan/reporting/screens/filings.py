"""报送表: a town fills its form in; those who asked read it, send it back or approve it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.accounts import queries as accounts
from anlan.kernel.errors import AnlanError
from anlan.kernel.messages import render as sentence
from anlan.platform.ledger.history import history_of
from anlan.platform.web import once_token, screen
from anlan.reporting import queries
from anlan.reporting.screens.round_forms import errors_of, read_answers, read_pressed
from anlan.reporting.services import round_filings as services


@never_cache
@require_GET
@screen
def filing(request: HttpRequest, filing_id: UUID) -> HttpResponse:
    """One town's form."""
    return _page(request, filing_id)


def _page(request: HttpRequest, filing_id: UUID, error: AnlanError | None = None, failed: str = "") -> HttpResponse:
    scope, now = request.scope, request.now  # type: ignore[attr-defined]
    row = queries.filing_get(scope, filing_id)
    typed = read_answers(request.POST) if failed == "submit" else None
    errors = errors_of(error)
    lines = [
        {
            "line": line, "answer": _answer(line, typed),
            "wrong": [*errors.get(f"value_{line.key}", ()), *errors.get(f"remark_{line.key}", ())],
        }
        for line in queries.form_lines(scope, row, now)
    ]  # fmt: skip
    buttons = {button.id: button for button in queries.filing_buttons(scope, row)}
    names = accounts.person_names({p for p in (row.submitted_by, row.approved_by) if p})
    context = {
        "filing": row, "round": row.round, "town": queries.town_name(row.region), "lines": lines, "buttons": buttons,
        "overdue": queries.overdue(row, now), "history": history_of(f"{row.SUBJECT}/{row.pk}", scope),
        "submitted_by": names.get(row.submitted_by, ""), "approved_by": names.get(row.approved_by, ""),
        "base": queries.version_of_row(row), "once": once_token(), "error": error, "errors": errors, "failed": failed,
        "typed": request.POST if error else {}, "wide": scope.covers(row.round.region),
        "remark": request.POST.get("remark", "") if failed == "submit" else row.remark,
        "others": errors.get("", []),
    }  # fmt: skip
    return render(request, "reporting/filing.html", context, status=error.status if error else 200)


def _answer(line: queries.FormLine, typed: dict[str, queries.Answer] | None) -> queries.Answer:
    """What the form shows in a line: as typed, else as filed last."""
    if typed is not None:
        return typed.get(line.key, queries.Answer())
    if line.said is None:
        return queries.Answer()
    none = line.said.kind == "none"
    return queries.Answer("" if none else line.said.value, none=none, remark=line.said.remark)


@never_cache
@require_POST
@screen
def filing_act(request: HttpRequest, filing_id: UUID, action: str) -> HttpResponse:
    """File it, send it back, approve it; refused, the page comes back with every reason and what was typed."""
    if action not in ("submit", "return", "approve"):
        raise Http404
    scope, now, key = request.scope, request.now, str(filing_id)  # type: ignore[attr-defined]
    queries.filing_get(scope, key)
    try:
        common: dict[str, Any] = {"scope": scope, "filing_id": key, "pressed": read_pressed(request), "now": now}
        if action == "submit":
            answers, remark = read_answers(request.POST), request.POST.get("remark", "")
            services.filing_submit(**common, answers=answers, remark=remark)
        elif action == "return":
            services.filing_return(**common, note=request.POST.get("note", ""))
        else:
            services.filing_approve(**common)
    except AnlanError as error:
        return _page(request, filing_id, error, action)
    messages.success(request, sentence(f"reporting.round.done.{action}", {}))
    return redirect("reporting-filing", filing_id=filing_id)
