"""What nobody may send: refused, written into the journal, nothing of it applied."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from exchange.nodes import Federation, NodeProcess, Refused, federation

pytestmark = [pytest.mark.slow, pytest.mark.once]

# The sender's own code, bent: what follows is what a stolen or rebuilt town machine could do.
_BENT = """
import zlib, orjson
from base64 import b64encode
from anlan.platform import clock
from anlan.platform.exchange import keys, parts, select, turn
from anlan.platform.journal import node, record
from anlan.kernel.entry import Draft
from anlan.platform.scope import SYSTEM
link = turn.link_of(key)
"""


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    with federation(tmp_path_factory.mktemp("attacks")) as made:
        made.node("county", "331003")
        made.node("east", "331003001", "county")
        made.node("south", "331003002", "county")
        made.settle()
        yield made


def unchanged(top: NodeProcess, sent: bytes, *, code: str = "", noted: bool = True) -> None:
    """The bytes are refused as a whole or in part; nothing but the note of it was written."""
    before = (top.digests(), top.tally()["links"], len(top.bodies(prefix="platform.exchange.refused")))
    if code and not noted:
        with pytest.raises(Refused) as refused:
            top.hear(data=sent)
        assert refused.value.code == code
    else:
        assert "refused" in top.hear(data=sent)["stopped"].values()
    notes = top.bodies(prefix="platform.exchange.refused")
    assert top.digests() == before[0]
    assert top.tally()["links"] == before[1] + len(notes) - before[2]
    # One note a day for each reason.
    assert any(code in note for note in notes) if noted else len(notes) == before[2]


def part(node: NodeProcess, top: NodeProcess, source: str, **given: Any) -> bytes:
    return bytes(node.run(source=_BENT + source, key=top.key, **given))


def test_a_byte_changed_on_the_way(towns: Federation) -> None:
    east, top = towns.nodes["east"], towns.nodes["county"]
    east.found(role="town", description="将被改动的一条")
    told = bytearray(east.say(key=top.key))
    told[len(told) // 2] ^= 1
    unchanged(top, bytes(told), code="exchange.not_for_us", noted=False)
    towns.meet("east")


def test_a_signature_that_is_not_the_sender_s(towns: Federation) -> None:
    east, top = towns.nodes["east"], towns.nodes["county"]
    source = """
packed = zlib.compress(b"{}")
plain = bytes.fromhex(keys.public_key()) + bytes(64) + packed
sealed = keys.seal_box(plain, link.box_key)
answer = parts.MAGIC + len(sealed).to_bytes(4, "big") + sealed
"""
    unchanged(top, part(east, top, source), code="exchange.signature", noted=False)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ('head["data"]["signature"] = b64encode(bytes(64)).decode()', "exchange.signature"),
        ('head["data"]["hash"] = "00" * 32', "exchange.signature"),
        ('head["data"]["key"] = other', "exchange.key_unknown"),
        ('lines[0]["data"]["body"] += " "', "exchange.chain"),
        ('lines.pop(0)', "exchange.chain"),
        ('lines[0]["sequence"] = "x"', "exchange.malformed"),
        ('lines[0]["id"] = "nobody"', "exchange.malformed"),
        ('lines[0]["data"].pop("body")', "exchange.malformed"),
        ('head["data"]["seq"] = -1', "exchange.malformed"),
        ('head["data"]["hash"] = 7', "exchange.malformed"),
        ('head["data"]["signature"] = "%"', "exchange.malformed"),
    ],
)
def test_a_run_that_was_bent_by_its_sender(towns: Federation, change: str, code: str) -> None:
    east, top = towns.nodes["east"], towns.nodes["county"]
    east.found(role="town", description="evidence")
    source = f"""
