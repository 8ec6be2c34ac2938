"""Taking in what a peer sent: every run verified to its signed head before the journal sees it, every refusal kept."""

from __future__ import annotations

import logging
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError

from anlan.kernel.canonical import MAX_INT
from anlan.kernel.deadlines import local_date
from anlan.kernel.entry import Draft, Entry, body_hash, chain_hash
from anlan.kernel.entry_shape import UUID
from anlan.kernel.errors import BadInput, Conflict, NotAllowed, NotFound, ProtocolError
from anlan.kernel.nodes import is_node_id, stem
from anlan.platform.database import writing
from anlan.platform.exchange import keys, trust
from anlan.platform.exchange.filing import files_expect
from anlan.platform.exchange.guard import outside, refuse_overreach, standing, stay_within
from anlan.platform.exchange.models import SignedHead
from anlan.platform.exchange.select import MOST_RUN
from anlan.platform.journal import node, record
from anlan.platform.journal.models import Head, JournalSeq, Node
from anlan.platform.journal.receive import Link, Received, read_link, receive
from anlan.platform.scope import SYSTEM

__all__ = ["Accepted", "refusal_note", "runs_accept", "versions_of"]

log = logging.getLogger(__name__)
_HASH, _SIGNATURE = 32, 64
_MOST_FACT = 200
_AT_ONCE = 500
_MOST_TRIES = 5
_UNREADABLE = (
    LookupError, TypeError, ValueError, AttributeError, ArithmeticError, ValidationError, DataError, IntegrityError, BadInput,
    NotAllowed, NotFound, RecursionError,
)  # fmt: skip
"""What a fold or a table raises about content that is not what its kind says: its sender's fault or a later version's."""


@dataclass(slots=True)
class Accepted:
    """What became of a part: links new here, chains that went on, those that stopped and why, errors, subjects of which
    more is wanted."""

    admitted: int = 0
    went_on: set[str] = field(default_factory=set)
    stopped: dict[str, str] = field(default_factory=dict)
    refused: list[ProtocolError] = field(default_factory=list)
    wanted: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _HeadLine:
    node: str
    seq: int
    hash: bytes
    key: str
    signature: bytes
    region: str


def runs_accept(lines: Sequence[Mapping[str, Any]], now: datetime) -> Accepted:
    """Take the runs, fills and counts among a part's lines; a run that is refused stops its own chain, no other."""
    done, waiting = Accepted(), list[Mapping[str, Any]]()
    filled: dict[str, list[Link]] = {}
    for line in lines:
        match line["type"]:
            case "cn.anlan.entry" | "cn.anlan.stub":
                waiting.append(line)
            case "cn.anlan.head":
                _run(waiting, line, done, now)
                waiting = []
            case "cn.anlan.fill":
                _collect(line, filled, done)
            case "cn.anlan.counts":
                done.wanted |= _lacking(line["data"])
    for node_id, links in filled.items():
        _fill(node_id, links, done, now)
    return done


def _run(lines: Sequence[Mapping[str, Any]], head_line: Mapping[str, Any], done: Accepted, now: datetime) -> None:
    name = "?"
    try:
        head = _head(head_line)
        name = head.node
        if name in done.stopped:
            return
        links = _verified([_link(line, head.node) for line in lines], head)
        if links is None:
            done.stopped[name] = "gap"
            return
        if _hollow(name, links):
            done.stopped[name] = "stub"
            return
        region = _region(name)
        opened = [read_link(one, settings.JOURNAL_HASH) for one in links]
        entries = [entry for entry in opened if entry is not None]
        with _readable(name):
            refuse_overreach(name, region, entries)
        took = _stored(name, region, links, opened, now, head)
        done.admitted += took.admitted
        if took.stopped:
            done.stopped[name] = took.stopped
        else:
            done.went_on.add(name)
    except ProtocolError as error:
        done.stopped[name] = "refused"
        done.refused.append(error)


def _stored(
    name: str,
    region: str,
    links: Sequence[Link],
    opened: Sequence[Entry | None],
    now: datetime,
    head: _HeadLine | None = None,
) -> Received:
    """Admit links, keep the head and note the files that they name; anew where somebody else made a subject meanwhile."""
    entries = [entry for entry in opened if entry is not None]
    for left in reversed(range(_MOST_TRIES)):
        with _readable(name, again=left > 0), writing():
            before = standing(entries)
            took = receive(links, region=region, now=now, opened=opened)
            stay_within(name, region, before)
            if head is not None:
                _keep_head(head)
            files_expect(entries)
            return took
    raise AssertionError("the last try returns or raises")


