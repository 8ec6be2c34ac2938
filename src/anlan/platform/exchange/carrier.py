"""Turns over NATS JetStream: what is said is kept by this node's own server until the neighbour's takes it.

Nobody waits for an answer here: a turn goes on from what the streams were given (`PeerLink.sent`), and where the neighbour
keeps lacking it although it is heard of, it is said again. What arrives twice changes nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import orjson
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection

from anlan.kernel.errors import AnlanError, NotAllowed, ProtocolError
from anlan.kernel.region_codes import region_prefix
from anlan.platform import clock
from anlan.platform.exchange import accept, select, turn
from anlan.platform.exchange.broker import Broker, nats_library
from anlan.platform.exchange.models import PeerLink
from anlan.platform.exchange.turn import Sealed
from anlan.platform.journal import node, sequence

__all__ = ["BEAT_S", "Carrier", "carried"]

log = logging.getLogger("anlan.exchange")
BEAT_S = 60.0
"""Seconds after which a node says that it is there, if nothing has moved."""
_LOOK_S, _ASK_S = 0.5, 30.0
_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 30.0
_AGAIN_S, _FRESH_S = 180.0, 150.0
_MOST_TRIES = 10
_KNOWN_S = 10.0

_T = TypeVar("_T")

_HEARD: dict[str, float] = {}


def carried(key: str) -> bool:
    """Whether this process hears a neighbour through the streams: nobody need ask it over HTTP then."""
    return time.monotonic() - _HEARD.get(key, float("-inf")) < _FRESH_S


@dataclass(slots=True)
class _Line:
    """A neighbour as the carrier sees it; `told`: what we held when we spoke last, `word`: its last word and since when;
    `stopped`: chains of it that wait here, as it was told."""

    key: str
    span: str
    told: str = ""
    spoke: float = float("-inf")
    word: tuple[str, float] = ("", 0.0)
    stopped: Mapping[str, str] = field(default_factory=dict)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Carrier:
    """Speaks and hears through the streams while it may."""

    def __init__(self, addresses: str, may_carry: Callable[[], bool]) -> None:
        """`may_carry`: whether this process is the one of the server that does timed work.

        Raises:
            Unavailable: "exchange.nats_missing".
        """
        self._nats = nats_library()
        self._addresses, self._may_carry = addresses, may_carry
        # One thread: it keeps its database connection, and one turn after the other is heard.
        self._thread = ThreadPoolExecutor(1, "exchange-nats")
        self._waiting = 0.0

    def run(self, stop: threading.Event) -> None:
        """Carry until `stop` is set; a server that is away is tried again, at most every half minute."""
        try:
            asyncio.run(self._run(stop))
        finally:
            self._thread.submit(lambda: connection.close()).result()  # that thread has its own
            self._thread.shutdown()

    async def _run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            if not self._may_carry():
                await asyncio.to_thread(stop.wait, _LOOK_S)
                continue
            try:
                await self._connected(stop)
            except (OSError, TimeoutError, DatabaseError, AnlanError, self._nats.errors.Error) as error:
                if not self._waiting:
                    log.warning("exchange: the NATS server can't be used: %s", str(error) or type(error).__name__)
                self._waiting = min(_LONGEST_PAUSE_S, self._waiting * 2 or _PAUSE_S)
                await asyncio.to_thread(stop.wait, self._waiting * random.uniform(0.5, 1.0))

    async def _connected(self, stop: threading.Event) -> None:
        own = await self._db(_own)
        broker = await Broker.connected(self._addresses, own)
        lines: dict[str, tuple[_Line, asyncio.Task[None]]] = {}
        looked = float("-inf")
        try:
            while not stop.is_set() and self._may_carry():
                if time.monotonic() - looked > _KNOWN_S:
                    await self._lines(broker, lines)
                    looked, self._waiting = time.monotonic(), 0.0
                held = await self._db(_held)
                for line, task in list(lines.values()):
                    if task.done():
                        task.result()
                    beat = time.monotonic() - line.spoke > BEAT_S
                    if beat or line.told != held:
                        await self._speak(broker, line, beat=beat)
                await asyncio.to_thread(stop.wait, _LOOK_S)
        finally:
            for _, task in lines.values():
                task.cancel()
            await asyncio.gather(*(task for _, task in lines.values()), return_exceptions=True)
            await broker.close()

    async def _lines(self, broker: Broker, lines: dict[str, tuple[_Line, asyncio.Task[None]]]) -> None:
        """Begin with neighbours that are new, end with those that are none any more."""
        known = await self._db(_neighbours)
        for key, span in known.items():
            if key not in lines:
                await broker.streams(span)
                line = _Line(key, span)
                lines[key] = line, asyncio.create_task(self._listen(broker, line))
        for key in [key for key in lines if key not in known]:
            lines.pop(key)[1].cancel()

    async def _speak(
        self, broker: Broker, line: _Line, *, want: tuple[str, ...] = (), fills: tuple[str, ...] = (), beat: bool = False
    ) -> None:
        """Say everything that the streams were not given yet; `link.sent` follows when they have stored it."""
        async with line.turn:
            more = True
            while more:
                parts, sent, held = await self._db(partial(_words, line, want, fills, beat))
                for part in parts:
                    if len(part.data) > broker.most_bytes:
                        log.error("exchange: a part of %d bytes, the NATS server takes %d", len(part.data), broker.most_bytes)
                        return
                    await broker.speak(line.span, part.data, part.entry)
                more = await self._db(partial(_spoken, line.key, sent))
                want, fills, line.told, line.spoke = (), (), held, time.monotonic()

    async def _listen(self, broker: Broker, line: _Line) -> None:
        heard = await broker.hearing(line.span)
        while True:
            message = await broker.next(heard, _ASK_S)
            if message is not None:
                await self._one(broker, line, message)

    async def _one(self, broker: Broker, line: _Line, message: Any) -> None:
        """Take one part and say so; what can't be taken now is given back, what never can is refused and journaled."""
        try:
            said = await self._db(partial(_take, line.key, message.data))
        except (ProtocolError, NotAllowed) as error:
            log.warning("exchange: a part from %s is refused: %s", line.span, error.code)
            await message.term()
        except (AnlanError, DatabaseError) as error:
            await self._back(message, str(error))
        except Exception:  # the process edge: a defect of ours must neither lose what follows nor end the thread
            log.exception("exchange: taking a part failed")
            if message.metadata.num_delivered < _MOST_TRIES:
                await self._back(message, "defect")
            else:
                await message.term()
        else:
            await message.ack_sync(timeout=_ASK_S)
            _HEARD[line.key] = time.monotonic()
            answers = said.lacking or said.asked or said.file_bytes or said.link.files != "{}"
            if answers or said.stopped != line.stopped or await self._db(_held) != line.told:
                line.stopped = said.stopped
                await self._speak(broker, line, want=said.lacking, fills=said.asked)

    async def _back(self, message: Any, why: str) -> None:
        log.warning("exchange: a part waits in its stream: %s", why)
        await message.nak(delay=min(_LONGEST_PAUSE_S, 2.0 ** message.metadata.num_delivered))

    async def _db(self, act: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, partial(_within, act))


