"""Parcels out of JetStream into the ingest, one at a time in their order; for servers that are more than one machine.

One process of a county judges (ADR 0015): the one that holds the lease of the jobs. A parcel leaves the stream when its
readings are durable and its alarms recorded; what is delivered twice changes nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import close_old_connections, connection

from anlan.gateways.jetstream import STREAM, nats_library, open_stream, subject
from anlan.kernel.errors import AnlanError, BadInput
from anlan.kernel.telemetry import unpack
from anlan.platform import clock
from anlan.sensing.services.ingest import ingest, reports_take

__all__ = ["Consumer", "REFUSED"]

logger = logging.getLogger(__name__)

REFUSED = "refused-parcels"
"""Folder within the data folder for parcels that can't be taken: kept for people, so that those behind them go on."""

# How long the server waits for a word from us before it hands a parcel to somebody else; how often we say that we are at it.
_ACK_WAIT_S, _BEAT_S = 10.0, 3.0
_ASK_S, _PAUSE_S, _LONGEST_PAUSE_S = 1.0, 0.5, 30.0
# Deliveries of one parcel that end in a defect of ours, before it is set aside.
_MOST_TRIES = 10


class Consumer:
    """Takes parcels while it may."""

    def __init__(self, address: str, region: str, may_take: Callable[[], bool]) -> None:
        """`region`: code of this server's county; `may_take`: whether this process is the one that judges.

        Raises:
            Unavailable: "gateways.nats.missing". BadInput: "gateways.nats.region".
        """
        self._nats = nats_library()
        self._address, self._subject, self._may_take = address, subject(region), may_take
        self._durable = f"ingest-{region[:6]}"
        # One thread: the ingest takes one parcel at a time anyhow, and this one keeps its database connection.
        self._thread = ThreadPoolExecutor(1, "parcels")
        self._pause = self._waiting = 0.0
        self._was_ours = False

    def run(self, stop: threading.Event) -> None:
        """Take parcels until `stop` is set; a broker that is away is tried again, at most every half minute."""
        try:
            asyncio.run(self._run(stop))
        finally:
            self._thread.submit(lambda: connection.close()).result()  # that thread has its own
            self._thread.shutdown()

    async def _run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            if not await asyncio.to_thread(self._ours):
                await asyncio.to_thread(stop.wait, _ASK_S)
                continue
            try:
                await self._connected(stop)
            except (OSError, TimeoutError, self._nats.errors.Error) as error:
                if not self._waiting:
                    logger.warning("parcels: the stream can't be reached: %s", str(error) or type(error).__name__)
                self._waiting = min(_LONGEST_PAUSE_S, self._waiting * 2 or _PAUSE_S)
                await asyncio.to_thread(stop.wait, self._waiting * random.uniform(0.5, 1.0))

    def _ours(self) -> bool:
        ours = self._may_take()
        if ours and not self._was_ours:
            # Somebody else may have judged meanwhile: what is remembered here is of an earlier time.
            ingest().forget()
        self._was_ours = ours
        return ours

    async def _connected(self, stop: threading.Event) -> None:
        client, stream = await open_stream(self._address)
        try:
            # One at a time: the order holds, also when one has to be delivered again.
            config = self._nats.js.api.ConsumerConfig(ack_wait=_ACK_WAIT_S, max_ack_pending=1)
            parcels = await stream.pull_subscribe(self._subject, self._durable, stream=STREAM, config=config)
            if self._waiting:
                logger.warning("parcels: the stream is reached again")
            self._waiting = 0.0
            while not stop.is_set() and self._ours():
                try:
                    (message,) = await parcels.fetch(1, timeout=_ASK_S)
                except self._nats.errors.TimeoutError:
                    if client.is_closed:
                        raise ConnectionError("closed") from None
                    continue
                await self._one(message, stop)
        finally:
            with contextlib.suppress(self._nats.errors.Error, OSError):
                await client.close()

    async def _one(self, message: Any, stop: threading.Event) -> None:
        """Take one parcel and say so; what can't be taken now is given back, what never can is set aside."""
        work = asyncio.get_running_loop().run_in_executor(self._thread, _take, message.data)
        while not (await asyncio.wait({work}, timeout=_BEAT_S))[0]:
            await message.in_progress()
        try:
            work.result()
        except BadInput as error:
            await self._aside(message, error.code)
        except AnlanError as error:
            if not self._pause:
                logger.warning("parcels: can't be taken now, they wait in the stream: %s %s", error.code, error.message)
            await self._back(message, stop)
        except Exception:  # the process edge: a defect of ours must neither lose a parcel nor hold up those behind it
            logger.exception("parcels: taking one failed")
            if message.metadata.num_delivered >= _MOST_TRIES:
                await self._aside(message, "defect")
            else:
                await self._back(message, stop)
        else:
            self._pause = 0.0
            await message.ack_sync(timeout=_BEAT_S)

    async def _back(self, message: Any, stop: threading.Event) -> None:
        self._pause = min(_LONGEST_PAUSE_S, self._pause * 2 or _PAUSE_S)
        await message.nak(delay=self._pause)
        await asyncio.to_thread(stop.wait, self._pause)

    async def _aside(self, message: Any, code: str) -> None:
        folder = Path(settings.DATA_DIR) / REFUSED
        folder.mkdir(exist_ok=True)
        file = folder / f"{message.metadata.sequence.stream:012d}.json"
        file.write_bytes(message.data)
        logger.error("parcels: one is refused (%s) and set aside as %s", code, file)
        await message.term()


def _take(parcel: bytes) -> None:
    close_old_connections()
    reports_take(unpack(parcel), now=clock.now())
