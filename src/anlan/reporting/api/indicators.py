"""Routes of the indicators: what there is, one by any dimensions, and exactly the rows behind a number."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Query

from anlan.kernel.periods import read_period
from anlan.reporting import queries
from anlan.reporting.api.router import router
from anlan.reporting.schemas import indicators as schemas

_MOST = 200
# Named, because a call in a signature is one call for all requests.
_NONE = Query([])


@router.get("/indicators", tags=["指标"], response=schemas.IndicatorsOut, summary="指标目录")
def indicator_list(request: HttpRequest) -> dict[str, Any]:
    """The indicators that the person may read, with their definitions."""
    return {"items": [queries.indicator_words(i) for i in queries.indicators_list(request.scope)]}  # type: ignore[attr-defined]


@router.get("/indicators/{indicator_id}", tags=["指标"], response=schemas.FigureOut, summary="指标")
def indicator_figure(
    request: HttpRequest, indicator_id: str, period: str, region: str = "", by: str = "", compare: str = "",
    where: list[str] = _NONE, on: date | None = None,
) -> dict[str, Any]:  # fmt: skip
    """One indicator. `by`: dimensions parted by commas; `where`: `campaign=…`, several times; `compare`: yoy, chain, mean3."""
    asked = _asked(request, indicator_id, period, region, by, where, on)
    return queries.figure_words(queries.figure_table(request.scope, asked, request.now, compare))  # type: ignore[attr-defined]


@router.get("/indicators/{indicator_id}/rows", tags=["指标"], response=schemas.FigureRowsOut, summary="指标的台账明细")
def indicator_rows(
    request: HttpRequest, indicator_id: str, period: str, region: str = "", by: str = "", where: list[str] = _NONE,
    cell: list[str] = _NONE, part: bool = False, on: date | None = None, offset: int = 0, limit: int = 50,
) -> dict[str, Any]:  # fmt: skip
    """The rows behind one number; `cell`: `town=331003001` for each dimension, none for the total; at most 200 at once."""
    asked = _asked(request, indicator_id, period, region, by, where, on)
    start = max(0, offset)
    return queries.figure_rows(
        request.scope, asked, queries.pairs_read(cell), part=part, start=start, most=min(max(1, limit), _MOST)  # type: ignore[attr-defined]
    )


def _asked(request: Any, name: str, period: str, region: str, by: str, where: list[str], on: date | None) -> Any:
    limits: dict[str, list[str]] = {}
    for column, value in queries.pairs_list(where):
        limits.setdefault(column, []).append(value)
    wanted = [each for each in by.split(",") if each]
    return queries.figure_asked(request.scope, name, region, read_period(period), request.now, wanted, limits, on)
