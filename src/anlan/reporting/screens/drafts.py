"""审稿: the page on which a draft is dropped; its script asks the API and shows the findings in the text."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from anlan.platform.web import screen
from anlan.reporting import queries


@never_cache
@require_GET
@screen
def drafts(request: HttpRequest) -> HttpResponse:
    """The empty page: what is checked, and where to drop."""
    request.scope.require(queries.CHECK)  # type: ignore[attr-defined]
    context = {"rules": queries.rules_named(), "most_mb": queries.LARGEST // 1024 // 1024, "most": queries.LONGEST}
    return render(request, "reporting/drafts.html", context)
