"""Parcels on a real JetStream server: absent at first, killed in between, and nothing is missing or twice in the stream."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gateway_world import SOURCE, Device, frame, gateway, until

from anlan.gateways.jetstream import STREAM
from anlan.kernel.telemetry import Report, unpack

nats = pytest.importorskip("nats")
SERVER = shutil.which("nats-server", path=f"{os.environ.get('PATH', '')}:/usr/sbin")

pytestmark = [pytest.mark.slow, pytest.mark.skipif(SERVER is None, reason="nats-server is not installed")]


class Broker:
    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"nats://127.0.0.1:{self.port}"
        self._command = [str(SERVER), "-js", "-a", "127.0.0.1", "-p", str(self.port), "-sd", str(folder)]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def messages(self) -> list[tuple[str, list[Report]]]:
        """Message id and reports of everything in the stream; nothing while there is none."""
        return asyncio.run(self._messages())

    async def _messages(self) -> list[tuple[str, list[Report]]]:
        async def quiet(error: Exception) -> None:
            pass

        try:
            client = await nats.connect(
                self.address,
                allow_reconnect=False,
                connect_timeout=2,
                max_reconnect_attempts=1,
                reconnect_time_wait=0,
                error_cb=quiet,
            )
        except (OSError, TimeoutError, nats.errors.Error):
            return []
        try:
            stream = client.jetstream()
            count = (await stream.stream_info(STREAM)).state.messages
            found = [await stream.get_msg(STREAM, number) for number in range(1, count + 1)]
        except nats.js.errors.NotFoundError:
            return []
        finally:
            await client.close()
        return [(m.headers["Nats-Msg-Id"], unpack(m.data)) for m in found]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    running = Broker(tmp_path / "jetstream")
    yield running
    running.kill()


def more(broker: Broker) -> dict[str, Any]:
    return {"ANLAN_NATS": broker.address, "PYTHONPATH": f"{SOURCE}:{Path(nats.__file__).parents[1]}"}


def values(messages: list[tuple[str, list[Report]]]) -> list[float | None]:
    return [r.readings[0][2] for _, reports in messages for r in reports if r.kind == "readings"]


def test_a_broker_that_was_absent_and_was_killed_gets_everything_in_order(tmp_path: Path, broker: Broker) -> None:
    with gateway(tmp_path / "spool", "http://127.0.0.1:9", **more(broker)) as running:
        device = Device(running.address)
        for number in range(500):
            device.send(frame(value=float(number), asked=number))
        assert len(device.hear(500)) == 500
        assert until(lambda: "gateways.nats.unreachable" in running.said())
        broker.start()
        assert until(lambda: len(values(broker.messages())) == 500)
        broker.kill()
        for number in range(500, 1000):
            device.send(frame(value=float(number), asked=number))
        assert len(device.hear(1000)) == 1000
        broker.start()
        assert until(lambda: len(values(broker.messages())) == 1000)
        assert running.stop() == 0
    kept = broker.messages()
    assert values(kept) == [float(n) for n in range(1000)]
    ids = [report.id for _, reports in kept for report in reports]
    assert len(ids) == len(set(ids))
    assert all(key == f"{reports[0].id}-{reports[-1].id.rpartition(':')[2]}" for key, reports in kept)
    assert "Traceback" not in running.said()
