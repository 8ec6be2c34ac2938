"""serve: one process, an address at once, a graceful end; kill -9 leaves nothing half-done."""

from __future__ import annotations

import signal
import socket
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from cli_process import anlan, serving

pytestmark = pytest.mark.slow


def status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def test_serve_answers_as_soon_as_it_says_where(data: Path) -> None:
    with serving(data) as (address, server):
        assert status(f"{address}/login") == 200
        server.send_signal(signal.SIGTERM)
        assert server.wait(60) == 0


def test_an_interrupted_server_ends_well_too(data: Path) -> None:
    with serving(data) as (address, server):
        assert status(f"{address}/login") == 200
        server.send_signal(signal.SIGINT)
        assert server.wait(60) == 0


def test_a_port_that_is_taken_is_named(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ran = anlan("serve", "--port", taken.getsockname()[1], "--data", data, "--json")
    assert (ran.code, ran.json["code"]) == (1, "cli.port_taken")


def test_a_killed_server_starts_again_and_its_journal_is_intact(data: Path) -> None:
    with serving(data) as (address, server):
        assert status(f"{address}/login") == 200
        server.kill()
        server.wait()
    with serving(data) as (address, _):
        assert status(f"{address}/login") == 200
    assert anlan("journal", "verify", "--data", data).code == 0
