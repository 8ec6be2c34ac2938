"""From the devices' sockets to stored readings and alarms: `anlan serve` with its gateway, real HJ 212 frames.

Run: `python bench/sensing.py --json [--devices 10200] [--seconds 60] [--gateway-only]`. Prints one line of JSON. With
--gateway-only the parcels go to a process that counts them (bench/counting.py) and nothing is stored or judged.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

import place
from fleet import Fleet, percentile
from lines import LIMIT, GatewayAlone, WholeLine, cpu_ms, memory_mb

from anlan.simulator.frames import real_time_frame
from anlan.simulator.profiles import Device, fleet

_JUMP = LIMIT + 50


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line of JSON (always printed; kept for uniformity)")
    parser.add_argument("--devices", type=int, default=10_200)
    parser.add_argument("--seconds", type=float, default=60.0, help="of the steady phase, and of that with jumps")
    parser.add_argument("--interval", type=float, default=60.0, help="seconds between two messages of a device then")
    parser.add_argument("--jumps", type=int, default=100, help="devices that jump in each phase")
    parser.add_argument("--gateway-only", action="store_true")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="anlan-bench-"))
    line = GatewayAlone(folder) if asked.gateway_only else WholeLine(folder)
    try:
        bench = Bench(line, asked)
        place.note(f"devices {asked.devices}")
        figures = _loop(bench.run())
    finally:
        line.stop()
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps({"bench": "sensing", "line": line.name, "machine": place.machine(), **figures}))


class Bench:
    """One run: everybody known, a burst of one message of every device, an ordinary while, one with jumps in it."""

    def __init__(self, line: GatewayAlone | WholeLine, asked: argparse.Namespace) -> None:
        self.line, self.asked = line, asked
        self.devices = fleet("huangyan", asked.devices)
        self.readings = sum(len(d.kind.factors) for d in self.devices)
        line.seed(self.devices, datetime.now(UTC))
        self.start = datetime.now(UTC) + timedelta(seconds=1)
        places = random.Random(1).sample(range(asked.devices), min(2 * asked.jumps, asked.devices))
        self.early, self.later = set(places[::2]), set(places[1::2])
        self.crowd = Fleet()
        self.jumped: dict[str, float] = {}
        self.minute = [0] * asked.devices

    async def run(self) -> dict[str, Any]:
        """All figures."""
        first = [frame(d, self.start, 0) for d in self.devices]
        second = [frame(d, self.start + timedelta(minutes=1), 1, d.number in self.early) for d in self.devices]
        small = self._memory()
        await self.crowd.connect(*self.line.address, len(self.devices))
        await asyncio.sleep(1)
        idle = self._memory()
        # Every device is known after this, and nothing is learnt for the first time any more.
        await self.crowd.burst(first)
        await self._until(self.readings)
        figures = await self._burst(second) | await self._rest() | await self._steady() | await self._jumps()
        self.crowd.close()
        per_connection = (idle["gateway"] - small["gateway"]) * 1024 / len(self.devices)
        memory = {"start": small, "idle": idle, "end": self._memory()}
        head = {"devices": len(self.devices), "start_ms": self.line.start_ms}
        return head | figures | {"memory_mb": memory, "idle_kb_per_connection": round(per_connection, 2)}

    async def _burst(self, frames: Sequence[bytes]) -> dict[str, Any]:
        place.note("burst")
        self.crowd.answer_ms.clear()
        before, began, own = self._cpu(), time.perf_counter(), time.process_time()
        for number in self.early:
            self.jumped[self.devices[number].identity] = began
        took = await self.crowd.burst(frames)
        stored = await self._until(2 * self.readings)
        took_all, own = stored["last"] - began, time.process_time() - own
        spent = self._spent(before, len(frames))
        await self._alarmed()
        return {
            "burst_readings": self.readings,
            "burst_s": round(took_all, 3),
            "burst_readings_per_s": round(self.readings / took_all),
            "frames_per_s": round(len(frames) / took),
            "burst_answer_p99_ms": percentile(self.crowd.answer_ms, 0.99),
            "burst_alarm_p99_ms": percentile([s * 1000 for s in self._latencies()], 0.99),
            "burst_cpu_us_per_frame": spent,
            "burst_fleet_cpu_s": round(own, 3),  # the devices' side, on the same cores
        }

    async def _rest(self) -> dict[str, Any]:
        """Bring everybody back to ordinary values, wait until the burst's calls are made, then see what an idle line costs."""
        await self.crowd.burst([self._frame(number, 0) for number in range(len(self.devices))])
        await self._until(self.crowd.sent * self.readings // len(self.devices))
        ratio, before = 1.0, self._cpu()
        for _ in range(60):
            await asyncio.sleep(1)
            ratio, before = self._total(before) / 1000, self._cpu()
            if ratio < 0.03:
                break
        await asyncio.sleep(5)
        return {"idle_cpu_ratio": round(self._total(before) / 5000, 4)}

    async def _steady(self) -> dict[str, Any]:
        """An ordinary while: nothing happens. What it costs is what the fleet costs all day."""
        place.note("steady")
        self.crowd.answer_ms.clear()
        already, before, began = self.crowd.sent, self._cpu(), time.perf_counter()
        await self.crowd.steady(self._frame, self.asked.seconds, self.asked.interval)
        wall, frames = time.perf_counter() - began, self.crowd.sent - already
        return {
            "steady_cpu_ratio": round(self._total(before) / 1000 / wall, 4),
            "steady_cpu_us_per_frame": self._spent(before, frames),
            "steady_answer_p99_ms": percentile(self.crowd.answer_ms, 0.99),
        }

    async def _jumps(self) -> dict[str, Any]:
        """The ordinary traffic goes on, and every now and then a value jumps."""
        place.note("jumps")
        sent: dict[str, float] = {}

        def make(number: int, tick: int) -> bytes:
            device, jump = self.devices[number], number in self.later and self.devices[number].identity not in sent
            if jump:
                sent[device.identity] = time.perf_counter()
            return self._frame(number, tick, jump)

        seconds = self.asked.interval * min(1.0, self.asked.seconds / self.asked.interval)
        before, began = self._cpu(), time.perf_counter()
        await self.crowd.steady(make, seconds, self.asked.interval)
        wall, early = time.perf_counter() - began, len(self.jumped)
        self.jumped |= sent
        stored = await self._alarmed()
        late = [s * 1000 for s in self._latencies(sent)]
        expected = self.crowd.sent * self.readings // len(self.devices)
        stored = await self._until(expected)
        return {
            "readings": expected,
            "stored": stored["readings"],
            "lost": expected - stored["readings"],
            "twice": stored["twice"],
            "jumps_expected": early + len(sent),
            "jumps_alarmed": sum(bool(stored["alarms"].get(identity)) for identity in self.jumped),
            "alarms": sum(map(len, stored["alarms"].values())),
            "alarm_p50_ms": percentile(late, 0.5),
            "alarm_p99_ms": percentile(late, 0.99),
            "jumps_cpu_ratio": round(self._total(before) / 1000 / wall, 4),
        }

    def _frame(self, number: int, tick: int, jump: bool = False) -> bytes:
        """The next message of a device in the ordinary traffic: every one states a time of its own."""
        self.minute[number] += 1
        return frame(self.devices[number], self.start + timedelta(minutes=1 + self.minute[number]), tick + 2, jump)

    def _latencies(self, sent: dict[str, float] | None = None) -> list[float]:
        """Seconds from sending a jump until its alarm stands in the database."""
        alarms = self.line.stored()["alarms"]
        return [min(alarms[i]) - at for i, at in (sent or self.jumped).items() if alarms.get(i)]

    def _cpu(self) -> dict[str, float]:
        return {name: cpu_ms(pid) for name, pid in self.line.processes().items()}

    def _total(self, before: dict[str, float]) -> float:
        return sum(self._cpu().values()) - sum(before.values())

    def _spent(self, before: dict[str, float], frames: int) -> dict[str, float]:
        return {name: round((ms - before[name]) * 1000 / max(1, frames), 1) for name, ms in self._cpu().items()}

    def _memory(self) -> dict[str, float]:
        return {name: memory_mb(pid) for name, pid in self.line.processes().items()}

    async def _until(self, readings: int) -> dict[str, Any]:
        """Wait until so many readings are stored, at most a minute."""
        for _ in range(1200):
            stored = await asyncio.to_thread(self.line.stored)
            if stored["readings"] >= readings:
                break
            await asyncio.sleep(0.05)
        return stored

    async def _alarmed(self) -> dict[str, Any]:
        """Wait until every jump has its alarm, at most ten seconds."""
        for _ in range(200):
            stored = await asyncio.to_thread(self.line.stored)
            if all(stored["alarms"].get(identity) for identity in self.jumped):
                break
            await asyncio.sleep(0.05)
        return stored


def frame(device: Device, at: datetime, tick: int, jump: bool = False) -> bytes:
    """A message whose values tremble by two in a hundred, or whose first value jumps."""
    trembling = random.Random(device.number * 1000 + tick)
    values = [f.base * (1 + trembling.uniform(-0.02, 0.02)) for f in device.kind.factors]
    if jump:
        values[0] = _JUMP
    stamp = at.timestamp()
    return real_time_frame(device, values, asked_at=stamp, stated_at=stamp)


def _loop(work: Any) -> Any:
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


if __name__ == "__main__":
    main()
