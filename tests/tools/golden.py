"""One round of each step by the people of a small county, and reading the golden journals back."""

import base64
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import orjson

from anlan.inspection.services.hazards import ReturnInput, hazard_return
from anlan.kernel.entry import chain_hash
from anlan.platform.journal.receive import Link
from inspection.factories import NOW, World, make_world

FOLDER = Path(__file__).resolve().parent.parent / "vectors" / "golden"


def play() -> World:
    """Register, inspect, find, order, mend, send back, mend again, close; one hazard left in each state."""
    world = make_world()
    world.found()
    world.ordered(now=NOW + timedelta(hours=1))
    world.submitted(now=NOW + timedelta(hours=2))
    world.closed(now=NOW + timedelta(hours=3))
    sent_back = world.submitted(now=NOW + timedelta(hours=4))
    item = ReturnInput(hazard_id=sent_back, note="通道仍未清理", photos=(world.photo("town"),))
    hazard_return(scope=world.scope["town"], item=item, now=NOW + timedelta(days=2))
    return world


@dataclass(frozen=True)
class Golden:
    """A golden journal: its name, its links by node, and the digests its tables had."""

    name: str
    links: dict[str, list[Link]]
    digests: dict[str, str]


def golden_journals() -> Iterator[Golden]:
    """Every golden journal in the folder, oldest first."""
    for file in sorted(FOLDER.glob("journal-*.jsonl.gz")):
        links: dict[str, list[Link]] = {}
        digests: dict[str, str] = {}
        for raw in gzip.decompress(file.read_bytes()).splitlines():
            line = orjson.loads(raw)
            if "digests" in line:
                digests = line["digests"]
                continue
            chain = links.setdefault(line["node"], [])
            digest = bytes.fromhex(line["body_hash"])
            chain.append(
                Link(
                    node=line["node"],
                    seq=line["seq"],
                    entry=line["entry"],
                    body_hash=digest,
                    hash=chain_hash(chain[-1].hash if chain else b"", digest),
                    body=line["body"].encode(),
                    text=line["text"].encode() if line["text"] else None,
                    text_hash=base64.b64decode(line["text_hash"]) if line["text_hash"] else None,
                )
            )
        yield Golden(file.name, links, digests)
