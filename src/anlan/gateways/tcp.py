"""Connections of devices: taken, limited, read, answered. A slow, silent or hostile peer costs nobody else anything.

Limits: connections overall; connections of one address that have not sent a message yet; time until the first message;
time without one; bytes without one; messages of one connection that wait for the disk; bytes that a peer does not fetch.

Source: house rule (docs/howto/gateway.md).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections import Counter
from dataclasses import dataclass

from anlan.gateways.commit import Committer, Item
from anlan.gateways.devices import TWICE, UP, Devices
from anlan.gateways.heard import EVENT, REFUSED, Heard, Plug, Session, now_ms
from anlan.gateways.refusals import Refusals
from anlan.kernel.errors import Unavailable

__all__ = ["Limits", "Listener", "listening_socket"]

logger = logging.getLogger(__name__)

_JUNK_BYTES = 1_048_576
_UNANSWERED = 256
_UNFETCHED_BYTES = 65_536
# A data concentrator speaks for many, but not for a whole county.
_MOST_IDENTITIES = 1000
_BACKLOG = 4096
# How many pieces of an address could not be read, as a report says it.
_REFUSED_HEAD = (("refused",), ("",))
# Whoever sends again so soon after an answer was waiting for it.
_AT_ONCE_S = 1.0
# How often who is silent is looked for.
_SWEEP_S = 5.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What one gateway puts up with.

    Attributes:
        connections: overall. strangers: of one address without a message yet. first_s: seconds until the first message.
        idle_s: seconds without a message after which a device counts as silent.
    """

    connections: int = 20_000
    strangers: int = 1000
    first_s: float = 60.0
    idle_s: float = 900.0


