"""A county on PostgreSQL, its towns on SQLite: every statement of the exchange between two databases that are not the same.

The nodes stand for the whole file, so a flow asserts what it changed and nothing of the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
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


def test_work_goes_up_and_orders_come_down_each_once(hub: Federation, top: NodeProcess, east: NodeProcess) -> None:
    key = east.found(role="town", description="配电箱无盖")
    told = east.say(key=top.key)
    assert top.hear(data=told)["admitted"] > 0
    assert top.hear(data=told)["admitted"] == 0
    top.order(role="supervision", hazard=key)
    hub.settle()
    assert top.state(hazard=key) == east.state(hazard=key) == ("ordered", 0)
    assert hub.nodes["south"].state(hazard=key) is None
    assert same(hub)


def test_a_neighbour_gets_stubs_and_no_personal_data(
    hub: Federation, top: NodeProcess, east: NodeProcess, south: NodeProcess
) -> None:
    person = hub.world.county.person
    top.phone(person=person["grid"], number="13900000001")
    top.phone(person=person["other_town"], number="13900000002")
    key = east.found(role="town", description="邻镇看不到的一段话")
    hub.settle()
    assert (east.phone_of(person=person["grid"]), south.phone_of(person=person["grid"])) == ("13900000001", "")
    assert (east.phone_of(person=person["other_town"]), south.phone_of(person=person["other_town"])) == ("", "13900000002")
    assert south.state(hazard=key) is None and top.state(hazard=key) == ("found", 0)
    assert south.tally()["links"] == top.tally()["links"] > south.tally()["entries"]
    east.phone(person=person["town"], number="13900000003")
    hub.settle()
    assert (top.phone_of(person=person["town"]), south.phone_of(person=person["town"])) == ("13900000003", "")


_HELD = """
from anlan.platform.journal.models import Head, JournalEntry
head = Head.objects.filter(subject=f"registry.enterprise/{key}").first()
answer = None if head is None else (head.region, JournalEntry.objects.filter(sid=head.sid).count(), head.version)
"""


def test_who_moves_into_a_town_takes_the_history_along(
    hub: Federation, top: NodeProcess, east: NodeProcess, south: NodeProcess
) -> None:
    key = hub.world.enterprise
    held = east.run(source=_HELD, key=key)
    assert held[0].startswith(EAST) and south.run(source=_HELD, key=key) is None
    hub.pass_time(minutes=1)
    top.move(enterprise_id=key, region="331003002000")
    hub.settle()
    moved = top.run(source=_HELD, key=key)
    assert moved[0] == "331003002000" and moved[1] == held[1] + 1
    assert south.run(source=_HELD, key=key) == east.run(source=_HELD, key=key) == moved
    hub.pass_time(minutes=1)
    top.move(enterprise_id=key, region="331003001001")
    hub.settle()
    assert same(hub)


_DECIDE = """
from anlan.cli.acting import scope_of
from anlan.platform import clock
from anlan.platform.journal import queue
now = clock.now()
scope = scope_of(None, now)
(one,) = queue.open_contests(scope)
queue.decide(
    scope=scope, subject=one.subject, index=0, tip=one.contest["standing"], reason="以先作出的为准", base=one.version, now=now
)
"""


def test_two_steps_at_once_wait_for_a_person_and_end_alike(hub: Federation, top: NodeProcess, east: NodeProcess) -> None:
    key = east.found(role="town", description="疏散通道堵塞")
    hub.settle()
    hub.pass_time(minutes=1)
    east.order(role="town", hazard=key, days=5)
    top.order(role="supervision", hazard=key, days=20)
    hub.settle()
    assert top.contests() == east.contests() == [f"inspection.hazard/{key}"]
    assert top.state(hazard=key) == east.state(hazard=key) == ("ordered", 1)
    top.run(source=_DECIDE)
    hub.settle()
    assert top.contests() == east.contests() == []
    assert top.state(hazard=key) == east.state(hazard=key) == ("ordered", 0)
    assert same(hub)


def test_photos_follow_in_pieces_and_on_sticks(hub: Federation, top: NodeProcess, east: NodeProcess, tmp_path: Path) -> None:
    _, sent = east.found_with_photo(role="town", size=1_000_000)
    hub.settle()
    assert top.photo(sha256=sent, role="leader") == east.photo(sha256=sent, role="town") > 1_000_000
    assert hub.nodes["south"].photo(sha256=sent, role="leader") is None
    key, carried = east.found_with_photo(role="town", size=1_000_000)
    stick = tmp_path / "east.parts"
    east.export(path=str(stick))
    assert top.import_(path=str(stick))["came"] > 0
    assert top.import_(path=str(stick))["came"] == 0
    assert top.photo(sha256=carried, role="leader") == east.photo(sha256=carried, role="town")
    top.order(role="supervision", hazard=key)
    top.export(path=str(stick), name=EAST)
    assert refusal(hub.nodes["south"], "import_", path=str(stick)) == "exchange.not_for_us"
    assert east.import_(path=str(stick))["came"] > 0
    assert east.state(hazard=key) == ("ordered", 0)


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
_OVER = """
from anlan.platform import clock
from anlan.platform.journal import record
from anlan.kernel.entry import Draft
from anlan.platform.scope import SYSTEM
draft = Draft("accounts.person.changed", "accounts.person/" + person, "331003004000", {"set": {"name": "冒名"}})
record.record(draft, scope=SYSTEM, now=clock.now(), base=None)
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


