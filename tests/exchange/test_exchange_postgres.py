"""A county on PostgreSQL with towns on SQLite: the same entries make the same rows on both."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from own_postgres import Postgres

from cli.cli_process import environment
from exchange.brokers import SERVER, Live, Server, ending, until
from exchange.nodes import ROOT, Federation, Refused, federation
from exchange.test_exchange_services import _DECIDE, _TEXTS, _WATCH

pytestmark = [pytest.mark.slow, pytest.mark.once]
COUNTY, EAST, SOUTH = "331003", "331003001", "331003002"
BENCH = f"import sys; sys.path.insert(0, {str(ROOT / 'bench')!r}); import catch_up; "


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    folder = tmp_path_factory.mktemp("mixed")
    place = Path(tempfile.mkdtemp(prefix="anlan-mixed-"))
    place.chmod(0o755)  # PostgreSQL runs as a user of its own, who has to reach its folder
    postgres = Postgres(place / "postgres")
    if postgres.bin is None:
        pytest.skip("PostgreSQL is not installed")
    postgres.make()
    postgres.start()
    try:
        with federation(folder / "nodes") as made:
            made.node("county", COUNTY, database=postgres.url)
            made.node("east", EAST, "county")
            made.node("south", SOUTH, "county")
            made.settle()
            yield made
    finally:
        postgres.kill()
        shutil.rmtree(place, ignore_errors=True)


def same(made: Federation) -> None:
    """Everybody holds every link, every chain holds, and of a town county and town hold the same rows."""
    top = made.nodes["county"]
    for name, region in (("east", EAST), ("south", SOUTH)):
        town = made.nodes[name]
        assert town.marks() == top.marks()
        assert town.scoped_digest(region=region) == top.scoped_digest(region=region)
    for node in made.nodes.values():
        held = node.tally()
        assert held["twice"] == 0 and held["verified"]


def test_both_ways_with_stubs_values_and_photos(mixed: Federation) -> None:
    top, east, south = (mixed.nodes[n] for n in ("county", "east", "south"))
    assert top.run(source="from django.db import connection; answer = connection.vendor") == "postgresql"
    person = mixed.world.county.person
    top.phone(person=person["grid"], number="13900000001")
    mixed.pass_time(hours=1)
    key, sha256 = east.found_with_photo(role="town", size=1_200_000)
    mixed.settle()
    top.order(role="supervision", hazard=key)
    mixed.settle()
    assert east.state(hazard=key) == top.state(hazard=key) == ("ordered", 0)
    assert south.state(hazard=key) is None and south.run(source=_TEXTS, key=key) == []
    assert top.photo(sha256=sha256, role="leader") == east.photo(sha256=sha256, role="town")
    assert (east.phone_of(person=person["grid"]), south.phone_of(person=person["grid"])) == ("13900000001", "")
    same(mixed)


def test_a_contested_step_is_decided(mixed: Federation) -> None:
    top, east = mixed.nodes["county"], mixed.nodes["east"]
    key = east.found(role="town", description="两边都下令")
    mixed.settle()
    mixed.pass_time(minutes=5)
    east.order(role="town", hazard=key, days=5)
    top.order(role="supervision", hazard=key, days=20)
    mixed.settle()
    assert top.contests() == east.contests() == [f"inspection.hazard/{key}"]
    assert top.run(source=_DECIDE, key=key) is None
    mixed.settle()
    assert top.contests() == east.contests() == []
    same(mixed)


def test_an_enterprise_that_moves_is_whole_where_it_goes(mixed: Federation) -> None:
    top, east, south = (mixed.nodes[n] for n in ("county", "east", "south"))
    firm = top.enterprise(role="supervision", name="搬迁厂", region=EAST.ljust(12, "0"), number=900)
    mixed.settle()
    key = east.found(role="town", description="搬迁之前", enterprise=firm)
    mixed.settle()
    assert south.run(source=_TEXTS, key=key) == []
    top.move(enterprise_id=firm, region=SOUTH.ljust(12, "0"))
    mixed.settle()
    held = "from anlan.registry.models import Enterprise; answer = Enterprise._default_manager.get(pk=firm).name"
    assert south.run(source=held, firm=firm) == top.run(source=held, firm=firm) == "搬迁厂"
    for node in mixed.nodes.values():
        assert node.tally()["verified"]


def test_a_stick_a_silence_and_a_kind_of_tomorrow(mixed: Federation, tmp_path: Path) -> None:
    top, east = mixed.nodes["county"], mixed.nodes["east"]
    tomorrow = """
