"""工作台, 我的待办 and 统计; and the pages of refusals that Django itself makes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from anlan.config import api
from anlan.config import figures as numbers
from anlan.config.navigation import QUICK
from anlan.inspection import queries as inspection
from anlan.kernel.deadlines import local_date
from anlan.kernel.errors import BadInput
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.scope import Scope
from anlan.platform.web import screen

HOME_ITEMS, PAGE_ITEMS = 6, 50
_FIRST_YEAR = 2000


def _todos(scope: Scope, now: datetime, limit: int) -> tuple[list[dict[str, Any]], int]:
    """The open items of this person by kind, kinds that are empty left out; and their number."""
    groups, count = [], 0
    for todo in sorted(CATALOGUE.todos.values(), key=lambda t: (t.order, t.id)):
        items, total = todo.items(scope, now, limit)
        count += total
        if total:
            groups.append({"label": todo.label, "items": items, "total": total, "more": total - len(items)})
    return groups, count


@screen
def home(request: HttpRequest) -> HttpResponse:
    """工作台: open items, figures, quick ways in. People of an enterprise get their own, simpler one."""
    scope, now = request.scope, request.now  # type: ignore[attr-defined]
    groups, count = _todos(scope, now, HOME_ITEMS)
    context: dict[str, Any] = {
        "todos": groups,
        "todo_count": count,
        "quick": [link for link in QUICK if link.seen_by(scope)],
    }
    if scope.subjects is not None:
        return render(request, "anlan/home_enterprise.html", context | _own(scope, now))
    if scope.may("inspection.view"):
        overview = numbers.overview(scope, now)
        context |= {"overview": overview, "chart": numbers.bars(overview.trend)}
    return render(request, "anlan/home.html", context)


def _own(scope: Scope, now: datetime) -> dict[str, Any]:
    """An enterprise's own counts by state; every hazard counted is in its scope."""
    if not scope.may("inspection.view"):
        return {}
    states = {state: inspection.hazard_rows(scope, state).count() for state in ("ordered", "submitted", "doubted")}
    return {
        "ordered": states["ordered"],
        "submitted": states["submitted"] + states["doubted"],
        "overdue": inspection.hazards_overdue(scope, now).count(),
        "closed": inspection.hazard_list(scope, state="closed", real=True).count(),
        "rows_url": numbers.ROWS_URL,
        "overdue_url": numbers.overdue_url(local_date(now)),
    }


@screen
def todos(request: HttpRequest) -> HttpResponse:
    """我的待办, all kinds."""
    groups, count = _todos(request.scope, request.now, PAGE_ITEMS)  # type: ignore[attr-defined]
    return render(request, "anlan/todos.html", {"todos": groups, "todo_count": count})


@screen
def figures(request: HttpRequest) -> HttpResponse:
    """统计: towns by months of one year, each number leading to its rows."""
    scope, now = request.scope, request.now  # type: ignore[attr-defined]
    scope.require("inspection.view")
    this_year = local_date(now).year
    asked = request.GET.get("year", str(this_year))
    if not asked.isascii() or not asked.isdigit() or not _FIRST_YEAR <= int(asked) <= this_year:
        raise BadInput("ui.figures.year", year=asked[:20], first=_FIRST_YEAR, last=this_year)
    year = int(asked)
    context = {"grid": numbers.grid(scope, year, now), "year": year, "years": range(this_year, this_year - 5, -1)}
    return render(request, "anlan/figures.html", context)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403 that Django raised."""
    return render(request, "anlan/403.html", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400 that Django raised, before any session or scope: an API caller gets the API's answer, others a page."""
    if request.path.startswith("/api/"):
        return api.bad_request(request, exception)
    error = BadInput("ui.bad_host" if isinstance(exception, DisallowedHost) else "ui.bad_request")
    return render(None, "anlan/400.html", {"error": error}, status=400)  # type: ignore[arg-type]


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404 that Django raised."""
    return render(request, "anlan/404.html", status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """500: no request, so no context processor and no database can fail a second time."""
    return render(None, "anlan/500.html", status=500)  # type: ignore[arg-type]


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of the CSRF check: usually a page that stood open over a login."""
    return render(request, "anlan/csrf.html", status=403)
