"""A turn: what one node says to another. Who it is, what it holds, what it lacks, and what the other one lacks.

HTTP carries a turn each way; a file carries one. Nothing in it is an order: whatever arrives twice or late changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db.models import Case, F, Value, When

import anlan
from anlan.kernel.errors import NotAllowed, ProtocolError
from anlan.kernel.nodes import is_node_id, stem
from anlan.kernel.region_codes import region_prefix
from anlan.platform.collector import no_collecting
from anlan.platform.database import writing
from anlan.platform.exchange import accept, select, trust
from anlan.platform.exchange.filing import file_lines, files_take, files_wanted, thumb_lines, thumbs_take, whole_files
from anlan.platform.exchange.models import PeerLink
from anlan.platform.exchange.parts import event, open_part, seal_part, split
from anlan.platform.exchange.vaulting import vault_lines, vault_of, vault_take
from anlan.platform.journal import node, sequence

__all__ = ["Said", "Sealed", "asked", "hear", "link_of", "owes", "said", "say", "wanted"]

TURN_BYTES = 3 * 1024 * 1024
"""Lines of one turn over a network, before they are compressed; a file has no such end."""
_PART_BYTES = 2 * 1024 * 1024
_MOST_ASKED = 200
_MOST_WANTED, _MANY_MOVED = 2000, 1000
"""Subjects asked for in one turn, and those that moved after which a turn ends: what it names can all be asked for."""
_MOST_ASKS, _MOST_KEPT = 8, 10_000
"""How often a subject is asked for before it is given up (the neighbour holds it no more), and how many are kept."""
_MOST_NODES = 10_000
_MOST_SUBJECT = 120
_FARTHEST_MS = 100 * 365 * 86_400_000
"""How far ahead of this clock a turn's number may be (a dead battery says 2099): with a larger one all later ones were old."""
_MARK = re.compile(r"[0-9]{1,15}(?::[0-9a-f]{0,64})?")
_REASON = re.compile(r"[a-z_]{1,20}")
_HEARD = [
    "vector", "refused", "files", "stopped", "turn_at", "version", "offset_ms", "node", "entry_at", "vault_node", "vault_after",
    "wanted", "asked", "heard", "told",
]  # fmt: skip
"""What a neighbour's words change of its row: a carrier's own fields are another's to write."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a turn that was heard said and changed.

    Attributes:
        admitted, values, file_bytes: links, vault values and bytes of attachments that were new here.
        lacking: subjects of which we want the early entries.
        asked: those that the neighbour wants. more: it holds more for us than it sent. stopped: chains not taken, and why.
        headed: it said of itself what it holds.
    """

    link: PeerLink
    admitted: int
    values: int
    file_bytes: int
    lacking: tuple[str, ...]
    asked: tuple[str, ...]
    more: bool
    stopped: Mapping[str, str]
    headed: bool


@dataclass(frozen=True, slots=True)
class Sealed:
    """A part as it travels; `entry`: id of the last entry that it holds whole or as a stub, "" without one."""

    entry: str
    data: bytes


def link_of(key: str) -> PeerLink:
    """The neighbour with this key.

    Raises:
        NotAllowed: "exchange.unknown_peer" for a key that is no neighbour's, "exchange.revoked" for one that was.
    """
    found = PeerLink.objects.filter(key=key).first()
    if found is None:
        raise NotAllowed("exchange.unknown_peer")
    # Of its own region only: a node may say of any key that it was one of those below it, and revoke it.
    spans = {stem(found.node), region_prefix(found.region)}
    if any(row.key == key and row.state == "revoked" for row in trust.statements(spans)):
        raise NotAllowed("exchange.revoked", node=found.node)
    return found


def say(
    link: PeerLink, *, now: datetime, want: Iterable[str] = (), fills: Iterable[str] = (), limit: int | None = TURN_BYTES
) -> Iterator[bytes]:
    """The parts of a turn to a neighbour, by what it said last that it holds. Arguments as of `said`."""
    return (part.data for part in said(link, now=now, want=want, fills=fills, limit=limit))


