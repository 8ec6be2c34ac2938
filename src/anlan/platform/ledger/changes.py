"""Which subject types changed since an answer was kept: a mark for each set of types, moved on by the journal itself.

Everybody writes all the time; what was counted of enterprises holds although a hazard was closed meanwhile. A new entry
moves the marks of its own type only, an entry of the platform (redaction, clock, merge decision) those of all types. A
mark is read before the rows it stands for, so an answer can only be newer than its mark.
"""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from typing import Any, NamedTuple

from django.db import connection

_MARK = "SELECT id, last_seq, last_hash FROM journal_node ORDER BY id"
_WAITING = "SELECT COUNT(*), MAX(hlc) FROM journal_unsequenced"
_WAITING_KINDS = "SELECT DISTINCT kind FROM journal_entry WHERE id IN (SELECT entry FROM journal_unsequenced)"
_KINDS = (
    "SELECT DISTINCT e.kind FROM journal_seq s JOIN journal_entry e ON e.id = s.entry WHERE s.node = %s AND s.seq > %s"
)
_SUBJECTS = (
    "SELECT DISTINCT h.subject FROM journal_seq s JOIN journal_entry e ON e.id = s.entry"
    " JOIN journal_head h ON h.sid = e.sid WHERE s.node = %s AND s.seq > %s AND s.seq <= %s"
)
_WAITING_ENTRIES = "SELECT entry::text FROM journal_unsequenced"
_SUBJECTS_OF = (
    "SELECT DISTINCT h.subject FROM journal_entry e JOIN journal_head h ON h.sid = e.sid WHERE e.id = ANY(%s::uuid[])"
)
_NUMBERED = "SELECT COUNT(*) FROM journal_seq WHERE entry = ANY(%s::uuid[])"
_HASH = "SELECT hash FROM journal_seq WHERE node = %s AND seq = %s"
# Beyond this many new entries at once (an import, a night's sleep) everything counts as changed.
_MOST_NEW = 3000
_OF_ALL = "platform"
# The types of the platform whose entries change rows of other subjects (journal/apply_special.py).
_TOUCHING = frozenset({"platform.clock", "platform.redaction", "platform.node"})


class Positions(NamedTuple):
    """How far the journal has been seen.

    Attributes:
        chains: by node, number and hash of its last entry. waiting: entries that had no number yet (PostgreSQL only).
    """

    chains: dict[str, tuple[int, bytes]]
    waiting: frozenset[str]


