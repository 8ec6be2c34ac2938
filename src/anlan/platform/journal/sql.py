"""The journal's hot statements, written out. The ORM would spend more time composing them than the database running them.

Both databases understand all of them; only how a UUID is bound differs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from django.db import connection

from anlan.kernel.errors import Conflict
from anlan.platform.database import is_sqlite

_HEAD_CHANGING = (
    "version", "last_hlc", "last_node", "last_id", "tip", "state", "region", "drill",
    "settled", "stalled", "legal", "open", "former",
)  # fmt: skip
_HEAD_COLUMNS = ("subject", *_HEAD_CHANGING)
_UUIDS = (_HEAD_CHANGING.index("last_id"), _HEAD_CHANGING.index("tip"))
_ENTRY_COLUMNS = (
    "id", "sid", "node", "hlc", "kind", "actor", "once", "body", "text", "text_hash", "received_at",
)  # fmt: skip
_SWAP = f"UPDATE journal_head SET {', '.join(f'{c} = %s' for c in _HEAD_CHANGING)} WHERE sid = %s AND version = %s"
_rest = itemgetter(*_ENTRY_COLUMNS[1:])
_CHUNK = 60
MOST_KEYS = 500
"""Keys looked up by one statement."""


@dataclass(slots=True)
class HeadRow:
    """A row of `Head` without the ORM's weight; the same names, UUIDs as text. `sid` 0: not inserted yet."""

    sid: int
    subject: str
    version: int
    last_hlc: int
    last_node: str
    last_id: str | None
    tip: str | None
    state: str | None
    region: str
    drill: int
    settled: int
    stalled: int
    legal: str | None
    open: str | None
    former: str | None = None

    def stand_in(self, region: str) -> None:
        """The subject stands in `region` (12 digits) now; where it stood before stays known."""
        if region != self.region:
            self.stood_in(self.region)
            self.region = region

    def stood_in(self, region: str) -> None:
        """The subject stood in `region` at some time."""
        held = self.former.split(",") if self.former else []
        if region not in held:
            self.former = ",".join(sorted([*held, region]))


def new_head(subject: str, region: str, drill: int) -> HeadRow:
    """The head of a subject that has no entry yet."""
    return HeadRow(0, subject, 0, 0, "", None, None, None, region, drill, 1, 0, None, None)


def bind(uid: Any) -> Any:
    """A UUID (text or object) as this database binds it."""
    return None if uid is None else binder()(uid)


def binder() -> Callable[[Any], str]:
    """`bind` for many UUIDs, none of them None: which database it is, is asked once."""
    return _hex if is_sqlite() else str


def _hex(uid: Any) -> str:
    return uid.replace("-", "") if type(uid) is str else str(uid).replace("-", "")


def uuid_text(raw: Any) -> str:
    """A UUID as the database hands it over (32 hex digits or an object), as 36 characters."""
    if type(raw) is not str:
        return str(raw)
    return f"{raw[:8]}-{raw[8:12]}-{raw[12:16]}-{raw[16:20]}-{raw[20:]}"


def _changing(heads: Iterable[HeadRow]) -> list[list[Any]]:
    """The values of `_HEAD_CHANGING` of each head."""
    bound, read = binder(), attrgetter(*_HEAD_CHANGING)
    found = []
    for head in heads:
        values = list(read(head))
        for i in _UUIDS:
            if values[i] is not None:
                values[i] = bound(values[i])
        found.append(values)
    return found


@cache
def _insert(table: str, columns: tuple[str, ...], rows: int, tail: str = "") -> str:
    one = f"({', '.join(['%s'] * len(columns))})"
    names = ", ".join(f'"{c}"' for c in columns)
    return f'INSERT INTO "{table}" ({names}) VALUES {", ".join([one] * rows)}{tail}'