def said(
    link: PeerLink, *, now: datetime, want: Iterable[str] = (), fills: Iterable[str] = (), limit: int | None = TURN_BYTES,
    ahead: bool = False,
) -> Iterator[Sealed]:
    """The parts of a turn to a neighbour.

    Args:
        want: subjects whose early entries are asked for. fills: those that it asked for.
        limit: bytes of lines after which the turn ends and says that there is more; None: everything.
        ahead: go on from what was given to a carrier that keeps it (`link.sent`) instead of from the neighbour's last word,
            each run and piece in a part of its own; afterwards `link.sent` says how far this turn went.
    """  # fmt: skip
    sequence.sequence_pending()
    vector, refused, sent = orjson.loads(link.vector), orjson.loads(link.refused), orjson.loads(link.sent)
    vector = select.ahead(vector, sent, refused) if ahead else vector
    receiver, part_bytes = region_prefix(link.region), 0 if ahead else _PART_BYTES
    lines, size, gone, moved, named, more, last = list[bytes](), 0, 0, set[str](), set[str](), False, ""
    given, named_now = list(fills), sorted(want)
    for line in (*select.fills(given, receiver), *vault_of(given, receiver)):
        lines.append(line)
        size += len(line)
        if size > _PART_BYTES:
            yield Sealed("", seal_part(lines, link.box_key))
            gone, size, lines = gone + size, 0, []
    if ahead and lines:  # a part with a name holds nothing beside its run: what has gone by that name is not sent again
        yield Sealed("", seal_part(lines, link.box_key))
        gone, size, lines = gone + size, 0, []
    for run in select.runs(vector, refused, receiver):
        full = gone + size > 0 and gone + size + sum(map(len, run.lines)) > (limit or 0)
        if limit is not None and (full or len(moved) >= _MANY_MOVED):
            more = True
            break
        lines += run.lines
        size += sum(map(len, run.lines))
        if refused.get(run.node, "gap") == "gap":
            # Of a chain that waits over there the numbers can't be reached: it would ask again and again.
            moved |= run.moved
        named |= run.files
        sent[run.node], last = run.mark, run.entry
        if size > part_bytes:
            yield Sealed(last, seal_part(lines, link.box_key))
            gone, size, lines, last = gone + size, 0, [], ""
    if counts := select.moved(moved):
        lines.append(event("counts", node.own().id, "counts", counts))
    vault = "vault:" + node.own().id
    values, seen = vault_lines(select.number(vector.get(vault, "0")), receiver)
    sent[vault] = str(seen)
    lines += [*values, _header(link, now=now, want=named_now, more=more or len(values) > 0, vault=seen)]
    yield Sealed(last, seal_part(lines, link.box_key))
    # Last, when entries have gone: a thin line carries what is said before what is shown.
    for some in () if limit is not None and more else _pieces(link, named, receiver, whole=limit is None, each=ahead):
        yield Sealed("", seal_part(some, link.box_key))
    if ahead:
        link.sent = orjson.dumps(sent).decode()
    if named_now or given:
        _asked_and_given(link, named_now, given)


def _pieces(link: PeerLink, named: Collection[str], receiver: str, *, whole: bool, each: bool) -> Iterator[list[bytes]]:
    """Lines with the bytes of attachments, by parts: on a stick whole files, those that its entries name among them."""
    files = orjson.loads(link.files)
    if whole:
        yield from ([line] for line in whole_files(dict.fromkeys(sorted(named), 0) | files, receiver))
        return
    pieces = [*thumb_lines(files, receiver), *file_lines(files, receiver)]
    yield from [[piece] for piece in pieces] if each else [pieces] if pieces else []


def _asked_and_given(link: PeerLink, named: Collection[str], given: Collection[str]) -> None:
    """An ask counts when the neighbour has heard it (`_counted`): over a line that is down nothing is given up."""
    with writing():
        row = _row(link)  # as it is now: a turn of the neighbour may have been heard while this one was made
        held = orjson.loads(row.wanted)
        for subject in set(named) & held.keys():
            n, asks, *since = held[subject]
            held[subject] = [n, asks, since[0] if since and since[0] else row.told]
        link.wanted = orjson.dumps(held).decode()
        link.asked = orjson.dumps([s for s in orjson.loads(row.asked) if s not in set(given)]).decode()
        PeerLink.objects.filter(pk=link.pk).update(wanted=link.wanted, asked=link.asked)


def _row(link: PeerLink) -> PeerLink:
    """A neighbour's row as it stands, and nobody else changes it until this transaction ends."""
    return PeerLink.objects.select_for_update().get(pk=link.pk)


