"""The page of one enterprise (一企一档), on which everything of it hangs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from anlan.kernel.errors import AnlanError
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.ledger.history import Happening, history_of
from anlan.platform.scope import Scope
from anlan.platform.web import screen
from anlan.registry import queries
from anlan.registry.screens.outline import outline
from anlan.registry.services.contacts import contact_reveal as reveal

_PANEL_ROWS, _HISTORY_ROWS = 8, 12
# What the timeline leaves out: `former` repeats what `name` and `uscc` already say.
_SILENT = frozenset({"former", "names"})
_LISTS = frozenset({"contacts", "premises"})
_CREATED = f"{queries.SUBJECT}.created"


@screen
def enterprise_list(request: HttpRequest) -> HttpResponse:
    """The list of enterprises is the ledger's."""
    return redirect("/desk/registry/enterprise/")


@screen
def enterprise_new(request: HttpRequest) -> HttpResponse:
    """The form for a new enterprise is the ledger's."""
    return redirect("/records/registry/enterprises/new")


@screen
def enterprise_page(request: HttpRequest, enterprise_id: UUID) -> HttpResponse:
    """一企一档 of one enterprise."""
    return profile_page(request, enterprise_id)


def profile_page(
    request: HttpRequest,
    enterprise_id: UUID,
    *,
    error: AnlanError | None = None,
    revealed: dict[str, dict[str, str]] | None = None,
) -> HttpResponse:
    """The page, with a refusal on top or with a contact's values revealed ({key: {name, phone}})."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    profile = queries.enterprise_profile(scope, enterprise_id)
    enterprise = profile.enterprise
    place = None
    if enterprise.lon is not None and enterprise.lat is not None:
        place = outline(enterprise.region6, enterprise.lon, enterprise.lat)
    context = {
        "profile": profile,
        "enterprise": enterprise,
        "labels": profile.labels,
        "tones": profile.tones,
        "actions": profile.actions,
        "panels": _panels(scope, str(enterprise.id)),
        "timeline": _timeline(scope, enterprise.id),
        "history_url": f"/history/{queries.subject_of(enterprise.id)}",
        "outline": place,
        "error": error,
        "revealed": revealed or {},
        "own": scope.subjects is not None,
    }
    response = render(request, "registry/enterprise.html", context, status=error.status if error else 200)
    if revealed:
        response["Cache-Control"] = "no-store"
    return response


def _panels(scope: Scope, enterprise_id: str) -> list[dict[str, Any]]:
    """What other contexts show on this page, in their order; each applies the scope itself."""
    found = []
    for panel in sorted(CATALOGUE.panels.values(), key=lambda p: (p.order, p.id)):
        if panel.subject != queries.SUBJECT:
            continue
        rows, total = panel.rows(scope, enterprise_id, _PANEL_ROWS)
        found.append({"panel": panel, "rows": rows, "total": total, "url": panel.url(enterprise_id)})
    return found


def _timeline(scope: Scope, enterprise_id: Any) -> dict[str, Any]:
    happenings = history_of(queries.subject_of(enterprise_id), scope)
    shown = [_told(h) for h in happenings[:_HISTORY_ROWS]]
    return {"rows": shown, "total": len(happenings), "more": len(happenings) - len(shown)}


def _told(happening: Happening) -> dict[str, Any]:
    changes = [c for c in happening.changes if c.field not in _SILENT and not c.field.startswith("contact.")]
    return {
        "it": happening,
        # What a row began with stands beside the timeline; only what changed afterwards is told.
        "changes": [] if happening.kind == _CREATED else [c for c in changes if c.field not in _LISTS],
    }


@screen
@require_POST
def contact_reveal(request: HttpRequest, enterprise_id: UUID, key: UUID) -> HttpResponse:
    """Show name and phone of one contact in plain, once; each look stays in the journal with its reason."""
    scope, now = request.scope, request.now  # type: ignore[attr-defined]
    reason = request.POST.get("reason", "")
    profile = queries.enterprise_profile(scope, enterprise_id)
    held = next((c for c in profile.contacts if c.key == str(key)), None)
    wanted = [name for name in ("name", "phone") if held and getattr(held, name)]
    try:
        shown = {
            name: reveal(scope=scope, enterprise_id=enterprise_id, key=str(key), field=name, reason=reason, now=now)
            for name in wanted or ["phone"]
        }
    except AnlanError as error:
        if error.status == 404:
            raise
        return profile_page(request, enterprise_id, error=error)
    return profile_page(request, enterprise_id, revealed={str(key): shown})
