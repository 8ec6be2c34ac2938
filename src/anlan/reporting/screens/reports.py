"""报告起草: a draft to read with every number's source beside it, to take along, and to issue; and what was issued."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from anlan.kernel.codes import region_pad, region_prefix
from anlan.kernel.deadlines import local_date
from anlan.kernel.errors import AnlanError
from anlan.kernel.messages import render as sentence
from anlan.kernel.periods import read_period
from anlan.platform import regions
from anlan.platform.documents.api import as_file
from anlan.platform.ledger.history import history_of
from anlan.platform.web import screen
from anlan.reporting import queries
from anlan.reporting.reports.outline import OUTLINES
from anlan.reporting.screens.files import as_office_file
from anlan.reporting.services import issuing, templates

_ZIP = "application/zip"


@never_cache
@require_http_methods(["GET", "POST"])
@screen
def report(request: HttpRequest) -> HttpResponse:
    """GET shows the draft, or with `format` hands it out; POST issues what was read."""
    scope = request.scope  # type: ignore[attr-defined]
    scope.require(queries.VIEW)
    asked = request.POST if request.method == "POST" else request.GET
    typed = {name: asked.get(name, "").strip() for name in ("template", "region", "period", "title", "reason", "seen")}
    error: AnlanError | None = None
    draft: queries.Report | None = None
    if typed["template"]:
        try:
            draft = _draft(request, typed)
            if request.method == "POST":
                return _issued(request, draft, typed)
            if asked.get("format"):
                return _file(request, draft, typed, asked["format"])
        except AnlanError as refused:
            error = refused
    return render(request, "reporting/report.html", _shown(request, draft, typed, error), status=error.status if error else 200)


def _draft(request: Any, typed: dict[str, str]) -> queries.Report:
    scope, today = request.scope, local_date(request.now)
    period = read_period(typed["period"] or f"..{today.isoformat()}")
    template = queries.template_data(scope, typed["template"])
    return queries.report_build(scope, template, typed["region"] or scope.region, period, request.now)


def _issued(request: Any, draft: queries.Report, typed: dict[str, str]) -> HttpResponse:
    made, _ = issuing.report_issue(
        scope=request.scope, report=draft, title=typed["title"], now=request.now, reason=typed["reason"], public=True,
        seen=typed["seen"] or "-",
    )  # fmt: skip
    messages.success(request, sentence("reporting.report.issued_now", {"title": typed["title"]}))
    return redirect("reporting-issued", report_id=made)


def _file(request: Any, draft: queries.Report, typed: dict[str, str], wanted: str) -> HttpResponse:
    title = queries.template_title(request.scope, typed["template"])
    name = f"{regions.name(region_pad(draft.source.region))}{draft.source.period.label}{title}（草稿）"
    if wanted == "document":
        return as_office_file(draft.made.data, name)
    data = queries.report_package(request.scope, draft, request.now, public=wanted != "package")
    return as_file(data, _ZIP, f"{name}核验包.zip")


def _shown(request: Any, draft: queries.Report | None, typed: dict[str, str], error: AnlanError | None) -> dict[str, Any]:
    scope = request.scope
    title = typed["title"] or (queries.template_title(scope, typed["template"]) if typed["template"] else "")
    wanted = {name: typed[name] for name in ("template", "region", "period") if typed[name]}
    return {
        "templates": queries.template_choices(scope), "typed": typed, "error": error, "title": title,
        "page": queries.report_page(draft) if draft else None, "draft": draft, "regions": _regions(scope),
        "may_issue": scope.may(issuing.ISSUE), "may_change": scope.may(templates.CHANGE),
        "shipped": list(OUTLINES.items()), "own": [] if draft else queries.own_templates(scope),
        "whole": scope.office is None and scope.subjects is None, "query": urlencode(wanted),
    }  # fmt: skip


def _regions(scope: Any) -> list[tuple[str, str]]:
    """The person's own place and those directly below it."""
    own = scope.region
    if not own:
        return []
    level = {6: "town", 9: "village"}.get(len(own))
    below = regions.choices(own, level) if level else []
    return [(own, regions.name(region_pad(own))), *((region_prefix(code), name) for code, name in below)]


@never_cache
@require_GET
@screen
def issued(request: HttpRequest, report_id: str) -> HttpResponse:
    """One issued version: what stands in the journal of it, its files, its other versions."""
    scope = request.scope  # type: ignore[attr-defined]
    found = queries.issued_get(scope, report_id)
    context: dict[str, Any] = {
        "place": regions.name(found.region), "report": found, "files": queries.issued_files(found),
        "versions": queries.issued_versions(scope, found),
    }  # fmt: skip
    # What it says and its files stand above.
    context["happened"] = [replace(h, photos=(), changes=()) for h in history_of(f"reporting.report/{found.pk}", scope)]
    if request.GET.get("compare"):
        context["changes"] = queries.issued_changes(scope, found, request.now)  # type: ignore[attr-defined]
    return render(request, "reporting/issued.html", context)
