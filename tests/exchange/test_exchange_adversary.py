"""A town's machine in the wrong hands: what it may not reach, and what may not bring the county's door down."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from exchange.forging import forged
from exchange.nodes import Federation, Refused, federation

pytestmark = [pytest.mark.slow, pytest.mark.once]

COUNTY = "331003000000"


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    with federation(tmp_path_factory.mktemp("adversary")) as made:
        made.node("county", "331003")
        made.node("east", "331003001", "county")
        made.node("south", "331003002", "county")
        made.settle()
        yield made


def notes(towns: Federation) -> str:
    return "\n".join(towns.nodes["county"].bodies(prefix="platform.exchange.refused"))


_RUN = "bodies = [dict(one) for one in given]\nanswer = sealed(*run(chain, bodies), header())"


def test_a_node_revokes_only_keys_of_its_own_region(towns: Federation) -> None:
    """A town says of its neighbour's and the county's keys that they were its own and are revoked: nobody minds."""
    east, south, top = (towns.nodes[n] for n in ("east", "south", "county"))
    told = """
from anlan.platform.exchange.trust import statement_id
bodies = []
for number, stolen in enumerate(keys_of):
    subject = "platform.peer/" + statement_id("331003001", stolen)
    said = {"stem": "331003001", "name": "东街", "key": stolen, "box_key": stolen, "relation": "child"}
    bodies += [
        {"subject": subject, "kind": "platform.peer.enrolled", "data": said},
        {"subject": subject, "kind": "platform.peer.revoked", "data": {"key": stolen, "limits": {}}},
    ]
answer = sealed(*run("331003001r1", bodies), header())
"""
    top.hear(data=forged(east, top, told, keys_of=[south.key, top.key]))
    towns.meet("south")
    one = south.found(role="other_town", description="照常上报", enterprise=towns.world.other_enterprise)
    towns.meet("south")
    assert top.state(hazard=one) == ("found", 0)
    assert top.run(source=_SIGNS, name=south.id, key=south.key) is True
    assert south.run(source=_SIGNS, name=top.id, key=top.key) is True


_SIGNS = "from anlan.platform.exchange.trust import keys_of; answer = keys_of(name).signs(key, 10**9)"


def test_a_node_vouches_for_no_second_key_of_its_own(towns: Federation) -> None:
    """Else whoever took a machine would keep a key that its revocation does not name."""
    east, top = towns.nodes["east"], towns.nodes["county"]
    spare = "ab" * 32
    told = """
from anlan.platform.exchange.trust import statement_id
said = {"stem": "331003001", "name": "东街", "key": spare, "box_key": spare, "relation": "child"}
bodies = [{"subject": "platform.peer/" + statement_id("331003001", spare), "kind": "platform.peer.enrolled", "data": said}]
answer = sealed(*run("331003001r2", bodies), header())
"""
    top.hear(data=forged(east, top, told, spare=spare))
    assert top.run(source=_SIGNS, name=east.id, key=spare) is False
    assert top.run(source=_SIGNS, name=east.id, key=east.key) is True


def test_what_is_refused_whole_does_not_come_as_a_stub_and_its_body(towns: Federation) -> None:
    east, top = towns.nodes["east"], towns.nodes["county"]
    before = top.digests()
    told = """
