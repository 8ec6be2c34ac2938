"""Who this server is: its node id (region and incarnation), its process-wide clock, and the numbers it gives out."""

from __future__ import annotations

import secrets
import threading
from datetime import datetime

from django.db import connection

from anlan.kernel import hlc
from anlan.kernel.errors import Unavailable
from anlan.kernel.ids import uuid7
from anlan.kernel.region_codes import region_prefix
from anlan.platform.database import joining, writing
from anlan.platform.journal.models import Node

_lock = threading.Lock()
_last_hlc = 0
_own: Node | None = None
_MARK_DIGITS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that is taken for another one on paper
_MARK_LENGTH = 6
_NUMBER = (
    "INSERT INTO journal_number (id, last) VALUES (%s, %s)"
    " ON CONFLICT (id) DO UPDATE SET last = journal_number.last + excluded.last RETURNING last"
)


def node_id(region: str, incarnation: int, mark: str = "") -> str:
    """`331003a` for the first incarnation of the county's server, `331003002b7kq4xm` for a town's after a restore.

    Args:
        incarnation: 0 for the first; later ones are one letter further, so that people see which came after which.
        mark: what tells apart two restores that both follow the same incarnation (ADR 0012); "" only for the first.
    """
    stem = region_prefix(region)
    letters = ""
    while True:
        incarnation, rest = divmod(incarnation, 26)
        letters = chr(ord("a") + rest) + letters
        if incarnation == 0:
            return stem + letters + mark
        incarnation -= 1


def own() -> Node:
    """This server's own node row, read once per process.

    Raises:
        Unavailable: "journal.node.not_initialised" before `anlan init`.
    """
    global _own
    if _own is None:
        _own = Node.objects.filter(own=1).order_by("-pk").first()
    if _own is None:
        raise Unavailable("journal.node.not_initialised", permanent=True)
    return _own


def forget() -> None:
    """Read the own node anew (after init, restore, or in another test database)."""
    global _own
    _own = None
    rewind()


def rewind() -> None:
    """Let the process's clock follow the wall again: what it stamped last was too late, and has been put right.

    What is stamped next stays later than everything of its subject.
    """
    global _last_hlc
    with _lock:
        _last_hlc = 0


def start(region: str, known: int = 0) -> Node:
    """Make this server's node: the first one, or after a restore the next incarnation of the same region.

    A restore cannot know what was restored elsewhere from the same backup, so what makes its id unique is drawn here,
    not counted (ADR 0012).

    Args:
        known: how many incarnations of the region the node above knows of.
    """
    with writing():
        before = max(known, Node.objects.filter(region=region).count())
        Node.objects.filter(own=1).update(own=0)
        mark = "".join(secrets.choice(_MARK_DIGITS) for _ in range(_MARK_LENGTH)) if before else ""
        created = Node.objects.create(id=node_id(region, before, mark), own=1, region=region)
    forget()
    return created


def tick(now: datetime, floor: int) -> int:
    """The next hlc of this process: later than its last one, than `floor`, and not before `now`."""
    global _last_hlc
    with _lock:
        _last_hlc = hlc.tick(max(_last_hlc, floor), int(now.timestamp() * 1000))
        return _last_hlc


def next_number(prefix: str, year: int, count: int = 1) -> list[str]:
    """Human numbers `YH-331003a-2026-000123`, after a restore `YH-331003b7kq4xm-2026-000123`.

    Per node incarnation, prefix and year, without gaps that a restore could reuse.
    Must run inside the transaction that records the numbered subject, so that an aborted one gives no number away.
    """
    node = own().id
    with joining(), connection.cursor() as cursor:
        cursor.execute(_NUMBER, [f"{prefix}-{node}-{year}", count])
        last = int(cursor.fetchone()[0])
    return [f"{prefix}-{node}-{year}-{n:06d}" for n in range(last - count + 1, last + 1)]


def new_id(now: datetime) -> str:
    """A new subject id: UUIDv7 text for the moment `now`."""
    return uuid7(int(now.timestamp() * 1000), secrets.token_bytes(10))
