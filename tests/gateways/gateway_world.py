"""What the gateway's tests share: frames, a tiny real ingest, a gateway as a process of its own, a device's connection."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from anlan.kernel.telemetry import Report, unpack
from anlan.protocols.hj212.cutter import FrameCutter
from anlan.protocols.hj212.encode import encode_frame
from anlan.protocols.hj212.frame import Frame

SOURCE = str(Path(__file__).resolve().parents[2] / "src")
# 2026-03-02 10:00:00 in the county.
AT = int(datetime(2026, 3, 2, 2, tzinfo=UTC).timestamp() * 1000)


def payload(device: str = "HY331003000001", value: float = 1.25, asked: int = 0, **fields: str) -> bytes:
    """A section of real-time data; `asked` is the number in QN that comes back with the answer."""
    head = {"ST": "31", "CN": "2011", "PW": "123456", "MN": device, "Flag": "5"} | fields
    stated = head.pop("DataTime", "20260302100000")
    body = head.pop("CP", f"DataTime={stated};a21001-Rtd={value},a21001-Flag=N")
    front = ";".join(f"{name}={text}" for name, text in ({"QN": qn(asked)} | head).items())
    return f"{front};CP=&&{body}&&".encode()


def qn(asked: int) -> str:
    return f"20260302{10 + asked // 3_600_000:02d}{asked // 60_000 % 60:02d}{asked // 1000 % 60:02d}{asked % 1000:03d}"


def frame(*given: Any, **fields: Any) -> bytes:
    return encode_frame(payload(*given, **fields))


class Ingest:
    """Takes parcels as the server would. `status` is answered; `silent` parcels are taken and not answered."""

    def __init__(self, port: int = 0) -> None:
        self.reports: list[Report] = []
        self.keys: list[str] = []
        self.tokens: set[str] = set()
        self.status, self.silent = 200, 0
        self.refuses: Callable[[Report], bool] = lambda report: False
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                outer._take(self)

            def log_message(self, *given: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def _take(self, request: BaseHTTPRequestHandler) -> None:
        reports = unpack(request.rfile.read(int(request.headers["Content-Length"])))
        assert request.path == "/api/v1/sensing/parcels"
        self.tokens.add(request.headers["Authorization"])
        status = 422 if any(map(self.refuses, reports)) else self.status
        if status == 200:
            self.keys.append(request.headers["Anlan-Parcel"])
            self.reports += reports
        if self.silent:
            self.silent -= 1
            request.close_connection = True
            return
        answer = json.dumps({"taken": len(reports)}).encode()
        request.send_response(status)
        request.send_header("Content-Length", str(len(answer)))
        request.end_headers()
        request.wfile.write(answer)

    def once(self) -> list[Report]:
        """What a server would keep: of reports with one id the first."""
        return list({report.id: report for report in self.reports}.values())

    def of(self, kind: str) -> list[Report]:
        return [report for report in self.once() if report.kind == kind]

    def values(self) -> list[float | None]:
        return [report.readings[0][2] for report in self.of("readings")]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Device:
    """A connection that sends frames and collects the answers."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self.socket = socket.create_connection((host, int(port)), timeout=30)
        self._cutter = FrameCutter()
        self.answers: list[bytes] = []

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def hear(self, count: int) -> list[bytes]:
        """Wait for so many answers in all; fewer when the gateway is gone."""
        with contextlib.suppress(ConnectionError):
            while len(self.answers) < count and (data := self.socket.recv(65_536)):
                self.answers += [f.payload for f in self._cutter.feed(data) if isinstance(f, Frame)]
        return self.answers

    def is_closed(self) -> bool:
        """Wait until the other side has hung up."""
        try:
            while self.socket.recv(65_536):
                pass
        except ConnectionError:
            pass
        return True

    def close(self) -> None:
        self.socket.close()


class Gateway:
    """`anlan gateway` on a port that the system chose."""

    def __init__(self, spool: Path, ingest: str, before: Callable[[], None] | None = None, **more: str) -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANLAN_", "DJANGO_"))}
        settings = {
            "ANLAN_HJ212_LISTEN": "127.0.0.1:0",
            "ANLAN_GATEWAY_TOKEN": "of-this-test",
            "PYTHONPATH": SOURCE,
        } | more
        command = [sys.executable, "-m", "anlan.cli", "gateway", "--json", "--spool", str(spool), "--ingest", ingest]
        self.log = spool.with_suffix(".log")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                env=kept | settings,
                stdout=subprocess.PIPE,
                stderr=log,
                preexec_fn=before,
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.log.read_text()
        self.facts = json.loads(line)
        self.address: str = self.facts["listen"]["hj212"]

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def memory_mb(self) -> int:
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) // 1024
        return 0

    def said(self) -> str:
        return self.log.read_text()


@contextlib.contextmanager
def gateway(spool: Path, ingest: str, **more: Any) -> Iterator[Gateway]:
    running = Gateway(spool, ingest, **more)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.kill()


def until(met: Callable[[], Any], seconds: float = 30) -> Any:
    """Wait for something that another process does."""
    end = time.monotonic() + seconds
    while not (found := met()) and time.monotonic() < end:
        time.sleep(0.01)
    return found