def wanted(link: PeerLink) -> tuple[str, ...]:
    """The subjects to ask a neighbour for: what it told of and has not sent, unless it was asked too often."""
    held = orjson.loads(link.wanted).items()
    return tuple(subject for subject, (_, asks, *_) in held if asks < _MOST_ASKS)[:_MOST_WANTED]


def asked(link: PeerLink) -> tuple[str, ...]:
    """The subjects that a neighbour asked for and was not given yet."""
    return tuple(orjson.loads(link.asked))[:_MOST_WANTED]


def _header(link: PeerLink, *, now: datetime, want: Iterable[str], more: bool, vault: int) -> bytes:
    own, moment = node.own(), int(now.timestamp() * 1000)
    # Above every number told before, also where this clock was put back or the table was: the time alone would not do.
    with writing():
        next_one = Case(When(told__lt=moment, then=Value(moment)), default=F("told") + 1)
        PeerLink.objects.filter(pk=link.pk).update(told=next_one)
        number, heard = PeerLink.objects.values_list("told", "heard").get(pk=link.pk)
    vector = select.marks() | {f"vault:{link.vault_node}": str(link.vault_after)}
    return event("turn", own.id, f"{own.id}:{moment}", {
        "node": own.id, "region": own.region, "version": anlan.__version__, "at": moment, "number": number, "heard": heard,
        "vector": vector, "stopped": orjson.loads(link.stopped), "want": sorted(want), "more": more, "vault": vault,
        "files": files_wanted(now),
    })  # fmt: skip


def owes(link: PeerLink) -> bool:
    """Whether this server holds entries that the neighbour, by what it said last, does not hold and would take."""
    return bool(select.lacking(orjson.loads(link.vector), orjson.loads(link.refused)))


def hear(data: bytes, *, now: datetime, sender: str | None = None) -> Said:
    """Take a turn in: entries, values, and what the neighbour says of itself.

    Args:
        sender: the key that it must come from, where one is expected.
    Raises:
        ProtocolError: "exchange.*" for bytes that can't be read. NotAllowed: as `link_of`; nothing is kept then.
    """
    link, admitted, values, lacking, header = None, 0, 0, dict[str, int](), None
    stopped, went_on, file_bytes = dict[str, str](), set[str](), 0
    for sealed in split(data):
        with no_collecting():
            part = open_part(sealed)
        if part.sender != (sender or part.sender):
            raise ProtocolError("exchange.other_sender")
        sender = part.sender
        link = link or link_of(sender)
        with no_collecting():
            took = accept.runs_accept(part.lines, now)
        admitted += took.admitted
        stopped |= took.stopped
        went_on |= took.went_on
        lacking |= took.wanted
        values += vault_take([line for line in part.lines if line["type"] == "cn.anlan.vault"], link.node, now)
        file_bytes += thumbs_take([line for line in part.lines if line["type"] == "cn.anlan.thumb"], link.node)
        file_bytes += files_take([line for line in part.lines if line["type"] == "cn.anlan.file"], link.node, now)
        for error in took.refused:
            accept.refusal_note(link.node, error, now)
        header = next((line["data"] for line in part.lines if line["type"] == "cn.anlan.turn"), header)
    if link is None:
        raise ProtocolError("exchange.malformed")
    header = header or {}
    named = header.get("want")
    said = tuple(s for s in named if type(s) is str and len(s) <= _MOST_SUBJECT)[:_MOST_WANTED] if type(named) is list else ()
    with writing():
        link = _row(link)  # two workers may hear two of its turns at once: what the later one said stands
        _counted(link, header)
        _keep_asked(link, lacking, said)
        _note(link, header, admitted, _still(link, header, went_on) | stopped, now)
    want = tuple(sorted(s for s in lacking if len(s) <= _MOST_SUBJECT))[:_MOST_WANTED]
    return Said(link, admitted, values, file_bytes, want, said, bool(header.get("more")), stopped, bool(header))


def _counted(link: PeerLink, header: Mapping[str, Any]) -> None:
    """By the number of ours that the neighbour has heard: what was asked up to there was asked once more, and our next turn is
    no old one to it, though this server's tables were put back while its clock was ahead."""
    echo = header.get("heard", link.told if "at" in header else 0)
    if type(echo) is not int or not 0 < echo < 2**61:
        return
    link.told = max(link.told, echo)
    held = orjson.loads(link.wanted)
    for subject, (n, asks, *since) in held.items():
        if since and 0 < since[0] <= echo:
            held[subject] = [n, asks + 1]
    link.wanted = orjson.dumps(held).decode()