class _Connection(asyncio.Protocol):
    """One peer. Small: there are ten thousand of them."""

    __slots__ = (
        "_answered", "_ended", "_held", "_junk", "_listener", "_others", "_session",
        "choked", "heard_at", "host", "identity", "peer", "reason", "transport",
    )  # fmt: skip

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self.transport: asyncio.Transport | None = None
        self._session: Session | None = None
        self.identity = ""  # of the first message; most connections have no other
        self._others: set[str] | None = None
        self._ended = False
        self.host = self.peer = ""
        self.heard_at = self.choked = self._answered = 0.0
        self._held = self._junk = 0
        self.reason = "closed"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A peer is there, or is turned away."""
        self.transport = transport  # type: ignore[assignment]
        host, port = (transport.get_extra_info("peername") or ("", 0))[:2]
        # With the port: whoever receives the reports tells two connections of one address apart by it.
        self.host, self.peer = str(host), f"[{host}]:{port}" if ":" in str(host) else f"{host}:{port}"
        self.heard_at = self._listener.loop.time()
        if not self._listener.admit(self):
            self.close("turned away")
            return
        self._session = self._listener.plug.open_session()
        self.transport.set_write_buffer_limits(high=_UNFETCHED_BYTES)

    def data_received(self, data: bytes) -> None:
        """Read what came; pause the peer while too much of it waits for the disk."""
        if self._session is None:
            return
        now = now_ms()
        self._junk += len(data)
        try:
            for one in self._session.feed(data, now):
                self._take(one, now)
        except Exception:
            # A defect of a codec ends the connection that provoked it, and no other.
            logger.exception("%s: what %s sent could not be handled", self._listener.protocol, self.peer)
            self.close("failed")
            return
        if self._junk > _JUNK_BYTES:
            # That it sends what can not be read has been said; whoever floods us dials in again and again.
            logger.debug("%s: sent %d bytes without a message, closed", self.peer, self._junk)
            self.close("junk")
        elif self._held > _UNANSWERED or self._listener.committer.crowded:
            self._listener.pause(self)

    def _take(self, one: Heard, now: int) -> None:
        listener = self._listener
        if one.kind == REFUSED:
            count = listener.refusals.weigh(self.host, one.message, now)
            if count:
                one.moments = ((_REFUSED_HEAD, now, (float(count),)),)
                self._add(one, now)
            return
        self._junk = 0
        self.heard_at = listener.loop.time()
        identity = one.identity
        if identity != self.identity:
            self._introduce(identity)
        news = listener.devices.heard(identity, self)
        if news == UP:
            self._add(Heard(UP, identity, "", urgent=True), now)
        elif news == TWICE:
            self._add(Heard(EVENT, identity, "", warnings=("gateways.identity.twice",), urgent=True), now)
        self._add(one, now)

    def _introduce(self, identity: str) -> None:
        if not self.identity:
            self.identity = identity
            self._listener.known(self)
            return
        if self._others is None:
            self._others = set()
        if identity not in self._others and len(self._others) >= _MOST_IDENTITIES:
            logger.warning("%s: speaks for more than %d devices, closed", self.peer, _MOST_IDENTITIES)
            self.close("crowd")
        self._others.add(identity)

    def _add(self, one: Heard, now: int) -> None:
        self._held += 1
        awaited = self.heard_at - self._answered < _AT_ONCE_S
        self._listener.committer.add(Item(self, one, self.peer, now, self._listener.protocol), awaited)

    def committed(self, reply: bytes) -> None:
        """One message is on disk: answer it."""
        self._held -= 1
        if reply and self.transport is not None and not self.transport.is_closing():
            self.transport.write(reply)
            self._answered = self._listener.loop.time()
        if self._ended and not self._held and self.transport is not None:
            self.transport.close()

    def pause_writing(self) -> None:
        """The peer does not fetch its answers: hear no more of it for now."""
        self.choked = self._listener.loop.time()
        self._listener.pause(self)

    def resume_writing(self) -> None:
        """It fetched them."""
        self.choked = 0.0
        self._listener.resume()

    def eof_received(self) -> bool:
        """The peer will send no more: it may still fetch the answers to what it has sent."""
        self._ended = bool(self._held)
        return self._ended

    def close(self, reason: str) -> None:
        """End this connection from our side."""
        self.reason = reason
        if self.transport is not None:
            self.transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        """The connection is gone: whose last one it was is down."""
        listener, now, session = self._listener, now_ms(), self._session
        self._session = None
        listener.forget(self)
        if session is None or listener.stopping:
            return
        for one in session.close():
            self._take(one, now)
        for identity in ({self.identity} | (self._others or set())) - {""}:
            if listener.devices.gone(identity, self):
                self._add(Heard("down", identity, self.reason, urgent=True), now)


class Listener:
    """One listening address of one protocol and its connections."""

    def __init__(
        self, protocol: str, plug: Plug, committer: Committer, limits: Limits, loop: asyncio.AbstractEventLoop
    ) -> None:
        self.protocol, self.plug, self.committer, self.loop = protocol, plug, committer, loop
        self.devices, self.refusals = Devices(), Refusals()
        self.stopping = False
        self._limits = limits
        self._sweep_s = min(_SWEEP_S, limits.first_s / 4, limits.idle_s / 4)
        self._connections: set[_Connection] = set()
        self._strangers: Counter[str] = Counter()
        self._paused: dict[_Connection, None] = {}
        self._turned_away = False
        self._server: asyncio.Server | None = None
        self._sweeper: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._connections)

    async def start(self, listening: socket.socket) -> None:
        """Accept from now on."""
        self._server = await self.loop.create_server(lambda: _Connection(self), sock=listening, backlog=_BACKLOG)
        self._sweeper = self.loop.call_later(self._sweep_s, self._sweep)

    def admit(self, connection: _Connection) -> bool:
        """Whether there is room for this peer; it is counted then."""
        limits, host = self._limits, connection.host
        if self.stopping or len(self._connections) >= limits.connections or self._strangers[host] >= limits.strangers:
            if not self._turned_away and not self.stopping:
                self._turned_away = True
                logger.warning("too many connections (%d): %s is turned away", len(self._connections), host)
            return False
        self._connections.add(connection)
        self._strangers[host] += 1
        return True

    def known(self, connection: _Connection) -> None:
        """A stranger has sent its first message."""
        self._strangers[connection.host] -= 1
        if not self._strangers[connection.host]:
            del self._strangers[connection.host]

    def forget(self, connection: _Connection) -> None:
        """A connection is gone."""
        self._paused.pop(connection, None)
        if connection in self._connections:
            self._connections.discard(connection)
            if not connection.identity:
                self.known(connection)

    def pause(self, connection: _Connection) -> None:
        """Read no more from this peer until `resume`."""
        transport = connection.transport
        if connection not in self._paused and transport is not None and not transport.is_closing():
            transport.pause_reading()
            self._paused[connection] = None

    def resume(self) -> None:
        """There is room: read from the paused peers again, those excepted that do not fetch their answers."""
        if self.committer.crowded or self.stopping:
            return
        for connection in [c for c in self._paused if not c.choked]:
            del self._paused[connection]
            if connection.transport is not None and not connection.transport.is_closing():
                connection.transport.resume_reading()

    def _sweep(self) -> None:
        """Close who is silent, never said anything, or does not fetch its answers."""
        now, limits = self.loop.time(), self._limits
        self._turned_away = False
        for connection in list(self._connections):
            if connection.choked:
                if now - connection.choked > limits.first_s:
                    connection.close("choked")
            elif connection in self._paused:
                connection.heard_at = now
            elif now - connection.heard_at > (limits.idle_s if connection.identity else limits.first_s):
                connection.close("silent")
        self._sweeper = self.loop.call_later(self._sweep_s, self._sweep)

    def pause_all(self) -> None:
        """Hear no more: what has been heard is still written and answered."""
        self.stopping = True
        if self._sweeper is not None:
            self._sweeper.cancel()
        if self._server is not None:
            self._server.close()
        for connection in self._connections:
            self.pause(connection)

    async def stop(self) -> None:
        """Close all connections; the answers that are under way go out first."""
        self.pause_all()
        for connection in list(self._connections):
            if connection.transport is not None:
                connection.transport.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                while self._connections:
                    await asyncio.sleep(0.01)
        for connection in list(self._connections):
            connection.close("stopped")


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket that accepts already, so that whoever reads the address finds the door open.

    Raises:
        Unavailable: "gateways.listen.taken".
    """
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise Unavailable("gateways.listen.taken", host=host, port=port, reason=error.strerror or "") from error
    listening.listen(_BACKLOG)
    listening.setblocking(False)
    return listening
