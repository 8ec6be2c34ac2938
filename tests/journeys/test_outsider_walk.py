"""An outsider walks every address, with every role: nothing of another town, office or enterprise leaks or changes.

The addresses come from the URL configuration and the OpenAPI document, so a new page or route is walked without anybody
remembering it. Every identifier in an address is filled with one that the walker must not see.
"""

import hashlib
import re
import uuid

import orjson
import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from anlan.inspection.services.campaigns import campaign_create
from anlan.inspection.services.hazards import OrderInput, hazard_order
from anlan.platform import attachments
from anlan.platform.documents.services import document_issue
from anlan.platform.journal.models import JournalEntry
from anlan.platform.scope import Scope
from anlan.platform.vault.models import VaultValue
from anlan.registry.services.contacts import contact_set
from inspection.factories import NOW, REGISTRAR

pytestmark = pytest.mark.django_db

MARK = "西桥秘密"
PHONE = "19900001234"
# Roles limited to the first town, the first office, or the first enterprise: none of them may see the second.
OUTSIDERS = ("town", "grid", "supervision", "department", "enterprise")
WRITERS = ("town", "supervision", "enterprise")
_PARAMETER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")


@pytest.fixture
def foreign(world, request):
    """What belongs to the second town: enterprise, hazard in each form, photo, phone number; by parameter name."""
    hazard = world.found(role="other_town", enterprise_id=world.other_enterprise, description=f"{MARK}隐患")
    ordered = world.found(role="other_town", enterprise_id=world.other_enterprise, description=f"{MARK}责令")
    item = OrderInput(hazard_id=ordered, days=5, note=f"{MARK}要求")
    hazard_order(scope=world.scope["other_town"], item=item, now=NOW)
    contact_set(
        scope=REGISTRAR,
        enterprise_id=world.other_enterprise,
        values={"name": f"{MARK}联系人", "post": "officer", "phone": PHONE},
        base=None,
        now=NOW,
    )
    photo = world.photo("other_town")
    document = document_issue(
        scope=world.scope["other_town"], template="inspection.order", subject=f"inspection.hazard/{ordered}", now=NOW
    )
    attachments.link([photo], f"inspection.hazard/{hazard}", scope=world.scope["other_town"])
    # An office of the county sees every town's campaigns; for a town, a village or an enterprise the others' are foreign.
    campaign = str(uuid.UUID(int=9))
    if _role_of(request) not in {"supervision", "department"}:
        campaign = campaign_create(
            scope=Scope("", "", "领导", frozenset({"inspection.campaign.change", "inspection.view"}), "331003002"),
            values={
                "name": f"{MARK}行动",
                "since_on": "2026-03-01",
                "until_on": "2026-04-01",
                "region": "331003002000",
            },
            now=NOW,
        )
    return {
        "enterprise_id": world.other_enterprise,
        "hazard_id": hazard,
        "campaign_id": campaign,
        "document_id": document,
        "sha256": photo,
        "person_id": world.county.person["other_town"],
    }


def _role_of(request):
    spec = getattr(request.node, "callspec", None)
    return spec.params.get("role") if spec else None


def addresses():
    """Every address of the server as a template, the API's among them."""

    def walk(resolver, prefix):
        for pattern in resolver.url_patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern, route)
            elif isinstance(pattern, URLPattern) and "^" not in route and "/wells/" not in route:
                yield route

    return sorted({*walk(get_resolver(), "/")})


def filled(route, foreign):
    """The address with each parameter a foreign id; several where a parameter may stand for several kinds of thing."""
    found = [route]
    for match in _PARAMETER.finditer(route):
        name, kind = match["name"], match["kind"]
        if name in foreign:
            values = [foreign[name]]
        elif name in {"id", "record_id", "object_id"}:
            values = [
                foreign["enterprise_id"],
                foreign["hazard_id"],
                foreign["campaign_id"],
                foreign["person_id"],
                foreign["document_id"],
            ]
        elif name in {"action", "act"}:
            values = [
                "order",
                "submit",
                "return",
                "close",
                "rename",
                "status",
                "merge",
                "move",
                "office",
                "retire",
                "void",
            ]
        elif name == "context":
            values = ["registry", "inspection", "accounts", "platform"]
        elif name == "plural":
            values = ["enterprises", "hazards", "campaigns", "people", "documents"]
        elif name == "kind" and kind == "str":
            values = ["registry.enterprise", "inspection.hazard", "accounts.person", "platform.document"]
        elif name == "key" and kind == "str":
            values = [foreign["enterprise_id"], foreign["hazard_id"], foreign["document_id"]]
        else:
            values = [str(uuid.UUID(int=7))]
        found = [address.replace(match[0], str(value)) for address in found for value in values]
    return found


