"""What a neighbour signs and PostgreSQL would not store: refused with a note, everything else of the turn is taken."""

from __future__ import annotations

import zlib
from base64 import b64encode
from dataclasses import replace
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from anlan.kernel.entry import Draft, body_hash, chain_hash, text_hash
from anlan.kernel.errors import BadInput, ProtocolError
from anlan.platform import vault
from anlan.platform.database import is_sqlite
from anlan.platform.exchange import keys, parts, turn
from anlan.platform.exchange.models import PeerLink
from anlan.platform.exchange.trust import statement_id
from anlan.platform.journal import node
from anlan.platform.journal.models import Head, JournalEntry, JournalSeq
from anlan.platform.journal.receive import Link
from anlan.platform.journal.record import NEW, record
from anlan.platform.scope import SYSTEM
from anlan.platform.vault.models import VaultValue
from journal_app.models import Thing
from platform_helpers import EAST, NOW, Peer, opened, subject

pytestmark = pytest.mark.django_db(transaction=True)
TOWN, SISTER = "331003001a", "331003002a"


class Town(Peer):
    """A town with a key of its own that this server has enrolled."""

    def __init__(self, name: str = TOWN) -> None:
        super().__init__(name)
        self.region = name[:9].ljust(12, "0")
        self._key = Ed25519PrivateKey.generate()
        self.key = self._key.public_key().public_bytes_raw().hex()
        about = f"platform.peer/{statement_id('331003', self.key)}"
        data = {"stem": name[:9], "name": name, "key": self.key, "box_key": keys.box_key(), "relation": "child"}
        draft = Draft("platform.peer.enrolled", about, node.own().region, data)
        record(draft, scope=SYSTEM, now=NOW, base=NEW)
        PeerLink.objects.create(key=self.key, box_key=keys.box_key(), node=name, region=self.region, role="child")

    def bend(self, old: bytes, new: bytes) -> None:
        """Write the last entry in other bytes, as a program that is not this one might."""
        link = self.links.pop()
        body, text = (link.body or b"").replace(old, new), (link.text or b"").replace(old, new) or None
        kept = text_hash(text) if text else None
        whole = body_hash(body, kept)
        before = self.links[-1].hash if self.links else b""
        self.head = chain_hash(before, whole)
        self.links.append(Link(link.node, link.seq, link.entry, whole, self.head, body, text, kept))

    def run(self) -> list[bytes]:
        lines = []
        for one in self.links:
            said = {"body": (one.body or b"").decode()}
            if one.text:
                said |= {"text": one.text.decode(), "text_hash": b64encode(one.text_hash or b"").decode()}
            lines.append(parts.event("entry", self.name, one.entry, said, sequence=str(one.seq)))
        signature = self._key.sign(keys.head_statement(self.name, self.seq, self.head))
        data = {"seq": self.seq, "hash": self.head.hex(), "key": self.key, "region": self.region,
                "signature": b64encode(signature).decode()}  # fmt: skip
        return [*lines, parts.event("head", self.name, f"{self.name}:{self.seq}", data)]

    def header(self, **more: Any) -> bytes:
        data = {"node": self.name, "region": self.region, "version": "1", "at": 0, "vector": {}, **more}
        return parts.event("turn", self.name, "t", data)

    def sealed(self, *lines: bytes) -> bytes:
        packed = zlib.compress(b"\n".join(lines))
        signature = self._key.sign(parts._signed(packed, keys.box_key()))
        sealed = keys.seal_box(bytes.fromhex(self.key) + signature + packed, keys.box_key())
        return parts.MAGIC + len(sealed).to_bytes(4, "big") + sealed


def notes() -> list[str]:
    held = JournalEntry.objects.filter(kind="platform.exchange.refused").order_by("hlc")
    return [orjson.loads(body)["data"]["facts"]["code"] for body in held.values_list("body", flat=True)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"MARK", b"a\\u0000b"),
        (b"MARK", b"\\ud800"),
        (b"MARK", b"\\udc00x"),
        (b'"name"', b'"na\\u0000me"'),
        (b"WORDS", b"\\u0000"),
        (b"WORDS", b"\\\\\\u0000"),
        (b"WORDS", b"\\ud83d."),
    ],
)
def test_an_escaped_nul_or_half_a_character_is_refused_and_noted_and_stops_only_its_chain(
    old: bytes, new: bytes
) -> None:
    town, sister = Town(), Town(SISTER)
    town.bear(replace(opened("MARK", subject()), text={"note": "WORDS"}))
    town.bend(old, new)
    sister.bear(opened("邻镇", subject(), region="331003002000"))
    said = turn.hear(town.sealed(*town.run(), *sister.run(), town.header()), now=NOW)
    assert said.stopped == {TOWN: "refused"} and said.admitted == 1
    assert notes() == ["journal.entry.malformed"]
    assert list(Thing.objects.values_list("name", flat=True)) == ["邻镇"]
    assert not JournalSeq.objects.filter(node=TOWN).exists()
    assert orjson.loads(PeerLink.objects.get(pk=town.key).stopped) == {TOWN: "refused"}


