"""What runs beside the demo's server: the simulated devices as a child process, and the names behind invented numbers."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache

from anlan.demo.fleet import DEVICES, PROFILE, SEED

__all__ = ["owner_of", "simulator"]

_INTERVAL_S, _STOP_S = 5, 20.0


@contextlib.contextmanager
def simulator(to: str) -> Iterator[Callable[[str], None]]:
    """Run the county's simulated devices while the context is open.

    Args:
        to: host:port of the gateway.
    Returns:
        What tells them a scenario. They end with their standard input, so also when this process is killed.
    """
    command = [sys.executable, "-m", "anlan.cli", "simulate", "--with-parent", "--profile", PROFILE, "--to", to]
    command += ["--devices", str(DEVICES), "--interval", str(_INTERVAL_S), "--seed", str(SEED), "--json"]
    # A session of its own: Ctrl+C in a terminal is meant for the server, which ends this when it is done.
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, start_new_session=True
    )
    assert process.stdin is not None
    told = process.stdin

    def tell(scenario: str) -> None:
        with contextlib.suppress(OSError):
            told.write(f"{scenario}\n")
            told.flush()

    try:
        yield tell
    finally:
        with contextlib.suppress(OSError):
            told.close()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@cache
def owner_of(number: str) -> str:
    """The name of the person whose number this is, "" for nobody's."""
    from django.db import connections

    from anlan.accounts import queries as accounts

    try:
        people = accounts.people_with_phone(number)
        return accounts.person_names(people).get(people[0], "") if people else ""
    finally:
        connections.close_all()
