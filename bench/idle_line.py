"""What an idle line costs: bytes both ways a minute between a town and its county, two real servers, nothing entered.

Run: `python bench/idle_line.py --json [--minutes 4]`. Prints one line of JSON; `bytes_per_minute` is what TCP carries for us,
without its own headers. A TLS front end adds about 30 bytes a record, and its handshake once, since connections are kept.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import place

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests"), str(ROOT / "tests" / "tools")]


class Meter:
    """A TCP line that counts what goes over it."""

    def __init__(self, to: int) -> None:
        self._to, self.bytes, self.connections = to, Counter[str](), 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            near, _ = self._listener.accept()
            far = socket.create_connection(("127.0.0.1", self._to))
            self.connections += 1
            for way, a, b in (("up", near, far), ("down", far, near)):
                threading.Thread(target=self._carry, args=(way, a, b), daemon=True).start()

    def _carry(self, way: str, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self.bytes[way] += len(data)
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line of JSON (always printed; kept for uniformity)")
    parser.add_argument("--minutes", type=float, default=4, help="how long to count, after a minute of settling")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="anlan-bench-"))
    try:
        print(json.dumps(measure(folder, asked.minutes)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(folder: Path, minutes: float) -> dict[str, Any]:
    """Enrol a town, let both serve, count."""
    from cli.cli_process import anlan, serving

    def made(name: str, *arguments: str) -> dict[str, Any]:
        found: dict[str, Any] = anlan(*arguments, "--data", folder / name, "--json").json
        return found

    made("county", "init", "--region", "331003")
    with serving(folder / "county") as (address, _):
        meter = Meter(int(address.rpartition(":")[2]))
        code, through = made("county", "node", "code", "331003001")["code"], f"http://127.0.0.1:{meter.port}"
        made("town", "node", "init", "--region", "331003001", "--parent", through, "--code", code)
        made("county", "node", "approve", made("county", "node", "requests")["requests"][0]["id"])
        with serving(folder / "town"):
            place.note("settling")
            time.sleep(60)
            before, connections, begun = Counter(meter.bytes), meter.connections, time.monotonic()
            place.note(f"counting for {minutes} minutes")
            time.sleep(minutes * 60)
            passed = (time.monotonic() - begun) / 60
            after = Counter(meter.bytes)
            (line,) = made("county", "node", "status")["lines"]
    spent = {way: after[way] - before[way] for way in ("up", "down")}
    return {
        "bench": "idle_line", **place.machine(), "minutes": round(passed, 2), "bytes_up": spent["up"],
        "bytes_down": spent["down"], "bytes_per_minute": round(sum(spent.values()) / passed), "silent": line["silent"],
        "new_connections": meter.connections - connections,
    }  # fmt: skip


if __name__ == "__main__":
    main()
