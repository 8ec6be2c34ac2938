"""What the command's tests share: running it as a process, as scripts and people do."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out.splitlines()[-1])


def environment(**more: str) -> dict[str, str]:
    """Ours without what the test suite itself set: the commands must find their own way."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANLAN_", "DJANGO_"))}
    source = str(Path(__file__).resolve().parents[2] / "src")
    return kept | {"PYTHONPATH": source, "TZ": "Asia/Shanghai"} | more


def anlan(*arguments: object, stdin: str = "", cwd: Path | None = None, **more: str) -> Ran:
    done = subprocess.run(
        [sys.executable, "-m", "anlan.cli", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        text=True,
        env=environment(**more),
        cwd=cwd,
        timeout=600,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


@contextlib.contextmanager
def serving(data: Path, *arguments: str, **more: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A server on a port that the system chose: (address, process). Stopped with SIGTERM unless it is gone already."""
    server = subprocess.Popen(
        [sys.executable, "-m", "anlan.cli", "serve", "--json", "--port", "0", "--data", str(data), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(**more),
    )
    try:
        line = server.stdout.readline()
        assert line, server.stderr.read()
        yield json.loads(line)["address"], server
    finally:
        if server.poll() is None:
            server.send_signal(signal.SIGTERM)
            server.wait(60)
