"""How each line stands: last entry really received, what is owed either way, clocks, chains that wait and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson

from anlan.kernel import hlc
from anlan.kernel.region_codes import region_prefix
from anlan.platform.exchange.models import PeerLink
from anlan.platform.exchange.trust import revoked_keys
from anlan.platform.journal import node
from anlan.platform.journal.models import Node
from anlan.platform.scope import Scope

__all__ = ["DRIFT_S", "SILENT_AFTER_S", "LineStatus", "lines", "lines_within"]

SILENT_AFTER_S = 180
DRIFT_S = 600
"""Seconds that two honest clocks may differ (docs/explanation/journal.md)."""


@dataclass(frozen=True, slots=True)
class LineStatus:
    """One neighbour.

    Attributes:
        role: "parent" or "child"; state "waiting" until approved, "revoked" when its key counts no more: nobody waits for it.
        entry_at: when an entry of it was last really received; heard_at: when it last said anything (aware UTC or None).
        owed, owing: entries that we hold and it does not, and the other way round, by its last word.
        offset_s: its clock minus ours. stopped: chains not taken here and why; refused: ours that it does not take.
        silent: heard of longer ago than a line may be quiet.
    """

    key: str
    node: str
    region: str
    name: str
    role: str
    state: str
    url: str
    version: str
    entry_at: datetime | None
    heard_at: datetime | None
    owed: int
    owing: int
    offset_s: float | None
    stopped: Mapping[str, str]
    refused: Mapping[str, str]
    silent: bool


def _moment(ms: int | None) -> datetime | None:
    return hlc.to_datetime(ms << 16) if ms is not None else None


def lines(now: datetime) -> list[LineStatus]:
    """Every line of this server, the one above first."""
    links = list(PeerLink.objects.order_by("region", "key"))
    held = dict(Node.objects.filter(last_seq__gt=0).values_list("id", "last_seq")) if links else {}
    gone = revoked_keys() if links else set()
    found = [_line(link, held, gone, now) for link in links]
    return sorted(found, key=lambda line: line.role != "parent")


def lines_within(scope: Scope, now: datetime) -> list[LineStatus]:
    """The lines that concern a person: to nodes of their region, and to those above if they answer for the whole server."""
    own = node.own().region
    return [line for line in lines(now) if scope.covers(line.region) or (line.role == "parent" and scope.covers(own))]


def _line(link: PeerLink, held: Mapping[str, int], gone: Collection[tuple[str, str]], now: datetime) -> LineStatus:
    vector = {n: v for n, v in orjson.loads(link.vector).items() if not n.startswith("vault:")}
    theirs = {n: int(v.partition(":")[0]) for n, v in vector.items() if v.partition(":")[0].isdigit()}
    quiet = link.turn_at is None or now.timestamp() * 1000 - link.turn_at > SILENT_AFTER_S * 1000
    state = "revoked" if (region_prefix(link.region), link.key) in gone else link.state
    return LineStatus(
        link.key, link.node, link.region, link.name, link.role, state, link.url, link.version,
        _moment(link.entry_at), _moment(link.turn_at),
        sum(max(0, seq - theirs.get(n, 0)) for n, seq in held.items()),
        sum(max(0, seq - held.get(n, 0)) for n, seq in theirs.items()),
        link.offset_ms / 1000 if link.offset_ms is not None else None,
        {} if state == "revoked" else orjson.loads(link.stopped),
        {} if state == "revoked" else orjson.loads(link.refused), quiet and state == "open",
    )  # fmt: skip
