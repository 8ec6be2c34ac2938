"""Forms of a ledger: a new row, a change, retiring and restoring. A refused form keeps what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from anlan.kernel.deadlines import local_time
from anlan.kernel.errors import AnlanError
from anlan.platform.ledger import queries
from anlan.platform.ledger.columns import Bound, entered_of
from anlan.platform.ledger.declare import Ledger
from anlan.platform.ledger.filters import key_of
from anlan.platform.ledger.links import list_url, page_url
from anlan.platform.ledger.places import label
from anlan.platform.ledger.places import options as region_options
from anlan.platform.ledger.screens.record import ledger_at, title_of
from anlan.platform.ledger.services import ledger_change, ledger_create, ledger_restore, ledger_retire
from anlan.platform.ledger.values import YES_NO, show_number
from anlan.platform.scope import Scope
from anlan.platform.web import once_token, screen

_LONG_TEXT = 120
_MARK = "__present"
"""Hidden beside every group of checkboxes: without it, none ticked and not asked would look the same."""


@dataclass(frozen=True, slots=True)
class Input:
    """One row of a form: which control, what stands in it, what is wrong with it."""

    name: str
    label: str
    control: str
    value: str
    required: bool
    help: str
    error: str
    limit: int | None
    options: tuple[tuple[str, str, bool], ...] = ()


@screen
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest, context: str, plural: str) -> HttpResponse:
    """The form of a new row, and its creation."""
    ledger, scope = ledger_at(context, plural), request.scope  # type: ignore[attr-defined]
    scope.require(ledger.change)
    error, typed = None, dict[str, Any]()
    if request.method == "POST":
        typed = typed_values(ledger, request.POST)
        try:
            key = ledger_create(
                scope=scope,
                ledger=ledger,
                values={n: v for n, v in typed.items() if v not in ("", [])},
                now=request.now,  # type: ignore[attr-defined]
                once=request.POST.get("once") or None,
            )
            return redirect(page_url(ledger, key))
        except AnlanError as refused:
            error = refused
    return _form(request, ledger, typed, error, {"title": ledger.label, "back": list_url(ledger), "creating": True})


@screen
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, context: str, plural: str, record_id: Any) -> HttpResponse:
    """The form of an existing row, and its change."""
    ledger, scope = ledger_at(context, plural), request.scope  # type: ignore[attr-defined]
    row = queries.record_get(scope, ledger, str(record_id))
    scope.require(ledger.change)
    error, typed, base = None, _present(ledger, row), row["version"]
    if request.method == "POST":
        typed |= typed_values(ledger, request.POST)
        base = _number(request.POST.get("base", ""))
        try:
            ledger_change(
                scope=scope,
                ledger=ledger,
                id=row["id"],
                values=typed_values(ledger, request.POST),
                base=base,
                now=request.now,  # type: ignore[attr-defined]
                once=request.POST.get("once") or None,
            )
            return redirect(page_url(ledger, row["id"]))
        except AnlanError as refused:
            error = refused
    frame = {"title": title_of(scope, ledger, row), "back": page_url(ledger, row["id"]), "base": base}
    return _form(request, ledger, typed, error, frame)


@screen
@require_http_methods(["GET", "HEAD", "POST"])
def retire(request: HttpRequest, context: str, plural: str, record_id: Any) -> HttpResponse:
    """Ask for the reason, then retire."""
    return _reasoned(request, ledger_at(context, plural), str(record_id), "retire")


@screen
@require_http_methods(["GET", "HEAD", "POST"])
def restore(request: HttpRequest, context: str, plural: str, record_id: Any) -> HttpResponse:
    """Ask for the reason, then take a retirement back."""
    return _reasoned(request, ledger_at(context, plural), str(record_id), "restore")


def _reasoned(request: HttpRequest, ledger: Ledger, id: str, act: str) -> HttpResponse:
    scope: Scope = request.scope  # type: ignore[attr-defined]
    row = queries.record_get(scope, ledger, id)
    scope.require(ledger.change)
    error, status = None, 200
    if request.method == "POST":
        write = ledger_retire if act == "retire" else ledger_restore
        try:
            write(
                scope=scope,
                ledger=ledger,
                id=row["id"],
                reason=request.POST.get("reason", ""),
                base=_number(request.POST.get("base", "")),
                now=request.now,  # type: ignore[attr-defined]
                once=request.POST.get("once") or None,
            )
            return redirect(page_url(ledger, row["id"]))
        except AnlanError as refused:
            error, status = refused, refused.status
    context = {
        "ledger": ledger,
        "title": title_of(scope, ledger, row),
        "act": act,
        "error": error,
        "reason": request.POST.get("reason", ""),
        "base": row["version"],
        "once": once_token(),
        "back": page_url(ledger, row["id"]),
    }
    return render(request, "ledger/reason.html", context, status=status)


def _form(
    request: HttpRequest, ledger: Ledger, typed: Mapping[str, Any], error: AnlanError | None, frame: dict[str, Any]
) -> HttpResponse:
    errors = {v.field: v.message for v in error.violations if v.field} if error else {}
    known = {b.name for b in entered_of(ledger)}
    other = [v.message for v in error.violations if v.field not in known] if error else []
    context = {
        "ledger": ledger,
        "inputs": [_input(request.scope, b, typed.get(b.name), errors) for b in entered_of(ledger)],  # type: ignore[attr-defined]
        "error": error,
        "other": other,
        "list_url": list_url(ledger),
        "once": once_token(),
        "creating": False,
        "base": 0,
        **frame,
    }
    return render(request, "ledger/form.html", context, status=error.status if error else 200)


def typed_values(ledger: Ledger, posted: QueryDict) -> dict[str, Any]:
    """What a form sent, by column; columns that the form did not show are absent."""
    typed: dict[str, Any] = {}
    for bound in entered_of(ledger):
        if bound.kind == "set":
            if f"{bound.name}{_MARK}" in posted or bound.name in posted:
                typed[bound.name] = posted.getlist(bound.name)
        elif bound.name in posted:
            typed[bound.name] = posted[bound.name]
    return typed


def _present(ledger: Ledger, row: Mapping[str, Any]) -> dict[str, Any]:
    """A stored row as the form shows it."""
    return {b.name: _control_value(b, row[key_of(b)]) for b in entered_of(ledger)}


def _control_value(bound: Bound, value: Any) -> Any:
    if bound.kind == "set":
        return list(value or ())
    if value is None:
        return ""
    if isinstance(value, datetime):
        return local_time(value).strftime("%Y-%m-%dT%H:%M")
    if bound.kind == "bool":
        return YES_NO[bool(value)]
    return show_number(value) if isinstance(value, (float, Decimal)) else str(value)


def _input(scope: Scope, bound: Bound, value: Any, errors: Mapping[str | None, str]) -> Input:
    text = "" if value is None or isinstance(value, list) else str(value)
    control, options = "text", tuple[tuple[str, str, bool], ...]()
    if bound.kind == "set":
        control, options = "set", _options(bound.choices(scope), value or [])
    elif bound.kind == "bool":
        control, options = "select", _options([(t, t) for t in YES_NO.values()], [text])
    elif bound.kind == "region":
        control, options = "select", _options(_regions(scope, text), [text])
    elif bound.listed:
        control, options = "select", _options(bound.choices(scope), [text])
    elif bound.kind in {"date", "datetime"}:
        control = {"date": "date", "datetime": "datetime-local"}[bound.kind]
    elif bound.kind in {"int", "float", "decimal"}:
        control = "number"
    elif bound.kind == "text" and (bound.limit is None or bound.limit > _LONG_TEXT):
        control = "area"
    if control == "set" and not options:
        control, text = "text", "、".join(value or [])
    error = errors.get(bound.name, "")
    return Input(
        bound.name, bound.label, control, text, bound.column.required, bound.column.help, error, bound.limit, options
    )


def _options(pairs: Any, chosen: list[str]) -> tuple[tuple[str, str, bool], ...]:
    return tuple((str(v), str(t), str(v) in chosen or str(t) in chosen) for v, t in pairs)


def _regions(scope: Scope, held: str) -> list[tuple[str, str]]:
    """Towns and villages of the scope; the county itself for those who see it, and a code that is held already."""
    found = region_options(scope.region)
    if len(scope.region) == 6:
        county = scope.region + "000000"
        found = [(county, label(county)), *found]
    if held and held not in {code for code, _ in found} and held.isdigit():
        found = [(held, held), *found]
    return found


def _number(raw: str) -> int:
    """The version a form was made from; 0, which no stored row has, for anything else."""
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else 0
