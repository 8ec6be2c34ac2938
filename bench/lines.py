"""What bench/sensing.py drives: a gateway alone before a process that counts, or `anlan serve` with its gateway and stores."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import place

from anlan.simulator.profiles import Device

HERE = Path(__file__).resolve().parent
LIMIT = 900.0
_TICKS = os.sysconf("SC_CLK_TCK")
_MANY = {"ANLAN_GATEWAY_PER_ADDRESS": "100000"}


def _started(command: list[str], environment: dict[str, str]) -> tuple[subprocess.Popen[str], dict[str, Any]]:
    running = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    return running, json.loads(running.stdout.readline())


class GatewayAlone:
    """`anlan gateway` and a process that counts (counting.py)."""

    name = "gateway"

    def __init__(self, folder: Path) -> None:
        self.counting = subprocess.Popen([sys.executable, str(HERE / "counting.py")], stdout=subprocess.PIPE, text=True)
        assert self.counting.stdout is not None
        self.port = int(self.counting.stdout.readline())
        command = [sys.executable, "-m", "anlan.cli", "gateway", "--json", "--listen", "hj212=127.0.0.1:0"]
        command += ["--ingest", f"http://127.0.0.1:{self.port}", "--data", str(folder)]
        began = time.perf_counter()
        self.gateway, said = _started(command, os.environ | _MANY | {"PYTHONPATH": str(place.SOURCE)})
        self.start_ms = round((time.perf_counter() - began) * 1000)
        host, _, port = said["listen"]["hj212"].rpartition(":")
        self.address = (host, int(port))

    def seed(self, devices: Sequence[Device], now: datetime) -> None:
        """Nothing is registered here."""

    def stored(self) -> dict[str, Any]:
        """readings, last (perf_counter of the last change), twice, alarms: identity -> [perf_counter, …]."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", "/")
        return json.loads(connection.getresponse().read())

    def processes(self) -> dict[str, int]:
        return {"gateway": self.gateway.pid}

    def stop(self) -> None:
        self.gateway.send_signal(signal.SIGTERM)
        self.gateway.wait(30)
        self.counting.kill()
        self.counting.wait()


class WholeLine:
    """`anlan serve` with the gateway beside it; its two databases are watched from outside, read-only."""

    name = "serve"

    def __init__(self, folder: Path) -> None:
        self.folder = place.prepare(str(folder), None)
        self._stop = threading.Event()
        self.server: subprocess.Popen[str] | None = None
        self.seen: dict[str, Any] = {"readings": 0, "last": 0.0, "twice": 0, "alarms": {}}

    def seed(self, devices: Sequence[Device], now: datetime) -> None:
        """Register the devices and a high limit for the first factor of each kind; then start the server."""
        from anlan.platform.database import writing
        from anlan.platform.scope import Scope
        from anlan.sensing.services.devices import device_create
        from anlan.sensing.services.rules import rule_create

        rights = frozenset({"sensing.view", "sensing.device.change", "sensing.rule.change"})
        scope = Scope("", "", "bench", rights, "331003")
        for start in range(0, len(devices), 200):
            with writing():
                for device in devices[start : start + 200]:
                    values = {"name": f"{device.kind.name}{device.number + 1}", "identity": device.identity}
                    device_create(scope=scope, values=values | {"region": "331003001000", "place": "bench"}, now=now)
        for metric in sorted({device.kind.factors[0].metric for device in devices}):
            values = {
                "name": metric,
                "kind": "high",
                "metric": metric,
                "limit": LIMIT,
                "severity": "routine",
                "basis": "bench",
            }
            rule_create(scope=scope, values=values, now=now)
        from django.db import connection

        connection.close()
        self._serve()

    def _serve(self) -> None:
        environment = os.environ | _MANY | {"ANLAN_HJ212_LISTEN": "127.0.0.1:0"}
        command = [sys.executable, "-m", "anlan.cli", "serve", "--json", "--port", "0", "--data", str(self.folder)]
        began = time.perf_counter()
        self.server, said = _started(command, environment)
        self.start_ms = round((time.perf_counter() - began) * 1000)
        host, _, port = said["listen"]["hj212"].rpartition(":")
        self.address = (host, int(port))
        parts = said["address"].rpartition(":")
        connection = http.client.HTTPConnection("127.0.0.1", int(parts[2]), timeout=60)
        connection.request("GET", "/healthz")  # the application is loaded with its first request
        connection.getresponse().read()
        for watch in (self._watch_readings, self._watch_alarms):
            threading.Thread(target=watch, daemon=True).start()

    def _opened(self, name: str) -> sqlite3.Connection:
        while not (self.folder / name).exists():
            time.sleep(0.05)
        return sqlite3.connect(f"file:{self.folder / name}?mode=ro", uri=True, timeout=30)

    def _changes(self, connection: sqlite3.Connection, seconds: float) -> Any:
        """The moments at which another process has committed."""
        version = None
        while not self._stop.wait(seconds):
            now = time.perf_counter()
            found = connection.execute("PRAGMA data_version").fetchone()[0]
            if found != version:
                version = found
                yield now

    def _watch_readings(self) -> None:
        connection = self._opened("readings.sqlite3")
        for now in self._changes(connection, 0.03):
            # A row is one message; every device here has ten factors.
            count = connection.execute("SELECT count(*) FROM reading").fetchone()[0] * 10
            if count != self.seen["readings"]:
                self.seen |= {"readings": count, "last": now}

    def _watch_alarms(self) -> None:
        connection = self._opened("anlan.sqlite3")
        query = (
            "SELECT a.id, d.identity FROM sensing_alarm a JOIN sensing_device d ON d.id = a.device_id "
            "ORDER BY a.created_at DESC LIMIT 400"
        )
        known: set[str] = set()
        for now in self._changes(connection, 0.002):
            for key, identity in connection.execute(query):
                if key not in known:
                    known.add(key)
                    self.seen["alarms"].setdefault(identity, []).append(now)

    def stored(self) -> dict[str, Any]:
        """As `GatewayAlone.stored`, seen in the databases."""
        return self.seen | {"alarms": {identity: list(at) for identity, at in self.seen["alarms"].copy().items()}}

    def processes(self) -> dict[str, int]:
        children = Path(f"/proc/{self.server.pid}/task").glob("*/children")
        found = [int(pid) for file in children for pid in file.read_text().split()]
        return {"serve": self.server.pid, "gateway": next(pid for pid in found if b"gateway" in _command(pid))}

    def stop(self) -> None:
        self._stop.set()
        if self.server is None:
            return
        self.server.send_signal(signal.SIGTERM)
        self.server.wait(60)


def _command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def cpu_ms(pid: int) -> float:
    """CPU milliseconds of a process so far, its children left out."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return sum(int(f) for f in fields[11:13]) / _TICKS * 1000


def memory_mb(pid: int) -> float:
    """Resident megabytes of a process."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return round(int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024, 1)
