"""The end of this server's journal: entries after a place in its own chain, for those who follow it as it grows.

The place is the number in the own node's chain: it never changes, grows by one with every entry born here, and an entry
that has one is committed (on PostgreSQL the sequencer gives it after the commit). A restore starts a new incarnation,
whose numbers begin anew, so a place always names its node.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from anlan.kernel import hlc
from anlan.platform.journal import node

_COLUMNS = (
    "SELECT s.seq, e.kind, h.subject, e.hlc FROM journal_seq s JOIN journal_entry e ON e.id = s.entry"
    " JOIN journal_head h ON h.sid = e.sid WHERE s.node = %s AND s.seq > %s AND s.seq <= %s"
)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the chain of a node: everything up to and with number `seq`."""

    node: str
    seq: int

    def __str__(self) -> str:
        return f"{self.node}:{self.seq}"


@dataclass(frozen=True, slots=True)
class Passed:
    """One entry as it goes by: its number, kind, subject (`sensing.alarm/<id>`) and when it was recorded."""

    seq: int
    kind: str
    subject: str
    at: datetime


def place_read(text: str) -> Place | None:
    """The place that a text names, None where it is none."""
    name, _, number = text.partition(":")
    return Place(name, int(number)) if name and number.isascii() and number.isdigit() and len(number) < 19 else None


def place_now() -> Place:
    """The end of this server's chain."""
    own = node.own().id
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_seq FROM journal_node WHERE id = %s", [own])
        return Place(own, cursor.fetchone()[0])


def passed_between(start: Place, end: Place, kinds: Collection[str], limit: int) -> list[Passed]:
    """Entries of `kinds` after `start`, up to and with `end`, in order; at most `limit`.

    Args:
        start, end: places in the chain of the same node.
    """
    if not kinds or end.seq <= start.seq:
        return []
    marks = ", ".join(["%s"] * len(kinds))
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_COLUMNS} AND e.kind IN ({marks}) ORDER BY s.seq LIMIT %s",
            [start.node, start.seq, end.seq, *sorted(kinds), limit],
        )
        found = cursor.fetchall()
    return [Passed(seq, kind, subject, hlc.to_datetime(stamp)) for seq, kind, subject, stamp in found]
