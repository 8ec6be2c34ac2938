"""What the journal's tests share: a scope, drafts of the test context, and a second node made of entries alone."""

import dataclasses
import secrets
from datetime import UTC, datetime, timedelta

from anlan.kernel.entry import Draft, Step, body_bytes, body_hash, born, chain_hash, text_bytes, text_hash
from anlan.kernel.ids import uuid7
from anlan.platform.journal import node
from anlan.platform.journal.receive import Link
from anlan.platform.scope import Scope

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
EAST = "331003001000"
WEST = "331003002000"
SCOPE = Scope(
    person="019a0000-0000-7000-8000-000000000001",
    post="019a0000-0000-7000-8000-000000000002",
    name="测试员",
    rights=frozenset({"journal.decide", "platform.operate", "platform.redact", "vault.reveal"}),
    region="331003",
)


def subject(now=NOW):
    return f"things.thing/{node.new_id(now)}"


def opened(name, subject, region=EAST, **changes):
    draft = Draft("things.thing.opened", subject, region, {"name": name}, {"note": "初次登记"}, step=Step("", "open"))
    return dataclasses.replace(draft, **changes)


def stepped(subject, from_, to, region=EAST, **changes):
    return dataclasses.replace(Draft("things.thing.stepped", subject, region, step=Step(from_, to)), **changes)


class Peer:
    """Another node: bears entries about subjects it has heard of, and hands them over as links."""

    def __init__(self, name="331003002a", start=NOW):
        self.name, self.seq, self.links, self.clock, self.head = name, 0, [], start, b""

    def bear(self, draft, *, tip=None, base=None, standing=None, wall=None):
        self.clock += timedelta(seconds=1)
        moment = int((wall or self.clock).timestamp() * 1000)
        entry = born(
            draft,
            id=uuid7(moment, secrets.token_bytes(10)),
            node=self.name,
            hlc=moment << 16,
            wall=moment,
            actor="019a0000-0000-7000-8000-00000000000a",
            base=base,
            tip=tip,
            standing=standing,
            salt=secrets.token_hex(16),
        )
        body, text = body_bytes(entry), text_bytes(entry)
        kept = text_hash(text)
        self.seq += 1
        whole = body_hash(body, kept)
        self.head = chain_hash(self.head, whole)
        self.links.append(Link(self.name, self.seq, entry.id, whole, self.head, body, text or None, kept))
        return entry
