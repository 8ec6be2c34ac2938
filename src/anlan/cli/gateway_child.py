"""The gateway that `anlan serve` starts beside itself: stopped with it, also when it is killed; started again if it dies."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from anlan.cli import boot
from anlan.cli.output import note, say

__all__ = ["beside"]

logger = logging.getLogger(__name__)

_LISTEN, _TOKEN = "ANLAN_HJ212_LISTEN", "ANLAN_GATEWAY_TOKEN"
_LASTS = timedelta(days=400)
_START_S, _STOP_S, _LONGEST_PAUSE_S = 15.0, 20.0, 30.0


@contextlib.contextmanager
def _key() -> Iterator[str]:
    """The operator's key for the ingest, or one of our own for as long as this server runs."""
    from anlan.config import env

    if given := env.read()[_TOKEN]:
        yield str(given)
        return
    from anlan.platform import clock
    from anlan.sensing.services.gateways import gateway_token_create, gateway_token_revoke

    # The end is for a server that is killed: nobody knows its key any more, but it would stand there for ever.
    made = gateway_token_create(name="serve", now=clock.now(), lasts=_LASTS)
    try:
        yield made.raw
    finally:
        gateway_token_revoke(token_id=made.id, now=clock.now())


@contextlib.contextmanager
def beside(ingest: str) -> Iterator[dict[str, str]]:
    """Run a gateway while the context is open, if `ANLAN_HJ212_LISTEN` is set.

    Args:
        ingest: address of this server.
    Returns:
        Protocol -> address where it listens; empty without a gateway, or when it could not start at once.
    """
    where = os.environ.get(_LISTEN, "")
    if not where:
        yield {}
        return
    with _key() as key:
        child = _Child(where, ingest, key)
        child.start()
        try:
            yield child.listen
        finally:
            child.stop()


class _Child:
    def __init__(self, where: str, ingest: str, key: str) -> None:
        self._where, self._ingest, self._key = where, ingest, key
        self.listen: dict[str, str] = {}
        self._process: subprocess.Popen[str] | None = None
        self._told, self._stop = threading.Event(), threading.Event()
        self._watch = threading.Thread(target=self._run, name="gateway", daemon=True)

    def start(self) -> None:
        """Return when the gateway says where it listens, or has failed to start."""
        self._watch.start()
        self._told.wait(_START_S)

    def stop(self) -> None:
        """As an operator would: SIGTERM, and wait."""
        self._stop.set()
        process = self._process
        if process is not None and process.poll() is None:
            process.terminate()
        self._watch.join(_STOP_S)
        if process is not None and process.poll() is None:
            process.kill()

    def _run(self) -> None:
        pause = 1.0
        while not self._stop.is_set():
            self._process = process = self._spawn()
            if self._stop.is_set():
                process.terminate()
            assert process.stdout is not None
            said = _read(process.stdout.readline())
            if said.get("ok"):
                # The port that the system chose stays the same when the gateway is started again.
                self.listen, self._where = said["listen"], said["listen"]["hj212"]
                pause = 1.0
            self._told.set()
            code = process.wait()
            process.stdout.close()
            if process.stdin is not None:
                process.stdin.close()
            if self._stop.is_set():
                return
            note(say("serve.gateway_ended", status=code, seconds=round(pause)))
            self._stop.wait(pause)
            pause = min(_LONGEST_PAUSE_S, pause * 2)

    def _spawn(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "anlan.cli", "gateway", "--json", "--with-parent"]
        command += ["--listen", f"hj212={self._where}", "--ingest", self._ingest, "--data", str(boot.data_dir())]
        # Its standard input is a pipe that ends when this process does, however it ends. A session of its own: Ctrl+C in
        # a terminal is meant for us, and we pass it on when we are done with it.
        return subprocess.Popen(
            command,
            env=os.environ | {_TOKEN: self._key},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )


def _read(line: str) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
