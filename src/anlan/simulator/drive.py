"""A fleet on real sockets: each device dials in, sends its message every interval, waits for the answer, dials in again.

`drive` runs a plan to its end; `live` runs until it is told to stop, and is told what happens meanwhile.

Source: HJ 212-2017, clause 6.4 (a message without answer is sent again, at most three times).
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from anlan.protocols.hj212.cutter import FrameCutter
from anlan.protocols.hj212.frame import Frame
from anlan.simulator.frames import real_time_frame
from anlan.simulator.profiles import Device
from anlan.simulator.scenarios import is_cut, stated_at, values

__all__ = ["Counts", "Plan", "Told", "drive", "live"]

_ANSWER_S = 10.0
_TRIES = 3
_DIAL_AGAIN_S = 1.0
_DAY_S = 86_400
# A scenario that was told lasts as long as the three quarters of a run of so many seconds in which it would happen.
_TOLD_S = 600.0


@dataclass(frozen=True, slots=True)
class Plan:
    """One run: what happens, for how long, how often each device sends (seconds), and the seed of all values."""

    scenario: str = "quiet"
    seconds: float = 60.0
    interval: float = 60.0
    seed: int = 1


@dataclass(slots=True)
class Told:
    """What a live fleet was told last: a scenario, and since when (epoch seconds)."""

    scenario: str = "quiet"
    since: float = 0.0

    def now(self, at: float) -> tuple[str, float]:
        """The scenario at an instant and the share of its run, as `scenarios.values` takes it; quiet when it is over."""
        share = 0.25 + (at - self.since) / _TOLD_S
        return (self.scenario, share) if share < 1 else ("quiet", 0.0)


@dataclass(slots=True)
class Counts:
    """What came of it: messages and readings sent (repetitions left out), answers, repetitions, connections."""

    messages: int = 0
    readings: int = 0
    acknowledged: int = 0
    repeated: int = 0
    connections: int = 0

    def as_dict(self) -> dict[str, int]:
        """For JSON."""
        return asdict(self)


async def drive(fleet: Sequence[Device], host: str, port: int, plan: Plan) -> Counts:
    """Run a fleet to the end of its plan. Devices send spread over the interval, the first at once.

    Returns:
        When every device has ended; what was not acknowledged by then is the difference of `messages` and `acknowledged`.
    """
    counts = Counts()
    start = asyncio.get_running_loop().time()
    await asyncio.gather(*[_planned(device, len(fleet), host, port, plan, start, counts) for device in fleet])
    return counts


async def live(
    fleet: Sequence[Device], host: str, port: int, told: Told, stop: asyncio.Event, *, interval: float, seed: int
) -> Counts:
    """Run a fleet until `stop` is set; `told` may change at any time. Values follow the time of day."""
    counts = Counts()
    tasks = [
        asyncio.create_task(_told(device, interval * n / len(fleet), host, port, told, interval, seed, counts))
        for n, device in enumerate(fleet)
    ]
    await stop.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return counts


async def _told(
    device: Device, after: float, host: str, port: int, told: Told, interval: float, seed: int, counts: Counts
) -> None:
    loop, line = asyncio.get_running_loop(), _Line(host, port, counts)
    next_at = loop.time() + after
    while True:
        await asyncio.sleep(next_at - loop.time())
        # What was missed while nobody answered is not made up for.
        next_at = max(next_at + interval, loop.time())
        at = time.time_ns() / 1e9
        scenario, share = told.now(at)
        if is_cut(device, scenario=scenario, share=share):
            line.hang_up()
            continue
        measured = values(device, at % _DAY_S, seed=seed, scenario=scenario, share=share, seconds=_TOLD_S)
        stated = stated_at(device, at, scenario=scenario)
        counts.messages += 1
        counts.readings += len(measured)
        await line.send(real_time_frame(device, measured, asked_at=at, stated_at=stated))


async def _planned(device: Device, devices: int, host: str, port: int, plan: Plan, start: float, counts: Counts) -> None:
    loop = asyncio.get_running_loop()
    line = _Line(host, port, counts)
    after = plan.interval * device.number / devices
    while after < plan.seconds:
        await asyncio.sleep(start + after - loop.time())
        share = after / plan.seconds
        if is_cut(device, scenario=plan.scenario, share=share):
            line.hang_up()
        else:
            at = time.time_ns() / 1e9
            measured = values(device, after, seed=plan.seed, scenario=plan.scenario, share=share, seconds=plan.seconds)
            stated = stated_at(device, at, scenario=plan.scenario)
            counts.messages += 1
            counts.readings += len(measured)
            await line.send(real_time_frame(device, measured, asked_at=at, stated_at=stated))
        after += plan.interval
    line.hang_up()


class _Line:
    """One device's connection, dialled when it is needed."""

    def __init__(self, host: str, port: int, counts: Counts) -> None:
        self._host, self._port, self._counts = host, port, counts
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._cutter = FrameCutter()

    async def send(self, frame: bytes) -> bool:
        """Send until it is acknowledged, at most three times; whether it was."""
        for attempt in range(_TRIES):
            self._counts.repeated += attempt > 0
            try:
                async with asyncio.timeout(_ANSWER_S):
                    await self._once(frame)
            except (OSError, TimeoutError):
                self.hang_up()
                await asyncio.sleep(_DIAL_AGAIN_S)
            else:
                self._counts.acknowledged += 1
                return True
        return False

    async def _once(self, frame: bytes) -> None:
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
            self._cutter = FrameCutter()
            self._counts.connections += 1
        assert self._reader is not None
        self._writer.write(frame)
        asked = frame[6 : frame.index(b";")]
        while True:
            data = await self._reader.read(4096)
            if not data:
                raise ConnectionResetError
            for found in self._cutter.feed(data):
                if isinstance(found, Frame) and found.payload.startswith(asked + b";") and b"CN=9014" in found.payload:
                    return

    def hang_up(self) -> None:
        """End the connection, if there is one."""
        if self._writer is not None:
            with contextlib.suppress(OSError):
                self._writer.close()
        self._reader = self._writer = None