subject = "accounts.person/" + person
bodies = [{"subject": subject, "kind": "accounts.person.changed", "region": region, "data": {"name": "冒名"}}]
lines = run(chain, bodies, stubs=True)
answer = sealed(*lines, header()) + sealed(*fill(chain, bodies), header())
"""
    leader = towns.world.county.person["leader"]
    for chain, region in (("331003001s1", "331003001000"), ("331003001s2", COUNTY)):
        top.hear(data=forged(east, top, told, person=leader, chain=chain, region=region))
        assert top.digests() == before


def test_a_subject_does_not_stand_where_its_author_may_not_write(towns: Federation) -> None:
    """The region in the data, not only that of the envelope."""
    east, top = towns.nodes["east"], towns.nodes["county"]
    for number, (kind, subject, data) in enumerate(
        [
            ("accounts.person.created", "accounts.person", {"name": "混入", "region": COUNTY}),
            ("accounts.person.created", "accounts.person", {"name": "混入", "region": "331003002000"}),
            ("accounts.person.created", "accounts.person", {"name": "混入", "region": ""}),
        ]
    ):
        body = {"subject": f"{subject}/{uuid.uuid4()}", "kind": kind, "data": data}
        told = forged(east, top, _RUN, chain=f"331003001d{number}", given=[body])
        stopped = top.hear(data=told)["stopped"]
        assert bool(stopped) == bool(data["region"])
    assert all(region.startswith("331003001") for name, region in top.run(source=_PEOPLE) if name == "混入")


_PEOPLE = """
from anlan.accounts.models import Person
answer = [tuple(one) for one in Person._default_manager.values_list("name", "region")]
"""


def test_a_town_gives_nobody_the_county(towns: Federation) -> None:
    """A post that stands in the town and says the county's code, and a deputyship of the county leader's post."""
    east, top = towns.nodes["east"], towns.nodes["county"]
    person = towns.world.county.person["town"]
    role, boss = top.run(source="""
from anlan.accounts.models import Post
one = Post._default_manager.filter(person_id=leader).first()
answer = str(one.role_id), str(one.pk)
""", leader=towns.world.county.person["leader"])
    post = {
        "person_id": person, "organisation_id": towns.world.county.office, "role_id": role, "title": "自封", "prefix": "331003",
        "starts_on": "2026-01-01", "until_on": None, "office_id": None, "enterprise_id": None,
    }  # fmt: skip
    deputy = {"post_id": boss, "person_id": person, "starts_on": "2026-01-01", "until_on": "2026-12-31"}
    bodies = [
        {"subject": f"accounts.post/{uuid.uuid4()}", "kind": "accounts.post.created", "data": post},
        {"subject": f"accounts.deputy/{uuid.uuid4()}", "kind": "accounts.deputy.set", "data": deputy},
    ]
    for number, body in enumerate(bodies):
        top.hear(data=forged(east, top, _RUN, chain=f"331003001p{number}", given=[body]))
    seen = top.run(source="""
