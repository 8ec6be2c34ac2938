"""Adding the report of experts or a third party to a visit."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from anlan.inspection.screens.forms import read_once, read_photos
from anlan.inspection.screens.inspections import show_page
from anlan.inspection.services.reports import inspection_report_add
from anlan.kernel.errors import AnlanError
from anlan.kernel.messages import render as sentence
from anlan.platform.web import screen


@require_POST
@screen
def inspection_report(request: HttpRequest, inspection_id: UUID) -> HttpResponse:
    """Store the files of the form and add them."""
    try:
        files = read_photos(request, "files")
        inspection_report_add(
            scope=request.scope, inspection_id=str(inspection_id), files=files, now=request.now, once=read_once(request)
        )
    except AnlanError as error:
        return show_page(request, inspection_id, error)
    messages.success(request, sentence("inspection.done.saved", {}))
    return redirect("inspection-page", inspection_id=inspection_id)