_LATER = """
from anlan.platform import clock
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.journal import record
from anlan.kernel.entry import Draft
from anlan.platform.scope import SYSTEM
kind = "inspection.hazard.weighed"
CATALOGUE.folds[kind] = lambda row, entry: row
draft = Draft(kind, "inspection.hazard/" + hazard, "331003001000", {"grams": 7})
record.record(draft, scope=SYSTEM, now=clock.now(), base=None)
"""
_STALLED = """
from anlan.platform.journal.models import Head
answer = Head.objects.values_list("stalled", flat=True).get(subject="inspection.hazard/" + hazard)
"""


def test_a_kind_of_a_later_version_stalls_its_subject_alone(hub: Federation, top: NodeProcess, east: NodeProcess) -> None:
    key, other = (east.found(role="town", description=text) for text in ("新版本办理", "照常办理"))
    hub.settle()
    east.run(source=_LATER, hazard=key)
    east.order(role="town", hazard=other)
    hub.settle()
    assert (top.run(source=_STALLED, hazard=key), top.run(source=_STALLED, hazard=other)) == (1, 0)
    assert refusal(top, "order", role="supervision", hazard=key) == "journal.subject_stalled"
    assert top.state(hazard=other) == ("ordered", 0) and top.state(hazard=key) == ("found", 0)
    assert top.marks() == east.marks() and top.tally()["verified"]


_WATCH = """
from anlan.platform import clock
from anlan.platform.exchange.watch import silence_watch
answer = silence_watch(clock.now())
"""


def test_silence_is_said_once_and_the_return_once(hub: Federation, top: NodeProcess, south: NodeProcess) -> None:
    hub.settle()
    top.run(source=_WATCH)
    hub.pass_time(minutes=4)
    hub.meet("east")
    fell, back = top.run(source=_WATCH)
    assert fell > 0 == back and top.run(source=_WATCH) == (0, 0)
    assert south.id in [line["node"] for line in top.lines() if line["silent"]]
    hub.meet("south")
    assert [top.run(source=_WATCH), top.run(source=_WATCH)] == [(0, 1), (0, 0)]


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


def test_a_revoked_town_is_not_heard_any_more(hub: Federation, top: NodeProcess) -> None:
    town = hub.node("north", "331003004", "county")
    hub.meet("north")
    town.run(source=_MANY, count=1)
    hub.meet("north")
    (peer,) = top.run(source=_PEERS, key=town.key)
    top.revoke(peer=peer)
    before = top.marks()[town.id]
    town.run(source=_MANY, count=1)
    assert refusal(top, "hear", data=town.say(key=top.key)) == "exchange.revoked"
    assert top.marks()[town.id] == before and top.tally()["verified"]
    del hub.above["north"]
    hub.nodes.pop("north").kill()


_PEERS = """
from anlan.platform.exchange.models import Peer
answer = [str(pk) for pk in Peer._default_manager.filter(key=key, relation="child").values_list("pk", flat=True)]
"""
