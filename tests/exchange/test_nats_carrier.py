"""Turns over real NATS servers: leaf and hub, the line cut, a server killed, a stream lost, a leaf that wants more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from exchange.brokers import SERVER, Line, Live, Server, ending, free_port, until
from exchange.nodes import ROOT, Federation, federation

pytest.importorskip("nats")
pytestmark = [
    pytest.mark.slow, pytest.mark.once, pytest.mark.skipif(SERVER is None, reason="nats-server is not installed"),
]  # fmt: skip
COUNTY, EAST, SOUTH = "331003", "331003001", "331003002"
BENCH = f"import sys; sys.path.insert(0, {str(ROOT / 'bench')!r}); import catch_up; "


@dataclass
class World:
    made: Federation
    top: Live
    town: Live
    hub: Server
    leaf: Server
    line: Line


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A county and a town, which have met once; each with its server, the town's a leaf of the county's."""
    hub = Server(tmp_path / "hub", COUNTY, below=[EAST, SOUTH])
    line = Line(hub.leaf_port)
    hub.advertise(line.port)
    leaf = Server(tmp_path / "leaf", EAST, leaf=[line.port])
    with federation(tmp_path / "nodes") as made, ending(hub, leaf, line):
        made.node("county", COUNTY)
        made.node("east", EAST, "county")
        made.settle()
        hub.start()
        leaf.start()
        yield World(made, Live(made.nodes["county"]), Live(made.nodes["east"]), hub, leaf, line)


def same(world: World) -> bool:
    return bool(world.top.marks() == world.town.marks())


def test_ten_thousand_entries_of_a_cut_arrive_once_and_in_order(world: World) -> None:
    world.top.carry(world.hub.address)
    world.town.carry(world.leaf.address)
    first = world.town.found(role="town", description="线路通时登记")
    until(lambda: world.top.state(hazard=first), "the first hazard at the county")
    world.top.order(role="town", hazard=first)
    until(lambda: world.town.state(hazard=first) == ("ordered", 0), "the order in the town")
    world.line.cut()
    before = world.top.marks()
    second = world.town.found(role="town", description="断线时登记")
    held = world.town.run(source=BENCH + "answer = catch_up.work(entries)", entries=10_000)
    assert held >= 10_000
    until(lambda: world.leaf.messages(f"ANLAN_OUT_{COUNTY}") > 10, "the backlog in the town's stream")
    third = world.top.found(role="town", description="县里断线时登记")
    assert world.top.marks()[world.made.nodes["east"].id] == before[world.made.nodes["east"].id]
    assert world.top.state(hazard=second) is None and world.town.state(hazard=third) is None
    world.line.mend()
    until(lambda: same(world), "both hold the same")
    assert world.town.state(hazard=third) == world.top.state(hazard=second) == ("found", 0)
    for node in (world.top, world.town):
        tally = node.tally()
        assert tally["twice"] == 0 and tally["verified"]
    rows = BENCH + "answer = catch_up.rows(town)"
    town = world.made.nodes["east"].id
    assert world.top.run(source=rows, town=town) == world.town.run(source=rows, town=town)
    # What was taken leaves the streams of what came; nobody was asked over HTTP (nothing listens there).
    until(lambda: world.hub.messages(f"ANLAN_IN_{EAST}") == 0, "an empty stream")


def test_killed_servers_and_processes_lose_nothing(world: World) -> None:
    world.top.carry(world.hub.address)
    world.town.carry(world.leaf.address)
    keys = []
    for broken in (world.leaf.kill, world.hub.kill, world.made.nodes["county"].kill, world.made.nodes["east"].kill):
        keys.append(world.town.found(role="town", description="停电之前"))
        broken()
        if world.made.nodes["east"].kill != broken:
            keys.append(world.town.found(role="town", description="停电之后"))
        for server in (world.leaf, world.hub):
            if broken == server.kill:
                server.start()
        for name, live, server in (("county", world.top, world.hub), ("east", world.town, world.leaf)):
            if broken == world.made.nodes[name].kill:
                world.made.nodes[name].begin()
                live.world(made=world.made.made)
                live.carry(server.address)
        until(lambda: all(world.top.state(hazard=key) for key in keys), f"everything after {broken}")
    until(lambda: same(world), "both hold the same")
    assert world.top.tally()["twice"] == 0


def test_what_a_lost_stream_held_is_said_again(world: World) -> None:
    world.top.carry(world.hub.address)
    world.town.carry(world.leaf.address)
    until(lambda: same(world), "both hold the same")
    world.line.cut()
    key = world.town.found(role="town", description="流丢失之前")
    until(lambda: world.leaf.messages(f"ANLAN_OUT_{COUNTY}") > 1, "said")

    async def lose(client: Any) -> None:
        await client.jetstream().purge_stream(f"ANLAN_OUT_{COUNTY}")

    world.leaf.ask(lose)
    world.line.mend()
    until(lambda: world.top.state(hazard=key), "the hazard at the county")


