"""Routes for leaders."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from anlan.inspection.api.router import router
from anlan.inspection.queries import leading, standings
from anlan.inspection.schemas import leading as schemas_leading


@router.get("/interviews", response=schemas_leading.InterviewsOut, tags=["隐患"], summary="约谈建议")
def interview_list(request: HttpRequest) -> dict[str, Any]:
    """Towns and enterprises suggested for an interview, each with its reasons and the rows behind them."""
    request.scope.require("inspection.leading.view")
    towns = standings.town_standings(request.scope, request.now)
    enterprises = standings.enterprise_standings(request.scope, request.now)
    return {"items": leading.interviews(request.now, towns, enterprises)}
