"""A ledger's routes in the words of OpenAPI: parameters, bodies and answers, from its declaration."""

from __future__ import annotations

from typing import Any

from anlan.kernel.messages import render
from anlan.platform.ledger.columns import Bound, columns_of, entered_of, has_field
from anlan.platform.ledger.declare import Ledger
from anlan.platform.ledger.filters import key_of, parameters

_TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "choice": {"type": "string"},
    "bool": {"type": "boolean"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "decimal": {"type": "string"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "region": {"type": "string", "pattern": "^[0-9]{12}$"},
    "reference": {"type": "string", "format": "uuid"},
    "set": {"type": "array", "items": {"type": "string"}},
    "vault": {"type": "string", "description": "个人信息，仅返回掩码"},
}
_BASE = {"type": "integer", "description": "所见的版本号（也可用 If-Match 头）"}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "maxLength": 120},
    "description": "重复提交同一请求时返回同一结果",
}


def summary(ledger: Ledger, act: str) -> str:
    """The line under which a route stands in the documentation."""
    return render(f"ledger.route.{act}", {"label": ledger.label})


def operation(ledger: Ledger, act: str) -> dict[str, Any]:
    """`openapi_extra` of one route."""
    extra: dict[str, Any] = {"responses": {200: _answer(ledger, act)}}
    if act in {"list", "geojson", "export_xlsx", "export_csv"}:
        extra["parameters"] = _questions(ledger, paged=act == "list")
    if act == "create":
        extra = {
            "responses": {201: _answer(ledger, act)},
            "parameters": [_KEY],
            "requestBody": _body(_fields(ledger), [b.name for b in entered_of(ledger) if b.column.required]),
        }
    if act == "change":
        extra |= {"parameters": [_KEY], "requestBody": _body(_fields(ledger) | {"base": _BASE}, [])}
    if act == "retire":
        reason = {"reason": {"type": "string", "minLength": 2}, "base": _BASE}
        extra |= {"parameters": [_KEY], "requestBody": _body(reason, ["reason"])}
    return extra


def _schema(bound: Bound) -> dict[str, Any]:
    schema = dict(_TYPES[bound.kind])
    schema["title"] = bound.label
    if bound.static and bound.kind == "choice":
        schema["enum"] = [value for value, _ in bound.static]
        schema["description"] = "，".join(f"{value} {label}" for value, label in bound.static)
    elif bound.static and bound.kind == "set":
        schema["items"] = {"type": "string", "enum": [value for value, _ in bound.static]}
    if bound.limit and bound.kind == "text":
        schema["maxLength"] = bound.limit
    return schema


def _fields(ledger: Ledger) -> dict[str, Any]:
    return {b.name: _schema(b) for b in entered_of(ledger)}


def _row(ledger: Ledger) -> dict[str, Any]:
    fields = {key_of(b): _schema(b) for b in columns_of(ledger)}
    envelope: dict[str, Any] = {"id": {"type": "string", "format": "uuid"}, "contested": {"type": "integer"}}
    if has_field(ledger, "retired_at"):
        envelope["retired_at"] = _TYPES["datetime"]
    return {"type": "object", "properties": envelope | fields}


def _answer(ledger: Ledger, act: str) -> dict[str, Any]:
    if act == "list":
        members = {
            "items": {"type": "array", "items": _row(ledger)},
            "total": {"type": "integer"},
            "next": {"type": "string", "nullable": True, "description": "下一页的 cursor"},
        }
        return _json({"type": "object", "properties": members})
    if act in {"get", "create", "change"}:
        row = _row(ledger)
        row["properties"]["version"] = {"type": "integer"}
        return _json(row)
    if act.startswith("export"):
        return {"description": "OK", "content": {"application/octet-stream": {"schema": {"type": "string"}}}}
    if act == "geojson":
        return {"description": "OK", "content": {"application/geo+json": {"schema": {"type": "object"}}}}
    return _json({"type": "object"})


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": "OK", "content": {"application/json": {"schema": schema}}}


def _body(fields: dict[str, Any], required: list[str]) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object", "properties": fields, "additionalProperties": False}
    if required:
        schema["required"] = required
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _questions(ledger: Ledger, *, paged: bool) -> list[dict[str, Any]]:
    found = []
    for parameter in parameters(ledger).values():
        schema: dict[str, Any] = {"type": "string"}
        if parameter.kind in {"date", "datetime"}:
            schema["format"] = "date"
        found.append({"name": parameter.name, "in": "query", "schema": schema, "description": parameter.label})
    if paged:
        found.append(
            {"name": "cursor", "in": "query", "schema": {"type": "string"}, "description": "上一页返回的 next"}
        )
        limit = {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}
        found.append({"name": "limit", "in": "query", "schema": limit, "description": "每页条数"})
    return found