def test_a_photo_goes_through_the_streams(world: World) -> None:
    world.top.carry(world.hub.address)
    world.town.carry(world.leaf.address)
    key, sha256 = world.town.found_with_photo(role="town", size=2_000_000)
    until(lambda: world.top.photo(sha256=sha256, role="supervision"), "the photo at the county")
    assert world.top.photo(sha256=sha256, role="supervision") > 2_000_000


def test_a_leaf_can_do_nothing_but_exchange(world: World) -> None:
    """A town's server with the county's password for another town, or its own, reaches no stream that is not its own."""
    import nats

    world.top.carry(world.hub.address)
    until(lambda: world.hub.messages(f"ANLAN_OUT_{EAST}"), "the county spoke")

    async def reach(client: Any) -> list[str]:
        answers = []
        api = f"$JS.anlan-{COUNTY}.API"
        for asked in (
            f"{api}.STREAM.DELETE.ANLAN_OUT_{EAST}", f"{api}.STREAM.NAMES", f"{api}.STREAM.PURGE.ANLAN_IN_{EAST}",
            f"{api}.CONSUMER.CREATE.ANLAN_OUT_{SOUTH}", f"{api}.CONSUMER.CREATE.ANLAN_IN_{EAST}", "$JS.API.STREAM.NAMES.x",
        ):  # fmt: skip
            try:
                answers.append((await client.request(asked, b"{}", timeout=1)).data.decode())
            except (nats.errors.NoRespondersError, TimeoutError, nats.errors.TimeoutError):
                answers.append("")
        return answers

    assert world.leaf.ask(reach) == [""] * 6
    assert world.hub.messages(f"ANLAN_OUT_{EAST}") > 0


def test_a_part_of_somebody_else_is_refused_and_journaled(world: World) -> None:
    world.top.carry(world.hub.address)
    until(lambda: world.hub.messages(f"ANLAN_OUT_{EAST}"), "the county spoke")

    async def forge(client: Any) -> None:
        for data in (b"", b"ANLANX1\n" + b"\0" * 200, b"x" * 100_000):
            await client.jetstream().publish(f"anlan.33.10.03.001.exchange.turn.{COUNTY}", data)

    world.town.carry(world.leaf.address)
    until(lambda: world.leaf.messages(f"ANLAN_OUT_{COUNTY}"), "the town spoke")
    world.leaf.ask(forge)
    until(lambda: world.top.kinds(prefix="platform.exchange.refused"), "the refusal in the journal")
    key = world.town.found(role="town", description="伪造之后")
    until(lambda: world.top.state(hazard=key), "what follows is taken")


def test_a_cluster_of_three_loses_one_server_and_nothing_else(tmp_path: Path) -> None:
    routes = [free_port() for _ in range(3)]
    hubs = [Server(tmp_path / f"hub{n}", COUNTY, below=[EAST]) for n in range(3)]
    for number, hub in enumerate(hubs):
        others = ", ".join(f'"nats://127.0.0.1:{port}"' for port in routes)
        hub.add(f"cluster {{ name: anlan-{COUNTY}, listen: 127.0.0.1:{routes[number]}, routes: [{others}] }}\n")
        hub.rename(f"anlan-{COUNTY}-{number + 1}")
    leaf = Server(tmp_path / "leaf", EAST, leaf=[hub.leaf_port for hub in hubs])
    with federation(tmp_path / "nodes") as made, ending(*hubs, leaf):
        made.node("county", COUNTY)
        made.node("east", EAST, "county")
        made.settle()
        for server in (*hubs, leaf):
            server.start()
        top, town = Live(made.nodes["county"]), Live(made.nodes["east"])
        top.carry(",".join(hub.address for hub in hubs))
        town.carry(leaf.address)
        key = town.found(role="town", description="三台都在")
        until(lambda: top.state(hazard=key), "the first hazard at the county")
        leader = hubs[0].ask(_leader)
        town.run(source=BENCH + "answer = catch_up.work(entries)", entries=2000)
        next(hub for number, hub in enumerate(hubs) if leader == f"anlan-{COUNTY}-{number + 1}").kill()
        last = town.found(role="town", description="一台断电")
        until(lambda: top.state(hazard=last), "the last hazard at the county", 180)
        until(lambda: top.marks() == town.marks(), "both hold the same")
        assert top.tally()["twice"] == 0 and top.tally()["verified"]


async def _leader(client: Any) -> str:
    info = await client.jetstream().stream_info(f"ANLAN_IN_{EAST}")
    assert info.config.num_replicas == 3 and len(info.cluster.replicas) == 2
    return str(info.cluster.leader)

