"""指标: the catalogue, one indicator by a dimension with what it rests on, as a workbook, and the rows behind every number."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from anlan.kernel.deadlines import local_date
from anlan.kernel.periods import Period, read_period
from anlan.platform import regions
from anlan.platform.documents.api import as_file
from anlan.platform.ledger.workbook.export import XLSX_TYPE
from anlan.platform.ledger.workbook.table import figures_xlsx
from anlan.platform.web import screen
from anlan.reporting import queries

_PER_PAGE, _BAR = 50, 240
_COMPARE = {"": "不比较", "yoy": "同比", "chain": "环比", "mean3": "较前三年同期平均值"}


def _period(request: HttpRequest) -> Period:
    """The period asked for; this year until today where none is."""
    today = local_date(request.now)  # type: ignore[attr-defined]
    return read_period(request.GET.get("period") or f"..{today.isoformat()}")


def _limits(request: HttpRequest) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in queries.pairs_list(request.GET.getlist("where")):
        found.setdefault(name, []).append(value)
    return found


def _asked(request: HttpRequest, indicator_id: str, by: list[str]) -> Any:
    get, scope = request.GET, request.scope  # type: ignore[attr-defined]
    on = read_period(get["on"]).first if get.get("on") else None
    now = request.now  # type: ignore[attr-defined]
    return queries.figure_asked(scope, indicator_id, get.get("region", ""), _period(request), now, by, _limits(request), on)


@never_cache
@require_GET
@screen
def indicators(request: HttpRequest) -> HttpResponse:
    """Every indicator that the person may read, with its total of the period against the one before."""
    scope, period = request.scope, _period(request)  # type: ignore[attr-defined]
    region, compare = request.GET.get("region", ""), request.GET.get("compare", "yoy")
    groups: dict[str, list[dict[str, Any]]] = {}
    now = request.now  # type: ignore[attr-defined]
    held = queries.indicators_list(scope)
    tables = queries.figure_tables(
        scope, [queries.figure_asked(scope, each.id, region, period, now) for each in held], now, compare
    )
    for each, table in zip(held, tables, strict=True):
        words = queries.figure_words(table)
        words["short"] = queries.indicator_words(each)["definition"]
        words["page"] = f"/reporting/indicators/{each.id}?{_query(request, period, region, compare)}"
        groups.setdefault(each.facts.label, []).append(words)
    context = {
        "groups": groups, "coverage": tables[0].coverage if tables else None, "period": period,
        "typed": request.GET.get("period", ""), "region": region,
        "towns": _towns(scope), "compare": compare, "compares": _COMPARE,
    }  # fmt: skip
    return render(request, "reporting/indicators.html", context)


def _query(request: HttpRequest, period: Period, region: str, compare: str, **more: str) -> str:
    pairs = [("period", f"{period.first}..{period.last}"), ("region", region), ("compare", compare), *more.items()]
    pairs += [("where", each) for each in request.GET.getlist("where")]
    return urlencode([(name, value) for name, value in pairs if value])


def _towns(scope: Any) -> list[tuple[str, str]]:
    held = regions.choices(scope.region, "town") if 0 < len(scope.region) <= 6 else []
    return [(code[:9], name) for code, name in held]


@never_cache
@require_GET
@screen
def indicator(request: HttpRequest, indicator_id: str) -> HttpResponse:
    """One indicator by one dimension; `format=xlsx` hands the table out as a workbook."""
    get, scope, now = request.GET, request.scope, request.now  # type: ignore[attr-defined]
    by = [each for each in get.get("by", "town").split(",") if each]
    asked = _asked(request, indicator_id, by)
    compare = get.get("compare", "yoy")
    if compare == "chain" and set(by) & {"year", "month"}:
        compare = ""
    table = queries.figure_table(scope, asked, now, compare)
    words, dimensions = queries.figure_words(table), queries.dimensions_of(asked.indicator)
    if get.get("format") == "xlsx":
        return _workbook(table, words, [dimensions[name] for name in by])
    top = max((abs(line["value"] or 0) for line in words["lines"]), default=0)
    for line in words["lines"]:
        line["bar"] = round(_BAR * abs(line["value"] or 0) / top, 1) if top else 0
    context = {
        "words": words, "coverage": table.coverage, "dimension": "、".join(dimensions[name] for name in by),
        "dimensions": dimensions, "by": ",".join(by), "typed": get.get("period", ""), "period": asked.period,
        "region": get.get("region", ""), "towns": _towns(scope), "compare": compare, "compares": _COMPARE, "bar": _BAR,
        "shares": any(line["share"] is not None for line in words["lines"]), "places": by in (["town"], ["village"]),
        "trend": _trend(words) if by == ["month"] else None, "where": get.getlist("where"),
        "begins": table.begins, "partly": table.partly,
        "back": f"/reporting/indicators?{_query(request, asked.period, get.get('region', ''), compare)}",
        "xlsx": "?" + _query(request, asked.period, get.get("region", ""), compare, by=",".join(by), format="xlsx"),
    }  # fmt: skip
    return render(request, "reporting/indicator.html", context)


def _trend(words: dict[str, Any]) -> dict[str, Any]:
    """What the chart draws (web/screen/src/trend.ts): the months, each beside the same one of the year before."""
    yearly = words["compare"] == "yoy"
    months = [
        {
            "label": line["label"], "value": line["value"],
            "before": line["comparison"]["base"] if yearly and line["comparison"] else None,
        }
        for line in words["lines"]
    ]  # fmt: skip
    return {"label": words["label"], "unit": words["unit"], "months": months}


def _workbook(table: Any, words: dict[str, Any], dimensions: list[str]) -> HttpResponse:
    rate = words["unit"] == "%"
    head = ["、".join(dimensions) or "范围", f"{words['label']}（{words['unit']}）"]
    head += ["其中", "总数"] if rate else []
    head += [table.total.compared.word] if table.total.compared else []
    rows: list[list[str | float | None]] = [list(head)]
    for line in [*words["lines"], words["total"] | {"label": "合计"}]:
        cells: list[str | float | None] = [line["label"], line["value"]]
        cells += [line["part"], line["whole"]] if rate else []
        cells += [line["comparison"]["text"] if line["comparison"] else ""] if table.total.compared else []
        rows.append(cells)
    missing = "、".join(words["coverage"]["missing"])
    notes = [
        f"{words['label']}：{words['definition']}", f"{words['region_name']} {words['period']['label']}",
        f"覆盖 {words['coverage']['label']}" + (f"，尚未报齐：{missing}" if missing else ""),
    ]  # fmt: skip
    return as_file(figures_xlsx(words["label"], notes, rows), XLSX_TYPE, f"{words['label']}.xlsx")


@never_cache
@require_GET
@screen
def indicator_rows(request: HttpRequest, indicator_id: str) -> HttpResponse:
    """The rows behind one number: as many as the number says, or for a sum those it adds up."""
    get, scope = request.GET, request.scope  # type: ignore[attr-defined]
    by = [each for each in get.get("by", "").split(",") if each]
    asked = _asked(request, indicator_id, by)
    cell, part = queries.pairs_read(get.getlist("cell")), bool(get.get("part"))
    paging = Paginator(range(queries.figure_rows(scope, asked, cell, part=part, most=0)["count"]), _PER_PAGE)
    page = paging.get_page(get.get("page"))
    found = queries.figure_rows(scope, asked, cell, part=part, start=max(0, page.start_index() - 1), most=_PER_PAGE)
    rows = [row | {"pairs": list(zip(found["heads"], row["cells"], strict=True))} for row in found["items"]]
    given = get.copy()
    given.pop("page", None)
    back = _query(request, asked.period, get.get("region", ""), "", by=",".join(by))
    context = {
        "indicator": asked.indicator, "label": queries.rows_label(asked.indicator, part=part), "found": found,
        "rows": rows, "page": page, "query": given.urlencode(),
        "period": asked.period,
        "back": f"/reporting/indicators/{indicator_id}?{back}",
    }  # fmt: skip
    return render(request, "reporting/indicator_rows.html", context)