def _within(act: Callable[[], _T]) -> _T:
    close_old_connections()
    return act()


def _own() -> str:
    return region_prefix(node.own().region)


def _neighbours() -> dict[str, str]:
    """Region prefix of every neighbour whose key counts, by its key."""
    found = {}
    for link in PeerLink.objects.order_by("key"):
        with contextlib.suppress(NotAllowed):
            found[turn.link_of(link.key).key] = region_prefix(link.region)
    return found


def _held() -> str:
    """What this server holds, as one text: while it stays the same there is nothing new to say."""
    sequence.sequence_pending()
    return orjson.dumps(select.marks(), option=orjson.OPT_SORT_KEYS).decode()


def _words(line: _Line, want: tuple[str, ...], fills: tuple[str, ...], beat: bool) -> tuple[list[Sealed], str, str]:
    """The parts to say now, how far they go, and what was held."""
    link, held, again = turn.link_of(line.key), _held(), False
    if link.vector != line.word[0]:
        line.word = link.vector, time.monotonic()
    elif beat and carried(line.key) and time.monotonic() - line.word[1] > _AGAIN_S and turn.owes(link):
        # It is heard of and lacks what it was sent long ago: a stream was lost, or something in it was refused.
        line.word, link.sent, again = (link.vector, time.monotonic()), "{}", True
    if beat:  # what was asked for before this process began, or was lost on the way
        want, fills = want or turn.wanted(link), fills or turn.asked(link)
    parts = list(turn.said(link, now=clock.now(), want=want, fills=fills, ahead=True))
    if again:  # by its name the server would know it and drop it
        parts = [Sealed("", part.data) for part in parts]
    return parts, link.sent, held


def _spoken(key: str, sent: str) -> bool:
    """Write down how far the streams were given what we hold; whether there is more that can go now."""
    link = PeerLink.objects.get(pk=key)
    went = link.sent != sent
    PeerLink.objects.filter(pk=key).update(sent=sent)
    before, after, vault = orjson.loads(link.sent), orjson.loads(sent), "vault:" + node.own().id
    ahead = select.ahead(orjson.loads(link.vector), after, orjson.loads(link.refused))
    lacks = bool(select.lacking(ahead, orjson.loads(link.refused))) or before.get(vault, "0") != after.get(vault, "0")
    return went and lacks


def _take(key: str, data: bytes) -> turn.Said:
    """Hear a part.

    Raises:
        ProtocolError, NotAllowed: as `turn.hear`; the first of them is journaled, for nobody gets an answer here.
    """
    now = clock.now()
    try:
        said = turn.hear(data, now=now, sender=key)
    except ProtocolError as error:
        accept.refusal_note(PeerLink.objects.get(pk=key).node, error, now)
        raise
    if said.link.state != "open":
        PeerLink.objects.filter(pk=key).update(state="open")
    return said
