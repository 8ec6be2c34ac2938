"""Every address of the server and every operation of its API, with what belongs to others filled in.

Both come from the URL configuration and the OpenAPI document, so a new page or route is walked without anybody
remembering it; a parameter for which there is no real value of somebody else's stops the walk.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.urls import URLResolver, get_resolver

from anlan.accident.screens.accidents import _ACTS as ACCIDENT_ACTS
from anlan.accounts.screens.people import _ACTIONS as PERSON_ACTS
from anlan.accounts.screens.people import _SHOWN_ONCE
from anlan.inspection.screens.hazards import _STEPS as HAZARD_ACTS
from anlan.inspection.screens.listings import _ACTS as LISTING_ACTS
from anlan.inspection.screens.plans import _STEPS as PLAN_ACTS
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.documents.screens import _STEPS as DOCUMENT_ACTS
from anlan.registry.screens.acts import _ACTS as ENTERPRISE_ACTS
from anlan.sensing.screens.live_alarm import _ACTS as ALARM_ACTS
from journeys.outsider_foreign import REGION, Foreign

_LOOKAHEAD = re.compile(r"^\^\(\?=.*\)$")
_PARAMETER = re.compile(r"<(?:\w+:)?(?P<name>\w+)>|\{(?P<bare>\w+)\}")
_CATCH_ALL = "/api/v1/^.+$"
_APPS = "/desk/^(?P<app_label>"
_DESK_APPS = ("platform", "accounts", "registry", "inspection", "calling", "sensing", "accident", "reporting")
_TEST_ONLY = ("/wells/", "/things/")  # ledgers of the suite's own app, never served by the product

# Acts by the address before them: the tables by which the screens themselves choose.
_ACTS: Mapping[str, Iterable[str]] = {
    "/accident/accidents/": ACCIDENT_ACTS,
    "/accounts/people/": (*PERSON_ACTS, *_SHOWN_ONCE),
    "/documents/": DOCUMENT_ACTS,
    "/inspection/hazards/": HAZARD_ACTS,
    "/inspection/listings/": LISTING_ACTS,
    "/inspection/plans/": PLAN_ACTS,
    "/inspection/tasks/": ("reassign", "return", "cancel"),
    "/registry/enterprises/": ENTERPRISE_ACTS,
    "/reporting/filings/": ("submit", "return", "approve"),
    "/reporting/rounds/": ("chase", "close", "reopen"),
    "/sensing/alarms/": (*ALARM_ACTS, "answer"),
    "/sensing/devices/": ("channel", "channel-remove", "window", "window-end", "doubt"),
    "/sensing/models/": ("channel", "channel-remove"),
}


class NoRealValue(AssertionError):
    """A parameter for which the walk has nothing that belongs to others: name it in outsider_foreign.py."""


def _raw() -> Iterator[str]:
    def walk(resolver: Any, prefix: str) -> Iterator[str]:
        for pattern in resolver.url_patterns:
            # Groups that a request is led to by its first segments (config.api) add nothing to the address.
            route = prefix + _LOOKAHEAD.sub("", str(pattern.pattern))
            yield from walk(pattern, route) if isinstance(pattern, URLResolver) else [route]

    return walk(get_resolver(), "/")


def routes() -> list[str]:
    """Every address of the server as a template, the API's among them."""
    found = set()
    for route in _raw():
        if route == _CATCH_ALL:
            route = "/api/v1/no-such-route"
        if any(part in route for part in _TEST_ONLY):
            continue
        if route.startswith(_APPS):
            found |= {f"/desk/{app}/" for app in _DESK_APPS}
            continue
        assert not set(route) & set("^$()?*"), f"{route}: an address that the walk can't read"
        found.add(route)
    return sorted(found)


def _ledgers() -> list[Any]:
    return [ledger for ledger in CATALOGUE.ledgers.values() if not ledger.id.startswith("wells.")]


def filled(route: str, foreign: Foreign) -> list[str]:
    """The address with what belongs to others; several where a segment chooses among ledgers, acts or kinds.

    Raises:
        NoRealValue: a parameter has none.
    """
    if "<slug:context>/<slug:plural>" in route:
        chosen = [(route.replace("<slug:context>/<slug:plural>", f"{x.context}/{x.plural}"), x.id) for x in _ledgers()]
        return [one for address, kind in chosen for one in _fill(address, foreign, kind)]
    if "<str:kind>/<str:key>" in route:
        return [route.replace("<str:kind>/<str:key>", f"{kind}/{key}") for kind, key in foreign.ids.items()]
    return _fill(route, foreign, _kind_in(route))


def _kind_in(route: str) -> str:
    """The subject type that an address speaks of: `/api/v1/<context>/<plural>/`, `/desk/<app>/<model>/`."""
    parts = route.strip("/").split("/")
    if parts[:2] == ["api", "v1"] and len(parts) > 3:
        return next((x.id for x in _ledgers() if [x.context, x.plural] == parts[2:4]), "")
    if parts[0] == "desk" and len(parts) > 2:
        models = {kind: model._meta for kind, model in CATALOGUE.projections.items()}  # type: ignore[attr-defined]
        return next((k for k, m in models.items() if [m.app_label, m.model_name] == parts[1:3]), "")
    return ""