def login(world, role):
    client = Client()
    account = world.county.account[role]
    assert client.post("/login", {"username": account.username, "password": world.county.password}).status_code == 302
    return client


def state_of_the_record():
    """A hash over everything that a person could have changed in the county's record."""
    entries = [str(i) for i in JournalEntry.objects.order_by("id").values_list("id", flat=True)]
    return hashlib.sha256("".join(entries).encode()).hexdigest(), len(entries), VaultValue.objects.count()


def leaks(answer):
    """Foreign words in an answer."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = body.decode(errors="replace") + str(dict(answer.items()))
    return [word for word in (MARK, PHONE, "测试乙机械") if word in text]


@pytest.mark.parametrize("role", OUTSIDERS)
def test_no_page_shows_anything_of_the_others_and_no_get_changes_anything(world, foreign, role):
    client = login(world, role)
    before = state_of_the_record()
    bad = []
    for route in addresses():
        for address in filled(route, foreign):
            # Half of the mark: a page that repeats the question shows less than a page that answers it.
            answer = client.get(address, {"q": MARK[:2], "search": MARK[:2]})
            if answer.status_code >= 500 or leaks(answer):
                bad.append((address, answer.status_code, leaks(answer)))
    assert bad == []
    assert state_of_the_record() == before


@pytest.mark.parametrize("role", WRITERS)
def test_no_post_touches_anything_of_the_others(world, foreign, role):
    client = login(world, role)
    before = state_of_the_record()
    form = {
        "base": "1", "once": "walk", "note": "走查", "reason": "走查理由", "name": "改名", "status": "closed", "days": "5",
        "office_id": str(world.county.office), "region": "331003001000", "into": world.enterprise, "uscc": "",
    }  # fmt: skip
    bad = []
    for route in addresses():
        if not _PARAMETER.search(route) or route.startswith(("/api/", "/desk/")):
            continue
        for address in filled(route, foreign):
            answer = client.post(address, form)
            if answer.status_code >= 500 or leaks(answer):
                bad.append((address, answer.status_code, leaks(answer)))
    assert bad == []
    assert state_of_the_record() == before


@pytest.mark.parametrize("role", WRITERS)
def test_no_api_route_shows_or_touches_anything_of_the_others(world, foreign, role):
    client = login(world, role)
    document = orjson.loads(client.get("/api/v1/openapi.json").content)
    before = state_of_the_record()
    bodies = [
        {},
        {"note": "走查", "reason": "走查理由", "name": "改名", "base": 1, "days": 5, "photos": [], "status": "closed"},
    ]
    bad, walked = [], 0
    for path, methods in document["paths"].items():
        route = re.sub(r"\{(\w+)\}", r"<\1>", path)
        if not _PARAMETER.search(route) or "/wells/" in route:
            continue
        for address in filled(route, foreign):
            for method in methods:
                for body in bodies if method != "get" else [None]:
                    payload = orjson.dumps(body) if body is not None else b""
                    answer = client.generic(method.upper(), address, payload, content_type="application/json")
                    walked += 1
                    if answer.status_code >= 500 or leaks(answer):
                        bad.append((method, address, answer.status_code, leaks(answer)))
    assert bad == []
    assert walked > 100
    assert state_of_the_record() == before


def test_without_a_login_every_address_asks_for_one(world, foreign):
    client = Client()
    before = state_of_the_record()
    open_to_all = {"/login", "/healthz", "/readyz", "/metrics", "/api/v1/openapi.json", "/api/v1/docs", "/desk/jsi18n/"}
    open_to_all |= {"/pocket/", "/pocket/sw.js"}  # the phone's page holds no data
    bad = []
    for route in addresses():
        for address in filled(route, foreign):
            for answer in (client.get(address), client.post(address, {"base": "1"})):
                allowed = answer.status_code in {301, 302, 401, 403, 404, 405} or address in open_to_all
                if not allowed or leaks(answer):
                    bad.append((address, answer.request["REQUEST_METHOD"], answer.status_code))
    assert bad == []
    assert state_of_the_record() == before
