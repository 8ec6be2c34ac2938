"""The API routes that every ledger gets from its declaration. No pydantic on the way: rows go from SQL to orjson."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from ninja import Router

from anlan.kernel.errors import BadInput
from anlan.platform.journal.record import version_of
from anlan.platform.ledger import describe, queries
from anlan.platform.ledger.columns import entered_of
from anlan.platform.ledger.declare import Ledger
from anlan.platform.ledger.filters import read_ask
from anlan.platform.ledger.geojson import feature_collection
from anlan.platform.ledger.history import history_json
from anlan.platform.ledger.services import ledger_change, ledger_create, ledger_retire
from anlan.platform.ledger.workbook.export import CSV_TYPE, XLSX_TYPE, export_csv, export_xlsx

JSON = "application/json"
_PAGING = frozenset({"cursor", "limit"})
_DEFAULT_LIMIT = 50
View = Callable[..., HttpResponseBase]


def json_default(value: Any) -> Any:
    """What orjson does not know: decimals as exact text, sets as sorted lists."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    raise TypeError(f"not JSON: {type(value).__name__}")


def dump(value: Any) -> bytes:
    """JSON bytes; instants in UTC with a Z."""
    return orjson.dumps(value, default=json_default, option=orjson.OPT_UTC_Z)


def add_routes(router: Router, ledger: Ledger) -> None:
    """Complete a context's router by the ledger's routes; a route that the context wrote itself stays as it is."""
    base = f"/{ledger.plural}"
    routes: list[tuple[str, str, str, View]] = [
        ("GET", base, "list", _list(ledger)),
        ("GET", f"{base}/export.xlsx", "export_xlsx", _export(ledger, export_xlsx, XLSX_TYPE, "xlsx")),
        ("GET", f"{base}/export.csv", "export_csv", _export(ledger, export_csv, CSV_TYPE, "csv")),
        ("GET", f"{base}/{{id}}", "get", _get(ledger)),
        ("GET", f"{base}/{{id}}/history", "history", _history(ledger)),
    ]
    if ledger.point:
        routes.append(("GET", f"{base}.geojson", "geojson", _geojson(ledger)))
    if ledger.change and entered_of(ledger):
        routes += [("POST", base, "create", _create(ledger)), ("PATCH", f"{base}/{{id}}", "change", _change(ledger))]
        if ledger.retirable:
            routes.append(("POST", f"{base}/{{id}}/retire", "retire", _retire(ledger)))
    for method, path, act, view in routes:
        _add(router, ledger, method, path, act, view)
    # Fixed segments before parameters: `export.xlsx` is no id.
    ordered = sorted(router.path_operations.items(), key=lambda item: item[0].count("{"))
    router.path_operations = dict(ordered)


def _add(router: Router, ledger: Ledger, method: str, path: str, act: str, view: View) -> None:
    """Add one operation under the path that the context uses already, whatever it calls the parameter."""
    held = {_shape(known): known for known in router.path_operations}
    path = held.get(_shape(path), path)
    present = router.path_operations.get(path)
    if present is not None and any(method in operation.methods for operation in present.operations):
        return
    parameter = path[path.index("{") + 1 : path.index("}")].rpartition(":")[2] if "{" in path else ""
    router.add_api_operation(
        path,
        [method],
        _named(view, f"{ledger.entity}_{act}", parameter),
        operation_id=f"{ledger.context}_{ledger.entity}_{act}",
        summary=describe.summary(ledger, act),
        tags=[ledger.label],
        openapi_extra=describe.operation(ledger, act),
    )


def _shape(path: str) -> str:
    parts = path.strip("/").split("/")
    return "/".join("{}" if "{" in part else part for part in parts)


def _named(view: View, name: str, parameter: str) -> View:
    """The view under its own name, its `id` called as the path calls it."""

    def named(request: HttpRequest, **values: str) -> HttpResponseBase:
        return view(request, *values.values())

    kinds = [inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=HttpRequest)]
    if parameter:
        kinds.append(inspect.Parameter(parameter, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=str))
    named.__signature__ = inspect.Signature(kinds)  # type: ignore[attr-defined]
    named.__annotations__ = {p.name: p.annotation for p in kinds}
    named.__name__ = named.__qualname__ = name
    return named


def _params(request: HttpRequest) -> dict[str, list[str]]:
    return dict(request.GET.lists())


def _list(ledger: Ledger) -> View:
    def view(request: HttpRequest) -> HttpResponse:
        size = read_limit(request)
        ask = read_ask(ledger, _params(request), ignored=_PAGING)
        total = queries.total(request.scope, ledger, ask)
        rows, cursor = queries.page_after(request.scope, ledger, ask, cursor=request.GET.get("cursor", ""), size=size)
        return HttpResponse(dump({"items": rows, "total": total, "next": cursor}), content_type=JSON)

    return view


