"""Routes of the indicators over hazards."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest

from anlan.inspection.api.router import router
from anlan.inspection.queries import measured, measures
from anlan.inspection.schemas import indicators as schemas_indicators


@router.get("/indicators", response=schemas_indicators.MeasuresOut, tags=["统计"], summary="隐患指标目录")
def indicator_list(request: HttpRequest) -> dict[str, Any]:
    """The indicators with their definitions, and the dimensions."""
    return {"items": measures.MEASURES, "dimensions": measures.DIMENSIONS}


@router.get(
    "/indicators/{indicator_id}", response=schemas_indicators.MeasureTableOut, tags=["统计"], summary="隐患指标"
)
def indicator_table(
    request: HttpRequest,
    indicator_id: str,
    since: date,
    until: date,
    by: str = "town",
    region: str = "",
    campaigns: str = "",
) -> dict[str, Any]:
    """One indicator by one dimension; `campaigns`: ids parted by commas, each hazard once."""
    wanted = [c for c in campaigns.split(",") if c]
    asked = measures.asked_of(request.scope, indicator_id, by, region, since, until, wanted)
    table = measured.measure_table(request.scope, asked, request.now)
    shown = {"id": asked.measure.id, "by": asked.by, "region": asked.region, "since": since, "until": until}
    return shown | {"lines": table.lines, "total": table.total, "hidden": table.hidden}
