"""What a peer lacks: runs of each chain that it does not hold, whole entries where they concern it, stubs elsewhere."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
from django.db import connection

from anlan.kernel.nodes import stem
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.exchange import keys
from anlan.platform.exchange.models import SignedHead
from anlan.platform.exchange.parts import event
from anlan.platform.journal import sql
from anlan.platform.journal.models import Head, JournalSeq, Node
from anlan.platform.journal.refold import CLOCK_CORRECTED
from anlan.platform.rules.exchange import in_scope

__all__ = ["MOST_RUN", "Run", "ahead", "concerns", "fills", "lacking", "marks", "moved", "number", "runs", "travels_below"]

MOST_LINKS = 1000
MOST_BYTES = 1024 * 1024
MOST_RUN = 20_000
# A node above decides about these, or whoever holds them whole; more of them would change nothing.
_DECIDED = frozenset({"fork", "frozen", "fenced", "stub"})
_OVERLAP = 1000
_MARK = 16
_FILE = re.compile(r'"([0-9a-f]{64})"')
_COLUMNS = "SELECT s.seq, s.entry, s.body_hash, e.body, e.text, e.text_hash, h.subject, h.region, h.former"
_FROM = (
    " FROM journal_seq s LEFT JOIN journal_entry e ON e.id = s.entry LEFT JOIN journal_head h ON h.sid = e.sid"
)
_RUN = f"{_COLUMNS}{_FROM} WHERE s.node = %s AND s.seq > %s AND s.seq <= %s ORDER BY s.seq"
_SIZES = (
    "SELECT s.seq, LENGTH(e.body) + COALESCE(LENGTH(e.text), 0) FROM journal_seq s JOIN journal_entry e ON e.id = s.entry"
    " WHERE s.node = %s AND s.seq > %s AND s.seq <= %s ORDER BY s.seq"
)
_CORRECTIONS = (
    "SELECT s.seq, e.body FROM journal_entry e JOIN journal_seq s ON s.entry = e.id"
    f" WHERE e.kind = '{CLOCK_CORRECTED}' AND s.node = %s AND s.seq > %s AND s.seq <= %s"
)
_FILL = f"{_COLUMNS}, s.node{_FROM}"


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive links of one node that end at a head it signed; `lines` as they travel, `last` its last number.

    `entry`: id of the last one. `mark`: `last` and the hash there, as in `marks`.
    `moved`: subjects among them that stood elsewhere before. `files`: hashes of attachments that its texts name.
    """

    node: str
    first: int
    last: int
    entry: str
    mark: str
    lines: Sequence[bytes]
    moved: frozenset[str]
    files: frozenset[str]


def travels_below() -> frozenset[str]:
    """Subject types of which a node also receives what belongs to the regions above it."""
    return _below(tuple(CATALOGUE.projections.values()))


@cache
def _below(models: tuple[type, ...]) -> frozenset[str]:
    return frozenset(m.SUBJECT for m in models if m.TRAVELS == "below" or m.SCOPED_BY.public or m.SCOPED_BY.above)  # type: ignore[attr-defined]


def marks() -> dict[str, str]:
    """Version vector: node id -> `<last seq>:<first digits of the hash there>`, so that a fork shows on an idle line."""
    held = Node.objects.filter(last_seq__gt=0).values_list("id", "last_seq", "last_hash")
    return {node: f"{seq}:{bytes(digest).hex()[:_MARK]}" for node, seq, digest in held}


def _ours(node_id: str, seq: int) -> str:
    held = JournalSeq.objects.filter(node=node_id, seq=seq).values_list("hash", flat=True).first()
    return bytes(held).hex()[:_MARK] if held is not None else ""


def lacking(vector: Mapping[str, str], stopped: Mapping[str, str]) -> list[tuple[Node, int]]:
    """Each chain of which the peer lacks something, and the number after which to send.

    This server's own first, then from above downward: a chain says whose the keys of those below are.
    """
    found = []
    for node in sorted(Node.objects.filter(last_seq__gt=0), key=lambda n: (not n.own, len(stem(n.id)), n.id)):
        said = vector.get(node.id, "0:")
        after, mark = number(said), said.partition(":")[2]
        if stopped.get(node.id) in _DECIDED:
            continue
        if 0 < after <= node.last_seq and mark != _ours(node.id, after):
            found.append((node, max(0, after - _OVERLAP)))  # two chains under one name: show it where they part
        elif after < node.last_seq:
            found.append((node, after))
    return found


def ahead(theirs: Mapping[str, str], sent: Mapping[str, str], stopped: Mapping[str, str]) -> dict[str, str]:
    """What a neighbour will hold when all that a carrier keeps for it has arrived; a chain that it stopped goes by its word."""
    found = dict(theirs)
    for name, mark in sent.items():
        if stopped.get(name, "gap") == "gap" and number(mark) > number(found.get(name, "0")):
            found[name] = mark
    return found


def number(mark: str) -> int:
    """The number that a mark begins with; 0 where it begins with none."""
    digits = mark.partition(":")[0]
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else 0


