"""Taking in what a peer sent: every run verified to its signed head before the journal sees it, every refusal kept."""

from __future__ import annotations

import logging
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DataError

from anlan.kernel.canonical import json_violations
from anlan.kernel.deadlines import local_date
from anlan.kernel.entry import Draft, Entry, body_hash, chain_hash
from anlan.kernel.entry_shape import UUID
from anlan.kernel.errors import Conflict, ProtocolError
from anlan.kernel.nodes import is_node_id, stem
from anlan.platform.database import writing
from anlan.platform.exchange import keys, trust
from anlan.platform.exchange.filing import files_expect
from anlan.platform.exchange.guard import refuse_overreach
from anlan.platform.exchange.models import SignedHead
from anlan.platform.journal import node, record
from anlan.platform.journal.models import Head, JournalSeq, Node
from anlan.platform.journal.receive import Link, Received, read_link, receive
from anlan.platform.scope import SYSTEM

__all__ = ["Accepted", "refusal_note", "runs_accept"]

log = logging.getLogger(__name__)
_HASH, _SIGNATURE = 32, 64
_MOST_RUN = 20_000
_MOST_TRIES = 5
_UNFIT = (DataError, OverflowError)
"""PostgreSQL's word for a text too long or a number too large for its column, and SQLite's driver's for the number."""


@dataclass(slots=True)
class Accepted:
    """What became of a part: links new here, chains that went on, those that stopped and why, errors, subjects of which
    more is wanted."""

    admitted: int = 0
    went_on: set[str] = field(default_factory=set)
    stopped: dict[str, str] = field(default_factory=dict)
    refused: list[ProtocolError] = field(default_factory=list)
    wanted: set[str] = field(default_factory=set)


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
        held = Node.objects.filter(pk=name).values_list("region", flat=True).first()
        region = held or stem(name).ljust(12, "0")
        opened = [read_link(one, settings.JOURNAL_HASH) for one in links]
        entries = [entry for entry in opened if entry is not None]
        refuse_overreach(name, region, entries)
        took = _stored(links, region, now, opened, head)
        done.admitted += took.admitted
        if took.stopped:
            done.stopped[name] = took.stopped
        else:
            done.went_on.add(name)
    except ProtocolError as error:
        done.stopped[name] = "refused"
        done.refused.append(error)
    except _UNFIT as error:
        done.stopped[name] = "refused"
        done.refused.append(_unstorable(name, error))


def _stored(
    links: Sequence[Link], region: str, now: datetime, opened: Sequence[Entry | None], head: _HeadLine | None = None
) -> Received:
    """Admit links, keep the head and note the files that they name; anew where somebody else made a subject meanwhile."""
    for left in reversed(range(_MOST_TRIES)):
        try:
            with writing():
                took = receive(links, region=region, now=now, opened=opened)
                if head is not None:
                    _keep_head(head)
                files_expect(entry for entry in opened if entry is not None)
            return took
        except Conflict:
            if not left:
                raise
    raise AssertionError("the last try returns or raises")


def _unstorable(name: str, error: Exception) -> ProtocolError:
    """What this database has no room for stops its own chain and not the turn: the other chains go on, and people see it."""
    log.warning("exchange: the database does not take what %s wrote: %s", name, error)
    return ProtocolError("exchange.unstorable", node=name)


def _head(line: Mapping[str, Any]) -> _HeadLine:
    data, source = line["data"], str(line.get("source", "")).removeprefix("/nodes/")
    seq, region = data.get("seq"), data.get("region")
    if not is_node_id(source) or type(seq) is not int or not 0 < seq < 2**53 or type(region) is not str:
        raise ProtocolError("exchange.malformed")
    return _HeadLine(
        source, seq, _hex(data.get("hash")), str(data.get("key")), _bytes(data.get("signature"), _SIGNATURE), region
    )


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
    if not links or len(links) > _MOST_RUN or [one.seq for one in links] != list(range(links[0].seq, head.seq + 1)):
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
        name = str(line.get("source", "")).removeprefix("/nodes/")
        filled.setdefault(name, []).append(_link(line, name))
    except ProtocolError as error:
        done.refused.append(error)


def _fill(node_id: str, links: Sequence[Link], done: Accepted, now: datetime) -> None:
    """Bodies for stubs: the chain held here proves them, so no head travels with them."""
    rows = JournalSeq.objects.filter(node=node_id, seq__in=[one.seq for one in links])
    places = {seq: (bytes(digest), bytes(link)) for seq, digest, link in rows.values_list("seq", "body_hash", "hash")}
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
    try:
        opened = [read_link(one, settings.JOURNAL_HASH) for one in known]
        _stored(known, stem(node_id).ljust(12, "0"), now, opened)
    except ProtocolError as error:
        done.refused.append(error)
    except _UNFIT as error:
        done.refused.append(_unstorable(node_id, error))


def _lacking(counts: Mapping[str, Any]) -> set[str]:
    """The subjects of which the sender holds more entries whole than are held here."""
    said = {subject: count for subject, count in counts.items() if type(count) is int}
    held = dict(Head.objects.filter(subject__in=list(said)).values_list("subject", "version"))
    return {subject for subject, count in said.items() if count > held.get(subject, 0)}


def refusal_note(name: str, error: ProtocolError, now: datetime) -> None:
    """Write into the journal that something sent under a node's name was refused: once a day for each reason."""
    about = name if is_node_id(name) else "unknown"
    own = node.own()
    log.warning("exchange: refused from %s: %s %s", about, error.code, error.facts)
    said = {k: v for k, v in error.facts.items() if isinstance(v, str | int)}
    # A fact may be the other side's own words, which the journal would refuse.
    facts = {"code": error.code, **{k: v if not json_violations(v, k) else repr(v) for k, v in said.items()}}
    subject, once = f"platform.exchange/{own.id}:{about}", f"{error.code}:{local_date(now)}"
    draft = Draft("platform.exchange.refused", subject, own.region, {"facts": facts}, once=once)
    record.record(draft, scope=SYSTEM, now=now, base=None)
