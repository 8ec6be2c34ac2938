"""A checklist by Excel: the workbook out, and in again after a look at what is wrong with it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from anlan.inspection import queries
from anlan.inspection.screens.forms import errors_of, read_base, read_once
from anlan.inspection.services.checklist_sheets import SheetReport, checklist_import, checklist_sheet
from anlan.inspection.services.checklists import RIGHT
from anlan.kernel.errors import AnlanError, BadInput
from anlan.kernel.messages import render as sentence
from anlan.platform import attachments
from anlan.platform.attachments import files
from anlan.platform.web import once_token, screen

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@never_cache
@require_GET
@screen
def sheet_file(request: HttpRequest, checklist_id: UUID | None = None) -> HttpResponse:
    """The standing items as a workbook; without a checklist the empty one to fill in."""
    name = sentence("inspection.checklist.template", {})
    if checklist_id:
        name = queries.checklist_get(request.scope, checklist_id).name
    content = checklist_sheet(request.scope, str(checklist_id) if checklist_id else None)
    answer = HttpResponse(content, content_type=_XLSX)
    answer.headers["Content-Disposition"] = content_disposition_header(True, f"{name}.xlsx")
    return answer


@never_cache
@require_http_methods(["GET", "POST"])
@screen
def sheet_import(request: HttpRequest, checklist_id: UUID | None = None) -> HttpResponse:
    """The upload, what is wrong with it, and its writing: `do=check` looks only, `do=write` writes all rows or none."""
    request.scope.require(RIGHT)
    checklist = queries.checklist_get(request.scope, checklist_id) if checklist_id else None
    error: AnlanError | None = None
    report: SheetReport | None = None
    sha256 = request.POST.get("sha256", "")
    if request.method == "POST":
        try:
            sha256, filename, content = _uploaded(request)
            report = _imported(request, checklist, content, filename)
            if report.written:
                messages.success(request, sentence("inspection.done.checklist_import", {"version": report.version}))
                return redirect("inspection-checklist", checklist_id=report.checklist_id)
        except AnlanError as refused:
            error = refused
    subject = f"inspection.checklist/{checklist.id}" if checklist else ""
    context = {
        "checklist": checklist,
        "report": report,
        "good": report is not None and not report.bad and bool(report.rows),
        "sha256": sha256,
        "code": request.POST.get("code", ""),
        "name": request.POST.get("name", checklist.name if checklist else ""),
        "base": request.POST.get("base") or (queries.versions_of([subject]).get(subject, 0) if subject else 0),
        "once": request.POST.get("once") or once_token(),
        "error": error,
        "errors": errors_of(error),
    }
    return render(request, "inspection/checklist_import.html", context, status=error.status if error else 200)


def _imported(request: HttpRequest, checklist: Any, content: bytes, filename: str) -> SheetReport:
    post = request.POST
    return checklist_import(
        scope=request.scope, content=content, filename=filename, now=request.now, dry_run=post.get("do") != "write",
        checklist_id=str(checklist.id) if checklist else "", code=post.get("code", "").strip(),
        name=post.get("name", "").strip(), base=read_base(request) if checklist else None, once=read_once(request),
    )  # fmt: skip


def _uploaded(request: HttpRequest) -> tuple[str, str, bytes]:
    """(hash, name, bytes) of the file uploaded now, else of the one that was looked at before."""
    file = request.FILES.get("file")
    if file is None:
        if not request.POST.get("sha256"):
            raise BadInput("inspection.checklist.file_missing")
        row = attachments.read(request.POST["sha256"], request.scope)
        return row.sha256, row.name, files.path_of(row.sha256).read_bytes()
    if file.size is not None and file.size > settings.UPLOAD_MAX_BYTES:
        raise BadInput("platform.attachment.too_large", name=file.name, limit_mb=settings.UPLOAD_MAX_BYTES // 1048576)
    content = file.read()
    stored = attachments.store(content, file.name or "", scope=request.scope, now=request.now)
    return stored.sha256, stored.name, content
