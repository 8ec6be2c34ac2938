"""Routes of campaigns."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest

from anlan.inspection import queries
from anlan.inspection.api.router import router
from anlan.inspection.schemas import campaigns as schemas_campaigns


@router.get(
    "/campaigns/{campaign_id}/progress", response=schemas_campaigns.ProgressOut, tags=["专项行动"], summary="进展"
)
def campaign_progress(request: HttpRequest, campaign_id: str) -> dict[str, Any]:
    """How far a campaign has come, of what this person may see."""
    campaign = queries.campaign_get(request.scope, campaign_id)
    progress = queries.campaign_progress(request.scope, campaign, request.now)
    return asdict(progress) | {"rate_ratio": progress.rate_ratio}