def _run_after(node: Node, after: int, receiver: str, most: int, least: int = 0) -> Run | None:
    """The next run of a chain, up to number `least` at least; None where nobody has signed a later head that is held."""
    head = _head(node, after, most, least)
    if head is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_RUN, [node.id, after, head.seq])
        rows = cursor.fetchall()
    below, lines, moved, files = travels_below(), [], set(), set[str]()
    for seq, entry, digest, body, text, text_hash, subject, stands, former in rows:
        whole = body is not None and in_scope(subject.partition("/")[0], _stood(stands, former), receiver, below)
        if whole and former:
            moved.add(subject)
        if whole and text:
            files.update(_FILE.findall(text))
        lines.append(_line(node.id, seq, sql.uuid_text(entry), digest, (body, text, text_hash) if whole else None))
    lines.append(
        event("head", node.id, f"{node.id}:{head.seq}", {
            "seq": head.seq, "hash": bytes(head.hash).hex(), "key": head.key, "region": node.region,
            "signature": b64encode(bytes(head.signature)).decode(),
        })
    )  # fmt: skip
    mark = f"{head.seq}:{bytes(head.hash).hex()[:_MARK]}"
    return Run(node.id, after + 1, head.seq, sql.uuid_text(entry), mark, lines, frozenset(moved), frozenset(files))


def _stood(region: str, former: str | None) -> list[str]:
    return [region, *former.split(",")] if former else [region]


def _line(
    node_id: str, seq: int, entry: str, digest: Any, held: tuple[Any, Any, Any] | None, kind: str = "entry"
) -> bytes:
    if held is None:
        data = {"body_hash": b64encode(bytes(digest)).decode()}
        return event("stub", node_id, entry, data, sequence=str(seq))
    body, text, text_hash = held
    said = {"body": body}
    if text:
        said["text"] = text
    if text_hash is not None:
        said["text_hash"] = b64encode(bytes(text_hash)).decode()
    return event(kind, node_id, entry, said, sequence=str(seq))


def _far(node_id: str, after: int, most: int) -> int:
    """The last number of a run: at most `most` links and `MOST_BYTES`, but one at least. Others cut at the same places."""
    with connection.cursor() as cursor:
        cursor.execute(_SIZES, [node_id, after, after + most])
        rows = cursor.fetchall()
    last, total = after, 0
    for seq, size in rows:
        total += size
        if last > after and total > MOST_BYTES:
            break
        last = seq
    return last


def _head(node: Node, after: int, most: int, least: int) -> SignedHead | None:
    """The signed head up to which to send: of one's own chain made now, of others' the last within reach."""
    if node.own:
        seq = max(_far(node.id, after, most), least)
        digest = JournalSeq.objects.values_list("hash", flat=True).get(node=node.id, seq=seq)
        signature = keys.sign(keys.head_statement(node.id, seq, bytes(digest)))
        return SignedHead(node=node.id, seq=seq, hash=bytes(digest), key=keys.public_key(), signature=signature)
    later = SignedHead.objects.filter(node=node.id, seq__gt=after, seq__gte=least, seq__lte=node.last_seq)
    return later.filter(seq__lte=after + most).order_by("-seq").first() or later.order_by("seq").first()


def runs(vector: Mapping[str, str], stopped: Mapping[str, str], receiver: str) -> Iterator[Run]:
    """Everything a peer lacks, run by run.

    Args:
        vector: what it holds, as `marks` gives it. stopped: chains it does not take. receiver: its region prefix.
    """
    for node, after in lacking(vector, stopped):
        why = stopped.get(node.id, "gap")
        # What puts its clock right goes in one run with what it puts right: the receiver judges them together.
        least = _corrected(node.id, after) if why == "clock" else 0
        # Of a chain that waits (for its clock, for a person) one entry is enough to see whether it goes on.
        waits = why != "gap" and not least
        while after < node.last_seq and (run := _run_after(node, after, receiver, 1 if waits else MOST_LINKS, least)):
            yield run
            after, least = node.last_seq if waits else run.last, 0


def _corrected(node_id: str, after: int) -> int:
    """Number of the last entry of a chain that puts the clock of the one after `after` right; 0 for none within reach."""
    with connection.cursor() as cursor:
        cursor.execute(_CORRECTIONS, [node_id, after, after + MOST_RUN])
        found = [(seq, orjson.loads(body).get("data", {})) for seq, body in cursor.fetchall()]
    covers = (seq for seq, d in found if d["node"] == node_id and d["first"] <= after + 1 <= d["last"])
    return max(covers, default=0)


def moved(subjects: Iterable[str]) -> dict[str, int]:
    """How many entries are held of subjects that stood in other regions before: their early ones may be stubs there."""
    held = Head.objects.filter(subject__in=list(subjects), former__isnull=False)
    return dict(held.values_list("subject", "version"))


def concerns(subjects: Iterable[str], receiver: str) -> bool:
    """Whether one of these subjects is one that a node receives whole."""
    held = Head.objects.filter(subject__in=list(subjects)).values_list("subject", "region", "former")
    below = travels_below()
    return any(in_scope(s.partition("/")[0], _stood(region, former), receiver, below) for s, region, former in held)


def fills(subjects: Sequence[str], receiver: str) -> list[bytes]:
    """Whole entries of subjects of which the peer holds some as stubs; only of those in its scope."""
    wanted = {h.sid: h for h in Head.objects.filter(subject__in=list(subjects))}
    below = travels_below()
    seen = [
        sid for sid, h in wanted.items()
        if in_scope(h.subject.partition("/")[0], _stood(h.region, h.former), receiver, below)
    ]  # fmt: skip
    if not seen:
        return []
    places = ", ".join(["%s"] * len(seen))
    with connection.cursor() as cursor:
        cursor.execute(f"{_FILL} WHERE e.sid IN ({places}) ORDER BY s.node, s.seq", seen)
        rows = cursor.fetchall()
    return [
        _line(node_id, seq, sql.uuid_text(entry), digest, (body, text, text_hash), "fill")
        for seq, entry, digest, body, text, text_hash, _, _, _, node_id in rows
    ]