vector, refused = orjson.loads(link.vector), orjson.loads(link.refused)
run = next(select.runs(vector, refused, "331003"))
lines = [orjson.loads(line) for line in run.lines]
head = lines.pop()
{change}
header = turn._header(link, now=clock.now(), want=(), more=False, vault=0)
answer = parts.seal_part([*map(orjson.dumps, lines), orjson.dumps(head), header], link.box_key)
"""
    unchanged(top, part(east, top, source, other=towns.nodes["south"].key), code=code)
    towns.meet("east")


def test_a_node_that_claims_another_s_chain(towns: Federation) -> None:
    east, south, top = (towns.nodes[n] for n in ("east", "south", "county"))
    source = """
from anlan.platform.journal.models import JournalSeq, Node
run = select._run_after(Node.objects.get(own=1), 0, "331003", 1)
lines = [line.replace(node.own().id.encode(), name.encode()) for line in run.lines]
header = turn._header(link, now=clock.now(), want=(), more=False, vault=0)
answer = parts.seal_part([*lines, header], link.box_key)
"""
    sent = part(south, top, source, name="331003001zz")
    before = top.marks()
    assert top.hear(data=sent)["stopped"] == {"331003001zz": "refused"}
    assert top.marks().keys() == before.keys()
    assert east.id in before


def test_a_body_that_is_not_the_one_of_a_stub(towns: Federation) -> None:
    """A neighbour can fill stubs, but nothing that it sends makes another node look forked."""
    east, south, top = (towns.nodes[n] for n in ("east", "south", "county"))
    source = """
line = parts.event("fill", other, id, {"body": "{}"}, sequence="1")
header = turn._header(link, now=clock.now(), want=(), more=False, vault=0)
answer = parts.seal_part([line, header], link.box_key)
"""
    before = top.digests()
    top.hear(data=part(south, top, source, other=east.id, id="01900000-0000-7000-8000-000000000000"))
    assert any("exchange.chain" in note for note in top.bodies(prefix="platform.exchange.refused"))
    frozen = "from anlan.platform.journal.forks import frozen_nodes; answer = frozen_nodes()"
    assert top.run(source=frozen) == [] and top.digests() == before


def test_an_entry_outside_its_author_s_region(towns: Federation) -> None:
    east, top = towns.nodes["east"], towns.nodes["county"]
    source = """
draft = Draft("accounts.person.changed", "accounts.person/" + person, "331003001000", {"set": {"name": "冒名"}})
record.record(draft, scope=SYSTEM, now=clock.now(), base=None)
"""
    towns.meet("east")
    seen = towns.world.county.person["leader"]
    east.run(source=_BENT + source, key=top.key, person=seen)
    unchanged(top, east.say(key=top.key), code="exchange.overreach")
    lines = {line["node"]: line for line in top.lines()}
    assert lines[east.id]["stopped"] == {east.id: "refused"}


def test_more_than_a_part_may_hold(towns: Federation) -> None:
    south, top = towns.nodes["south"], towns.nodes["county"]
    bomb = zlib.compress(b" " * (80 * 1024 * 1024), 9)
    source = """
signature = keys.sign(parts._signed(packed, link.box_key))
sealed = keys.seal_box(bytes.fromhex(keys.public_key()) + signature + packed, link.box_key)
answer = parts.MAGIC + len(sealed).to_bytes(4, "big") + sealed
"""
    unchanged(top, part(south, top, source, packed=bomb), code="exchange.too_large", noted=False)
    unchanged(top, part(south, top, source, packed=b"no zlib"), code="exchange.malformed", noted=False)
    unchanged(top, part(south, top, source, packed=zlib.compress(b"[]")), code="exchange.malformed", noted=False)
    unchanged(top, b"ANLANX1\n" + b"\xff" * 4 + b"x", code="exchange.too_large", noted=False)
    unchanged(top, b"GET / HTTP/1.1", code="exchange.not_a_part", noted=False)
    with pytest.raises(Refused) as refused:
        top.run(source='from anlan.platform.exchange.keys import seal_box; seal_box(b"x", "00")')
    assert refused.value.code == "exchange.key_malformed"


def test_an_answer_that_somebody_else_signed(towns: Federation) -> None:
    east, top = towns.nodes["east"], towns.nodes["county"]
    source = """
