"""`{% documents_card "inspection.hazard" hazard.id %}`: a subject's documents and the buttons to issue more, on any page."""

from __future__ import annotations

from typing import Any

from django import template

from anlan.platform.documents import queries
from anlan.platform.web import once_token

register = template.Library()


@register.inclusion_tag("documents/_card.html", takes_context=True)
def documents_card(context: dict[str, Any], kind: str, key: Any) -> dict[str, Any]:
    """The card; empty for a person who may see no documents."""
    request = context["request"]
    scope, subject = request.scope, f"{kind}/{key}"
    return {
        "request": request,
        "shown": scope.may(queries.VIEW),
        "documents": queries.documents_of(scope, subject),
        "templates": queries.templates_for(scope, kind),
        "subject": subject,
        "once": once_token(),
        "csrf_token": context.get("csrf_token"),
    }
