"""SQL statements of every page a person opens, recorded in `query_counts.json` and guarded: exact, on both databases.

A page that has become dearer or cheaper is written down anew, so that the change stands in the review:

    ANLAN_WRITE_COUNTS=1 .venv/bin/python -m pytest tests/house/test_statements_house.py
    ANLAN_WRITE_COUNTS=1 sh tests/tools/postgres.sh .venv/bin/python -m pytest tests/house/test_statements_house.py
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accident.factories import filed
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.ledger.links import list_url
from inspection.factories import REGISTRAR, World, make_world
from inspection.test_blanket_services import visit
from registry.factories import make_enterprise

COUNTS = Path(__file__).with_name("query_counts.json")
ROLES = ("leader", "town", "enterprise", "admin")

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """A county at work: hazards in every common state, finished visits, a campaign."""
    world = make_world()
    fill(world, 1)
    return world


def fill(world: World, times: int, first: int = 100) -> None:
    """`times` more of each thing the pages show: a hazard in every state; a visit; a firm; an accident."""
    for n in range(times):
        world.found(description=f"配电箱门敞开{first + n}号")
        world.ordered(description=f"灭火器失效{first + n}号")
        world.submitted(description=f"通道堵塞{first + n}号", campaigns=(world.campaign(f"第{first + n}次行动"),))
        world.closed(description=f"护栏缺失{first + n}号")
        firm = make_enterprise(REGISTRAR, first + n, name=f"沿街{first + n}号加工厂", region="331003001001")
        visit(world, world.campaign(f"第{first + n}次检查"), firm)
        filed(world, place=f"{first + n}号车间", enterprise_id=world.enterprise)


def addresses(world: World, role: str, client: Client) -> Iterator[tuple[str, str]]:
    """(name kept in the file, address) of what this role opens: its menu, the lists it may read, two record pages."""
    page = client.get("/").content.decode()
    menu = re.search(r'<nav class="al-menu".*?</nav>', page, re.DOTALL)
    assert menu is not None
    for link in dict.fromkeys(re.findall(r'href="(/[^"#]*)"', menu.group())):
        yield f"{role} {link}", link
    scope = world.scope[role]
    for name, ledger in sorted(CATALOGUE.ledgers.items()):
        if scope.may(ledger.view):
            yield f"{role} desk {name}", list_url(ledger)
            yield f"{role} api {name}", f"/api/v1/{ledger.context}/{ledger.plural}"
    yield f"{role} page registry.enterprise", f"/registry/enterprises/{world.enterprise}"
    hazards = client.get("/api/v1/inspection/hazards?sort=number").json()["items"]
    if hazards:
        yield f"{role} page inspection.hazard", f"/inspection/hazards/{hazards[-1]['id']}"
        yield f"{role} json inspection.hazard", f"/api/v1/inspection/hazards/{hazards[-1]['id']}"
    accidents = client.get("/api/v1/accident/accidents?sort=number")
    if accidents.status_code == 200:
        yield f"{role} page accident.accident", f"/accident/accidents/{accidents.json()['items'][-1]['id']}"


def counted(world: World, role: str) -> dict[str, int]:
    """Statements of each address, asked when everything that is kept between two requests is kept already."""
    client = world.client(role)
    found: dict[str, int] = {}
    for name, address in addresses(world, role, client):
        for _ in range(2):
            answer = client.get(address, follow=True)
            assert answer.status_code in {200, 403, 404}, (name, answer.status_code)
        with CaptureQueriesContext(connection) as sent:
            client.get(address, follow=True)
        found[name] = len(sent)
    return found


def written(found: dict[str, int]) -> dict[str, int | None]:
    """What the file says of this database, after writing it anew when that is asked for."""
    kept = json.loads(COUNTS.read_text()) if COUNTS.exists() else {}
    if os.environ.get("ANLAN_WRITE_COUNTS"):
        kept = {name: kept.get(name, {}) | {connection.vendor: number} for name, number in sorted(found.items())}
        COUNTS.write_text(json.dumps(kept, indent=1) + "\n")
    return {name: numbers.get(connection.vendor) for name, numbers in kept.items()}


def test_every_page_sends_the_statements_written_down_however_many_rows(world: World) -> None:
    """One statement for each row (N+1) shows in the second half: four times as much of everything, the same statements."""
    few = {name: number for role in ROLES for name, number in counted(world, role).items()}
    assert len(few) > 200
    assert few == written(few), (
        "the statements have changed; how to write them down anew stands at the head of this file"
    )
    fill(world, 3, first=200)
    many = {name: number for role in ROLES for name, number in counted(world, role).items()}
    assert {n: (few[n], many[n]) for n in few.keys() & many.keys() if many[n] > few[n]} == {}