def _keep_asked(link: PeerLink, lacking: Mapping[str, int], said: Collection[str]) -> None:
    """Keep what is wanted of a neighbour and what it wants of us: a stick may answer in a week."""
    held = orjson.loads(link.wanted)
    if held or lacking:
        # Told of anew it is asked for anew; what has come is wanted no more.
        held |= {s: held[s] if held.get(s, [0])[0] == n else [n, 0] for s, n in lacking.items() if len(s) <= _MOST_SUBJECT}
        versions = accept.versions_of(list(held))
        kept = {s: one for s, one in held.items() if versions.get(s, 0) < one[0]}
        link.wanted = orjson.dumps(dict(list(kept.items())[:_MOST_KEPT])).decode()
    if said:
        link.asked = orjson.dumps(list(dict.fromkeys([*orjson.loads(link.asked), *said]))[:_MOST_KEPT]).decode()


def _still(link: PeerLink, header: Mapping[str, Any], went_on: Collection[str]) -> dict[str, str]:
    """The chains that were stopped before and have not gone on: people see them until they do."""
    theirs = _marks(header.get("vector")) or orjson.loads(link.vector)
    held = {n: mark.partition(":")[0] for n, mark in select.marks().items()}
    return {
        chain: why
        for chain, why in orjson.loads(link.stopped).items()
        if chain not in went_on and why != "gap" and theirs.get(chain, "0:").partition(":")[0] != held.get(chain, "0")
    }


def _note(link: PeerLink, header: Mapping[str, Any], admitted: int, stopped: Mapping[str, str], now: datetime) -> None:
    """Write down what a neighbour said of itself; its node id may have changed by a restore, never its region.

    What it said before its last word heard here is passed over: whoever plays an old turn again makes no silent neighbour
    look alive, and a stick from last week does not take back what was said since. So is a part without a header, of which a
    stick and a stream have many.
    """
    link.stopped = orjson.dumps(dict(stopped)).decode()
    number = header.get("number")
    known = type(number) is int and 0 < number < int(now.timestamp() * 1000) + _FARTHEST_MS
    fresh = number > link.heard if known else link.heard == 0 and "at" in header
    if not fresh:
        link.entry_at = int(now.timestamp() * 1000) if admitted else link.entry_at
        link.save(update_fields=["entry_at", "wanted", "asked", "stopped", "told"])
        return
    link.heard = number if known else link.heard
    if "vector" in header:
        link.vector = orjson.dumps(_marks(header["vector"])).decode()
        link.refused = orjson.dumps(_reasons(header.get("stopped"))).decode()
        link.files = orjson.dumps(_sizes(header.get("files"))).decode()
    at, name = header.get("at"), header.get("node")
    moment = int(now.timestamp() * 1000)
    version = header.get("version")
    link.turn_at, link.version = moment, version[:40] if type(version) is str and version.isprintable() else link.version
    if type(at) is int and abs(at) < 2**53:
        link.offset_ms = at - moment
    if type(name) is str and is_node_id(name) and stem(name) == region_prefix(link.region):
        link.node = name
    link.entry_at = moment if admitted else link.entry_at
    vault = header.get("vault")
    if type(vault) is int and 0 <= vault < 2**53:
        link.vault_node, link.vault_after = link.node, vault
    link.save(update_fields=_HEARD)


def _sizes(value: Any) -> dict[str, int]:
    if not isinstance(value, Mapping):
        return {}
    return {k: v for k, v in list(value.items())[:_MOST_ASKED] if type(v) is int and len(k) == 64}


def _marks(value: Any) -> dict[str, str]:
    """A version vector as `select.marks` writes it, with the vault's rows; what has another shape is passed over."""
    return {k: v for k, v in _named(value).items() if is_node_id(k.removeprefix("vault:")) and _MARK.fullmatch(v)}


def _reasons(value: Any) -> dict[str, str]:
    return {k: v for k, v in _named(value).items() if is_node_id(k) and _REASON.fullmatch(v)}


def _named(value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping) or len(value) > _MOST_NODES:
        return {}
    return {k: v for k, v in value.items() if type(v) is str}
