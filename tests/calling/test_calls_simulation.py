"""A thousand people, some with phones off, some with wrong numbers, over a real HTTP provider; a worker killed in between."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from cli.cli_process import anlan, environment

pytestmark = pytest.mark.slow

PEOPLE, EACH, MINUTES, KILL_AT = 1000, 4, 5, 137
HERE = Path(__file__).resolve().parent


class Provider(ThreadingHTTPServer):
    """Takes messages; wrong numbers it refuses, busy ones twice for the moment, so that there are messages that wait.

    After its n-th message it kills the first worker while that one is sending. `tried`: (when, matter) of every request.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Door)
        self.wrong: set[str] = set()
        self.busy: Counter[str] = Counter()
        self.tried: list[tuple[float, str]] = []
        self.got: list[tuple[float, str, str, str]] = []
        self.now = 0.0
        self.victim: subprocess.Popen[str] | None = None
        self.lock = threading.Lock()


class Door(BaseHTTPRequestHandler):
    """One message a request."""

    server: Provider

    def do_POST(self) -> None:
        """Take it, refuse it, or kill whoever sent it."""
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        key = re.search(r"事项(\d+)号", told["text"])
        assert key
        with self.server.lock:
            self.server.tried.append((self.server.now, key[1]))
            busy = self.server.busy[told["to"]] > 0
            if busy:
                self.server.busy[told["to"]] -= 1
            else:
                self.server.got.append((self.server.now, told["to"], key[1], told["key"]))
            mine = self.headers["Worker"] == "one"
            if mine and not busy and len(self.server.got) >= KILL_AT and self.server.victim:
                os.kill(self.server.victim.pid, signal.SIGKILL)
                self.server.victim = None
                return
        wrong = told["to"] in self.server.wrong
        body = {"ok": False, "why": "WRONG_NUMBER"} if wrong else {"ok": True, "id": f"m{told['key']}"}
        body = {"ok": False, "why": "BUSY"} if busy else body
        sent = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *given: Any) -> None:
        """Quiet."""


class Worker:
    """A process that does as it is told."""

    def __init__(self, data: Path, gateway: str, name: str) -> None:
        source = environment()["PYTHONPATH"]
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "sim_worker.py"), str(data), gateway, name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=environment(PYTHONPATH=source, no_proxy="127.0.0.1"),
        )  # fmt: skip

    def tell(self, act: str, **given: Any) -> None:
        """Say what to do."""
        self.process.stdin.write(json.dumps({"do": act, **given}) + "\n")
        self.process.stdin.flush()

    def hear(self) -> Any:
        """What it did; None from a dead one."""
        line = self.process.stdout.readline()
        return json.loads(line) if line else None

    def do(self, act: str, **given: Any) -> Any:
        """Both."""
        self.tell(act, **given)
        return self.hear()


@pytest.fixture
def provider() -> Iterator[Provider]:
    server = Provider()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def workers() -> Iterator[list[Worker]]:
    made: list[Worker] = []
    yield made
    for worker in made:
        if worker.process.poll() is None:
            worker.process.kill()
        worker.process.wait()


def test_nobody_is_called_in_vain_and_everybody_silent_is_followed_up(
    fresh_data: Path, tmp_path: Path, provider: Provider, workers: list[Worker]
) -> None:
    data = Path(shutil.copytree(fresh_data, tmp_path / "data"))
    chance = random.Random(20260302)
    numbers = [f"139{n:08d}" for n in range(PEOPLE)]
    off = set(chance.sample(numbers, PEOPLE // 10))
    provider.wrong = set(chance.sample([n for n in numbers if n not in off], PEOPLE // 20))
    busy = chance.sample([n for n in numbers if n not in provider.wrong], PEOPLE // 5)
    provider.busy = Counter(dict.fromkeys(busy, 2))
    # Three whose first message still waits when they are closed.
    over = [str(n) for n in range(PEOPLE // EACH) if numbers[n * EACH] in provider.busy][:3]
    gateway = f"http://127.0.0.1:{provider.server_address[1]}/send"

    def begin(name: str) -> Worker:
        worker = Worker(data, gateway, name)
        assert worker.process.stdout.readline() == "ready\n"
        workers.append(worker)
        return worker

    one, two, desk = begin("one"), begin("two"), begin("desk")
    chains = desk.do("setup", numbers=numbers, each=EACH, minutes=MINUTES)
    assert len(chains) == PEOPLE // EACH
    assert desk.do("open", at=0, chains={str(n): chain for n, chain in enumerate(chains)}) == len(chains)

    answered: dict[str, float] = {}
    closed: dict[str, float] = {}
    waiting: list[tuple[float, str, str]] = []
    read, provider.victim = 0, one.process
    for minute in range(EACH * MINUTES + 2):
        now = provider.now = minute * 60.0
        if minute == 1:
            for key in over:
                desk.do("close", at=now, key=key)
                closed[key] = now
        for worker in (one, two):
            worker.tell("pass", at=now)
        heard = [worker.hear() for worker in (one, two)]
        if heard[0] is None:
            assert one.process.wait() == -signal.SIGKILL
            one = begin("three")
        # By its minute every unanswered call has gone on: none is left behind its own time.
        assert desk.do("behind", at=now) == 0
        for _, number, key, _ in provider.got[read:]:
            if number not in off and number not in provider.wrong and chance.random() < 0.45:
                waiting.append((now + 60 * chance.randint(0, 8), number, key))
        read = len(provider.got)
        for _, number, key in sorted(w for w in waiting if w[0] <= now):
            desk.do("answer", at=now + 1, number=number, text=chance.choice("123"))
            answered.setdefault(key, now + 1)
        waiting = [w for w in waiting if w[0] > now]

    # Closed before the minute's pass, answered after it.
    late = [(when, key) for when, key in provider.tried if when > answered.get(key, 1e9) or when >= closed.get(key, 1e9)]
    assert late == []
    calls = desk.do("look")["calls"]
    ends = Counter(c["state"] for c in calls)
    assert set(ends) <= {"answered", "exhausted", "closed"}
    assert ends["closed"] == len(closed) == 3
    assert ends["answered"] >= 100
    assert ends["exhausted"] >= 1
    assert all(c["answers"][:1] == [0] for c in calls if c["state"] == "answered")
    # Every step began exactly at the minute at which the one before it ended.
    assert {b - a for c in calls for a, b in zip(c["rounds"], c["rounds"][1:], strict=False)} <= {MINUTES * 60.0}
    # One message a person, but for the one in the dead worker's hands, of which nobody knows whether it went out.
    repeated = {pair: n for pair, n in Counter((number, key) for _, number, key, _ in provider.got).items() if n > 1}
    assert len(repeated) <= 1
    assert all(n == 2 for n in repeated.values())
    assert desk.do("look")["attempts"].get("lost", 0) == 1
    assert anlan("journal", "rebuild", "--check", "--data", data).code == 0
