"""Who speaks without being known: the list, and claiming one (认领)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from anlan.kernel.errors import AnlanError
from anlan.kernel.messages import render as sentence
from anlan.platform.web import once_token, screen
from anlan.registry import queries as registry
from anlan.sensing import queries
from anlan.sensing.screens.forms import errors_of, read_float, read_once
from anlan.sensing.services.claiming import quarantined_claim

_MOST = 200
_FIELDS = ("name", "enterprise", "region", "place", "model")


@never_cache
@require_GET
@screen
def strangers(request: HttpRequest) -> HttpResponse:
    """The unknown identities, the latest first."""
    request.scope.require("sensing.device.change")
    return render(request, "sensing/strangers.html", {"rows": queries.quarantined_list(request.scope)[:_MOST]})


@never_cache
@require_http_methods(["GET", "POST"])
@screen
def stranger_claim(request: HttpRequest, number: int) -> HttpResponse:
    """GET shows what is known of it; POST makes it a device on file."""
    request.scope.require("sensing.device.change")
    held, error = queries.quarantined_get(request.scope, number), None
    if request.method == "POST":
        try:
            values = {n: v for n in _FIELDS if (v := request.POST.get(n, "").strip())}
            point = {n: v for n in ("lon", "lat") if (v := read_float(request, n)) is not None}
            key = quarantined_claim(scope=request.scope, number=number, values=values | point, now=request.now,
                                    once=read_once(request))  # fmt: skip
        except AnlanError as refused:
            error = refused
        else:
            messages.success(request, sentence("sensing.done.claimed", {}))
            return redirect("sensing-device", device_id=key)
    text = request.GET.get("firm", "").strip()
    context = {
        "held": held, "models": queries.model_choices(request.scope), "typed": request.POST, "once": once_token(),
        "firms": registry.enterprise_choices(request.scope, text) if request.scope.may("registry.view") else [],
        "firm": text, "error": error, "errors": errors_of(error),
    }  # fmt: skip
    return render(request, "sensing/stranger.html", context, status=error.status if error else 200)