from types import SimpleNamespace
from anlan.accounts.queries.scopes import acting_posts
from anlan.platform import clock
account = SimpleNamespace(is_active=True, person_id=person)
answer = [one.scope.region for one in acting_posts(account, clock.now())]
""", person=person)
    assert seen and all(region.startswith("331003001") for region in seen), seen


def _bad_headers() -> list[dict[str, Any]]:
    anything: list[Any] = [None, 5, -1, 2**63, 1.5, True, "", "x", "²", [], [[]], {}, {"a": {}}, {"²": "²:²"}, "9" * 60]
    found = [{name: value} for name in _HEADER for value in anything]
    odd = ["", ":", "²:", "-1:", "x", "9" * 60, "1e9", "٣:aa", "0x5:", "99999999999999999999:00"]
    found += [{"vector": {"331003001a": one, "vault:331003a": one, "vault:": one}} for one in odd]
    found += [{"stopped": {"331003a": one}} for one in odd]
    found += [{"files": {"a" * 64: one}} for one in (-1, 2**63, "x", None, 1.5, True)]
    return found


_HEADER = ("node", "region", "version", "at", "vector", "stopped", "want", "more", "vault", "files")


def test_no_header_brings_the_door_down(towns: Federation) -> None:
    """Whatever stands in it: refused or passed over, and both the answer and the page of the lines can be made."""
    east, top = towns.nodes["east"], towns.nodes["county"]
    name = top.id
    wrong = []
    for said in _bad_headers():
        if "vector" in said and isinstance(said["vector"], dict):
            said["vector"] = {f"vault:{name}" if k == "vault:331003a" else k: v for k, v in said["vector"].items()}
        told = forged(east, top, "answer = sealed(header(**said))", said=said)
        try:
            top.hear(data=told)
        except Refused as error:
            if error.kind not in ("ProtocolError", "NotAllowed"):
                wrong.append((said, "hear", str(error)[-300:]))
        for what, act in (("say", lambda: top.say(key=east.key)), ("lines", top.lines)):
            try:
                act()
            except Refused as error:
                wrong.append((said, what, str(error)[-300:]))
    towns.meet("east")
    assert not wrong, wrong


def _bad_lines() -> list[dict[str, Any]]:
    anything: list[Any] = [None, 5, 2**64 - 1, -(2**63), 1.5, True, "", "x", "\0", "²", [], {}, [{}], "a" * 300_000]
    found: list[dict[str, Any]] = []
    for kind in ("entry", "stub", "head", "fill", "counts", "vault", "file", "turn", "nothing", ""):
        found += [{"type": f"cn.anlan.{kind}", "data": {}}]
        for name in ("source", "id", "sequence"):
            found += [{"type": f"cn.anlan.{kind}", "data": {}, name: one} for one in anything]
    person = "accounts.person/01900000-0000-7000-8000-000000000000"
    for name in ("ref", "field", "hlc", "value"):
        right = {"ref": person, "field": "phone", "hlc": 5, "value": "13800000000"}
        found += [{"type": "cn.anlan.vault", "data": right | {name: one}} for one in anything]
    for name in ("sha256", "at", "size", "name", "content"):
        right = {"sha256": "a" * 64, "at": 0, "size": 5, "name": "a", "content": "AAAA"}
        found += [{"type": "cn.anlan.file", "data": right | {name: one}} for one in anything]
    for name in ("seq", "hash", "key", "region", "signature"):
        found += [{"type": "cn.anlan.head", "source": "/nodes/331003001q", "data": {name: one}} for one in anything]
    found += [{"type": "cn.anlan.counts", "data": {person: one, "x": one}} for one in anything]
    return found


def test_no_line_brings_the_door_down(towns: Federation) -> None:
    east, top = towns.nodes["east"], towns.nodes["county"]
    wrong = []
    for line in _bad_lines():
        try:
            top.hear(data=forged(east, top, "answer = sealed(line, header())", line=line))
        except Refused as error:
            if error.kind not in ("ProtocolError", "NotAllowed"):
                wrong.append((str(line)[:200], str(error)[-300:]))
    assert not wrong, wrong


def _bad_bodies() -> list[dict[str, Any]]:
    subject = "accounts.person/"
    found: list[dict[str, Any]] = []
    base = {"kind": "accounts.person.created", "data": {"name": "甲"}}
    for name in ("base", "after", "from", "to", "once", "batch", "actor", "post", "behalf"):
        found += [base | {name: one} for one in ("x", "\x07", "a" * 500, "01900000-0000-7000-8000-00000000000G")]
    found += [base | {"over": ["x"]}, base | {"afters": {"a": "x"}}, base | {"afters": {"": None}}]
    found += [base | {"v": one} for one in (2**63, 2**53, 0)]
    found += [base | {"wall": -62_135_596_800_000}, base | {"at": 253_402_300_799_999}, base | {"hlc": "0" * 16}]
    found += [base | {"\x00" + "x" * 10: 1}, base | {"y" * 300_000: 1}]
    for data in ({}, {"name": None}, {"name": 5}, {"name": []}, {"name": {}}, {"nobody": 1}, {"id": "x"}, {"name": "a" * 9000},
                 {"created_at": "x"}, {"region": 5}, {"region": []}, {"contested": "x"}, {"drill": {}}):  # fmt: skip
        found += [base | {"data": data}]
    for deep in (100, 400, 900):
        for around in ('{"name":"甲","x":%s}', '{"x":%s}'):
            inner = around.replace("%s", "[" * deep + "]" * deep)
            found += [base | {"_text": f'{{"salt":"00","text":{inner}}}'}]
    for one in found:
        one["subject"] = subject + str(uuid.uuid4())
    kinds = {
        "platform.clock/331003001k0": "platform.clock.corrected", "platform.node/331003001k0": "platform.node.fenced",
        "platform.redaction/x": "platform.redaction.redacted",
    }  # fmt: skip
    datas: list[dict[str, Any]] = [
        {}, {"node": 5}, {"node": "331003001k0", "first": "x", "last": [], "offset": {}},
        {"node": "331003001k0", "first": 1, "last": 2**63, "offset": 2**63, "offset_ms": 2**63},
        {"node": "331003001k0", "first": 1, "last": 5, "offset_ms": "x", "hash": 5},
        {"node": "331003001k0", "last": 2**64 - 1, "hash": ""},
        {"node": "331003001k0", "last": 2**64 - 1, "hash": "00"}, {"entries": 5}, {"entries": ["x"]}, {"entries": {}},
    ]  # fmt: skip
    found += [{"subject": s, "kind": k, "data": one} for s, k in kinds.items() for one in datas]
    return found


def test_no_entry_brings_the_door_down(towns: Federation) -> None:
    """What no fold can read is refused and noted, and the sender's other chains go on."""
    east, top = towns.nodes["east"], towns.nodes["county"]
    wrong = []
    for number, body in enumerate(_bad_bodies()):
        try:
            top.hear(data=forged(east, top, _RUN, chain=f"331003001k{number}", given=[body]))
        except Refused as error:
            wrong.append((str(body)[:200], str(error)[-400:]))
    assert not wrong, "\n".join(f"{a}\n{b}" for a, b in wrong)
    assert "exchange.unreadable" in notes(towns)
    one = east.found(role="town", description="照常")
    towns.meet("east")
    assert top.state(hazard=one) == ("found", 0)
    assert all(len(one) < 4000 for one in top.bodies(prefix="platform.exchange.refused"))


