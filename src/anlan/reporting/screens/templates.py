"""报告模板: uploaded, taken along, withdrawn; the forms stand on the page 报告起草."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.kernel.errors import AnlanError, BadInput
from anlan.kernel.messages import render as sentence
from anlan.platform.web import screen
from anlan.reporting import queries
from anlan.reporting.screens.files import as_office_file
from anlan.reporting.services import templates

_LARGEST = 10_000_000


@never_cache
@require_POST
@screen
def template_upload(request: HttpRequest) -> HttpResponse:
    """Keep a template; what is wrong with it is shown with its places."""
    file, name = request.FILES.get("file"), request.POST.get("name", "")
    try:
        if file is None:
            raise BadInput("reporting.template.file_missing")
        if (file.size or 0) > _LARGEST:
            raise BadInput("reporting.template.large", most="10 MB")
        scope: Any = request.scope  # type: ignore[attr-defined]
        key = templates.template_store(
            scope=scope, data=file.read(), filename=file.name or "", name=name, now=request.now  # type: ignore[attr-defined]
        )
    except AnlanError as error:
        return render(request, "reporting/template_refused.html", {"error": error, "name": name}, status=error.status)
    messages.success(request, sentence("reporting.template.stored_now", {"name": " ".join(name.split())}))
    return redirect(f"/reporting/report?{urlencode({'template': key})}")


@never_cache
@require_POST
@screen
def template_withdraw(request: HttpRequest, template_id: str) -> HttpResponse:
    """Offer it no more."""
    now = request.now  # type: ignore[attr-defined]
    templates.template_withdraw(scope=request.scope, template_id=template_id, now=now)  # type: ignore[attr-defined]
    messages.success(request, sentence("reporting.template.withdrawn_now", {}))
    return redirect("reporting-report")


@never_cache
@require_GET
@screen
def template_file(request: HttpRequest, template_id: str) -> HttpResponse:
    """The file, one that comes with the product too."""
    scope: Any = request.scope  # type: ignore[attr-defined]
    scope.require(queries.VIEW)
    return as_office_file(queries.template_data(scope, template_id), queries.template_title(scope, template_id))
