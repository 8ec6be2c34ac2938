"""Ten thousand connections that say nothing: a gateway of one county holds them and still answers a device at once."""

from __future__ import annotations

import resource
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from gateway_world import Device, Ingest, frame, gateway, until

pytestmark = pytest.mark.slow

IDLE = 10_000
# Of one address only so many may be there that have said nothing yet; the whole of 127/8 is this machine.
OF_ONE_ADDRESS = 500
# Files that either process needs besides its connections.
SPARE = 200
MOST_KB_EACH = 10


@pytest.fixture
def room() -> Iterator[None]:
    """As many open files as this machine allows; the gateway inherits the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < IDLE + SPARE:
        pytest.skip(f"this machine allows a process {hard} open files, {IDLE + SPARE} are needed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (IDLE + SPARE, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def dial(address: str, number: int) -> socket.socket:
    """A connection from one of this machine's own addresses."""
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=30, source_address=(f"127.0.1.{number // OF_ONE_ADDRESS}", 0))


def test_ten_thousand_idle_connections_cost_a_device_nothing(tmp_path: Path, ingest: Ingest, room: None) -> None:
    with gateway(tmp_path / "spool", ingest.address, ANLAN_GATEWAY_FIRST_SECONDS="3600") as running:
        device = Device(running.address)
        device.send(frame(asked=1))
        device.hear(1)
        before = running.memory_mb()
        idle = []
        try:
            for number in range(IDLE):
                idle.append(dial(running.address, number))
                if number % 2:  # every other one is a device that has said who it is, and then nothing more
                    idle[-1].sendall(frame(f"IDLE{number}", 1.0))
            assert until(lambda: len(ingest.values()) == 1 + IDLE // 2, 120)
            open_files = Path(f"/proc/{running.process.pid}/fd")
            assert len(list(open_files.iterdir())) >= IDLE
            device.send(frame(asked=2))
            assert len(device.hear(2)) == 2
            assert running.memory_mb() - before <= IDLE * MOST_KB_EACH // 1024
            late = Device(running.address)
            late.send(frame("LATE", 3.0, asked=3))
            assert len(late.hear(1)) == 1
        finally:
            for one in idle:
                one.close()
        assert until(lambda: len(ingest.of("down")) == IDLE // 2, 120)
        device.send(frame(asked=4))
        assert len(device.hear(3)) == 3
        assert until(lambda: len(list(open_files.iterdir())) < SPARE)
        assert running.stop() == 0
    assert "Traceback" not in running.said()
    assert "turned away" not in running.said()