def test_more_things_than_one_statement_can_name(towns: Federation) -> None:
    east, top = towns.nodes["east"], towns.nodes["county"]
    many = 'many = {f"accounts.person/{n}": 1 for n in range(260_000)}\n'
    for source in (
        'answer = sealed({"type": "cn.anlan.counts", "data": many}, header())',
        'answer = sealed(header(vector={k[:40]: "1:a" for k in many}))',
        'answer = sealed(header(want=list(many), files={k: 1 for k in many}))',
    ):
        top.hear(data=forged(east, top, many + source))
        top.say(key=east.key)
        assert sum(map(len, top.run(source=_ROW, key=east.key))) < 200_000
    towns.meet("east")


_ROW = """
from anlan.platform.exchange.models import PeerLink
answer = PeerLink.objects.filter(pk=key).values_list("vector", "refused", "files", "stopped").get()
"""


def test_a_value_from_the_future_does_not_stand_for_ever(towns: Federation) -> None:
    """A town's value with a clock of the next century would outweigh every later one."""
    east, top = towns.nodes["east"], towns.nodes["county"]
    person = towns.world.county.person["town"]
    told = """
said = {"ref": "accounts.person/" + person, "field": "phone", "hlc": hlc, "value": "13900000001"}
line = parts.event("vault", node.own().id, "x", said)
answer = sealed(line, header())
"""
    for hlc in (2**62, 2**63 - 1, 2**63, 2**64 - 1, -1):
        top.hear(data=forged(east, top, told, person=person, hlc=hlc))
    top.phone(person=person, number="13900000002")
    assert top.phone_of(person=person) == "13900000002"


