"""Several hazards of the list at once: files to print, one a sheet, and orders to issue, shown first, all or none."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from anlan.inspection.queries import bundles
from anlan.inspection.screens.forms import read_once
from anlan.inspection.services.papers import orders_issue
from anlan.kernel.errors import AnlanError
from anlan.kernel.messages import render as sentence
from anlan.platform.documents.queries import documents_get
from anlan.platform.web import once_token, screen


@never_cache
@require_GET
@screen
def hazards_print(request: HttpRequest) -> HttpResponse:
    """The files (一隐患一档案) of the chosen hazards."""
    request.scope.require("inspection.view")
    files = bundles.hazard_files(request.scope, request.GET.getlist("ids"))
    return render(request, "inspection/hazards_print.html", {"files": files})


@never_cache
@require_http_methods(["GET", "POST"])
@screen
def hazards_issue(request: HttpRequest) -> HttpResponse:
    """GET shows the documents that would be issued and what can't be; POST issues them all, or none."""
    request.scope.require("inspection.hazard.order")
    error: AnlanError | None = None
    asked = request.POST if request.method == "POST" else request.GET
    ids = asked.getlist("ids")
    if request.method == "POST":
        try:
            made = orders_issue(scope=request.scope, hazard_ids=ids, now=request.now, once=read_once(request))
        except AnlanError as refused:
            error = refused
        else:
            messages.success(request, sentence("inspection.done.issued", {"count": len(made)}))
            return redirect(f"/inspection/hazards/issued?{urlencode([('id', key) for key in made])}")
    ready, stopped = bundles.order_papers(request.scope, ids)
    context = {
        "ready": ready,
        "stopped": stopped,
        "count": sum(len(paper.hazards) for paper in ready),
        "once": asked.get("once") or once_token(),
        "error": error,
    }
    return render(request, "inspection/hazards_issue.html", context, status=error.status if error else 200)


@never_cache
@require_GET
@screen
def hazards_issued(request: HttpRequest) -> HttpResponse:
    """The documents just issued, to be opened one by one or taken in one file."""
    held = documents_get(request.scope, request.GET.getlist("id"))
    query = urlencode([("id", str(d.pk)) for d in held])
    return render(request, "inspection/hazards_issued.html", {"documents": held, "query": query})
