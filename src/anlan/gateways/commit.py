"""Group commit: what all connections heard within some milliseconds is written with one sync; then it is answered.

Source: house rule (docs/howto/gateway.md).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple
from typing import Protocol as Shape

from anlan.gateways.heard import Heard
from anlan.gateways.spool import Spool
from anlan.kernel.errors import Unavailable
from anlan.kernel.telemetry import Report, pack

__all__ = ["Committer", "Item"]

logger = logging.getLogger(__name__)

# How long a message waits for company: an ordinary one, one whose sender goes on only when it is answered (it sends a
# backlog), an urgent one. Each write costs a sync and wakes two threads, however few messages are in it.
_WINDOW_S, _AWAITED_S, _URGENT_S = 0.4, 0.02, 0.001
_ENDLESS = float("inf")
# Most reports of one record, how many are written without waiting for more, and how many may wait before connections
# that send are paused.
_MOST, _ENOUGH, _CROWD = 1000, 500, 10_000
# How long after a failed write the next one is tried.
_RETRY_S = 1.0


class Asker(Shape):
    """Who sent something, as far as the commit is concerned."""

    def committed(self, reply: bytes) -> None:
        """One of its messages is on disk; `reply` is owed for it, b"" for none."""


class Item(NamedTuple):
    """One report to be: who sent it, what was heard, from where, when (epoch ms), in which protocol."""

    asker: Asker
    heard: Heard
    peer: str
    at: int
    protocol: str


class Committer:
    """Collects items and writes them. All of it runs in the loop's thread but `_write`."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, spool: Spool, on_durable: Callable[[bool], None] = lambda urgent: None
    ) -> None:
        """`on_durable(urgent)` is called after every commit, `on_room()` when paused connections may go on."""
        self._loop, self._spool = loop, spool
        self._on_durable = on_durable
        self.on_room: Callable[[], None] = lambda: None
        self._pending: list[Item] = []
        self._timer: asyncio.TimerHandle | None = None
        self._waits = _ENDLESS  # the window of the timer that runs
        self._busy = False
        self._writer = ThreadPoolExecutor(1, "spool")
        self._full = self._closed = False
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def crowded(self) -> bool:
        """Whether so much waits for the disk that who sends more should be paused."""
        return self._full or len(self._pending) > _CROWD

    def add(self, item: Item, awaited: bool = False) -> None:
        """Take one item; its asker hears of it when it is on disk, never if this process dies before.

        Args:
            awaited: its asker seems to wait for the answer before it sends the next one.
        """
        self._pending.append(item)
        if self._busy or self._full:
            return
        if len(self._pending) >= _ENOUGH:
            self._flush()
            return
        seconds = _URGENT_S if item.heard.urgent else _AWAITED_S if awaited else _WINDOW_S
        if seconds < self._waits:
            self._wait(seconds)

    def _wait(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._waits = self._loop.call_later(seconds, self._flush), seconds
        self._idle.clear()

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._waits = None, _ENDLESS
        batch = self._pending[:_MOST]
        if self._busy or self._closed or not batch:
            return
        self._busy = True
        self._idle.clear()
        writing = self._loop.run_in_executor(self._writer, self._write, batch)
        writing.add_done_callback(lambda done: self._written(batch, done.exception()))

    def _write(self, batch: list[Item]) -> None:
        """In the writer's thread."""
        name, number = self._spool.name, self._spool.next
        reports = [
            Report(
                f"{name}:{number + place}", protocol, heard.identity, heard.message, at, peer,
                heard.moments, heard.warnings, heard.kind, heard.raw,
            )
            for place, (_, heard, peer, at, protocol) in enumerate(batch)
        ]  # fmt: skip
        self._spool.append(pack(reports), len(batch))

    def _written(self, batch: list[Item], error: BaseException | None) -> None:
        self._busy = False
        if isinstance(error, Unavailable):
            self._refused(error)
            return
        if error is not None:
            # Nothing may be acknowledged that is not on disk: better no gateway than one that seems to work.
            self._loop.call_exception_handler({"message": "the spool failed", "exception": error})
            self._loop.stop()
            return
        if self._full:
            self._full = False
            logger.warning("spool: writing again, devices are acknowledged")
        del self._pending[: len(batch)]
        urgent = False
        for asker, heard, *_ in batch:
            asker.committed(heard.reply)
            urgent = urgent or heard.urgent
        self._on_durable(urgent)
        if self._pending:
            # Who waited for the disk has waited long enough.
            self._flush()
        else:
            self._idle.set()
        if not self.crowded:
            self.on_room()

    def _refused(self, error: Unavailable) -> None:
        """The disk is full or gone: keep what is held, answer nobody, say so once, try again."""
        if not self._full:
            self._full = True
            logger.error("spool: can't write, nobody is acknowledged: %s", error.message)
        self._timer = self._loop.call_later(_RETRY_S, self._flush)
        self._idle.set()

    async def drain(self) -> None:
        """Write what is held. On a full disk it is given up: nobody was answered for it."""
        if self._pending and not self._full:
            self._flush()
        await self._idle.wait()
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        await asyncio.to_thread(self._writer.shutdown)
