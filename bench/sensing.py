"""From the devices' sockets to stored readings and alarms: `anlan serve` with its gateway, real HJ 212 frames.

Run: `python bench/sensing.py --json [--devices 10200] [--seconds 60] [--gateway-only]`. Prints one line of JSON. With
--gateway-only the parcels go to a process that counts them (bench/counting.py) and nothing is stored or judged.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from fleet import Fleet, percentile

from anlan.simulator.frames import real_time_frame
from anlan.simulator.profiles import Device, fleet

HERE = Path(__file__).resolve().parent
_TICKS = os.sysconf("SC_CLK_TCK")
_JUMP = 950.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line of JSON (always printed; kept for uniformity)")
    parser.add_argument("--devices", type=int, default=10_200)
    parser.add_argument("--seconds", type=float, default=60.0, help="of the steady phase")
    parser.add_argument("--interval", type=float, default=60.0, help="seconds between two messages of a device then")
    parser.add_argument("--jumps", type=int, default=100, help="devices that jump in each phase")
    parser.add_argument("--gateway-only", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="anlan-bench.") as folder:
        line = GatewayAlone(Path(folder)) if asked.gateway_only else None
        assert line is not None, "the whole line"
        try:
            figures = _loop(measure(line, asked))
        finally:
            line.stop()
    load = {"load_average": os.getloadavg()[0], "loop_cpu_ms": loop_cpu_ms()}
    print(json.dumps({"bench": "sensing", "line": line.name, **load, **figures}))


class GatewayAlone:
    """`anlan gateway` and a process that counts."""

    name = "gateway"

    def __init__(self, folder: Path) -> None:
        self.counting = subprocess.Popen([sys.executable, str(HERE / "counting.py")], stdout=subprocess.PIPE, text=True)
        assert self.counting.stdout is not None
        self.port = int(self.counting.stdout.readline())
        command = [sys.executable, "-m", "anlan.cli", "gateway", "--json", "--listen", "hj212=127.0.0.1:0"]
        command += ["--ingest", f"http://127.0.0.1:{self.port}", "--data", str(folder)]
        environment = os.environ | {"ANLAN_GATEWAY_PER_ADDRESS": "100000", "PYTHONPATH": str(HERE.parent / "src")}
        began = time.perf_counter()
        self.gateway = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        assert self.gateway.stdout is not None
        said = json.loads(self.gateway.stdout.readline())
        self.start_ms = round((time.perf_counter() - began) * 1000)
        host, _, port = said["listen"]["hj212"].rpartition(":")
        self.address = (host, int(port))

    def stored(self) -> dict[str, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", "/")
        return json.loads(connection.getresponse().read())

    def cpu_ms(self) -> dict[str, float]:
        return {"gateway": cpu_ms(self.gateway.pid)}

    def memory_mb(self) -> float:
        return memory_mb(self.gateway.pid)

    def stop(self) -> None:
        self.gateway.send_signal(signal.SIGTERM)
        self.gateway.wait(30)
        self.counting.kill()
        self.counting.wait()


async def measure(line: GatewayAlone, asked: argparse.Namespace) -> dict[str, Any]:
    devices, jumps = asked.devices, asked.jumps
    ours = fleet("huangyan", devices)
    readings = sum(len(d.kind.factors) for d in ours)
    start = datetime.now(UTC) - timedelta(minutes=20)
    jumping = set(random.Random(1).sample(range(devices), min(jumps, devices)))
    frames = [frame(d, start, 0) for d in ours]
    first = [frame(d, start + timedelta(minutes=1), 0, d.number in jumping) for d in ours]
    small = line.memory_mb()
    crowd = Fleet()
    await crowd.connect(*line.address, devices)
    await asyncio.sleep(1)
    idle = line.memory_mb()
    # Warm: every device is known, nothing is learnt for the first time any more.
    await crowd.burst(frames)
    await _until(line, readings)
    crowd.answer_ms.clear()
    before, began = line.cpu_ms(), time.perf_counter()
    took = await crowd.burst(first)
    stored = await _until(line, 2 * readings)
    spent = {name: value - before[name] for name, value in line.cpu_ms().items()}
    burst = {
        "burst_readings": readings,
        "burst_s": round(stored["last"] - began, 3),
        "burst_readings_per_s": round(readings / (stored["last"] - began)),
        "frames_per_s": round(devices / took),
        "answer_p99_ms": percentile(crowd.answer_ms, 0.99),
        "burst_cpu_us_per_frame": {name: round(value * 1000 / devices, 1) for name, value in spent.items()},
    }
    crowd.answer_ms.clear()
    sent: dict[str, float] = {}
    parcels = stored["parcels"]

    def make(number: int, tick: int) -> bytes:
        # Other devices than in the burst, whose last value is high already.
        jump = number not in jumping and (number + 1) % devices in jumping and tick == 0
        made = frame(ours[number], start + timedelta(minutes=2 + tick), tick + 1, jump, _JUMP + 1)
        if jump:
            sent[f"{ours[number].identity}/{_JUMP + 1}"] = time.perf_counter()
        return made

    already, before, began = crowd.sent, line.cpu_ms(), time.perf_counter()
    await crowd.steady(make, asked.seconds, asked.interval)
    wall = time.perf_counter() - began
    spent = {name: value - before[name] for name, value in line.cpu_ms().items()}
    steady_readings = sum(len(ours[i % devices].kind.factors) for i in range(crowd.sent - already))
    stored = await _until(line, 2 * readings + steady_readings)
    late = [(stored["high"][key] - at) * 1000 for key, at in sent.items() if key in stored["high"]]
    crowd.close()
    expected = 2 * readings + steady_readings
    return {
        "devices": devices,
        "start_ms": line.start_ms,
        "readings": expected,
        "stored": stored["readings"],
        "lost": expected - stored["readings"],
        "twice": stored["twice"],
        **burst,
        "steady_cpu_ratio": round(sum(spent.values()) / 1000 / wall, 4),
        "steady_cpu_us_per_frame": {
            name: round(value * 1000 / max(1, crowd.sent - already), 1) for name, value in spent.items()
        },
        "steady_answer_p99_ms": percentile(crowd.answer_ms, 0.99),
        "parcels_per_s": round((stored["parcels"] - parcels) / wall, 1),
        "jumps_expected": len(sent),
        "jumps_handed_on": len(late),
        "handed_on_p50_ms": percentile(late, 0.5),
        "handed_on_p99_ms": percentile(late, 0.99),
        "memory_mb": {"start": small, "idle": idle, "end": line.memory_mb()},
        "idle_kb_per_connection": round((idle - small) * 1024 / devices, 2),
    }


def frame(device: Device, at: datetime, tick: int, jump: bool = False, height: float = _JUMP) -> bytes:
    """A message whose values tremble by two in a hundred, or whose first value jumps."""
    trembling = random.Random(device.number * 1000 + tick)
    values = [f.base * (1 + trembling.uniform(-0.02, 0.02)) for f in device.kind.factors]
    if jump:
        values[0] = height
    stamp = at.timestamp()
    return real_time_frame(device, values, asked_at=stamp, stated_at=stamp)


async def _until(line: GatewayAlone, readings: int) -> dict[str, Any]:
    """Wait until so many readings are stored, at most a minute."""
    for _ in range(1200):
        stored = await asyncio.to_thread(line.stored)
        if stored["readings"] >= readings:
            return stored
        await asyncio.sleep(0.05)
    return stored


def cpu_ms(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return sum(int(f) for f in fields[11:13]) / _TICKS * 1000


def memory_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return round(int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024, 1)


def loop_cpu_ms() -> float:
    """CPU milliseconds of a million additions."""
    start, total = time.process_time(), 0
    for one in (1,) * 1_000_000:
        total += one
    return round((time.process_time() - start) * 1000, 1)


def _loop(work: Any) -> Any:
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


if __name__ == "__main__":
    main()
