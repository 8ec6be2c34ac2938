"""A fleet on real sockets: each device dials in, sends its message every interval, waits for the answer, dials in again.

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

__all__ = ["Counts", "Plan", "drive"]

_ANSWER_S = 10.0
_TRIES = 3
_DIAL_AGAIN_S = 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """One run: what happens, for how long, how often each device sends (seconds), and the seed of all values."""

    scenario: str = "quiet"
    seconds: float = 60.0
    interval: float = 60.0
    seed: int = 1


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
    await asyncio.gather(*[_live(device, len(fleet), host, port, plan, start, counts) for device in fleet])
    return counts


async def _live(device: Device, devices: int, host: str, port: int, plan: Plan, start: float, counts: Counts) -> None:
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
