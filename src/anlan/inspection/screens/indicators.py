"""指标分析: one indicator by one dimension as table and bars, as a workbook, and the rows behind every number."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from anlan.inspection.queries import campaigns, measured, measures
from anlan.kernel.deadlines import local_date
from anlan.kernel.text import parse_date
from anlan.platform import regions
from anlan.platform.documents.api import as_file
from anlan.platform.ledger.workbook.export import XLSX_TYPE
from anlan.platform.ledger.workbook.table import figures_xlsx
from anlan.platform.web import screen

_PER_PAGE, _DAYS, _BAR = 50, 365, 240


def _asked(request: HttpRequest) -> measures.Asked:
    get, today = request.GET, local_date(request.now)
    until = parse_date(get.get("until")) or today
    since = parse_date(get.get("since")) or date(until.year, 1, 1)
    return measures.asked_of(
        request.scope, get.get("indicator") or "found", get.get("by") or "town", get.get("region", ""), since, until,
        get.getlist("campaigns"),
    )  # fmt: skip


def _query(asked: measures.Asked, **more: str) -> str:
    pairs = {
        "indicator": asked.measure.id, "by": asked.by, "region": asked.region, "since": asked.since.isoformat(),
        "until": asked.until.isoformat(), **more,
    }  # fmt: skip
    return urlencode([*pairs.items(), *(("campaigns", c) for c in asked.campaigns)])


def _line(asked: measures.Asked, line: measured.MeasureLine, top: float, *, total: bool = False) -> dict[str, Any]:
    """One line with the addresses of its rows and the length of its bar."""
    own = {"total": "1"} if total else {"key": line.key}
    number = {"count": line.whole, "ratio": line.ratio, "days": line.median_days}[asked.measure.kind] or 0
    return {
        "line": line,
        "whole_url": f"indicators/rows?{_query(asked, **own)}",
        "part_url": f"indicators/rows?{_query(asked, **own, part='1')}",
        "bar": 0 if total or not top else round(_BAR * number / top, 1),
    }


def _top(table: measured.MeasureTable) -> float:
    kind = table.asked.measure.kind
    if kind == "ratio":
        return 1.0
    return max((line.whole if kind == "count" else line.median_days or 0 for line in table.lines), default=0)


@never_cache
@require_GET
@screen
def indicators(request: HttpRequest) -> HttpResponse:
    """The chosen indicator; `format=xlsx` hands the table out as a workbook."""
    scope, asked = request.scope, _asked(request)
    table = measured.measure_table(scope, asked, request.now)
    if request.GET.get("format") == "xlsx":
        return _workbook(table)
    top = _top(table)
    towns = regions.choices(scope.region, "town") if 0 < len(scope.region) <= 6 else []
    context = {
        "asked": asked,
        "dimension": dict(measures.DIMENSIONS)[asked.by],
        "measures": measures.MEASURES,
        "dimensions": measures.DIMENSIONS,
        "towns": [(code[:9], name) for code, name in towns],
        "campaigns": campaigns.campaign_choices(scope),
        "lines": [_line(asked, line, top) for line in table.lines],
        "total": _line(asked, table.total, top, total=True),
        "hidden": table.hidden,
        "xlsx": f"?{_query(asked, format='xlsx')}",
        "year": local_date(request.now) - timedelta(days=_DAYS),
        "bar": _BAR,
    }
    return render(request, "inspection/indicators.html", context)


def _workbook(table: measured.MeasureTable) -> HttpResponse:
    asked = table.asked
    measure, dimension = asked.measure, dict(measures.DIMENSIONS)[asked.by]
    heads = {
        "count": [dimension, measure.whole],
        "ratio": [dimension, measure.part, measure.whole, f"{measure.label}（0至1）"],
        "days": [dimension, measure.whole, "中位数（天）", "平均数（天）"],
    }
    rows: list[list[str | float | None]] = [list(heads[measure.kind])]
    for label, line in [*((each.label, each) for each in table.lines), ("合计", table.total)]:
        numbers: dict[str, list[str | float | None]] = {
            "count": [line.whole],
            "ratio": [line.part, line.whole, line.ratio],
            "days": [line.whole, line.median_days, line.mean_days],
        }
        rows.append([label, *numbers[measure.kind]])
    notes = [f"{measure.label}：{measure.definition}", f"{asked.since} 至 {asked.until}"]
    return as_file(figures_xlsx(measure.label, notes, rows), XLSX_TYPE, f"{measure.label}.xlsx")


@never_cache
@require_GET
@screen
def indicator_rows(request: HttpRequest) -> HttpResponse:
    """The hazards behind one number: as many as the number says."""
    asked, get = _asked(request), request.GET
    key = None if get.get("total") else get.get("key", "")
    rows = measures.rows_of(request.scope, asked, key, request.now, part=bool(get.get("part")))
    page = Paginator(rows, _PER_PAGE).get_page(get.get("page"))
    given = get.copy()
    given.pop("page", None)
    context = {
        "asked": asked,
        "rows": page,
        "back": f"/inspection/indicators?{_query(asked)}",
        "query": given.urlencode(),
        "name": asked.measure.part if get.get("part") else asked.measure.whole,
    }
    return render(request, "inspection/indicator_rows.html", context)
