"""Speed of the HJ 212 codec: checksum, one frame, a batch, cutting a stream, the slow way, a hostile stream.

Run: `python bench/hj212.py --json [--devices 2000] [--factors 10]`. Prints one line of JSON. CPU time of this process, the
best of several rounds; no socket, no store. `loop_cpu_ms` (a million additions) tells how busy the machine was.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from anlan.protocols.hj212.crc import crc
from anlan.protocols.hj212.cutter import FrameCutter
from anlan.protocols.hj212.decode import decode, decode_many, read_any
from anlan.protocols.hj212.encode import build, encode_frame, encode_section

CODES = ("w01018", "w21003", "w21011", "w01001", "w00000", "a21026", "a21002", "a34013", "a19001", "a01012")
ROUNDS = 7


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line of JSON (always printed; kept for uniformity)")
    parser.add_argument("--devices", type=int, default=2000)
    parser.add_argument("--factors", type=int, default=10)
    asked = parser.parse_args()
    frames = [frame(number, asked.factors) for number in range(asked.devices)]
    before = loop_cpu_ms()
    figures = measure(frames)
    load = {"load_average": os.getloadavg()[0], "loop_cpu_ms": round((before + loop_cpu_ms()) / 2, 1)}
    print(json.dumps({"bench": "hj212", "frames": len(frames), "frame_bytes": len(frames[0]), **load, **figures}))


def frame(number: int, factors: int) -> bytes:
    """A real-time message of one device, every value another."""
    codes = [CODES[i % len(CODES)] if i < len(CODES) else f"a9{i:04d}" for i in range(factors)]
    values = [{f"{code}-Rtd": f"{(number + i) * 0.137:.3f}", f"{code}-Flag": "N"} for i, code in enumerate(codes)]
    asked = f"20260302{number // 3600 % 24:02d}{number // 60 % 60:02d}{number % 60:02d}{number % 1000:03d}"
    head = {"QN": asked, "ST": "31", "CN": "2011", "PW": "123456"}
    section = build(head | {"MN": f"HY{number:022d}", "Flag": "5"}, [{"DataTime": "20260302100000"}, *values])
    return encode_frame(encode_section(section))


def measure(frames: list[bytes]) -> dict[str, Any]:
    """Frames a second of each way, and the same for a stream in portions of 64 KiB that is decoded and let go."""
    payloads = [raw[6:-6] for raw in frames]
    stream = b"".join(frames)
    count = len(frames)

    def singly() -> int:
        return sum(len(decode(raw).readings) for raw in frames)

    def batches() -> int:
        return sum(len(m.readings) for i in range(0, count, 500) for m in decode_many(payloads[i : i + 500]))

    def through() -> int:
        cutter, found = FrameCutter(), 0
        for start in range(0, len(stream), 65_536):
            for message in decode_many([f.payload for f in cutter.feed(stream[start : start + 65_536])]):
                found += len(message.readings)
        return found

    hostile = b"##9999" * 20_000
    readings = singly()
    assert readings == batches() == through()
    return {
        "checksum_per_s": rate(count, lambda: [crc(payload) for payload in payloads]),
        "singly_per_s": rate(count, singly),
        "batch_per_s": rate(count, batches),
        "stream_per_s": rate(count, through),
        "stream_readings_per_s": rate(readings, through),
        "slow_way_per_s": rate(count, lambda: [read_any(payload) for payload in payloads]),
        "hostile_mb_per_s": round(rate(len(hostile), lambda: FrameCutter().feed(hostile)) / 1e6, 2),
    }


def rate(units: int, run: Callable[[], Any]) -> int:
    """Units a second of CPU time in the best round."""
    best = float("inf")
    for _ in range(ROUNDS):
        gc.collect()
        start = time.process_time()
        run()
        best = min(best, time.process_time() - start)
    return round(units / best)


def loop_cpu_ms() -> float:
    """CPU milliseconds of a million additions."""
    start, total = time.process_time(), 0
    for one in (1,) * 1_000_000:
        total += one
    return (time.process_time() - start) * 1000


if __name__ == "__main__":
    main()
