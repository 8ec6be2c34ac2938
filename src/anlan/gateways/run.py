"""One gateway from start to stop.

Source: house rule (docs/howto/gateway.md).
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import resource
import signal
import socket
from collections.abc import Callable, Coroutine
from typing import Any, BinaryIO

from anlan.gateways.commit import Committer
from anlan.gateways.heard import plug
from anlan.gateways.ingest import Ingest
from anlan.gateways.jetstream import JetStream
from anlan.gateways.publish import Carrier, Publisher
from anlan.gateways.settings import Settings
from anlan.gateways.spool import Spool
from anlan.gateways.tcp import Listener, listening_socket

__all__ = ["run"]

logger = logging.getLogger(__name__)

_DRAIN_S = 5.0


def run(settings: Settings, announce: Callable[[dict[str, Any]], None], parent: BinaryIO | None = None) -> None:
    """Serve until SIGTERM, SIGINT or, with `parent`, until that pipe is closed.

    Args:
        announce: called once with name, addresses and spool when devices may come.
    Raises:
        BadInput: "gateways.listen.protocol", "gateways.ingest.address", "gateways.nats.region".
        Unavailable: "gateways.listen.taken", "gateways.spool.unusable", "gateways.nats.missing".
        Conflict: "gateways.spool.in_use".
    """
    carrier: Carrier = (
        JetStream(settings.nats, settings.region)
        if settings.nats
        else Ingest(settings.ingest, settings.token, settings.host)
    )
    plugs = [plug(address.protocol) for address in settings.listen]
    with contextlib.ExitStack() as held:
        sockets = []
        for address in settings.listen:
            sockets.append(held.enter_context(listening_socket(address.host, address.port)))
        spool = Spool(settings.spool, settings.label, limit=settings.spool_bytes)
        held.callback(spool.close)
        _raise_limit()

        async def serve() -> None:
            loop = asyncio.get_running_loop()
            publisher = Publisher(spool, carrier)
            committer = Committer(loop, spool, publisher.durable)
            listeners = [
                Listener(address.protocol, module, committer, settings.limits, loop)
                for address, module in zip(settings.listen, plugs, strict=True)
            ]
            committer.on_room = lambda: [listener.resume() for listener in listeners]  # type: ignore[assignment]
            for listener, listening in zip(listeners, sockets, strict=True):
                await listener.start(listening)
            handing_on = loop.create_task(publisher.run())
            # Whoever reads the address may tell us to stop at once.
            stop = _listen_for_stop(loop, parent)
            announce(_facts(settings, spool, sockets))
            _collect_rarely()
            await _until_told(stop, handing_on)
            if parent is not None:
                loop.remove_reader(parent.fileno())
            await _stop(listeners, committer, publisher, handing_on)

        _in_fast_loop(serve())


def _facts(settings: Settings, spool: Spool, sockets: list[socket.socket]) -> dict[str, Any]:
    listen = {}
    for address, listening in zip(settings.listen, sockets, strict=True):
        host, port = listening.getsockname()[:2]
        listen[address.protocol] = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return {"ok": True, "gateway": spool.name, "listen": listen, "spool": str(spool.folder), "waiting": spool.waiting}


def _listen_for_stop(loop: asyncio.AbstractEventLoop, parent: BinaryIO | None) -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if parent is not None:
        # Nothing is ever written into this pipe; it ends with the process that holds its other end.
        loop.add_reader(parent.fileno(), stop.set)
    return stop


async def _until_told(stop: asyncio.Event, work: asyncio.Task[None]) -> None:
    told = asyncio.get_running_loop().create_task(stop.wait())
    await asyncio.wait({told, work}, return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    if work.done():
        work.result()


async def _stop(
    listeners: list[Listener], committer: Committer, publisher: Publisher, handing_on: asyncio.Task[None]
) -> None:
    """Hear no more, write and answer what was heard, hand on what is taken within some seconds; the rest stays on disk."""
    for listener in listeners:
        listener.pause_all()
    await committer.drain()
    for listener in listeners:
        await listener.stop()
    publisher.drain()
    await asyncio.wait({handing_on}, timeout=_DRAIN_S)
    handing_on.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await handing_on
    await publisher.close()


def _raise_limit() -> None:
    """As many open files as this process may have: each connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _collect_rarely() -> None:
    """Messages are tuples that hold no cycles: looking for some among ten thousand connections after every 700 new objects
    took a sixteenth of the time. Connections that end do leave cycles, so it is still done."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _in_fast_loop(work: Coroutine[Any, Any, None]) -> None:
    """Run with uvloop where it is installed (it comes with uvicorn, but not on every platform)."""
    try:
        from uvloop import new_event_loop
    except ImportError:
        new_event_loop = asyncio.new_event_loop
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(work)