def read_limit(request: HttpRequest) -> int:
    """The page size asked for, 50 where none is.

    Raises:
        BadInput: "api.limit" outside 1..200.
    """
    raw = request.GET.get("limit", "")
    if not raw:
        return _DEFAULT_LIMIT
    if not raw.isascii() or not raw.isdigit() or not 1 <= int(raw) <= queries.MOST_ROWS:
        raise BadInput("api.limit", most=queries.MOST_ROWS)
    return int(raw)


def _get(ledger: Ledger) -> View:
    def view(request: HttpRequest, id: str) -> HttpResponse:
        return _record(request, ledger, id)

    return view


def _record(request: HttpRequest, ledger: Ledger, id: str, status: int = 200) -> HttpResponse:
    row = queries.record_get(request.scope, ledger, id)
    response = HttpResponse(dump(row), status=status, content_type=JSON)
    response["ETag"] = f'"{row["version"]}"'
    return response


def _body(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of a write.

    Raises:
        BadInput: "api.malformed", "api.body_not_object".
    """
    try:
        body = orjson.loads(request.body) if request.body else {}
    except ValueError:
        raise BadInput("api.malformed") from None
    if not isinstance(body, dict):
        raise BadInput("api.body_not_object")
    return body


def _base(request: HttpRequest, body: dict[str, Any]) -> int:
    """The version the caller saw: header If-Match, else member `base`.

    Raises:
        BadInput: "api.base_missing", "api.base_malformed".
    """
    raw = request.headers.get("If-Match", "").removeprefix("W/").strip('"') or body.pop("base", None)
    body.pop("base", None)
    if raw in (None, ""):
        raise BadInput("api.base_missing")
    if isinstance(raw, bool) or not str(raw).isdigit() or len(str(raw)) > 9:
        raise BadInput("api.base_malformed", value=str(raw)[:40])
    return int(raw)


def _create(ledger: Ledger) -> View:
    def view(request: HttpRequest) -> HttpResponse:
        key = ledger_create(
            scope=request.scope, ledger=ledger, values=_body(request), now=request.now, once=request.once
        )
        response = _record(request, ledger, key, status=201)
        response["Location"] = f"{request.path.rstrip('/')}/{key}"
        return response

    return view


def _change(ledger: Ledger) -> View:
    def view(request: HttpRequest, id: str) -> HttpResponse:
        body = _body(request)
        base = _base(request, body)
        ledger_change(
            scope=request.scope, ledger=ledger, id=id, values=body, base=base, now=request.now, once=request.once
        )
        return _record(request, ledger, id)

    return view


def _retire(ledger: Ledger) -> View:
    def view(request: HttpRequest, id: str) -> HttpResponse:
        body = _body(request)
        base = _base(request, body)
        ledger_retire(
            scope=request.scope,
            ledger=ledger,
            id=id,
            reason=str(body.get("reason") or ""),
            base=base,
            now=request.now,
            once=request.once,
        )
        version = version_of(f"{ledger.id}/{id}")
        return HttpResponse(dump({"id": id, "retired": True, "version": version}), content_type=JSON)

    return view


def _history(ledger: Ledger) -> View:
    def view(request: HttpRequest, id: str) -> HttpResponse:
        row = queries.row_get(request.scope, ledger, id)
        return HttpResponse(dump({"items": history_json(f"{ledger.id}/{row['id']}", request.scope)}), content_type=JSON)

    return view


def _export(ledger: Ledger, write: Callable[..., Any], media_type: str, suffix: str) -> View:
    def view(request: HttpRequest) -> HttpResponseBase:
        ask = read_ask(ledger, _params(request))
        response = StreamingHttpResponse(write(request.scope, ledger, ask, now=request.now), content_type=media_type)
        response["Content-Disposition"] = f'attachment; filename="{ledger.plural}.{suffix}"'
        return response

    return view


def _geojson(ledger: Ledger) -> View:
    def view(request: HttpRequest) -> HttpResponse:
        ask = read_ask(ledger, _params(request))
        body, mark = feature_collection(request.scope, ledger, ask)
        tag = f'"{sha256(mark + body[:64] + len(body).to_bytes(8, "big")).hexdigest()[:32]}"'
        if request.headers.get("If-None-Match") == tag:
            response = HttpResponse(status=304)
        else:
            response = HttpResponse(body, content_type="application/geo+json")
        response["ETag"] = tag
        response["Cache-Control"] = "private, no-cache"
        return response

    return view