class Changes:
    """Counts, for each subject type, how often it was seen changed. One per process; its first mark is a random one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._start = secrets.token_bytes(8)
        self._mark: object = None
        self._seen: dict[str, tuple[int, bytes]] = {}
        self._of_all = 0
        self._types: Counter[str] = Counter()

    def mark(self, *types: str) -> bytes:
        """Bytes that are others after every entry of one of `types` (of any type where none is named), and after others
        that may change them."""
        with connection.cursor() as cursor:
            waiting = None
            if connection.vendor != "sqlite":
                # First: an entry that gets its number between the two reads is then in the chain, and not in neither.
                cursor.execute(_WAITING)
                waiting = cursor.fetchone()
            cursor.execute(_MARK)
            nodes = [(node, int(seq), bytes(last_hash)) for node, seq, last_hash in cursor.fetchall()]
            with self._lock:
                if (nodes, waiting) != self._mark:
                    self._move_on(cursor, nodes, bool(waiting and waiting[0]))
                    self._mark = (nodes, waiting)
                counts = [self._of_all, *((self._types[t] for t in types) if types else [self._types.total()])]
        return self._start + repr(counts).encode()

    def since(
        self, seen: Positions | None, subject_type: str, most: int | None = None
    ) -> tuple[Positions, list[str] | None]:
        """Where the chains stand now, and the keys of the subjects of one type that changed since `seen`.

        None for the keys: that can't be told, an entry of the platform may have changed any of them, or a chain grew by more
        than `most` entries (3,000 unless told).
        """
        now, found = self._since(seen, most)
        if found is None or not _TOUCHING.isdisjoint(subject.partition("/")[0] for subject in found):
            return now, None
        head = f"{subject_type}/"
        return now, sorted(subject[len(head) :] for subject in found if subject.startswith(head))

    def subjects_since(self, seen: Positions | None) -> tuple[Positions, set[str] | None]:
        """As `since`, but all subjects ("type/key"), of whatever type; None after any entry of the platform."""
        now, found = self._since(seen)
        return now, None if found is None or any(_of_all(subject) for subject in found) else found

    def _since(self, seen: Positions | None, most: int | None = None) -> tuple[Positions, set[str] | None]:
        with connection.cursor() as cursor:
            # What waits is read first: an entry that gets its number between the two reads is then in the chain.
            waiting = _waiting(cursor)
            cursor.execute(_MARK)
            now = Positions({node: (int(seq), bytes(h)) for node, seq, h in cursor.fetchall()}, waiting)
            if seen is None or seen.chains.keys() != now.chains.keys():
                return now, None
            found: set[str] = set()
            for node, (seq, seen_hash) in seen.chains.items():
                last, last_hash = now.chains[node]
                if (last, last_hash) != (seq, seen_hash):
                    if not self._follows(cursor, node, seq, seen_hash, last, most):
                        return now, None
                    cursor.execute(_SUBJECTS, [node, seq, last])
                    found.update(row[0] for row in cursor.fetchall())
            if waiting != seen.waiting:
                if not _all_numbered(cursor, seen.waiting - waiting):
                    return now, None
                cursor.execute(_SUBJECTS_OF, [list(waiting - seen.waiting)])
                found.update(row[0] for row in cursor.fetchall())
        return now, found

    def _follows(self, cursor: Any, node: str, seq: int, seen_hash: bytes, last: int, most: int | None = None) -> bool:
        """Whether the chain up to `last` continues what was seen, by few enough entries to name them.

        What was seen inside a transaction may have been rolled back, and its number given to another entry.
        """
        cursor.execute(_HASH, [node, seq])
        held = cursor.fetchone()
        return 0 < last - seq <= (most or _MOST_NEW) and (not seq or (held is not None and bytes(held[0]) == seen_hash))

    def _move_on(self, cursor: Any, nodes: list[tuple[str, int, bytes]], waiting: bool) -> None:
        # On PostgreSQL an entry is there before it has its number, and its leaving the queue moves the mark once more.
        types: set[str] | None = set()
        if waiting:
            cursor.execute(_WAITING_KINDS)
            types = {_type_of(row[0]) for row in cursor.fetchall()}
        numbered = self._types_since(cursor, nodes, waiting)
        types = None if numbered is None else types | numbered
        self._seen = {node: (seq, last_hash) for node, seq, last_hash in nodes}
        if types is None or any(t.partition(".")[0] == _OF_ALL for t in types):
            self._of_all += 1
        self._types.update(types or ())

    def _types_since(self, cursor: Any, nodes: list[tuple[str, int, bytes]], waiting: bool) -> set[str] | None:
        """The types of the entries behind those seen last; None where that can't be told.

        Up to the end of the chains as they are now: what waited when the mark was read may have got its number since.
        """
        if set(self._seen) != {node for node, _, _ in nodes}:
            return None
        kinds: set[str] = set()
        for node, last, last_hash in nodes:
            seq, seen_hash = self._seen[node]
            moved = (last, last_hash) != (seq, seen_hash)
            if moved and not self._follows(cursor, node, seq, seen_hash, last):
                return None
            if moved or waiting:
                cursor.execute(_KINDS, [node, seq])
                kinds.update(_type_of(row[0]) for row in cursor.fetchall())
        return kinds


def _of_all(subject: str) -> bool:
    return subject.partition(".")[0] == _OF_ALL


def _waiting(cursor: Any) -> frozenset[str]:
    if connection.vendor == "sqlite":
        return frozenset()
    cursor.execute(_WAITING_ENTRIES)
    return frozenset(row[0] for row in cursor.fetchall())


def _all_numbered(cursor: Any, gone: frozenset[str]) -> bool:
    """Whether the entries that wait no more have their numbers; otherwise some were rolled back after they were seen."""
    if not gone:
        return True
    cursor.execute(_NUMBERED, [list(gone)])
    return bool(cursor.fetchone()[0] == len(gone))


def _type_of(kind: str) -> str:
    return kind.rpartition(".")[0]


CHANGES = Changes()
