"""A county on PostgreSQL, its towns on SQLite: every statement of the exchange between two databases that are not the same.

The nodes stand for the whole file, so a flow asserts what it changed and nothing of the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from exchange.nodes import Federation, NodeProcess, Refused, databases, federation

pytestmark = pytest.mark.postgres
COUNTY, EAST, SOUTH, VILLAGE = "331003", "331003001", "331003002", "331003001001"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    """Two towns that were enrolled at a county on PostgreSQL and have met it."""
    with databases() as made_there, federation(tmp_path_factory.mktemp("hub"), made_there) as made:
        made.node("county", COUNTY)
        made.node("east", EAST, "county")
        made.node("south", SOUTH, "county")
        made.settle()
        yield made


@pytest.fixture
def top(hub: Federation) -> NodeProcess:
    return hub.nodes["county"]


@pytest.fixture
def east(hub: Federation) -> NodeProcess:
    return hub.nodes["east"]


@pytest.fixture
def south(hub: Federation) -> NodeProcess:
    return hub.nodes["south"]


def same(hub: Federation) -> bool:
    """Everybody holds the same chains; a town's rows are the county's rows of that town; every chain verifies."""
    top = hub.nodes["county"]
    below = [node for name, node in hub.nodes.items() if name != "county"]
    return (
        all(node.marks() == top.marks() for node in below)
        and all(node.scoped_digest(region=node.region) == top.scoped_digest(region=node.region) for node in below)
        and all(held["verified"] and not held["twice"] for held in (node.tally() for node in hub.nodes.values()))
    )


def hear(node: NodeProcess, told: list[bytes]) -> list[dict[str, Any]]:
    return [node.hear(data=one) for one in told]


def refusal(node: NodeProcess, act: str, **given: Any) -> str:
    with pytest.raises(Refused) as found:
        node.call(act, given)
    return found.value.code


def test_the_county_is_on_postgresql_and_the_towns_are_not(hub: Federation) -> None:
    vendor = "from django.db import connection; answer = connection.vendor"
    assert [hub.nodes[n].run(source=vendor) for n in ("county", "east", "south")] == ["postgresql", "sqlite", "sqlite"]
    hub.settle()
    assert same(hub)


def test_codes_and_requests_are_told_apart(top: NodeProcess) -> None:
    town = {"region": "331003003000", "name": "北镇", "key": "ab" * 32, "box_key": "cd" * 32}
    code = top.code(region="331003003")
    assert refusal(top, "ask", **town | {"code": code, "region": "331003002000"}) == "exchange.code_wrong"
    assert refusal(top, "ask", **town | {"code": code, "name": "北\0镇"}) == "exchange.name"
    assert top.ask(**town, code=code) == top.ask(**town, code=code)
    assert len(top.approve()) == 1 and top.approve() == []
    late = top.code(region="331003004")
    assert refusal(top, "ask", **town | {"code": late}) == "exchange.code_wrong"


_BENT = """
import orjson
from anlan.platform import clock
from anlan.platform.exchange import parts, select, turn
link = turn.link_of(key)
run = next(select.runs(orjson.loads(link.vector), orjson.loads(link.refused), "331003"))
lines = [line.replace("门口的一句话".encode(), rb"\\\\u0000") for line in run.lines]
header = turn._header(link, now=clock.now(), want=(), more=False, vault=0)
answer = parts.seal_part([*lines, header], link.box_key)
"""


def test_bytes_that_were_changed_are_refused_and_noted(hub: Federation, top: NodeProcess, east: NodeProcess) -> None:
    east.found(role="town", description="门口的一句话")
    bent = east.run(source=_BENT, key=top.key)
    before, notes = top.digests(), len(top.kinds(prefix="platform.exchange.refused"))
    assert top.hear(data=bent)["stopped"] == {east.id: "refused"}
    told = bytearray(east.say(key=top.key))
    told[len(told) // 2] ^= 1
    assert refusal(top, "hear", data=bytes(told)) == "exchange.not_for_us"
    assert top.digests() == before
    assert len(top.kinds(prefix="platform.exchange.refused")) == notes + 1
    hub.settle()
    assert same(hub)


_MANY = """
from anlan.kernel.entry import Draft
from anlan.platform import clock
from anlan.platform.journal import node, record
from anlan.platform.scope import SYSTEM
own = node.own()
for n in range(count):
    draft = Draft("platform.exchange.refused", f"platform.exchange/{own.id}:{n % 7}", own.region, {"facts": {"n": n}})
    record.record(draft, scope=SYSTEM, now=clock.now(), base=None)
"""


def test_two_workers_that_hear_the_same_at_once_take_it_once(
    hub: Federation, top: NodeProcess, east: NodeProcess, south: NodeProcess
) -> None:
    """A request that is sent again while the first is still at work, and two towns at once."""
    hub.settle()
    second = top.beside()
    try:
        for turn in range(6):
            east.run(source=_MANY, count=120)
            south.run(source=_MANY, count=60)
            told, other = east.say(key=top.key), south.say(key=top.key)
            heard = [told, other, told] if turn % 2 else [told, told, other]
            with ThreadPoolExecutor(2) as both:
                first = both.submit(hear, top, heard[:2])
                again = both.submit(hear, second, heard[1:])
                said = [*first.result(), *again.result()]
            assert sum(one["admitted"] for one in said) == 180, said
            assert not any(one["stopped"] for one in said), said
        hub.settle()
        assert top.marks() == east.marks() == south.marks() and top.tally()["verified"]
    finally:
        second.kill()


_SHARED = """
from anlan.kernel.entry import Draft
from anlan.kernel.errors import Conflict
from anlan.platform import clock
from anlan.platform.journal import record
from anlan.platform.scope import SYSTEM
answer = 0
for n in range(count):
    draft = Draft("platform.exchange.refused", f"platform.exchange/shared:{n % 3}", "331003001000", {"facts": {"n": n}})
    try:
        record.record(draft, scope=SYSTEM, now=clock.now(), base=None)
        answer += 1
    except Conflict:
        pass  # a person would be shown what has come meanwhile
"""


def test_what_arrives_waits_for_nobody_who_writes_on_the_same_subjects(
    hub: Federation, top: NodeProcess, east: NodeProcess
) -> None:
    hub.settle()
    second, written = top.beside(), 0
    try:
        for _ in range(6):
            east.run(source=_SHARED, count=150)
            told = east.say(key=top.key)
            with ThreadPoolExecutor(2) as both:
                heard = both.submit(hear, top, [told])
                wrote = both.submit(second.call, "run", {"source": _SHARED, "count": 60})
                assert [(one["admitted"], one["stopped"]) for one in heard.result()] == [(150, {})]
                written += wrote.result()
        hub.settle()
        assert written > 0 and same(hub)
    finally:
        second.kill()


def test_a_village_is_heard_through_its_town(hub: Federation, top: NodeProcess) -> None:
    village = hub.node("village", VILLAGE, "east")
    hub.settle()
    key = village.found(role="grid", description="渔船缆绳老化")
    hub.settle()
    assert top.state(hazard=key) == ("found", 0)