from anlan.platform import clock
from anlan.platform.exchange import turn
turn.hear(data, now=clock.now(), sender=other)
"""
    with pytest.raises(Refused) as refused:
        east.run(source=source, data=top.say(key=east.key), other=towns.nodes["south"].key)
    assert refused.value.code == "exchange.other_sender"


def test_a_stranger_and_a_revoked_node(towns: Federation, tmp_path: Path) -> None:
    south, top = towns.nodes["south"], towns.nodes["county"]
    late = south.found(role="other_town", description="吊销前发现", enterprise=towns.world.other_enterprise)
    towns.meet("south")
    replayed = south.say(key=top.key)
    (peer,) = top.run(source=_PEERS, key=south.key)
    top.revoke(peer=peer)
    after = south.found(role="other_town", description="吊销后发现", enterprise=towns.world.other_enterprise)
    unchanged(top, south.say(key=top.key), code="exchange.revoked", noted=False)
    unchanged(top, replayed, code="exchange.revoked", noted=False)
    assert top.state(hazard=late) == ("found", 0) and top.state(hazard=after) is None
    for again, code in ((peer, "exchange.peer_revoked"), ("01900000-0000-7000-8000-000000000000", "exchange.peer_unknown")):
        with pytest.raises(Refused) as refused:
            top.revoke(peer=again)
        assert refused.value.code == code
    with federation(tmp_path) as others:
        others.node("county", "331003")
        stranger = others.node("town", "331003003", "county")
        bent = stranger.run(source=_TO, key=others.nodes["county"].key, box_key=top.keys()[1])
        unchanged(top, bytes(bent), code="exchange.unknown_peer", noted=False)


_PEERS = """
from anlan.platform.exchange.models import Peer
answer = [str(pk) for pk in Peer._default_manager.filter(key=key, relation="child").values_list("pk", flat=True)]
"""
_TO = """
from anlan.platform import clock
from anlan.platform.exchange import turn
link = turn.link_of(key)
link.box_key = box_key
answer = b"".join(turn.say(link, now=clock.now()))
"""


def test_a_clock_from_another_century_waits_and_is_seen(towns: Federation) -> None:
    top = towns.nodes["county"]
    town = towns.node("north", "331003004", "county")
    towns.meet("north")
    town.drift = timedelta(days=365 * 73)
    key = town.run(source=_NOTE)
    towns_heard = top.hear(data=town.say(key=top.key))
    assert towns_heard["stopped"] == {town.id: "clock"}
    (line,) = [one for one in top.lines() if one["node"] == town.id]
    assert line["stopped"] == {town.id: "clock"} and line["offset_s"] > 365 * 72 * 86400
    town.drift = timedelta(0)
    assert key


_NOTE = """
from anlan.platform import clock
from anlan.platform.journal import node, record
from anlan.kernel.entry import Draft
from anlan.platform.scope import SYSTEM
own = node.own()
draft = Draft("platform.exchange.refused", f"platform.exchange/{own.id}:x", own.region, {})
answer = record.record(draft, scope=SYSTEM, now=clock.now(), base=None).id
"""


def test_a_text_with_a_nul_is_refused_before_a_database_has_to(towns: Federation) -> None:
    """PostgreSQL takes none: applied on one machine it would stand there and nowhere above."""
    west, top = towns.node("west", "331003003", "county"), towns.nodes["county"]
    towns.meet("west")
    source = """
record.check_draft = lambda draft: []
draft = Draft("platform.exchange.noted", "platform.exchange/" + node.own().id + ":x", "331003003000", {"note": "a\\0b"})
record.record(draft, scope=SYSTEM, now=clock.now(), base=None)
"""
    west.run(source=_BENT + source, key=top.key)
    unchanged(top, west.say(key=top.key), code="journal.entry.malformed")