def test_a_stick_is_never_sealed_for_a_machine_that_was_replaced(tmp_path: Path) -> None:
    with federation(tmp_path) as made:
        top = made.node("county", "331003")
        old = made.node("old", "331003001", "county")
        made.settle()
        new = made.node("new", "331003001", "county")
        assert top.run(source=_NAMED, name="331003001") == new.key != old.key
        assert top.run(source=_NAMED, name="331003001000") == new.key
        (peer,) = top.run(source=_PEERS, key=new.key)
        top.revoke(peer=peer)
        with pytest.raises(Refused) as refused:
            top.export(path=str(tmp_path / "stick"), name="331003001")
        assert refused.value.code == "exchange.revoked"
        with pytest.raises(Refused) as refused:
            top.say(key=old.key)
        assert refused.value.code == "exchange.revoked"


_NAMED = "from anlan.platform.exchange.file import link_named; answer = link_named(name).key"
_PEERS = """
from anlan.platform.exchange.models import Peer
answer = [str(pk) for pk in Peer._default_manager.filter(key=key, relation="child").values_list("pk", flat=True)]
"""


@pytest.mark.parametrize("act", ["unlink()", "write_bytes(bytes(200_000))", 'write_bytes(b"")'])
def test_a_photo_that_is_lost_on_the_disk_keeps_no_turn_waiting(towns: Federation, act: str) -> None:
    east, top = towns.nodes["east"], towns.nodes["county"]
    towns.meet("east")
    _, sha256 = east.found_with_photo(role="town", size=200_000)
    east.run(source=f"from anlan.platform.attachments import files; files.path_of(sha256).{act}", sha256=sha256)
    towns.meet("east")
    later = east.found(role="town", description="照片丢失以后")
    towns.meet("east")
    assert top.state(hazard=later) == ("found", 0)


def test_many_subjects_that_move_are_all_held_whole_at_their_new_place(towns: Federation) -> None:
    """More of them than are asked for in one turn."""
    top, south = towns.nodes["county"], towns.nodes["south"]
    moved = [top.enterprise(role="supervision", name=f"迁址{n}厂", region="331003001000", number=300 + n) for n in range(MANY)]
    towns.settle()
    for one in moved:
        top.move(enterprise_id=one, region="331003002000")
    towns.meet("south")
    held = south.run(source=_VERSIONS, ids=moved)
    assert held == top.run(source=_VERSIONS, ids=moved) and len(held) == MANY


MANY = 205
_VERSIONS = """
from anlan.platform.journal.models import Head
subjects = ["registry.enterprise/" + one for one in ids]
answer = dict(Head.objects.filter(subject__in=subjects).values_list("subject", "version"))
"""


def test_two_carriers_at_once_and_bytes_that_were_sealed_before(towns: Federation) -> None:
    """The same turns heard in several threads, cut short and again: entries count once, the line can be used."""
    east, top = towns.nodes["east"], towns.nodes["county"]
    towns.meet("east")
    new = [east.found(role="town", description=f"两条线路{n}") for n in range(8)]
    told = [east.say(key=top.key) for _ in range(4)]
    wrong = top.run(source=_AT_ONCE, told=told)
    assert wrong == [], wrong
    assert [top.state(hazard=one) for one in new] == [("found", 0)] * len(new)
    assert top.tally()["twice"] == 0 and top.tally()["verified"]
    whole = told[0] + told[1]
    for end in (0, 1, 11, 12, 13, len(told[0]) - 1, len(told[0]) + 5, len(whole) - 1):
        with pytest.raises(Refused) as refused:
            top.hear(data=whole[:end])
        assert refused.value.kind == "ProtocolError", end
    assert top.hear(data=whole)["admitted"] == 0
    towns.meet("east")


_AT_ONCE = """
import threading
from django.db import connection
from anlan.kernel.errors import AnlanError
from anlan.platform import clock
from anlan.platform.exchange import turn
now, wrong = clock.now(), []

def hear(parts):
    try:
        for data in parts:
            turn.hear(data, now=now)
    except Exception as error:
        wrong.append(repr(error))
    finally:
        connection.close()

threads = [threading.Thread(target=hear, args=(some,)) for some in (told, told[::-1], told)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
answer = wrong
"""
