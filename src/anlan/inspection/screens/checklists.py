"""Checklists: their page with every item and its clause, and the forms to make, change and retire them."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.inspection import queries
from anlan.inspection.screens.forms import errors_of, read_base, read_once
from anlan.inspection.services import checklists
from anlan.inspection.services.checklists import ChecklistItem
from anlan.kernel.errors import AnlanError
from anlan.kernel.messages import render as sentence
from anlan.platform.web import once_token, screen

_BLANK_ROWS = 5
_ITEM = ("key", "category", "text", "law", "article", "major")


@never_cache
@require_GET
@screen
def checklist_page(request: HttpRequest, checklist_id: UUID) -> HttpResponse:
    """One checklist with its items."""
    return _page(request, checklist_id)


def _page(request: HttpRequest, checklist_id: UUID, error: AnlanError | None = None) -> HttpResponse:
    checklist = queries.checklist_get(request.scope, checklist_id)
    items = queries.checklist_items(checklist.id, checklist.version)
    rows = [{"item": item, "clause": queries.clause_text(item.basis)} for item in items]
    subject = f"inspection.checklist/{checklist.id}"
    context = {
        "checklist": checklist,
        "groups": [(name, list(found)) for name, found in groupby(rows, key=lambda r: r["item"].category)],
        "count": len(items),
        "editable": request.scope.may(checklists.RIGHT) and checklist.retired_at is None,
        "base": queries.versions_of([subject]).get(subject, 0),
        "once": once_token(),
        "error": error,
    }
    return render(request, "inspection/checklist.html", context, status=error.status if error else 200)


def _read_items(request: HttpRequest) -> list[ChecklistItem]:
    """The rows of the form in their order; a row without text is no item, an item without a key gets the next one."""
    code = request.POST.get("code", "item")[:12]
    columns = [request.POST.getlist(name) for name in _ITEM]
    rows = [dict(zip(_ITEM, (value.strip() for value in row), strict=True)) for row in zip(*columns, strict=False)]
    rows = [row for row in rows if row["text"]]
    used = {row["key"] for row in rows}
    number = 0
    for row in rows:
        while not row["key"]:
            number += 1
            candidate = f"{code}-{number:02d}"
            row["key"] = "" if candidate in used else candidate
        used.add(row["key"])
    return [ChecklistItem(**row) for row in rows]


def _form(
    request: HttpRequest, held: dict[str, Any], items: list[Any], error: AnlanError | None, base: int = 0
) -> HttpResponse:
    typed = request.POST if request.method == "POST" else {}
    context = {
        "code": typed.get("code", held.get("code", "")),
        "name": typed.get("name", held.get("name", "")),
        "creating": not held,
        "items": items,
        "blank": range(_BLANK_ROWS),
        "laws": queries.law_names(),
        "base": typed.get("base", base),
        "once": typed.get("once") or once_token(),
        "error": error,
        "errors": errors_of(error),
    }
    return render(request, "inspection/checklist_form.html", context, status=error.status if error else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@screen
def checklist_new(request: HttpRequest) -> HttpResponse:
    """Make a checklist."""
    request.scope.require(checklists.RIGHT)
    error: AnlanError | None = None
    items: list[ChecklistItem] = []
    if request.method == "POST":
        items = _read_items(request)
        try:
            key = checklists.checklist_create(
                scope=request.scope, code=request.POST.get("code", ""), name=request.POST.get("name", ""), items=items,
                now=request.now, once=read_once(request),
            )  # fmt: skip
            messages.success(request, sentence("inspection.done.saved", {}))
            return redirect("inspection-checklist", checklist_id=key)
        except AnlanError as refused:
            error = refused
    return _form(request, {}, items, error)


@never_cache
@require_http_methods(["GET", "POST"])
@screen
def checklist_edit(request: HttpRequest, checklist_id: UUID) -> HttpResponse:
    """Change a checklist by a new version."""
    request.scope.require(checklists.RIGHT)
    checklist = queries.checklist_get(request.scope, checklist_id)
    subject = f"inspection.checklist/{checklist.id}"
    error: AnlanError | None = None
    standing = queries.checklist_items(checklist.id, checklist.version)
    names = _ITEM[1:]
    items = [ChecklistItem(key=i.item_key, **{n: getattr(i, n) for n in names}) for i in standing]
    if request.method == "POST":
        items = _read_items(request)
        try:
            checklists.checklist_change(
                scope=request.scope, checklist_id=str(checklist.id), name=request.POST.get("name", ""), items=items,
                base=read_base(request), now=request.now, once=read_once(request),
            )  # fmt: skip
            messages.success(request, sentence("inspection.done.saved", {}))
            return redirect("inspection-checklist", checklist_id=checklist_id)
        except AnlanError as refused:
            error = refused
    held = {"code": checklist.code, "name": checklist.name}
    return _form(request, held, items, error, queries.versions_of([subject]).get(subject, 0))


@require_POST
@screen
def checklist_retire(request: HttpRequest, checklist_id: UUID) -> HttpResponse:
    """Take a checklist out of use."""
    try:
        checklists.checklist_retire(
            scope=request.scope, checklist_id=str(checklist_id), reason=request.POST.get("reason", ""),
            base=read_base(request), now=request.now, once=read_once(request),
        )  # fmt: skip
    except AnlanError as error:
        return _page(request, checklist_id, error)
    messages.success(request, sentence("inspection.done.saved", {}))
    return redirect("inspection-checklist", checklist_id=checklist_id)
