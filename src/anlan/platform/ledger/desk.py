"""The desk's lists, made from the ledgers' declarations: 25 rows a page, filters, search, nothing that writes.

Unfold brings the site and its frame; the list itself is read without model instances and drawn by a small template,
because its own result list costs 100 ms for 50 rows. Records, forms and imports are our own pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.module_loading import import_string
from unfold.admin import ModelAdmin

from anlan.kernel.errors import AnlanError
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.ledger import places, queries
from anlan.platform.ledger.columns import Bound, columns_of, model_of
from anlan.platform.ledger.declare import Ledger
from anlan.platform.ledger.filters import Ask, key_of, parameters, read_ask, sortable
from anlan.platform.ledger.links import may_create, may_import, page_url, root_url
from anlan.platform.ledger.values import YES_NO, Shower
from anlan.platform.scope import Scope
from anlan.platform.web import error_page

PER_PAGE = 25
_DEEPEST = 4000  # pages; farther than that nobody reads, and an offset costs by its depth
_DOOR = frozenset({"page"})
_MOST_OPTIONS = 400


@dataclass(frozen=True, slots=True)
class Field:
    """One filter of the list as the page draws it: a select with options, or an input."""

    name: str
    label: str
    kind: str
    value: str
    options: tuple[tuple[str, str, bool], ...] = ()


class LedgerAdmin(ModelAdmin):
    """A read-only list of one ledger. Add, change, delete and history of the admin lead to our own pages or nowhere."""

    ledger: Ledger
    list_per_page = PER_PAGE
    actions = None
    change_list_template = "ledger/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        """The list, the redirect to a record, and the redirect to the form for a new one."""
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view
        return [
            path("", view(self.changelist_view), name=f"{name}_changelist"),
            path("add/", view(self._to_form), name=f"{name}_add"),
            path("<uuid:object_id>/", view(self._to_record), name=f"{name}_change"),
            path("<uuid:object_id>/change/", view(self._to_record)),
        ]

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the ledger stands in this person's menu."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the scope holds the ledger's right."""
        scope: Scope | None = getattr(request, "scope", None)
        return bool(scope) and (not self.ledger.view or scope.may(self.ledger.view))  # type: ignore[union-attr]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never: rows are written by services only."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never, as `has_add_permission`."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: nothing is deleted."""
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        """The rows of the scope, for whatever part of the admin still asks."""
        return queries.rows_of(request.scope, self.ledger)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """One page of the list; GET and HEAD only."""
        if request.method not in {"GET", "HEAD"}:
            raise Http404
        try:
            context = list_context(request, self.ledger)
        except AnlanError as error:
            return error_page(request, error)
        frame = {
            **self.admin_site.each_context(request),
            "title": self.ledger.label,
            "opts": self.opts,
            "model_admin": self,
            "media": "",
        }
        return TemplateResponse(request, self.change_list_template, frame | context | (extra_context or {}))

    def _to_record(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        return redirect(page_url(self.ledger, str(object_id)))

    def _to_form(self, request: HttpRequest) -> HttpResponse:
        return redirect(f"{root_url(self.ledger)}/new")


def register_desk(site: AdminSite) -> None:
    """Register every ledger of the catalogue; a ledger that names its own ModelAdmin gets that one."""
    for ledger in CATALOGUE.ledgers.values():
        base = import_string(ledger.admin) if ledger.admin else LedgerAdmin
        model = model_of(ledger)
        if not site.is_registered(model):
            site.register(model, type(f"{model.__name__}Admin", (base,), {"ledger": ledger, "__module__": __name__}))


def list_context(request: HttpRequest, ledger: Ledger) -> dict[str, Any]:
    """What the list's template needs.

    Raises:
        NotAllowed: "platform.not_allowed". BadInput: "ledger.filter_refused".
    """
    scope: Scope = request.scope  # type: ignore[attr-defined]
    params = dict(request.GET.lists())
    ask = read_ask(ledger, params, ignored=_DOOR)
    total = queries.total(scope, ledger, ask)
    pages = max(1, -(-total // PER_PAGE))
    at = min(_page_number(request.GET.get("page", "")), pages, _DEEPEST)
    shown = [b for b in columns_of(ledger) if b.column.show]
    rows = queries.page(scope, ledger, ask, offset=(at - 1) * PER_PAGE, size=PER_PAGE, names=[b.name for b in shown])
    return {
        "ledger": ledger,
        "heads": _heads(ledger, shown, ask, request.GET),
        "rows": _rows(scope, ledger, shown, rows),
        "total": total,
        "fields": _fields(scope, ledger, request.GET),
        "words": request.GET.get("q", ""),
        "asked": bool(ask.where or ask.terms or ask.contested or ask.retired != "no"),
        "pager": _pager(at, min(pages, _DEEPEST), request.GET),
        "query": _query(request.GET, page=None),
        "root": root_url(ledger),
        "may_create": not ledger.new and may_create(scope, ledger),  # one button: the context's own form
        "may_import": may_import(scope, ledger),
        "batches": [b for b in (ledger.batch, *ledger.batches) if b and scope.may(b[2])],
        "new": ledger.new[0] if ledger.new and scope.may(ledger.new[1]) else "",
    }


def _page_number(raw: str) -> int:
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 7 and int(raw) else 1


def _query(given: QueryDict, **changes: str | None) -> str:
    """The present question with some parameters replaced (None: left out), as a query string; "" for none."""
    pairs = [(name, value) for name, values in given.lists() if name not in changes for value in values if value]
    pairs += [(name, value) for name, value in changes.items() if value]
    return f"?{urlencode(pairs)}" if pairs else ""


def _heads(ledger: Ledger, shown: list[Bound], ask: Ask, given: QueryDict) -> list[dict[str, str]]:
    order = ask.sort or ledger.order[0]
    paths = sortable(ledger)
    heads = []
    for bound in shown:
        name, path_ = key_of(bound), paths.get(key_of(bound))
        head = {"label": bound.label, "url": "", "sorted": ""}
        if path_:
            falling = order == f"-{path_}"
            head["url"] = _query(given, sort=name if falling else f"-{name}", page=None)
            head["sorted"] = "descending" if falling else "ascending" if order == path_ else ""
        heads.append(head)
    return heads


def _rows(scope: Scope, ledger: Ledger, shown: list[Bound], rows: list[queries.Row]) -> list[dict[str, Any]]:
    shower = Shower(ledger, scope)
    keys = [(b, _CLASSES.get(b.kind, "")) for b in shown]
    return [
        {
            "id": str(row["id"]),
            "url": page_url(ledger, str(row["id"])),
            "cells": [(shower.cell(b, row), css, b.label) for b, css in keys],
            "contested": row["contested"],
            "retired": row.get("retired_at") is not None,
        }
        for row in rows
    ]


_CLASSES = {"int": "num", "float": "num", "decimal": "num", "date": "date", "datetime": "date", "choice": "nowrap"}


def _fields(scope: Scope, ledger: Ledger, given: QueryDict) -> list[Field]:
    """The filters; a column filtered by thousands of values (an enterprise) has none here but keeps its parameter."""
    found = []
    for parameter in parameters(ledger).values():
        bound, name = parameter.bound, parameter.name
        value = given.get(name, "")
        if bound is None:
            continue
        if parameter.operator == "region":
            options = [(code, label) for code, label in places.towns(scope.region)]
        elif bound.kind == "bool":
            options = [("1", YES_NO[True]), ("0", YES_NO[False])]
        elif bound.kind in {"choice", "set", "reference"} and bound.listed:
            options = [(str(v), str(t)) for v, t in bound.choices(scope)][:_MOST_OPTIONS]
        else:
            options = []
        if options:
            marked = tuple((v, t, v == value) for v, t in options)
            found.append(Field(name, bound.label, "select", value, marked))
        elif bound.kind in {"date", "datetime"}:
            found.append(Field(name, f"{bound.label}{_ENDS[name.rpartition('_')[2]]}", "date", value))
        elif bound.kind == "reference":
            if value:
                found.append(Field(name, bound.label, "hidden", value))
        elif bound.kind in {"int", "float", "decimal"}:
            found.append(Field(name, f"{bound.label}{_ENDS[name.rpartition('_')[2]]}", "text", value))
        else:
            found.append(Field(name, bound.label, "text", value))
    return found


_ENDS = {"from": "起", "to": "止", "min": "≥", "max": "≤"}


def _pager(at: int, pages: int, given: QueryDict) -> dict[str, Any]:
    """Links to the first, last and neighbouring pages."""
    near = sorted({1, pages, *range(max(1, at - 2), min(pages, at + 2) + 1)})
    links: list[dict[str, Any]] = []
    before = 0
    for number in near:
        links.append(
            {"n": number, "url": _query(given, page=str(number)), "now": number == at, "gap": number > before + 1}
        )
        before = number
    return {"at": at, "pages": pages, "links": links if pages > 1 else []}
