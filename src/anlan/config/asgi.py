"""The ASGI application that uvicorn runs: Django as WSGI in a pool of threads, raw ASGI for streams.

Under ASGI Django opens a new database connection per request (CONN_MAX_AGE is ignored there). In a2wsgi's threads the
connections persist: 2.2 instead of 5.1 CPU milliseconds for an empty request (ADR 0006).
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import threading
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from importlib import import_module
from typing import Any

from a2wsgi import WSGIMiddleware

from anlan.config.wsgi import application as django_application
from anlan.platform.database import is_sqlite

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Stream = Callable[[Scope, Receive, Send], Awaitable[None]]

logger = logging.getLogger(__name__)

# More threads than cores only queue for SQLite's one writer and for the interpreter's lock.
THREADS = max(4, min(16, 2 * (os.cpu_count() or 2)))

# Seconds a request waits for the one before it. Short ones then run one after the other; nobody waits for a long one.
PATIENCE = 0.1

# Address -> raw ASGI application, for answers that stay open (the event stream).
STREAMS: dict[str, Stream] = {}


class Turnstile:
    """Lets requests run one at a time, each waiting at most `patience` seconds for its turn (ADR 0011)."""

    def __init__(self, application: Callable[..., Iterable[bytes]], patience: float = PATIENCE) -> None:
        self.application, self.patience = application, patience
        self._turn = threading.Semaphore(1)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request; its body is sent when the next one may already run."""
        held = self._turn.acquire(timeout=self.patience)
        try:
            return self.application(environ, start_response)
        finally:
            if held:
                self._turn.release()


class Application:
    """One process's web door. `on_shutdown` holds what must be tidied before the process ends, last added first."""

    def __init__(self, threads: int = THREADS) -> None:
        # With a server to wait for, threads have something to do meanwhile; SQLite's answers come from this process.
        inner = Turnstile(django_application) if is_sqlite() else django_application
        self.django = WSGIMiddleware(inner, workers=threads)  # type: ignore[arg-type]
        self.on_shutdown: list[Callable[[], None]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Route one ASGI connection."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif stream := STREAMS.get(scope.get("path", "")):
            await stream(scope, receive, send)
        else:
            await self.django(scope, receive, send)  # type: ignore[arg-type]

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        # uvicorn raises SIGTERM again after serve(): what must happen at the end happens here.
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                # What is loaded stays loaded: the collector need not look at half a million objects again and again.
                gc.freeze()
                gc.set_threshold(5_000, 20, 10)
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await asyncio.get_running_loop().run_in_executor(None, self._close)
                await send({"type": "lifespan.shutdown.complete"})
                return

    def _close(self) -> None:
        self.django.executor.shutdown(wait=True)
        for tidy in reversed(self.on_shutdown):
            try:
                tidy()
            except Exception:
                logger.exception("shutdown: %r failed", tidy)


application = Application()

# Not at the top: it needs the apps that wsgi has loaded.
_events = import_module("anlan.config.stream")
_bell = import_module("anlan.config.bell")
STREAMS["/api/v1/stream"] = _events.stream
STREAMS["/api/v1/exchange/bell"] = _bell.BELL.listen
application.on_shutdown.append(_events.HUB.tidy)