def test_the_six_characters_that_spell_a_nul_are_text_like_any_other() -> None:
    town = Town()
    town.bear(replace(opened(r"阀门\u0000", subject()), text={"note": "\\\\u0000\\"}))
    assert turn.hear(town.sealed(*town.run(), town.header()), now=NOW).stopped == {}
    assert Thing.objects.get().name == r"阀门\u0000"


def test_a_text_longer_than_its_column_stops_only_its_chain() -> None:
    """SQLite keeps a text of any length; where the database has no room for it the turn goes on without that chain."""
    town, sister = Town(), Town(SISTER)
    town.bear(opened("长" * 41, subject()))
    sister.bear(opened("邻镇", subject(), region="331003002000"))
    said = turn.hear(town.sealed(*town.run(), *sister.run(), town.header()), now=NOW)
    assert Thing.objects.filter(name="邻镇").exists()
    if is_sqlite():
        assert said.stopped == {}
    else:
        assert said.stopped == {TOWN: "refused"} and notes() == ["exchange.unreadable"]
        assert not JournalSeq.objects.filter(node=TOWN).exists()


def test_a_reason_in_the_other_side_s_own_words_can_be_noted() -> None:
    town = Town()
    town.bear(opened("阀门", subject()))
    run = town.run()
    head = orjson.loads(run[-1])
    head["data"]["key"] = "\u202e\x07" * 8
    said = turn.hear(town.sealed(*run[:-1], orjson.dumps(head), town.header()), now=NOW)
    assert said.stopped == {TOWN: "refused"} and notes() == ["exchange.key_unknown"]


@pytest.mark.parametrize(
    "line",
    [
        parts.event("counts", TOWN, "counts", {"things.thing/\0": 3}),
        parts.event("vault", TOWN, "v", {"ref": "things.thing/\0", "field": "phone", "hlc": 1, "value": "1"}),
        parts.event("file", TOWN, "f", {"sha256": "a" * 64, "at": 0, "size": 1, "name": "\0", "content": ""}),
        parts.event("turn", TOWN, "t", {"version": "\0", "want": ["\0"], "files": {"\0" * 64: 1}}),
    ],
)
def test_a_nul_beside_the_entries_refuses_the_part(line: bytes) -> None:
    town = Town()
    with pytest.raises(ProtocolError) as refused:
        turn.hear(town.sealed(line, town.header()), now=NOW)
    assert refused.value.code == "exchange.malformed"


@pytest.mark.parametrize(
    "bent",
    [
        {"hlc": 2**63},
        {"hlc": -1},
        {"field": "phone" * 20},
        {"value": "1\u202e3"},
        {"value": "三" * 70, "field": "name"},
    ],
)
def test_a_vault_value_without_room_is_left_out_and_the_others_are_kept(bent: dict[str, Any]) -> None:
    town = Town()
    about = subject()
    town.bear(opened("阀门", about, region=EAST))
    plain = {"ref": about, "field": "phone", "hlc": 7, "value": "13900000001"}
    lines = [parts.event("vault", TOWN, str(n), one) for n, one in enumerate((plain | {"field": "name"} | bent, plain))]
    turn.hear(town.sealed(*town.run(), *lines, town.header()), now=NOW)
    assert vault.use(about, "phone") == "13900000001"
    assert VaultValue.objects.count() == (2 if bent.get("field") == "name" else 1)


@pytest.mark.parametrize("value", ["139\x00", "139\ud800", "139\u202e"])
def test_the_vault_refuses_what_no_door_should_let_through(value: str) -> None:
    with pytest.raises(BadInput) as refused:
        vault.put("things.thing/1", "phone", value, 1)
    assert refused.value.code == "vault.value_unfit" and "字符" in refused.value.message
    assert not VaultValue.objects.exists()
    assert not Head.objects.filter(subject="things.thing/1").exists()
