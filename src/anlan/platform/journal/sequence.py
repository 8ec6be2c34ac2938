"""The sequencer: gives entries born here their number and their place in the chain.

On SQLite it runs inside the writing transaction. On PostgreSQL writers only note their entries in `journal_unsequenced`;
after commit, and again by a poller (a failed try-lock can strand an entry), one process at a time empties that table
behind an advisory lock, so that writers never queue for the chain.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from django.conf import settings
from django.db import connection

from anlan.kernel.entry import body_hash, chain_hash
from anlan.platform.database import is_sqlite, writing
from anlan.platform.journal import node, sql

_LOCK_KEY = int.from_bytes(hashlib.sha256(b"anlan.journal.sequence").digest()[:7], "big")
_SEGMENT = 1000
_WAITING = (
    "SELECT u.entry, e.body, e.text_hash, u.hlc FROM journal_unsequenced u JOIN journal_entry e ON e.id = u.entry"
    " ORDER BY u.hlc, u.entry LIMIT %s"
)
_ADVANCE = "UPDATE journal_node SET last_seq = %s, last_hash = %s, last_hlc = %s WHERE id = %s"
_LINK_COLUMNS = ("node", "seq", "entry", "body_hash", "hash")


def append(entries: Sequence[tuple[str, bytes, int]]) -> None:
    """Put (entry id, body hash, hlc) at the end of this server's chain. The caller holds the write lock."""
    own_id = node.own().id
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_seq, last_hash, last_hlc FROM journal_node WHERE id = %s", [own_id])
        last_seq, prev, last_hlc = cursor.fetchone()
    prev = bytes(prev)
    links, bound, algorithm = [], sql.binder(), settings.JOURNAL_HASH
    for entry_id, digest, hlc in entries:
        last_seq, last_hlc = last_seq + 1, max(last_hlc, hlc)
        link = chain_hash(prev, digest, algorithm)
        links.append((own_id, last_seq, bound(entry_id), digest, link))
        prev = link
    sql.insert_rows("journal_seq", _LINK_COLUMNS, links)
    with connection.cursor() as cursor:
        cursor.execute(_ADVANCE, [last_seq, prev, last_hlc, own_id])


def wait(entries: Sequence[tuple[str, int]]) -> None:
    """Note (entry id, hlc) pairs for the sequencer."""
    bound = sql.binder()
    sql.insert_rows("journal_unsequenced", ("entry", "hlc"), [(bound(i), stamp) for i, stamp in entries])


def sequence_pending() -> int:
    """Sequence what waits, oldest hlc first; returns how many. Does nothing where another process is at it."""
    if is_sqlite():
        return 0
    done = 0
    while True:
        with writing():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK_KEY])
                if not cursor.fetchone()[0]:
                    return done
                cursor.execute(_WAITING, [_SEGMENT])
                waiting = cursor.fetchall()
                if not waiting:
                    return done
                append([(str(i), _digest(body, text_hash), hlc) for i, body, text_hash, hlc in waiting])
                cursor.execute("DELETE FROM journal_unsequenced WHERE entry = ANY(%s)", [[w[0] for w in waiting]])
            done += len(waiting)


def _digest(body: str, text_hash: bytes | None) -> bytes:
    """The body hash of a stored entry, from its canonical bytes and the hash of its text."""
    return body_hash(body.encode(), bytes(text_hash) if text_hash is not None else None, settings.JOURNAL_HASH)