from anlan.kernel.entry import Draft
from anlan.platform import clock
from anlan.platform.journal import node, record
from anlan.platform.scope import SYSTEM
draft = Draft("future.thing.made", "future.thing/" + node.own().id, "331003001000", {"a": 1})
record.record(draft, scope=SYSTEM, now=clock.now(), base=None)
"""
    east.run(source=tomorrow)
    key = east.found(role="town", description="断网期间")
    stick, back = tmp_path / "east.parts", tmp_path / "back.parts"
    east.export(path=str(stick))
    assert top.import_(path=str(stick))["came"] > 0 and top.import_(path=str(stick))["came"] == 0
    assert top.state(hazard=key) == ("found", 0) and top.kinds(prefix="future.") == ["future.thing.made"]
    top.export(path=str(back), name=EAST)
    east.import_(path=str(back))
    mixed.pass_time(minutes=4)
    mixed.meet("south")
    assert [top.run(source=_WATCH), top.run(source=_WATCH)] == [(1, 0), (0, 0)]
    mixed.meet("east")
    assert top.run(source=_WATCH) == (0, 1)


_HOLDER = """
from anlan.platform.scheduler.models import JobLease
answer = JobLease.objects.values_list("holder", flat=True).first()
"""


@pytest.mark.skipif(SERVER is None, reason="nats-server is not installed")
def test_of_two_workers_fed_by_streams_the_one_that_is_killed_loses_nothing(mixed: Federation, tmp_path: Path) -> None:
    top, east = Live(mixed.nodes["county"]), Live(mixed.nodes["east"])
    hub = Server(tmp_path / "hub", COUNTY, below=[EAST])
    leaf = Server(tmp_path / "leaf", EAST, leaf=[hub.leaf_port])
    workers: list[subprocess.Popen[bytes]] = []
    with ending(hub, leaf):
        hub.start()
        leaf.start()
        more = {"ANLAN_DATABASE_URL": mixed.nodes["county"].database, "ANLAN_EXCHANGE_NATS": hub.address}
        command = [sys.executable, "-m", "anlan.cli", "worker", "--data", str(mixed.nodes["county"].folder)]
        try:
            for _ in range(2):
                workers.append(subprocess.Popen(command, env=environment(**more), stderr=subprocess.DEVNULL))
            east.carry(leaf.address)
            first = east.found(role="town", description="两个工作进程")
            until(lambda: top.state(hazard=first), "the first hazard at the county")
            held = east.run(source=BENCH + "answer = catch_up.work(entries)", entries=2000)
            until(lambda: _came(top, mixed.nodes["east"].id) > 100, "some of it")
            holder = int(top.run(source=_HOLDER).split(":")[1])
            (one,) = [worker for worker in workers if worker.pid == holder]
            one.kill()
            last = east.found(role="town", description="一个已被杀掉")
            until(lambda: top.state(hazard=last), "the last hazard at the county", 150)
            until(lambda: top.marks() == east.marks(), "both hold the same")
            assert int(top.run(source=_HOLDER).split(":")[1]) != holder
        finally:
            for worker in workers:
                worker.terminate()
                worker.wait()
    assert held >= 2000 and top.tally()["twice"] == 0 and top.tally()["verified"]
    rows = BENCH + "answer = catch_up.rows(town)"
    town = mixed.nodes["east"].id
    assert top.run(source=rows, town=town) == east.run(source=rows, town=town)


def _came(top: Live, town: str) -> int:
    return int(top.marks().get(town, "0").partition(":")[0])


def test_what_reaches_beyond_a_town_is_refused_and_a_revoked_town_is_not_heard(mixed: Federation) -> None:
    top, south = mixed.nodes["county"], mixed.nodes["south"]
    beyond = """
from anlan.kernel.entry import Draft
from anlan.platform import clock
from anlan.platform.journal import record
from anlan.platform.scope import SYSTEM
draft = Draft("accounts.person.changed", "accounts.person/" + person, "331003002000", {"set": {"name": "冒名"}})
record.record(draft, scope=SYSTEM, now=clock.now(), base=None)
"""
    south.run(source=beyond, person=mixed.world.county.person["leader"])
    before = top.digests()
    told = south.say(key=top.key)
    assert top.hear(data=told)["stopped"] == {south.id: "refused"}
    assert top.hear(data=told)["stopped"] == {south.id: "refused"}
    assert top.digests() == before and top.kinds(prefix="platform.exchange.refused") == ["platform.exchange.refused"]
    peers = "from anlan.platform.exchange.models import Peer; answer = str(Peer.objects.get(stem=s, relation='child').pk)"
    top.revoke(peer=top.run(source=peers, s=SOUTH))
    with pytest.raises(Refused) as refused:
        top.hear(data=told)
    assert refused.value.code == "exchange.revoked"
