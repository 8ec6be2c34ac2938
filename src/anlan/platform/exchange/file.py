"""Turns on a stick: the same sealed parts in a file. Whoever carries it can neither read nor alter it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db.models import Q

from anlan.kernel.errors import AnlanError, BadInput, NotAllowed, NotFound, ProtocolError, Unavailable
from anlan.platform.exchange import http, turn
from anlan.platform.exchange.models import PeerLink
from anlan.platform.exchange.parts import HEAD_BYTES, joined, part_length

__all__ = ["Imported", "export_file", "forward_file", "hand_in", "import_file", "link_named"]

_TURN = 3 * 1024 * 1024


@dataclass(slots=True)
class Imported:
    """What a file brought: parts read, links and values that were new, chains not taken and why; `whole`: its
    sender's own word came, which is behind all entries (a file that was cut off between two parts looks like one)."""

    parts: int = 0
    came: int = 0
    values: int = 0
    stopped: dict[str, str] | None = None
    whole: bool = True


def link_named(name: str) -> PeerLink:
    """The neighbour with this node id or region code, "" for the node above; of a region the machine that counts now.

    Raises:
        NotFound: "exchange.no_link". NotAllowed: "exchange.revoked" where every such key was revoked.
    """
    named = Q(node=name) | Q(region=name.ljust(12, "0")) if name else Q(role="parent")
    keys = PeerLink.objects.filter(named).order_by("key").values_list("key", flat=True)
    refusal: AnlanError = NotFound("exchange.no_link", name=name)
    for key in keys:
        try:
            return turn.link_of(key)
        except NotAllowed as error:  # a machine that was replaced: what is sealed for it would be read by whoever has it
            refusal = error
    raise refusal


def export_file(link: PeerLink, path: Path, *, now: datetime, everything: bool = False) -> int:
    """Write what a neighbour lacks into a file, whole or not at all; its size in bytes.

    Args:
        everything: not only what it lacks by its last word, but all there is (its machine is new, or its word is lost).
    Raises:
        Unavailable: "exchange.not_written".
    """
    if everything:
        link.vector, link.refused = "{}", "{}"
    beside = path.with_name(f"{path.name}.part")
    try:
        with beside.open("wb") as out:
            for part in turn.say(link, now=now, want=turn.wanted(link), fills=turn.asked(link), limit=None):
                out.write(part)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(path)
        return path.stat().st_size
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise Unavailable("exchange.not_written", file=str(path), why=error.strerror or "") from error


def _parts(path: Path) -> Iterator[bytes]:
    """The parts of a file with their heads, one at a time.

    Raises:
        ProtocolError: "exchange.not_a_part", "exchange.too_large". BadInput: "exchange.not_readable".
    """
    try:
        with path.open("rb") as source:
            while head := source.read(HEAD_BYTES):
                length = part_length(head, source.tell() - len(head))
                body = source.read(length)
                if len(body) < length:
                    raise ProtocolError("exchange.not_a_part", at=source.tell() - len(body) - len(head))
                yield head + body
    except OSError as error:
        raise BadInput("exchange.not_readable", file=str(path), why=error.strerror or "") from error


def import_file(path: Path, *, now: datetime) -> Imported:
    """Take a file in, part by part: a second time changes nothing, a damaged rest leaves what came before it.

    Raises:
        BadInput: "exchange.not_readable". ProtocolError: "exchange.*" for the first part that can't be taken; those before
            it are kept. NotAllowed: "exchange.unknown_peer", "exchange.revoked".
    """
    done = Imported(stopped={}, whole=False)
    for part in _parts(path):
        heard = turn.hear(part, now=now)
        done.whole = done.whole or heard.headed
        done.parts, done.came, done.values = done.parts + 1, done.came + heard.admitted, done.values + heard.values
        done.stopped = {**(done.stopped or {}), **heard.stopped}
    if not done.parts:
        raise BadInput("exchange.not_readable", file=str(path), why="0")
    return done


def forward_file(path: Path, answer: Path) -> int:
    """Hand a neighbour's file to the node above and keep its answer for the way back; neither can be read here.

    Returns:
        How many parts were handed on.
    Raises:
        NotFound: "exchange.no_link". Unavailable: "exchange.not_written". BadInput: "exchange.not_readable".
        Others as `exchange.http.exchange`.
    """
    link, count = link_named(""), 0
    beside = answer.with_name(f"{answer.name}.part")  # whole or not at all, and named like the file itself it does not empty it
    try:
        with beside.open("wb") as out:
            for parts, said in _handed_on(link.url, path):
                out.write(said)
                count += parts
            out.flush()
            os.fsync(out.fileno())
        if not count:
            raise BadInput("exchange.not_readable", file=str(path), why="0")
        beside.replace(answer)
    except OSError as error:
        raise Unavailable("exchange.not_written", file=str(answer), why=error.strerror or "") from error
    finally:
        beside.unlink(missing_ok=True)
    return count


def hand_in(url: str, path: Path) -> int:
    """Hand the last file of a machine that is gone to the node above it; what is answered nobody can open any more.

    Returns:
        How many parts were handed in.
    Raises as `exchange.http.exchange`; BadInput: "exchange.not_readable".
    """
    return sum(parts for parts, _ in _handed_on(url, path))


def _handed_on(url: str, path: Path) -> Iterator[tuple[int, bytes]]:
    """How many parts went in each request, and the answer to it."""
    waiting, size = list[bytes](), 0
    for part in _parts(path):
        if waiting and size + len(part) > _TURN:
            yield len(waiting), http.hand_on(url, joined(waiting))
            waiting, size = [], 0
        waiting.append(part)
        size += len(part)
    if waiting:
        yield len(waiting), http.hand_on(url, joined(waiting))
