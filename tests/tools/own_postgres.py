"""A PostgreSQL server of one test, beside the one that a whole run may have."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

__all__ = ["Postgres", "free_port"]


def free_port() -> int:
    """A TCP port that nobody uses now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Postgres:
    """A PostgreSQL of this test alone, with every durability on, that can be killed."""

    def __init__(self, folder: Path) -> None:
        tools = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        found = str(tools[-1]) if tools else shutil.which("initdb")
        self.bin = Path(found).resolve().parent if found else None
        self.folder, self.port = folder, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """What ANLAN_DATABASE_URL says."""
        return f"postgresql://anlan@127.0.0.1:{self.port}/postgres"

    def _as(self, *command: object) -> list[str]:
        # PostgreSQL refuses to run as root.
        ours = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
        return [*ours, *map(str, command)]

    def make(self) -> None:
        """A new cluster."""
        assert self.bin is not None
        self.folder.mkdir()
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        made = self._as(self.bin / "initdb", "-D", self.folder / "data", "-A", "trust", "-U", "anlan", "-E", "UTF8",
                        "--locale=C.UTF-8")  # fmt: skip
        subprocess.run(made, check=True, capture_output=True, cwd="/")

    def start(self) -> None:
        """Start it and wait until it answers."""
        assert self.bin is not None
        run = self._as(self.bin / "postgres", "-D", self.folder / "data", "-p", self.port, "-c",
                       "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={self.folder}")  # fmt: skip
        log = subprocess.DEVNULL
        self.process = subprocess.Popen(run, stdout=log, stderr=log, cwd="/")
        ask = [str(self.bin / "pg_isready"), "-h", "127.0.0.1", "-p", str(self.port)]
        end = time.monotonic() + 60
        while subprocess.run(ask, capture_output=True, check=False).returncode != 0:
            assert time.monotonic() < end, "PostgreSQL does not answer"
            time.sleep(0.05)

    def kill(self) -> None:
        """kill -9 of every process of it."""
        if self.process is None or self.process.poll() is not None:
            return
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        self.process.kill()
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)
        self.process.wait()
