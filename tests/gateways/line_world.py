"""The whole line as processes: devices that insist, a gateway, a server, a database; each can be killed and started again."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from gateway_world import SOURCE, Device, Gateway, encode_frame, payload, qn
from own_postgres import Postgres, free_port

from anlan.kernel.deadlines import local_time

HERE = Path(__file__).resolve().parent
READINGS = "readings.sqlite3"
BEGUN = datetime(2026, 3, 2, 2, tzinfo=UTC)


def stated(minute: int) -> str:
    """A minute after BEGUN as a device writes it."""
    return f"{local_time(BEGUN + timedelta(minutes=minute)):%Y%m%d%H%M%S}"


def epoch(minute: int) -> int:
    """A minute after BEGUN in seconds."""
    return int((BEGUN + timedelta(minutes=minute)).timestamp())


def anlan(*arguments: object, **more: str) -> Any:
    """The answer of a command."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANLAN_", "DJANGO_"))}
    command = [sys.executable, "-m", "anlan.cli", *map(str, arguments), "--json"]
    ran = subprocess.run(command, capture_output=True, text=True, env=kept | {"PYTHONPATH": SOURCE} | more, timeout=300)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return json.loads(ran.stdout.splitlines()[-1])


class Line:
    """Gateway and server over one data folder. `database`: None for SQLite."""

    def __init__(self, folder: Path, database: Postgres | None = None) -> None:
        self.folder, self.data, self.database = folder, folder / "data", database
        self.more = {"ANLAN_DATABASE_URL": database.url} if database else {}
        self.http, self.hj212 = free_port(), free_port()
        self.token = ""
        self.server: subprocess.Popen[bytes] | None = None
        self.gateway: Gateway | None = None

    def make(self, devices: int) -> None:
        """Tables, devices, a rule and a key for the gateway."""
        if not self.data.exists():
            anlan("init", "--data", self.data, **self.more)
        self.worker("enter", str(devices))
        self.token = anlan("gateway", "token", "make", "站房一号", "--data", self.data, **self.more)["token"]

    def copy_of(self, other: Line) -> None:
        """The same as another one over SQLite that has not run yet."""
        shutil.copytree(other.data, self.data)
        self.token = other.token

    def worker(self, *asked: str) -> Any:
        """What line_worker.py says."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANLAN_", "DJANGO_"))}
        command = [sys.executable, str(HERE / "line_worker.py"), str(self.data), *asked]
        env = kept | {"PYTHONPATH": SOURCE} | self.more
        ran = subprocess.run(command, capture_output=True, text=True, env=env, timeout=300)
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout.splitlines()[-1])

    def serve(self) -> None:
        """Start the server and wait for its announcement."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANLAN_", "DJANGO_"))}
        command = [sys.executable, "-m", "anlan.cli", "serve", "--json", "--port", str(self.http), "--data", str(self.data)]
        with (self.folder / "server.log").open("ab") as log:
            env = kept | {"PYTHONPATH": SOURCE} | self.more
            self.server = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=log)
        assert self.server.stdout is not None
        assert self.server.stdout.readline(), (self.folder / "server.log").read_text()

    def listen(self) -> None:
        """Start the gateway on the port it had."""
        self.gateway = Gateway(
            self.folder / "spool", f"http://127.0.0.1:{self.http}",
            ANLAN_HJ212_LISTEN=f"127.0.0.1:{self.hj212}", ANLAN_GATEWAY_TOKEN=self.token,
        )  # fmt: skip

    def kill_server(self) -> None:
        """kill -9."""
        assert self.server is not None
        self.server.kill()
        self.server.wait()

    def end(self) -> None:
        """Leave nothing behind."""
        for process in (self.server, self.gateway and self.gateway.process):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()

    def stored(self) -> int:
        """How many rows the readings store holds; 0 while it can't be asked."""
        if self.database is None:
            try:
                held = sqlite3.connect(f"file:{self.data / READINGS}?mode=ro", uri=True, timeout=60)
                with contextlib.closing(held):
                    return int(held.execute("SELECT count(*) FROM reading").fetchone()[0])
            except sqlite3.OperationalError:
                return 0
        import psycopg

        try:
            with psycopg.connect(self.database.url, connect_timeout=5) as held:
                return int(held.execute("SELECT count(*) FROM sensing_store_reading").fetchone()[0])
        except psycopg.Error:
            return 0


class Insisting(threading.Thread):
    """A device that sends its messages until each was acknowledged, over as many connections as that takes."""

    def __init__(self, line: Line, identity: str, values: Sequence[float], gate: threading.Event, half: int) -> None:
        super().__init__(daemon=True)
        self._line, self._gate, self._half = line, gate, half
        self._left = {
            n: encode_frame(payload(identity, value, n, DataTime=stated(n))) for n, value in enumerate(values)
        }  # fmt: skip
        self._names = {qn(n): n for n in self._left}

    def run(self) -> None:
        """Send what is left; what lies behind the gate only once it is open."""
        while self._left:
            due = [n for n in self._left if n < self._half or self._gate.is_set()]
            if not due:
                self._gate.wait(0.05)
                continue
            try:
                self._round(due)
            except OSError:
                time.sleep(0.1)

    def _round(self, due: list[int]) -> None:
        device = Device(f"127.0.0.1:{self._line.hj212}")
        try:
            device.send(b"".join(self._left[n] for n in due))
            device.hear(len(due))
        finally:
            device.close()
            for answer in device.answers:
                asked = answer.partition(b"QN=")[2][:17].decode()
                self._left.pop(self._names.get(asked, -1), None)
