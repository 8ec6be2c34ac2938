"""The devices' side of bench/sensing.py: thousands of real connections in one process, acknowledgements counted and timed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence


class Peer(asyncio.Protocol):
    """One device's connection. `sent` holds the send times of frames that are not acknowledged yet."""

    __slots__ = ("fleet", "sent", "transport")

    def __init__(self, fleet: Fleet) -> None:
        self.fleet, self.sent = fleet, []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.fleet.open += 1

    def connection_lost(self, error: Exception | None) -> None:
        self.fleet.open -= 1

    def send(self, frame: bytes) -> None:
        self.sent.append(time.perf_counter())
        self.fleet.sent += 1
        self.transport.write(frame)

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        for _ in range(data.count(b"CN=9014")):
            self.fleet.answer_ms.append((now - self.sent.pop(0)) * 1000)
            self.fleet.acknowledged += 1
        self.fleet.last = now
        if self.fleet.acknowledged == self.fleet.sent:
            self.fleet.all_answered.set()


class Fleet:
    """All connections of a bench."""

    def __init__(self) -> None:
        self.open = self.sent = self.acknowledged = 0
        self.last = 0.0
        self.answer_ms: list[float] = []
        self.peers: list[Peer] = []
        self.all_answered = asyncio.Event()

    async def connect(self, host: str, port: int, count: int) -> None:
        loop = asyncio.get_running_loop()
        for start in range(0, count, 200):
            some = [loop.create_connection(lambda: Peer(self), host, port) for _ in range(min(200, count - start))]
            self.peers += [peer for _, peer in await asyncio.gather(*some)]

    async def burst(self, frames: Sequence[bytes]) -> float:
        """Every peer sends its frame at once; seconds until the last acknowledgement."""
        self.all_answered.clear()
        start = time.perf_counter()
        for number, (peer, frame) in enumerate(zip(self.peers, frames, strict=True)):
            peer.send(frame)
            if number % 256 == 255:
                await asyncio.sleep(0)
        await asyncio.wait_for(self.all_answered.wait(), 120)
        return self.last - start

    async def steady(self, make: Callable[[int, int], bytes], seconds: float, interval: float) -> None:
        """Every peer sends once an interval, spread evenly; `make(number, tick)` gives the frame."""
        start, sent = time.perf_counter(), 0
        count = len(self.peers)
        while (elapsed := time.perf_counter() - start) < seconds:
            due = int(elapsed / interval * count)
            for number in range(sent, due):
                self.peers[number % count].send(make(number % count, number // count))
            sent = max(sent, due)
            await asyncio.sleep(0.02)
        self.all_answered.clear()
        if self.acknowledged != self.sent:
            await asyncio.wait_for(self.all_answered.wait(), 60)

    def close(self) -> None:
        for peer in self.peers:
            peer.transport.close()


def percentile(values: Sequence[float], share: float) -> float:
    """Of the values sorted, rounded to 0.1; 0 without any."""
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 1) if ordered else 0.0
