"""What the pages of a device and of an alarm show of the enterprise: supervision, tags, contacts, hazards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from anlan.kernel.errors import AnlanError
from anlan.platform.catalogue import CATALOGUE
from anlan.registry import queries as registry
from anlan.registry.services.contacts import contact_reveal

_PANEL_ROWS = 5
_OWN = "sensing."


def enterprise_file(request: HttpRequest, enterprise_id: Any) -> dict[str, Any]:
    """`profile` and `panels` of the enterprise; without one, or without the right to see it, `profile` is None."""
    scope = request.scope  # type: ignore[attr-defined]
    if not enterprise_id or not scope.may(registry.VIEW):
        return {"profile": None, "panels": []}
    try:
        profile = registry.enterprise_profile(scope, enterprise_id)
    except AnlanError as error:
        if error.status != 404:
            raise
        return {"profile": None, "panels": []}  # the device is seen, its enterprise stands elsewhere
    panels = []
    for panel in sorted(CATALOGUE.panels.values(), key=lambda p: (p.order, p.id)):
        if panel.subject == registry.SUBJECT and not panel.id.startswith(_OWN):
            rows, total = panel.rows(scope, str(enterprise_id), _PANEL_ROWS)
            if total:
                panels.append({"panel": panel, "rows": rows, "total": total, "url": panel.url(str(enterprise_id))})
    return {"profile": profile, "panels": panels}


def reveal_on(
    request: HttpRequest, enterprise_id: Any, key: UUID, page: Callable[..., HttpResponse]
) -> HttpResponse:
    """Show one contact's name and phone in plain on `page`, once; each look stays in the journal with its reason."""
    scope = request.scope  # type: ignore[attr-defined]
    profile = registry.enterprise_profile(scope, enterprise_id)
    held = next((c for c in profile.contacts if c.key == str(key)), None)
    wanted = [name for name in ("name", "phone") if held and getattr(held, name)] or ["phone"]
    try:
        shown = {
            name: contact_reveal(
                scope=scope, enterprise_id=enterprise_id, key=str(key), field=name, now=request.now,  # type: ignore[attr-defined]
                reason=request.POST.get("reason", ""),
            )
            for name in wanted
        }  # fmt: skip
    except AnlanError as error:
        if error.status == 404:
            raise
        return page(error=error)
    answer = page(revealed={str(key): shown})
    answer["Cache-Control"] = "no-store"
    return answer
