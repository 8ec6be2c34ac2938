"""One record: its fields, what other contexts show on it, its history; and the export of a list."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from anlan.kernel.deadlines import read_instant
from anlan.kernel.errors import BadInput, NotFound
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.journal.corrections import may_redact
from anlan.platform.ledger import queries
from anlan.platform.ledger.columns import columns_of, has_field, ledger_of
from anlan.platform.ledger.declare import Ledger
from anlan.platform.ledger.filters import key_of, read_ask
from anlan.platform.ledger.history import history_of, stood_at, subject_label, visible_subject
from anlan.platform.ledger.links import list_url, may_create, page_url, root_url
from anlan.platform.ledger.values import Shower
from anlan.platform.ledger.workbook.export import CSV_TYPE, XLSX_TYPE, export_csv, export_xlsx
from anlan.platform.scope import Scope
from anlan.platform.web import screen

_PANEL_ROWS = 8
_LATEST = 10
_WRITERS = {"xlsx": (export_xlsx, XLSX_TYPE), "csv": (export_csv, CSV_TYPE)}


def ledger_at(context: str, plural: str) -> Ledger:
    """The ledger of an address.

    Raises:
        NotFound: "ledger.page_missing".
    """
    ledger = ledger_of(context, plural)
    if ledger is None:
        raise NotFound("ledger.page_missing")
    return ledger


@screen
@require_safe
def to_list(request: HttpRequest, context: str, plural: str) -> HttpResponse:
    """`/records/<context>/<plural>` leads to the desk's list, with the question it carries."""
    query = request.META.get("QUERY_STRING", "")
    return redirect(list_url(ledger_at(context, plural)) + (f"?{query}" if query else ""))


@screen
@require_safe
def record(request: HttpRequest, context: str, plural: str, record_id: Any) -> HttpResponse:
    """The page of one record, for ledgers that have no page of their own."""
    ledger, scope = ledger_at(context, plural), request.scope  # type: ignore[attr-defined]
    row = queries.record_get(scope, ledger, str(record_id))
    if ledger.page is not None:
        return redirect(ledger.page(row["id"]))
    happened = history_of(f"{ledger.id}/{row['id']}", scope)
    return render(
        request,
        "ledger/record.html",
        {
            "ledger": ledger,
            "title": title_of(scope, ledger, row),
            "row": row,
            "fields": shown_fields(scope, ledger, row),
            "panels": panels_of(scope, ledger.id, row["id"]),
            "happened": happened[:_LATEST],
            "more": len(happened) - _LATEST,
            "history_url": f"/history/{ledger.id}/{row['id']}",
            "list_url": list_url(ledger),
            "here": f"{root_url(ledger)}/{row['id']}",
            "may_change": may_create(scope, ledger),
            "retirable": ledger.retirable and has_field(ledger, "retired_at"),
            "retired": row.get("retired_at"),
        },
    )


def title_of(scope: Scope, ledger: Ledger, row: dict[str, Any]) -> str:
    """What a record is called on its page: its first column."""
    first = columns_of(ledger)[0]
    return Shower(ledger, scope).text(first, row[key_of(first)]) or ledger.label


def shown_fields(scope: Scope, ledger: Ledger, row: dict[str, Any]) -> list[tuple[str, str]]:
    """(label, text) of every column."""
    shower = Shower(ledger, scope)
    return [(b.label, shower.cell(b, row)) for b in columns_of(ledger)]


def panels_of(scope: Scope, subject_type: str, id: str) -> list[dict[str, Any]]:
    """What other contexts show on this record's page, in their order."""
    found = []
    for panel in sorted((p for p in CATALOGUE.panels.values() if p.subject == subject_type), key=lambda p: p.order):
        rows, total = panel.rows(scope, id, _PANEL_ROWS)
        found.append({"label": panel.label, "rows": rows, "total": total, "url": panel.url(id)})
    return found


@screen
@require_safe
def history(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Every entry of one subject, latest first; with `?at=` also how it stood, or what was known of it, at that moment."""
    subject, scope = f"{kind}/{key}", request.scope  # type: ignore[attr-defined]
    head = visible_subject(scope, subject)
    ledger: Ledger | None = CATALOGUE.ledgers.get(kind)
    label = subject_label(kind)
    title, url = label, ""
    if ledger is not None:
        row = queries.row_of_history(ledger, key)
        title = title_of(scope, ledger, row) if row else label
        url = page_url(ledger, key)
    asked, known = request.GET.get("at", "").strip(), request.GET.get("known") == "1"
    stood, problem = None, None
    try:
        stood = stood_at(subject, read_instant(asked), known=known, scope=scope) if asked else None
    except BadInput as error:
        problem = error
    return render(
        request,
        "ledger/history.html",
        {
            "label": label,
            "title": title,
            "url": url,
            "version": head.version,
            "open": head.open is not None,
            "happened": history_of(subject, scope),
            "asked": asked,
            "known": known,
            "stood": stood,
            "problem": problem,
            "redact_url": f"/history/{subject}/redact" if may_redact(scope, head.region) else "",
        },
        status=422 if problem else 200,
    )


@screen
@require_safe
def export(request: HttpRequest, context: str, plural: str, suffix: str) -> HttpResponse | StreamingHttpResponse:
    """The list as the person asked for it, as a file."""
    ledger, scope = ledger_at(context, plural), request.scope  # type: ignore[attr-defined]
    ask = read_ask(ledger, dict(request.GET.lists()), ignored=frozenset({"page"}))
    write, media_type = _WRITERS[suffix]
    pieces = write(scope, ledger, ask, now=request.now)  # type: ignore[attr-defined]
    response = StreamingHttpResponse(pieces, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{ledger.plural}.{suffix}"'
    return response
