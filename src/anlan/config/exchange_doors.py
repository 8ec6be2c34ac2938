"""上下级互联: the lines of this server, who waits to be enrolled, codes, revocation."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST

from anlan.kernel.errors import AnlanError
from anlan.kernel.messages import render as sentence
from anlan.kernel.nodes import stem
from anlan.platform import regions
from anlan.platform.exchange import enrol, status, trust
from anlan.platform.exchange.marks import node_place
from anlan.platform.journal import node
from anlan.platform.ledger import places
from anlan.platform.scope import Scope
from anlan.platform.web import screen


@screen
def exchange(request: HttpRequest) -> HttpResponse:
    """Every line with what was last received and what is owed; the one above first, then those in trouble."""
    return _page(request)


def _page(request: HttpRequest, problem: AnlanError | None = None, **more: Any) -> HttpResponse:
    scope: Scope = request.scope  # type: ignore[attr-defined]
    waiting = enrol.requests_waiting(scope)
    own = node.own()
    found = [_line(line) for line in status.lines_within(scope, request.now)]  # type: ignore[attr-defined]
    found.sort(key=lambda one: (one["line"].role != "parent", not one["line"].silent, not (one["stopped"] or one["refused"])))
    shown = {
        "own": own,
        "place": places.label(own.region),
        "lines": found,
        "mapped": bool(found) and node_place(own.region) is not None,
        "silent": [line for line in found if line["line"].silent],
        "waiting": [{"request": one, "place": places.label(one.region)} for one in waiting],
        "peers": _peers(scope),
        "below": [(f.code, regions.full_name(f.code)) for f in regions.children(own.region) if scope.covers(f.code)],
        "hours": enrol.CODE_HOURS,
        "problem": problem,
    }
    return render(request, "anlan/exchange.html", shown | more, status=problem.status if problem else 200)


def _line(line: status.LineStatus) -> dict[str, Any]:
    offset = line.offset_s
    return {
        "line": line,
        "place": places.label(line.region),
        "stopped": [(chain, sentence(f"exchange.stopped.{why}", {})) for chain, why in sorted(line.stopped.items())],
        "refused": [(chain, sentence(f"exchange.stopped.{why}", {})) for chain, why in sorted(line.refused.items())],
        "drift": abs(offset) if offset is not None else None,
        "slow": offset is not None and offset < 0,
        "wrong": offset is not None and abs(offset) > status.DRIFT_S,
    }


def _peers(scope: Scope) -> list[dict[str, Any]]:
    """The nodes of the person's region that this server enrolled itself, those in force first."""
    mine = stem(node.own().id)
    own = [peer for peer in trust.statements() if peer.relation == "child" and peer.author == mine]
    own = [peer for peer in own if scope.covers(peer.stem.ljust(12, "0"))]
    own.sort(key=lambda peer: (peer.state != "enrolled", peer.stem))
    return [{"peer": peer, "place": places.label(peer.stem.ljust(12, "0"))} for peer in own]


@require_POST
@screen
def code_make(request: HttpRequest) -> HttpResponse:
    """A code, shown on the answer's page only."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    region = request.POST.get("region", "")
    try:
        code = enrol.code_make(scope=scope, region=region, now=request.now)  # type: ignore[attr-defined]
    except AnlanError as error:
        return _page(request, error)
    address = request.build_absolute_uri("/").rstrip("/")
    return _page(request, code=code, code_region=region, code_place=places.label(region), address=address)


@require_POST
@screen
def request_decide(request: HttpRequest, key: str, verdict: str) -> HttpResponse:
    """Approve or refuse a node that waits."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    try:
        if verdict == "approve":
            enrol.enrol_approve(scope=scope, request_id=key, now=request.now)  # type: ignore[attr-defined]
        else:
            enrol.enrol_refuse(scope=scope, request_id=key)
    except AnlanError as error:
        return _page(request, error)
    messages.success(request, sentence(f"exchange.done.{'approved' if verdict == 'approve' else 'refused'}", {}))
    return redirect("exchange")


@require_POST
@screen
def peer_revoke(request: HttpRequest, key: str) -> HttpResponse:
    """Revoke a node."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    reason = request.POST.get("reason", "")
    try:
        enrol.peer_revoke(scope=scope, peer_id=key, reason=reason, now=request.now)  # type: ignore[attr-defined]
    except AnlanError as error:
        return _page(request, error)
    messages.success(request, sentence("exchange.done.revoked", {}))
    return redirect("exchange")


urlpatterns = [
    path("exchange", exchange, name="exchange"),
    path("exchange/codes", code_make, name="exchange-code"),
    path("exchange/requests/<slug:key>/<slug:verdict>", request_decide, name="exchange-request"),
    path("exchange/peers/<uuid:key>/revoke", peer_revoke, name="exchange-revoke"),
]
