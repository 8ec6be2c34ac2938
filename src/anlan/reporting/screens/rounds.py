"""报送, for those who ask: the list of rounds, a new one, and one with its towns, sums and what can be done."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.kernel.deadlines import local_date, local_time
from anlan.kernel.errors import AnlanError, BadInput
from anlan.kernel.messages import render as sentence
from anlan.platform import regions
from anlan.platform.documents.api import as_file
from anlan.platform.ledger.history import history_of
from anlan.platform.ledger.workbook.export import XLSX_TYPE
from anlan.platform.ledger.workbook.table import figures_xlsx
from anlan.platform.web import once_token, read_moment, screen
from anlan.reporting import queries
from anlan.reporting.screens.round_forms import errors_of, read_items, read_pressed
from anlan.reporting.services import round_chasing
from anlan.reporting.services import rounds as services

_PER_PAGE = 50
_MANAGE = "reporting.round.manage"


@never_cache
@require_GET
@screen
def rounds(request: HttpRequest) -> HttpResponse:
    """The rounds that the person may see, the newest first, with how far each is."""
    scope, now = request.scope, request.now  # type: ignore[attr-defined]
    scope.require(queries.ROUND_VIEW)
    page = Paginator(queries.round_list(scope), _PER_PAGE).get_page(request.GET.get("page"))
    shown = list(page)
    progress = queries.progress_of(scope, shown, now)
    mine = {filing.round_id: filing for filing in queries.filing_list(scope).filter(round_id__in=[r.pk for r in shown])}
    lines = [
        {
            "round": row, "progress": progress[row.pk], "wide": scope.covers(row.region),
            "filing": mine.get(row.pk), "overdue": row.state == "open" and progress[row.pk].overdue,
        }
        for row in shown
    ]  # fmt: skip
    manages = scope.may(_MANAGE) and len(scope.region) == 6
    return render(request, "reporting/rounds.html", {"lines": lines, "page": page, "manages": manages})


@never_cache
@require_http_methods(["GET", "POST"])
@screen
def round_new(request: HttpRequest) -> HttpResponse:
    """Open a round; with `like` as an earlier one."""
    scope = request.scope  # type: ignore[attr-defined]
    scope.require(_MANAGE)
    error: AnlanError | None = None
    if request.method == "POST":
        try:
            return redirect("reporting-round", round_id=_opened(request))
        except AnlanError as refused:
            error = refused
    typed = _typed(request)
    chosen = request.POST if request.method == "POST" else None
    context = {
        "typed": typed, "kinds": queries.KINDS, "error": error, "errors": errors_of(error),
        "indicators": queries.indicators_list(scope),
        "chosen": chosen.getlist("indicator") if chosen is not None else typed["indicators"],
        "towns": regions.choices(scope.region, "town"),
        "asked": chosen.getlist("town") if chosen is not None else [],
        "once": request.POST.get("once") or once_token(), "others": errors_of(error).get("", []),
    }  # fmt: skip
    return render(request, "reporting/round_new.html", context, status=error.status if error else 200)


def _typed(request: HttpRequest) -> dict[str, Any]:
    """What the form begins with: as typed, or the lines of an earlier round, or this month."""
    if request.method == "POST":
        return {**request.POST.dict(), "indicators": []}
    today = local_date(request.now)  # type: ignore[attr-defined]
    start: dict[str, Any] = dict.fromkeys(("title", "items", "note"), "")
    start |= {"kind": "month", "period": f"{today:%Y-%m}", "indicators": []}
    if not (like := request.GET.get("like")):
        return start
    row = queries.round_get(request.scope, like)  # type: ignore[attr-defined]
    items = queries.items_of(row)
    lines = [f"{i.name}，{i.unit}{'，不加总' if i.total == 'none' else ''}" for i in items if not i.indicator]
    return start | {
        "title": row.title, "kind": row.kind, "items": "\n".join(lines), "note": row.note,
        "indicators": [item.indicator for item in items if item.indicator],
    }  # fmt: skip


def _opened(request: HttpRequest) -> str:
    post, now = request.POST, request.now  # type: ignore[attr-defined]
    due = read_moment(request, "due_at")
    if due is None:
        raise BadInput("reporting.round.due_missing")
    item = services.OpenInput(
        title=post.get("title", ""), kind=post.get("kind", ""), period=post.get("period", ""), due_at=due,
        items=read_items(post), towns=tuple(post.getlist("town")), note=post.get("note", ""),
    )  # fmt: skip
    once = post.get("once", "")[:80] or None
    key = services.round_open(scope=request.scope, item=item, now=now, once=once)  # type: ignore[attr-defined]
    messages.success(request, sentence("reporting.round.done.open", {}))
    return key


@never_cache
@require_GET
@screen
def round_page(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """One round with its towns; a town is led to its own form; `format=xlsx` gives the table as a workbook."""
    scope, now = request.scope, request.now  # type: ignore[attr-defined]
    row = queries.round_get(scope, round_id)
    own = queries.filings_of(scope, row)
    if not scope.covers(row.region) and len(own) == 1:
        return redirect("reporting-filing", filing_id=own[0].pk)
    if request.GET.get("format") == "xlsx":
        return _workbook(queries.round_table(scope, row, now), now)
    return _page(request, row)


def _page(request: HttpRequest, row: Any, error: AnlanError | None = None, failed: str = "") -> HttpResponse:
    scope, now = request.scope, request.now  # type: ignore[attr-defined]
    table, progress = queries.round_table(scope, row, now), queries.progress_of(scope, [row], now)[row.pk]
    buttons = {button.id: button for button in queries.round_buttons(scope, row)}
    context = {
        "round": row, "table": table, "progress": progress, "buttons": buttons,
        "chases": scope.may(_MANAGE) and scope.covers(row.region) and row.state == "open",
        "cells": [
            {"row": each, "pairs": list(zip(table.items, each.cells, strict=True))} for each in table.rows
        ],
        "sums": list(zip(table.items, table.sums, strict=False)), "history": history_of(f"{row.SUBJECT}/{row.pk}", scope),
        "base": queries.version_of_row(row), "once": once_token(), "error": error, "errors": errors_of(error),
        "others": errors_of(error).get("", []), "failed": failed,
        "typed": request.POST if error else {}, "now": now, "manages": scope.may(_MANAGE),
    }  # fmt: skip
    return render(request, "reporting/round.html", context, status=error.status if error else 200)


@never_cache
@require_POST
@screen
def round_act(request: HttpRequest, round_id: UUID, action: str) -> HttpResponse:
    """Chase, close or open again; refused, the page comes back with every reason."""
    if action not in ("chase", "close", "reopen"):
        raise Http404
    scope, now, key = request.scope, request.now, str(round_id)  # type: ignore[attr-defined]
    row = queries.round_get(scope, key)
    try:
        if action == "chase":
            once = request.POST.get("once", "")[:80] or None
            chased = round_chasing.filing_chase(
                scope=scope, round_id=key, towns=request.POST.getlist("town"), now=now, once=once
            )
            word = "chase" if chased else "chase_none"
            messages.success(request, sentence(f"reporting.round.done.{word}", {"count": len(chased)}))
            return redirect("reporting-round", round_id=round_id)
        pressed = read_pressed(request)
        if action == "close":
            services.round_close(scope=scope, round_id=key, pressed=pressed, now=now)
        else:
            note = request.POST.get("note", "")
            services.round_reopen(scope=scope, round_id=key, note=note, pressed=pressed, now=now)
    except AnlanError as error:
        return _page(request, row, error, action)
    messages.success(request, sentence(f"reporting.round.done.{action}", {}))
    return redirect("reporting-round", round_id=round_id)


def _workbook(table: queries.RoundTable, now: Any) -> HttpResponse:
    """The table as it is shown, with what every sum rests on."""
    row = table.round
    head = ["乡镇（街道）", "状态", "上报时间", *(f"{item.name}（{item.unit}）" for item in table.items)]
    lines: list[list[str | float | None]] = [list(head)]
    for each in table.rows:
        filed = each.filing.submitted_at
        cells = [cell.text if cell.text else "未报" if cell.kind != "ledger" else "" for cell in each.cells]
        lines.append([each.name, each.state, f"{local_time(filed):%Y-%m-%d %H:%M}" if filed else "", *cells])
    if table.sums:
        lines.append(["合计", "", "", *(cell.text or "不加总" if cell.why == "rate" else cell.text for cell in table.sums)])
        lines.append(["覆盖", "", "", *(cell.coverage for cell in table.sums)])
    missing = "、".join(each.name for each in table.missing)
    notes = [
        f"{row.title}　{row.period}",
        f"报送时限 {local_time(row.due_at):%Y-%m-%d %H:%M}，导出时间 {local_time(now):%Y-%m-%d %H:%M}",
        f"已报 {table.coverage}" + (f"，未报：{missing}（未计入合计）" if missing else ""),
    ]  # fmt: skip
    return as_file(figures_xlsx(row.title, notes, lines), XLSX_TYPE, f"{row.title}（{row.period}）.xlsx")
