"""The bell as a raw ASGI answer that stays open (platform/exchange/bell.py); one look a second for all who listen."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

import orjson
from django.db import Error as DatabaseError
from django.db import close_old_connections

from anlan.config.stream import HUB
from anlan.kernel.errors import AnlanError, Unavailable
from anlan.platform import clock
from anlan.platform.exchange import bell

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_LOOK_S = 1.0
_MOST = 500
_HEADERS = [(b"content-type", b"application/octet-stream"), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]


class Bell:
    """Who listens, and what was held when it last rang."""

    def __init__(self) -> None:
        self._listening: dict[asyncio.Event, str] = {}
        self._looking: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closing = False

    async def listen(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one listener until it goes."""
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            if self._closing or len(self._listening) >= _MOST:
                raise Unavailable("api.stream.closing")
            span = await HUB.run(_span, headers)
        except AnlanError as error:
            await _refuse(send, error)
            return
        self._loop = asyncio.get_running_loop()
        rung = asyncio.Event()
        self._listening[rung] = span
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        gone = asyncio.create_task(_gone(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            await send({"type": "http.response.body", "body": bell.BEAT, "more_body": True})
            while not gone.done() and not self._closing:
                waiting = asyncio.create_task(rung.wait())
                await asyncio.wait({waiting, gone}, timeout=bell.BEAT_S, return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
                said = bell.RING if rung.is_set() else bell.BEAT
                rung.clear()
                if not gone.done():
                    await send({"type": "http.response.body", "body": said, "more_body": not self._closing})
        finally:
            gone.cancel()
            self._listening.pop(rung, None)

    def close(self) -> None:
        """Finish every answer and let no further one in; safe to call from a signal handler or another thread."""
        self._closing = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._ring_all)

    def _ring_all(self) -> None:
        for rung in self._listening:
            rung.set()

    async def _look(self) -> None:
        before: Mapping[str, str] | None = None
        while self._listening and not self._closing:
            with contextlib.suppress(DatabaseError):  # looked again in a second; turns show that the database ails
                now = await HUB.run(_held)
                for rung, span in self._listening.items():
                    if before is not None and bell.concerned(before, now, span):
                        rung.set()
                before = now
            await asyncio.sleep(_LOOK_S)


def _span(headers: Mapping[str, str]) -> str:
    close_old_connections()
    return bell.listener_of(headers, clock.now())


def _held() -> Mapping[str, str]:
    close_old_connections()
    return bell.held_now()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _refuse(send: Send, error: AnlanError) -> None:
    body = orjson.dumps({"code": error.code, "message": error.message})
    await send({"type": "http.response.start", "status": error.status, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": body})


BELL = Bell()