def insert_rows(table: str, columns: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
    """Insert prepared rows; on PostgreSQL some dozens a statement, since each one is a journey to the server."""
    with connection.cursor() as cursor:
        if is_sqlite() and len(rows) > 1:
            cursor.executemany(_insert(table, columns, 1), rows)
            return
        for start in range(0, len(rows), _CHUNK):
            chunk = rows[start : start + _CHUNK]
            cursor.execute(_insert(table, columns, len(chunk)), [v for row in chunk for v in row])


def each(statement: str, values: Sequence[Sequence[Any]]) -> int:
    """Run one UPDATE for each list of values, in their order; the number of rows touched."""
    with connection.cursor() as cursor:
        if len(values) == 1:
            cursor.execute(statement, values[0])
        elif values:
            cursor.executemany(statement, values)
        return int(cursor.rowcount) if values else 0


def heads_of(subjects: Sequence[str], *, hold: bool = False) -> dict[str, HeadRow]:
    """The heads held of these subjects.

    Args:
        hold: nobody else may move them on before this transaction ends; `subjects` are sorted then.
    """
    found: dict[str, HeadRow] = {}
    # In the order in which `swap_heads` goes, whatever the database's own order of texts: nobody waits in a circle.
    tail = ' ORDER BY subject COLLATE "C" FOR UPDATE' if hold and not is_sqlite() else ""
    for start in range(0, len(subjects), MOST_KEYS):
        chunk = subjects[start : start + MOST_KEYS]
        for head in _heads(f"subject IN ({', '.join(['%s'] * len(chunk))}){tail}", chunk):
            found[head.subject] = head
    return found


def heads_after(sid: int, limit: int) -> list[HeadRow]:
    """The next heads in the order of `sid`."""
    return _heads("sid > %s ORDER BY sid LIMIT %s", [sid, limit])


def heads_by_sid(sids: Iterable[int]) -> list[HeadRow]:
    """The heads of these subjects in the order of `sid`."""
    wanted, found = sorted(set(sids)), []
    for start in range(0, len(wanted), MOST_KEYS):
        chunk = wanted[start : start + MOST_KEYS]
        found += _heads(f"sid IN ({', '.join(['%s'] * len(chunk))}) ORDER BY sid", chunk)
    return found


def _heads(where: str, params: Sequence[Any]) -> list[HeadRow]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT sid, {', '.join(_HEAD_COLUMNS)} FROM journal_head WHERE {where}", params)
        heads = [HeadRow(*raw) for raw in cursor.fetchall()]
    for head in heads:
        if head.last_id is not None:
            head.last_id = uuid_text(head.last_id)
        if head.tip is not None:
            head.tip = uuid_text(head.tip)
    return heads


class Place(NamedTuple):
    """A number of a node's chain that is held: which entry stands there, both hashes."""

    seq: int
    entry: str
    body_hash: bytes
    hash: bytes


def places_of(node: str, seqs: Sequence[int]) -> dict[int, Place]:
    """The places of a node's chain that are held among these numbers."""
    found = _among("SELECT seq, entry, body_hash, hash FROM journal_seq WHERE node = %s AND seq IN", seqs, node)
    return {seq: Place(seq, uuid_text(entry), bytes(body), bytes(link)) for seq, entry, body, link in found}


def numbered(bound: Sequence[str]) -> set[str]:
    """Those of these entries (ids as the database binds them) that have a place in a chain held here."""
    return {uuid_text(raw) for (raw,) in _among("SELECT entry FROM journal_seq WHERE entry IN", bound)}


def texts_held(bound: Sequence[str]) -> dict[str, tuple[int, bool]]:
    """Those of these entries that are held: their subject's number, and whether their text is held too."""
    found = _among("SELECT id, sid, text IS NOT NULL FROM journal_entry WHERE id IN", bound)
    return {uuid_text(raw): (sid, bool(told)) for raw, sid, told in found}


def blanked(bound: Sequence[str]) -> set[str]:
    """Those of these entries whose text a redaction held here has erased."""
    found = _among("SELECT entry FROM journal_redaction WHERE entry IN", bound)
    return {uuid_text(raw) for (raw,) in found}


def _among(asked: str, keys: Iterable[Any], *before: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement that ends with IN, for any number of keys."""
    wanted, found = list(keys), []
    with connection.cursor() as cursor:
        for start in range(0, len(wanted), MOST_KEYS):
            chunk = wanted[start : start + MOST_KEYS]
            cursor.execute(f"{asked} ({', '.join(['%s'] * len(chunk))})", [*before, *chunk])
            found += cursor.fetchall()
    return found


def insert_heads(heads: Sequence[HeadRow]) -> None:
    """Insert new heads with their final values and learn their `sid`.

    Raises:
        Conflict: "journal.subject_exists" where another writer was faster; the transaction must end.
    """
    with connection.cursor() as cursor:
        for start in range(0, len(heads), _CHUNK):
            chunk = heads[start : start + _CHUNK]
            tail = ' ON CONFLICT ("subject") DO NOTHING RETURNING "subject", "sid"'
            statement = _insert("journal_head", _HEAD_COLUMNS, len(chunk), tail)
            rows = zip(chunk, _changing(chunk), strict=True)
            cursor.execute(statement, [v for head, values in rows for v in (head.subject, *values)])
            given = dict(cursor.fetchall())
            for head in chunk:
                if head.subject not in given:
                    raise Conflict("journal.subject_exists", subject=head.subject)
                head.sid = given[head.subject]


def swap_heads(pairs: Sequence[tuple[HeadRow, int]]) -> None:
    """Compare-and-set: write each head if its version is still the one given.

    Raises:
        Conflict: "journal.conflict" when any head moved on; the transaction must end.
    """
    changing = zip(_changing(head for head, _ in pairs), pairs, strict=True)
    if each(_SWAP, [[*values, head.sid, seen] for values, (head, seen) in changing]) == len(pairs):
        return
    held = heads_of([head.subject for head, _ in pairs])
    for head, seen in pairs:
        if held.get(head.subject) != head:
            raise Conflict("journal.conflict", subject=head.subject, seen=seen, held=None)
    raise AssertionError("heads were written, and counted otherwise")


def onces_of(sids: Iterable[int], onces: Sequence[str]) -> list[tuple[int, str]]:
    """Which of these keys were used on which of these subjects."""
    wanted, keys, found = sorted(set(sids)), sorted(set(onces)), []
    with connection.cursor() as cursor:
        for start in range(0, len(wanted) if keys else 0, MOST_KEYS):
            chunk = wanted[start : start + MOST_KEYS]
            for first in range(0, len(keys), MOST_KEYS):
                some = keys[first : first + MOST_KEYS]
                cursor.execute(
                    f"SELECT sid, once FROM journal_entry WHERE sid IN ({', '.join(['%s'] * len(chunk))})"
                    f" AND once IN ({', '.join(['%s'] * len(some))})",
                    [*chunk, *some],
                )
                found += cursor.fetchall()
    return found


def insert_entries(entries: Sequence[Mapping[str, Any]]) -> None:
    """Insert entries: every column by its name, `id` as text."""
    bound = binder()
    insert_rows("journal_entry", _ENTRY_COLUMNS, [[bound(e["id"]), *_rest(e)] for e in entries])