def _region(name: str) -> str:
    held = Node.objects.filter(pk=name).values_list("region", flat=True).first()
    return held or stem(name).ljust(12, "0")


def _hollow(name: str, links: Sequence[Link]) -> bool:
    """Whether stubs would be new here of a node below: everything of it comes whole, from itself if not from this sender.

    Taken as stubs they would never be sent again, and their bodies would come past what is asked of a run.
    """
    span, mine = stem(name), stem(node.own().id)
    if span == mine or not span.startswith(mine):
        return False
    last = Node.objects.filter(pk=name).values_list("last_seq", flat=True).first() or 0
    return any(one.body is None and one.seq > last for one in links)


@contextmanager
def _readable(name: str, *, again: bool = False) -> Iterator[None]:
    """What can't be stored or folded is refused like everything else: it stops its own chain and is seen, no more.

    Args:
        again: another try follows, so a subject that somebody else moved on meanwhile is passed over.
    """
    try:
        yield
    except Conflict as error:
        if not again:
            raise ProtocolError("exchange.unreadable", node=name, why=error.code) from error
    except _UNREADABLE as error:
        log.warning("exchange: entries of %s can't be taken", name, exc_info=True)
        raise ProtocolError("exchange.unreadable", node=name, why=type(error).__name__) from error


def _head(line: Mapping[str, Any]) -> _HeadLine:
    data, source = line["data"], _source(line)
    seq, region, key = data.get("seq"), data.get("region"), data.get("key")
    if not is_node_id(source) or type(seq) is not int or not 0 < seq < 2**53 or type(region) is not str or type(key) is not str:
        raise ProtocolError("exchange.malformed")
    return _HeadLine(source, seq, _hex(data.get("hash")), key, _bytes(data.get("signature"), _SIGNATURE), region)


def _source(line: Mapping[str, Any]) -> str:
    """Whose line it says it is; "" where that is no text (what is nested deep enough can't even be printed)."""
    said = line.get("source")
    return said.removeprefix("/nodes/") if type(said) is str else ""


def _hex(text: Any) -> bytes:
    try:
        return bytes.fromhex(text)
    except (TypeError, ValueError) as error:
        raise ProtocolError("exchange.malformed") from error


def _bytes(text: Any, size: int) -> bytes:
    try:
        found = b64decode(text, validate=True)
    except (TypeError, ValueError, NotBase64) as error:
        raise ProtocolError("exchange.malformed") from error
    if len(found) != size:
        raise ProtocolError("exchange.malformed")
    return found


def _link(line: Mapping[str, Any], node_id: str) -> Link:
    """A line's link, its hash in the chain still open; body hashes are computed, only a stub's is said."""
    data, seq, entry = line["data"], line.get("sequence"), line.get("id")
    if line.get("source") != f"/nodes/{node_id}" or type(entry) is not str or type(seq) is not str:
        raise ProtocolError("exchange.malformed")
    if not seq.isascii() or not seq.isdigit() or len(seq) > 15:
        raise ProtocolError("exchange.malformed")
    if line["type"] == "cn.anlan.stub":
        return Link(node_id, int(seq), _uuid(entry), _bytes(data.get("body_hash"), _HASH), b"")
    try:
        body, text = data["body"].encode(), (data.get("text") or "").encode() or None
    except (KeyError, AttributeError, UnicodeEncodeError) as error:
        raise ProtocolError("exchange.malformed") from error
    kept = _bytes(data["text_hash"], _HASH) if "text_hash" in data else None
    digest = body_hash(body, kept, settings.JOURNAL_HASH)
    return Link(node_id, int(seq), _uuid(entry), digest, b"", body, text, kept)


def _uuid(text: str) -> str:
    if not UUID.fullmatch(text):
        raise ProtocolError("exchange.malformed")
    return text


def _verified(links: Sequence[Link], head: _HeadLine) -> list[Link] | None:
    """The links with their hashes, if they lead from what is held here to the signed head; None if what is before is not held.

    Raises:
        ProtocolError: "exchange.key_unknown", "exchange.signature", "exchange.chain".
    """
    if not trust.keys_of(head.node).signs(head.key, head.seq):
        raise ProtocolError("exchange.key_unknown", node=head.node, key=head.key[:16])
    if not keys.signed_by(head.key, head.signature, keys.head_statement(head.node, head.seq, head.hash)):
        raise ProtocolError("exchange.signature", node=head.node)
    if not links or len(links) > MOST_RUN or [one.seq for one in links] != list(range(links[0].seq, head.seq + 1)):
        raise ProtocolError("exchange.chain", node=head.node, seq=head.seq)
    first = links[0].seq
    held = JournalSeq.objects.filter(node=head.node, seq=first - 1).values_list("hash", flat=True).first()
    if first > 1 and held is None:
        return None
    prev, algorithm = bytes(held) if held is not None else b"", settings.JOURNAL_HASH
    chained = []
    for one in links:
        prev = chain_hash(prev, one.body_hash, algorithm)
        chained.append(Link(one.node, one.seq, one.entry, one.body_hash, prev, one.body, one.text, one.text_hash))
    if prev != head.hash:
        raise ProtocolError("exchange.chain", node=head.node, seq=head.seq)
    return chained


