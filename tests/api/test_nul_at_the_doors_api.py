"""A NUL at any door of the API: never a failure of the server on either database, and nothing is recorded of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from django.test import Client

from anlan.config.api import api
from anlan.platform.database import is_sqlite
from anlan.platform.journal.models import JournalEntry

pytestmark = pytest.mark.django_db

NUL = "甲\0乙"
_ID = "01900000-0000-7000-8000-000000000000"


def routes() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in api.get_openapi_schema()["paths"].items():
        for method, operation in methods.items():
            if method in {"get", "post", "put", "patch", "delete"}:
                yield method, path, operation


def filled(schema: Any, known: Any, depth: int = 0) -> Any:
    """A value of a schema whose texts hold a NUL wherever one may stand."""
    if depth > 6:
        return None
    if "$ref" in schema:
        return filled(known[schema["$ref"].rpartition("/")[2]], known, depth + 1)
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return filled(schema[several][0], known, depth + 1)
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            return {k: filled(v, known, depth + 1) for k, v in schema.get("properties", {}).items()} or {NUL: NUL}
        case "array":
            return [filled(schema.get("items", {}), known, depth + 1)]
        case "integer" | "number":
            return 1
        case "boolean":
            return True
    if schema.get("format") == "date-time":
        return "2026-03-02T02:00:00Z"
    return NUL


def test_no_route_of_the_api_fails_on_a_nul(client_as: Callable[[str], Client]) -> None:
    client = client_as("supervision")
    client.raise_request_exception = False
    known, failed = api.get_openapi_schema()["components"]["schemas"], []
    for method, path, operation in routes():
        asked = []
        for one in operation.get("parameters", ()):
            if one["in"] == "query":
                value = filled(one["schema"], known)
                asked.append(f"{one['name']}={quote(str(value))}")
        content = operation.get("requestBody", {}).get("content", {})
        for name in (_ID, NUL):
            address = path
            for one in operation.get("parameters", ()):
                if one["in"] == "path":
                    address = address.replace("{" + one["name"] + "}", quote(name))
            if "multipart/form-data" in content:
                answer = client.generic(
                    method.upper(), address, b"--x--\r\n", content_type="multipart/form-data; boundary=x"
                )
            else:
                schema = content.get("application/json", {}).get("schema")
                body = orjson.dumps(filled(schema, known)) if schema else b""
                answer = client.generic(
                    method.upper(), f"{address}?{'&'.join(asked)}", body, content_type="application/json",
                    headers={"Idempotency-Key": f"{method}{path}"[:60]} if body else None,
                )  # fmt: skip
            if answer.status_code >= 500:
                failed.append((method, address, answer.status_code))
    assert failed == []
    assert not JournalEntry.objects.filter(body__contains="\\u0000").exists()


def test_what_only_the_database_refuses_is_told_in_chinese(client_as: Callable[[str], Client]) -> None:
    answer = client_as("supervision").get("/api/v1/journal/state?subject=things.thing/%00&at=2026-03-02T02:00:00Z")
    expected = (404, "ledger.history_missing") if is_sqlite() else (422, "api.unfit")
    assert (answer.status_code, answer.json()["code"]) == expected