def _fill(route: str, foreign: Foreign, kind: str) -> list[str]:
    found = [route]
    for match in _PARAMETER.finditer(route):
        values = _values(match["name"] or match["bare"], route, kind, foreign)
        found = [address.replace(match[0], value) for address in found for value in values]
    return found


def _values(name: str, route: str, kind: str, foreign: Foreign) -> list[str]:
    if name in foreign.loose:
        return [foreign.loose[name]]
    if name in {"id", "record_id", "object_id"} and kind in foreign.ids:
        return [foreign.ids[kind]]
    if name in {"action", "act"}:
        acts = next((words for before, words in _ACTS.items() if route.startswith(before)), ())
        if acts:
            return list(acts)
    if name == "layer_id":
        return list(CATALOGUE.layers)
    if name == "indicator_id":
        return list(CATALOGUE.indicators)
    if route.startswith("/exchange/"):
        given = {"verdict": ["approve", "refuse"]}
        return given.get(name) or [foreign.ids["platform.peer"] if "/peers/" in route else foreign.loose["request"]]
    if name == "key" and "/contacts/" in route:
        return [foreign.loose["contact"]]
    if name == "key" and "/windows/" in route:
        return [foreign.loose["window"]]
    if name == "key" and ("/premises/" in route or "<slug:act>" in route):
        return (
            [foreign.loose["premises"], foreign.loose["contact"]]
            if "<slug:act>" in route
            else [foreign.loose["premises"]]
        )
    if subject := by_name(name, foreign):
        return [subject]
    raise NoRealValue(f"{route}: no real value of others for {name}")


def by_name(name: str, foreign: Foreign) -> str:
    """The id of others that a parameter or field named `hazard_id`, `hazard`, `hazards` means; "" for other names."""
    entity = name.removesuffix("_ids").removesuffix("_id")
    entity = {
        "checklists": "checklist",
        "office": "organisation",
        "officers": "post",
        "follower": "person",
        "rule": "alarm_rule",
    }.get(entity, entity.removesuffix("s"))
    return next((key for kind, key in foreign.ids.items() if kind.partition(".")[2] == entity), "")


def operations(document: Mapping[str, Any]) -> list[tuple[str, str, Mapping[str, Any]]]:
    """(method, path, operation) of every operation of the API's document."""
    return [
        (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if not any(part in path for part in _TEST_ONLY)
    ]


def questions(operation: Mapping[str, Any], foreign: Foreign) -> list[dict[str, str]]:
    """What to ask a reading operation: plainly, and by each of its parameters that can name what belongs to others."""
    named = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query"]
    required = {p["name"] for p in operation.get("parameters", []) if p["in"] == "query" and p.get("required")}
    values = {name: value for name in named if (value := _asked(name, foreign))}
    base = {name: values.get(name, "1") for name in required}
    return [base, *({**base, name: value} for name, value in values.items() if name not in base)]


def _asked(name: str, foreign: Foreign) -> str:
    fixed = {
        "region": REGION, "subject": f"inspection.hazard/{foreign.ids['inspection.hazard']}", "q": "西桥",
        "ids": foreign.ids["platform.document"], "since": "2026-01-01", "until": "2026-12-31",
    }  # fmt: skip
    return fixed.get(name) or by_name(name, foreign)


def body_of(operation: Mapping[str, Any], document: Mapping[str, Any], foreign: Foreign) -> Any:
    """A body that the operation's schema accepts, every id in it one of others."""
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    return sample(schema, "", document, foreign) if schema else {"base": 1, "name": "走查", "region": REGION}


def sample(schema: Mapping[str, Any], name: str, document: Mapping[str, Any], foreign: Foreign) -> Any:
    """A value of a schema; a field named after a subject type gets the id of others."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "allOf" in schema:
        return sample(schema["allOf"][0], name, document, foreign)
    for choice in schema.get("anyOf", ()):
        if choice.get("type") != "null":
            return sample(choice, name, document, foreign)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        parts: Mapping[str, Any] = schema.get("properties", {})
        return {key: sample(part, key, document, foreign) for key, part in parts.items()}
    if kind == "array":
        return [sample(schema.get("items", {}), name, document, foreign)]
    return _plain(schema, name, kind, foreign)


def _plain(schema: Mapping[str, Any], name: str, kind: Any, foreign: Foreign) -> Any:
    if kind in {"integer", "number"}:
        return 5 if name == "days" else 1
    if kind == "boolean":
        return True
    if "date" in str(schema.get("format")):
        return "2026-03-20" if schema["format"] == "date" else "2026-03-01T02:00:00Z"
    if name in {"region", "subject", "ids"}:
        return _asked(name, foreign)
    if name in {"photos", "before", "after", "sha256", "scans"}:
        return foreign.loose["sha256"]
    if name == "word":
        return "seen"  # an answer that calls and alarms take
    return by_name(name, foreign) or "走查"
