"""GET /api/v1/stream?topics=alarms,calls: server-sent events of the journal, as raw ASGI (Django's answers hold a thread).

Every event carries its place in this server's chain as id. A browser that comes back says the last one it has
(`Last-Event-ID`, on the first connection `?after=`) and gets what it missed; beyond REPLAY_MOST it gets `reset` and loads its
list anew. Other events: `beat` every 15 s (with the place reached) and `end` with a reason, after which it must not come back
by itself. Session, right and scope are read again every RECHECK_S; the scope judges every single event (stream_feed).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from itertools import takewhile
from typing import Any
from urllib.parse import parse_qs

import orjson
from django.db import close_old_connections

from anlan.config.stream_feed import Event, Feed, judge, replay, topics, wire
from anlan.config.stream_login import host_known, scope_of
from anlan.kernel.errors import AnlanError, BadInput, NotAllowed, Unavailable
from anlan.platform.journal.tail import Place, place_now, place_read
from anlan.platform.scope import Scope
from anlan.platform.streams import Topic

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

BEAT_S = 15.0
RECHECK_S = 30.0
# Seconds that one write may wait for a browser that does not read.
PATIENCE_S = 20.0
PER_PERSON = 8
RING = 2_000
_STATUS = {"api.unauthenticated": 401, "api.host": 400, "api.method": 405}
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


class Watcher:
    """One open stream: who, which topics, and up to where it has been sent."""

    def __init__(self, headers: Mapping[str, str], wanted: tuple[Topic, ...], scope: Scope, send: Send) -> None:
        self.headers, self.wanted, self.scope, self.send = headers, wanted, scope, send
        self.place = Place("", 0)
        self.news = asyncio.Event()
        self.ended = ""  # the reason, once somebody else has ended it

    def end(self, reason: str) -> None:
        """Let it finish with an `end` event at its next turn."""
        self.ended = reason
        self.news.set()

    async def write(self, body: bytes, more: bool = True) -> None:
        """Send bytes; a browser that does not take them in time is given up.

        Raises:
            TimeoutError: it has not read for PATIENCE_S seconds.
        """
        message = {"type": "http.response.body", "body": body, "more_body": more}
        await asyncio.wait_for(self.send(message), PATIENCE_S)


class Hub:
    """All open streams of this process, the latest events, and the thread that reads them. Lives on one event loop."""

    def __init__(self) -> None:
        self.watchers: list[Watcher] = []
        self.ring: deque[Event] = deque(maxlen=RING)
        self.floor = self.place = Place("", 0)
        self.closing = False
        self._feed: Feed | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._starting = asyncio.Lock()
        self._pool: ThreadPoolExecutor | None = None

    async def run(self, work: Callable[..., Any], *arguments: Any) -> Any:
        """Do blocking work (the database) in the stream's own threads."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(2, thread_name_prefix="stream")
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *arguments)

    async def join(self, watcher: Watcher) -> None:
        """Let a stream in; its person's oldest goes where there are too many. The first one starts the feed."""
        async with self._starting:
            if self._feed is None:
                self._loop = asyncio.get_running_loop()
                self.ring.clear()
                self.floor = self.place = await self.run(place_now)
                self._feed = Feed(self.place, self._scopes, self._arrived)
            self.watchers.append(watcher)
        same = [w for w in self.watchers if w.scope.person == watcher.scope.person and not w.ended]
        for oldest in same[: max(0, len(same) - PER_PERSON)]:
            oldest.end("replaced")

    def leave(self, watcher: Watcher) -> None:
        """Forget a stream; the last one ends the feed."""
        with contextlib.suppress(ValueError):
            self.watchers.remove(watcher)
        if not self.watchers and self._feed and not self._starting.locked():
            self._feed.end()
            self._feed = None

    def fresh(self, place: Place) -> list[Event] | None:
        """Events after `place`, None where the ring no longer (or, after a restore, never) holds them all."""
        if place.node != self.floor.node or place.seq < self.floor.seq:
            return None
        if place.seq >= self.place.seq:
            return []
        return list(takewhile(lambda event: event.seq > place.seq, reversed(self.ring)))[::-1]

    def _scopes(self) -> list[Scope]:
        return list({watcher.scope.sees: watcher.scope for watcher in tuple(self.watchers)}.values())

    def _arrived(self, events: list[Event], place: Place) -> None:
        """In the feed's thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._take, events, place)

    def _take(self, events: list[Event], place: Place) -> None:
        if place.node == self.place.node and place.seq < self.place.seq:
            return  # said by a feed that has ended meanwhile
        if place.node != self.place.node:
            self.ring.clear()
            self.floor = place
        for event in events:
            if len(self.ring) == RING:
                self.floor = Place(place.node, self.ring[0].seq)
            self.ring.append(event)
        self.place = place
        if events:
            for watcher in self.watchers:
                watcher.news.set()

    def close(self) -> None:
        """Finish every stream and let no further one in; safe to call from a signal handler or another thread."""
        self.closing = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._close)

    def _close(self) -> None:
        for watcher in self.watchers:
            watcher.end("closing")

    def tidy(self) -> None:
        """At the end of the process: no thread is left."""
        self.close()
        if self._feed:
            self._feed.end(wait_s=5)
            self._feed = None
        if self._pool:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None


HUB = Hub()


async def stream(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
    """The ASGI application."""
    try:
        watcher, start = await _admitted(scope, send)
    except AnlanError as error:
        await _refuse(send, error)
        return
    await HUB.join(watcher)
    gone = asyncio.create_task(_gone(receive))
    sent = asyncio.create_task(_serve(watcher, start))
    try:
        await asyncio.wait({gone, sent}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        HUB.leave(watcher)
        for task in (gone, sent):
            task.cancel()
        # A browser that went away or stopped reading is no error; anything else is, and is shown by the server.
        with contextlib.suppress(asyncio.CancelledError, TimeoutError, OSError):
            await sent


async def _admitted(scope: MutableMapping[str, Any], send: Send) -> tuple[Watcher, Place | None]:
    """The stream that a request asks for, and from where.

    Raises:
        Unavailable: "api.stream.closing". BadInput: "api.host", "api.method", "api.stream.topic".
        NotAllowed: "api.unauthenticated", "platform.not_allowed".
    """
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    if HUB.closing:
        raise Unavailable("api.stream.closing")
    if not host_known(headers):
        raise BadInput("api.host")
    if scope["method"] != "GET":
        raise BadInput("api.method", method=scope["method"], allowed="GET")
    names = [name for name in ",".join(asked.get("topics", [])).split(",") if name]
    unknown = [name for name in names if name not in topics()]
    if unknown or not names:
        raise BadInput("api.stream.topic", topic=unknown[0][:40] if unknown else "", topics="、".join(sorted(topics())))
    person = await HUB.run(scope_of, headers)
    if person is None:
        raise NotAllowed("api.unauthenticated")
    wanted = tuple(topics()[name] for name in dict.fromkeys(names))
    for topic in wanted:
        person.require(topic.right)
    said = headers.get("last-event-id") or asked.get("after", [""])[0]
    return Watcher(headers, wanted, person, send), (place_read(said) or Place("", 0)) if said else None


async def _refuse(send: Send, error: AnlanError) -> None:
    status = _STATUS.get(error.code, error.status)
    body = orjson.dumps({"code": error.code, "message": error.message, "facts": error.facts}, default=str)
    headers = [(b"content-type", b"application/json; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _serve(watcher: Watcher, start: Place | None) -> None:
    await watcher.send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    watcher.place = start or HUB.place
    await watcher.write(b"retry: 2000\n\n" + (b"" if start else _beat(watcher.place)))
    if start:
        await _catch_up(watcher)
        await watcher.write(_beat(watcher.place))
    now = asyncio.get_running_loop().time
    checked = beaten = now()
    while not watcher.ended:
        if now() - checked >= RECHECK_S:
            if not await _still_allowed(watcher):
                break
            checked = now()
        await _send_news(watcher)
        if now() - beaten >= BEAT_S:
            await watcher.write(_beat(watcher.place))
            beaten = now()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(watcher.news.wait(), max(0.05, min(beaten + BEAT_S, checked + RECHECK_S) - now()))
    # "closing": the server goes down and comes back, so the browser may return by itself.
    last = b"" if watcher.ended == "closing" else wire(watcher.place, "end", {"reason": watcher.ended})
    await watcher.write(last, more=False)


def _beat(place: Place) -> bytes:
    return wire(place, "beat", {})


async def _still_allowed(watcher: Watcher) -> bool:
    """Read session, rights and scope again."""
    person = await HUB.run(scope_of, watcher.headers)
    if person is None or person.person != watcher.scope.person:
        watcher.ended = watcher.ended or "login"
        return False
    watcher.scope = person
    if not all(person.may(topic.right) for topic in watcher.wanted):
        watcher.ended = watcher.ended or "right"
        return False
    return True


async def _send_news(watcher: Watcher) -> None:
    """Send what has come since the last time, as far as its person sees it."""
    watcher.news.clear()
    upto = HUB.place
    found = HUB.fresh(watcher.place)
    if found is None:
        await _catch_up(watcher)
        return
    names = {topic.id for topic in watcher.wanted}
    mine = [event for event in found if event.topic in names]
    sees = watcher.scope.sees
    if unjudged := [event for event in mine if sees not in event.seen]:
        await HUB.run(_judge, unjudged, watcher.scope)
    body = b"".join(event.wire for event in mine if event.seen[sees])
    if body:
        await watcher.write(body)
    watcher.place = max(watcher.place, upto, key=lambda place: place.seq)  # a replay may have been ahead of the feed


def _judge(events: list[Event], scope: Scope) -> None:
    close_old_connections()
    judge(events, [scope])


async def _catch_up(watcher: Watcher) -> None:
    """Send what was missed from the journal itself, or `reset` where that is too much."""
    missed = await HUB.run(replay, watcher.place, watcher.wanted, watcher.scope)
    if missed is None:
        watcher.place = await HUB.run(place_now)
        await watcher.write(wire(watcher.place, "reset", {}))
        return
    events, watcher.place = missed
    if events:
        await watcher.write(b"".join(event.wire for event in events))
