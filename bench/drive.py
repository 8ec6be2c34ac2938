"""Driving a real server: `anlan serve` as a process of its own, keep-alive connections, its CPU from /proc."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Request:
    """One request: method, path with query, body and headers beside those of the session."""

    method: str
    path: str
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)


class Server:
    """`anlan serve` on a free port. Use as a context: leaving it stops the process."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "anlan.cli", "serve", "--port", "0", "--json", "--data", str(folder)]
        self.process = subprocess.Popen(command, env=os.environ, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            sys.exit("anlan serve did not start")
        self.address = json.loads(line)["address"]
        parts = urlsplit(self.address)
        self.host, self.port = str(parts.hostname), int(parts.port or 80)

    def __enter__(self) -> Server:
        self.call(Request("GET", "/healthz"))
        return self

    def __exit__(self, *raised: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)

    def call(self, request: Request) -> tuple[int, dict[str, str], bytes]:
        """One request on a connection of its own: status, headers, body."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=120)
        connection.request(request.method, request.path, request.body, request.headers)
        answer = connection.getresponse()
        body = answer.read()
        headers = {k.lower(): v for k, v in answer.getheaders()}
        headers["set-cookie"] = "\n".join(answer.headers.get_all("Set-Cookie") or [])
        connection.close()
        return answer.status, headers, body

    def login(self, username: str, password: str) -> dict[str, str]:
        """Log in through the page; the Cookie header of the session."""
        _, headers, page = self.call(Request("GET", "/login"))
        cookies = _cookies(headers)
        token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        if token is None:
            sys.exit("the login page has no form")
        form = {"username": username, "password": password, "csrfmiddlewaretoken": token[1].decode()}
        sent = {"Cookie": _header(cookies), "Content-Type": "application/x-www-form-urlencoded"}
        status, headers, _ = self.call(Request("POST", "/login", urlencode(form).encode(), sent))
        if status != 302:
            sys.exit(f"login of {username} was refused: {status}")
        return {"Cookie": _header(cookies | _cookies(headers))}

    def cpu_ms(self) -> float:
        """CPU milliseconds of the server's process so far, ended children included."""
        return _cpu_ms(self.process.pid, children=True)

    def memory_mb(self) -> dict[str, float]:
        """Resident megabytes of the server's process; `anonymous` leaves out the pages of mapped files (SQLite's)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        held = dict(re.findall(r"(VmRSS|RssAnon):\s+(\d+)", status))
        return {"rss": round(int(held["VmRSS"]) / 1024, 1), "anonymous": round(int(held["RssAnon"]) / 1024, 1)}


def _cookies(headers: dict[str, str]) -> dict[str, str]:
    pairs = (line.partition(";")[0].partition("=") for line in headers["set-cookie"].splitlines())
    return {name.strip(): value for name, _, value in pairs}


def _header(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def _cpu_ms(pid: int, *, children: bool = False) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return sum(int(f) for f in fields[11 : 15 if children else 13]) / _TICKS * 1000


def postgres_cpu_ms() -> float:
    """CPU milliseconds of every PostgreSQL process on this machine, those that have ended included."""
    total = 0.0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if (folder / "comm").read_text(encoding="ascii").strip() == "postgres":
                    total += _cpu_ms(int(folder.name), children=True)
            except (FileNotFoundError, ProcessLookupError):
                continue
    return total


def measure(
    server: Server,
    make: Callable[[int], Request],
    count: int,
    *,
    connections: int = 8,
    database_cpu: Callable[[], float] | None = None,
    warm: int = 16,
) -> dict[str, Any]:
    """Send `count` requests over keep-alive connections; rates, latencies, CPU of the server per request.

    Args:
        make: the n-th request; called in the client's threads. warm: requests sent before and not counted.
    """
    _drive(server, make, range(-warm, 0), min(connections, max(warm, 1)))
    cpu, other, wall = server.cpu_ms(), database_cpu() if database_cpu else 0.0, time.perf_counter()
    times, statuses, size = _drive(server, make, range(count), connections)
    spent = time.perf_counter() - wall
    times.sort()
    figures = {
        "requests": count,
        "per_second": round(count / spent, 1),
        "p50_ms": round(times[len(times) // 2] * 1000, 1),
        "p95_ms": round(times[int(len(times) * 0.95)] * 1000, 1),
        "server_cpu_ms": round((server.cpu_ms() - cpu) / count, 2),
        "answer_kb": round(size / count / 1024, 1),
        "statuses": dict(statuses),
    }
    if database_cpu:
        figures["database_cpu_ms"] = round((database_cpu() - other) / count, 2)
    return figures


def _drive(
    server: Server, make: Callable[[int], Request], numbers: range, connections: int
) -> tuple[list[float], Counter[str], int]:
    waiting, lock = iter(numbers), threading.Lock()
    times: list[float] = []
    statuses: Counter[str] = Counter()
    size = 0

    def work() -> None:
        nonlocal size
        connection = http.client.HTTPConnection(server.host, server.port, timeout=120)
        while True:
            with lock:
                number = next(waiting, None)
            if number is None:
                connection.close()
                return
            request = make(number)
            start = time.perf_counter()
            connection.request(request.method, request.path, request.body, request.headers)
            answer = connection.getresponse()
            body = answer.read()
            took = time.perf_counter() - start
            with lock:
                times.append(took)
                statuses[str(answer.status)] += 1
                size += len(body)

    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, statuses, size