def _keep_head(head: _HeadLine) -> None:
    """Keep the signature, with which the chain can be carried on, if all of it was admitted."""
    own = JournalSeq.objects.filter(node=head.node, seq=head.seq).values_list("hash", flat=True).first()
    if own is None or bytes(own) != head.hash:
        return
    row = SignedHead(node=head.node, seq=head.seq, hash=head.hash, key=head.key, signature=head.signature)
    SignedHead.objects.bulk_create([row], ignore_conflicts=True)


def _collect(line: Mapping[str, Any], filled: dict[str, list[Link]], done: Accepted) -> None:
    try:
        name = _source(line)
        filled.setdefault(name, []).append(_link(line, name))
    except ProtocolError as error:
        done.refused.append(error)


def _fill(node_id: str, links: Sequence[Link], done: Accepted, now: datetime) -> None:
    """Bodies for stubs: the chain held here proves them, so no head travels with them."""
    places: dict[int, tuple[bytes, bytes]] = {}
    for some in _portions([one.seq for one in links]):
        rows = JournalSeq.objects.filter(node=node_id, seq__in=some).values_list("seq", "body_hash", "hash")
        places |= {seq: (bytes(digest), bytes(link)) for seq, digest, link in rows}
    known = []
    for one in links:
        if one.seq not in places:
            continue
        digest, chained = places[one.seq]
        if one.body_hash != digest:
            # Not a second body of the node: nothing here is signed by it.
            done.refused.append(ProtocolError("exchange.chain", node=node_id, seq=one.seq))
            continue
        known.append(Link(one.node, one.seq, one.entry, one.body_hash, chained, one.body, one.text, one.text_hash))
    region = _region(node_id)
    try:
        with _readable(node_id):
            opened = [read_link(one, settings.JOURNAL_HASH) for one in known]
            if overreach := outside(node_id, region, [entry for entry in opened if entry is not None]):
                raise overreach
        _stored(node_id, region, known, opened, now)
    except ProtocolError as error:
        done.refused.append(error)


def _lacking(counts: Mapping[str, Any]) -> dict[str, int]:
    """The subjects of which the sender holds more entries whole than are held here, with its number."""
    said = {subject: count for subject, count in counts.items() if type(count) is int}
    held = versions_of(list(said))
    return {subject: count for subject, count in said.items() if held.get(subject, 0) < count <= MAX_INT}


def versions_of(subjects: list[str]) -> dict[str, int]:
    """How many entries are held of each of these subjects; unknown ones are absent."""
    held: dict[str, int] = {}
    for some in _portions(subjects):
        held |= dict(Head.objects.filter(subject__in=some).values_list("subject", "version"))
    return held


def _portions(values: list[Any]) -> Iterator[list[Any]]:
    """Not more at once than a statement can name."""
    return (values[at : at + _AT_ONCE] for at in range(0, len(values), _AT_ONCE))


def refusal_note(name: str, error: ProtocolError, now: datetime) -> None:
    """Write into the journal that something sent under a node's name was refused: once a day for each reason."""
    about = name if is_node_id(name) else "unknown"
    own = node.own()
    log.warning("exchange: refused from %s: %s %s", about, error.code, error.facts)
    facts = {"code": error.code, **{k: _fact(v) for k, v in error.facts.items() if isinstance(v, str | int)}}
    subject, once = f"platform.exchange/{own.id}:{about}", f"{error.code}:{local_date(now)}"
    draft = Draft("platform.exchange.refused", subject, own.region, {"facts": facts}, once=once)
    for left in reversed(range(_MOST_TRIES)):
        try:
            record.record(draft, scope=SYSTEM, now=now, base=None)
            return
        except Conflict:  # another worker refuses the same at this moment; a note must not end the turn
            if not left:
                log.error("exchange: that was not noted: %s", subject)


def _fact(value: str | int) -> str | int:
    """A fact as an entry may hold it: its words are the sender's."""
    if isinstance(value, int) and abs(value) <= MAX_INT:
        return value
    return "".join(c if c.isprintable() else "?" for c in str(value)[:_MOST_FACT])
