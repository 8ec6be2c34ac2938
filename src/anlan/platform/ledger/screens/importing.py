"""Importing in the browser: template, upload, what is wrong row by row, confirmation, progress, what was rejected."""

from __future__ import annotations

import json
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anlan.kernel.errors import AnlanError, BadInput, NotFound
from anlan.platform.ledger import runs
from anlan.platform.ledger.declare import Ledger
from anlan.platform.ledger.links import list_url, require_import, root_url
from anlan.platform.ledger.models import ImportRun
from anlan.platform.ledger.screens.record import ledger_at
from anlan.platform.ledger.workbook.export import XLSX_TYPE
from anlan.platform.ledger.workbook.template import template
from anlan.platform.scope import Scope
from anlan.platform.web import screen

_WORKING = frozenset({"checking", "writing"})


def _allowed(request: HttpRequest, context: str, plural: str) -> tuple[Ledger, Scope]:
    ledger, scope = ledger_at(context, plural), request.scope  # type: ignore[attr-defined]
    require_import(scope, ledger)
    return ledger, scope


@screen
@require_safe
def template_file(request: HttpRequest, context: str, plural: str) -> HttpResponse:
    """The workbook to fill in."""
    ledger, scope = _allowed(request, context, plural)
    response = HttpResponse(template(scope, ledger), content_type=XLSX_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{ledger.plural}-template.xlsx"'
    return response


@screen
@require_http_methods(["GET", "HEAD", "POST"])
def importing(request: HttpRequest, context: str, plural: str) -> HttpResponse:
    """The upload form, the person's latest imports, and the upload itself."""
    ledger, scope = _allowed(request, context, plural)
    error: AnlanError | None = None
    if request.method == "POST":
        try:
            return redirect(run_url(ledger, _upload(request, ledger, scope)))
        except AnlanError as refused:
            error = refused
    frame = {"recent": runs.imports_recent(scope, ledger), "error": error, "root": root_url(ledger)}
    page = {"ledger": ledger, "list_url": list_url(ledger), **frame}
    return render(request, "ledger/import.html", page, status=error.status if error else 200)


def _upload(request: HttpRequest, ledger: Ledger, scope: Scope) -> str:
    file = request.FILES.get("file")
    if file is None:
        raise BadInput("ledger.file.none")
    # More than the limit is never read into memory: one byte above it is enough to refuse.
    content = file.read(runs.settings.UPLOAD_MAX_BYTES + 1)
    return runs.import_start(
        scope=scope,
        ledger=ledger,
        content=content,
        name=file.name or "",
        now=request.now,  # type: ignore[attr-defined]
    )


def run_url(ledger: Ledger, run_id: Any) -> str:
    """The page of one import."""
    return f"{root_url(ledger)}/imports/{run_id}"


def _run(request: HttpRequest, context: str, plural: str, run_id: Any) -> tuple[Ledger, ImportRun]:
    ledger, scope = _allowed(request, context, plural)
    run = runs.import_get(scope, str(run_id))
    if run.ledger != ledger.id:
        raise NotFound("ledger.import.missing")
    return ledger, run


@screen
@require_safe
def run_page(request: HttpRequest, context: str, plural: str, run_id: Any) -> HttpResponse:
    """How an import stands: progress while it works, bad rows and the choice after the check, the result at the end."""
    ledger, run = _run(request, context, plural, run_id)
    report = json.loads(run.report)
    return render(
        request,
        "ledger/import_run.html",
        {
            "ledger": ledger,
            "run": run,
            "report": report,
            "good": report.get("created", 0) + report.get("changed", 0),
            "hidden": report.get("bad", 0) and len(report.get("errors", ())) >= 500,
            "working": run.state in _WORKING,
            "stale": runs.stale(run, request.now),  # type: ignore[attr-defined]
            "progress": runs.progress_of(str(run.pk)),
            "rejected": (runs.folder_of(str(run.pk)) / "rejected.xlsx").is_file(),
            "here": run_url(ledger, run.pk),
            "root": root_url(ledger),
            "list_url": list_url(ledger),
        },
    )


@screen
@require_safe
def run_state(request: HttpRequest, context: str, plural: str, run_id: Any) -> HttpResponse:
    """State and progress as JSON, for the progress bar."""
    _, run = _run(request, context, plural, run_id)
    done, of = runs.progress_of(str(run.pk))
    stale = runs.stale(run, request.now)  # type: ignore[attr-defined]
    return JsonResponse({"state": run.state, "working": run.state in _WORKING and not stale, "done": done, "of": of})


@screen
@require_POST
def confirm(request: HttpRequest, context: str, plural: str, run_id: Any) -> HttpResponse:
    """Write what was checked: all rows, or the good ones."""
    ledger, run = _run(request, context, plural, run_id)
    runs.import_confirm(
        scope=request.scope,  # type: ignore[attr-defined]
        run=run,
        mode=request.POST.get("mode", ""),
        now=request.now,  # type: ignore[attr-defined]
    )
    return redirect(run_url(ledger, run.pk))


@screen
@require_safe
def rejected(request: HttpRequest, context: str, plural: str, run_id: Any) -> HttpResponse | FileResponse:
    """The workbook of rows that were not imported, each with its reasons."""
    ledger, run = _run(request, context, plural, run_id)
    path = runs.folder_of(str(run.pk)) / "rejected.xlsx"
    if not path.is_file():
        raise NotFound("ledger.import.missing")
    name = f"{ledger.plural}-rejected.xlsx"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=XLSX_TYPE)
