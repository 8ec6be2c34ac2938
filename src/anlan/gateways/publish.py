"""Handing on: parcels in order, each at least once, in the pace of whoever takes them.

Reports wait half a second for company, unless something urgent is among them or many wait already. One parcel is
under way at a time, so the order holds; while it is, the next one grows.

Source: house rule (docs/howto/gateway.md).
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from anlan.gateways.segments import Record
from anlan.gateways.spool import Spool
from anlan.kernel.errors import BadInput, Unavailable
from anlan.kernel.telemetry import Report, pack, unpack

__all__ = ["Carrier", "Publisher", "joined"]

logger = logging.getLogger(__name__)

# Most reports of a parcel; and how many are enough to go without waiting for company: in a burst whoever takes them
# should begin while the others are still arriving.
_REPORTS, _ENOUGH = 2000, 500
_LINGER_S, _LEAST_GAP_S, _URGENT_GAP_S = 0.5, 0.01, 0.002
_FIRST_DELAY_S, _LONGEST_DELAY_S = 0.25, 30.0
# A parcel is `pack` of its reports: what stands before and behind them, learnt from a parcel without any.
_EMPTY = pack(())
_FRONT, _BACK = _EMPTY[:-2], _EMPTY[-2:]


class Carrier(Protocol):
    """Takes parcels to where they are stored."""

    bytes_at_once: int

    async def send(self, parcel: bytes, key: str) -> None:
        """Return when the parcel is durable at the other end. `key` is the same whenever the same parcel is sent.

        Raises:
            Unavailable: try again later. BadInput: this parcel will never be taken.
        """

    async def close(self) -> None:
        """Let go of the connection."""


def joined(parcels: Sequence[bytes]) -> bytes:
    """Several packed parcels as one.

    Source: kernel/telemetry.py, `pack`.
    """
    inner = [parcel[len(_FRONT) : -len(_BACK)] for parcel in parcels]
    return _FRONT + b",".join([part for part in inner if part]) + _BACK


class Publisher:
    """Reads the spool behind the commits and hands on."""

    def __init__(self, spool: Spool, carrier: Carrier) -> None:
        self._spool, self._carrier = spool, carrier
        self._some = asyncio.Event()
        self._now = asyncio.Event()
        self._reader = ThreadPoolExecutor(1, "spool-reader")
        self._delay = 0.0
        self._singly = 0
        self._draining = False
        if spool.waiting:
            self._some.set()

    def durable(self, urgent: bool) -> None:
        """A commit has ended: there is something to hand on, at once when it is urgent or enough for a parcel."""
        self._some.set()
        if urgent or self._spool.waiting >= _ENOUGH:
            self._now.set()

    async def run(self) -> None:
        """Hand on until cancelled or, while draining, until nothing is left or nobody takes it."""
        while True:
            if not self._spool.waiting:
                self._some.clear()
            if self._draining and not self._spool.waiting:
                return
            await self._some.wait()
            if not self._draining and self._spool.waiting < _ENOUGH:
                await self._company()
            self._now.clear()
            if not await self._hand_on() and self._draining:
                return
            await asyncio.sleep(0 if self._draining else _URGENT_GAP_S if self._now.is_set() else _LEAST_GAP_S)

    async def _company(self) -> None:
        try:
            async with asyncio.timeout(_LINGER_S):
                await self._now.wait()
        except TimeoutError:
            pass

    async def _hand_on(self) -> bool:
        """One parcel; False when nobody takes it now."""
        loop = asyncio.get_running_loop()
        most = 1 if self._singly else _REPORTS
        records = await loop.run_in_executor(self._reader, lambda: self._read(most))
        if not records:
            return True
        key = f"{self._spool.name}:{records[0].first}-{records[-1].first + records[-1].count - 1}"
        try:
            await self._carrier.send(joined([record.parcel for record in records]), key)
        except Unavailable as error:
            await self._wait(error)
            return False
        except BadInput as error:
            if len(records) > 1:
                # One of these is not taken: find it by sending them one by one.
                self._singly = len(records)
                return True
            if not await self._one_by_one(records[0], error):
                return False
        self._singly = max(0, self._singly - len(records))
        if self._delay:
            self._delay = 0.0
            logger.warning("handing on again, %d reports wait", self._spool.waiting)
        await loop.run_in_executor(self._reader, self._spool.forwarded, records[-1])
        return True

    async def _one_by_one(self, record: Record, error: BadInput) -> bool:
        """The reports of a record that is refused, each by itself; those still refused are set aside for people."""
        loop = asyncio.get_running_loop()
        for report in unpack(record.parcel):
            try:
                await self._carrier.send(pack([report]), report.id)
            except Unavailable as unavailable:
                await self._wait(unavailable)
                return False
            except BadInput:
                logger.error("report %s is refused (%s) and set aside", report.id, error.code)
                await loop.run_in_executor(self._reader, self._set_aside, report)
        return True

    def _read(self, most: int) -> list[Record]:
        return self._spool.read(reports=most, size=self._carrier.bytes_at_once)

    def _set_aside(self, report: Report) -> None:
        folder = self._spool.folder / "refused"
        folder.mkdir(exist_ok=True)
        (folder / f"{int(report.id.rpartition(':')[2]):016d}.json").write_bytes(pack([report]))

    async def _wait(self, error: Unavailable) -> None:
        if not self._delay:
            logger.warning("nobody takes parcels, they are kept: %s %s", error.code, error.message)
        if self._draining:
            return
        self._delay = min(_LONGEST_DELAY_S, self._delay * 2 or _FIRST_DELAY_S)
        # Jitter, so that all gateways of a county do not come back in the same instant.
        await asyncio.sleep(self._delay * random.uniform(0.5, 1.0))

    def drain(self) -> None:
        """Hand on what is there while somebody takes it, then end."""
        self._draining = True
        self._some.set()
        self._now.set()

    async def close(self) -> None:
        """Let go of carrier and threads."""
        await self._carrier.close()
        await asyncio.to_thread(self._reader.shutdown)
