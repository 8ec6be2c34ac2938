"""From a device's socket over JetStream to `anlan worker`, with the real processes: what dies loses and doubles nothing."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from gateway_world import SOURCE, Device, frame, gateway, until
from test_jetstream_gateways import Broker, more, values

from anlan.kernel.telemetry import Report, moments, pack

nats = pytest.importorskip("nats")
SERVER = shutil.which("nats-server", path=f"{os.environ.get('PATH', '')}:/usr/sbin")

pytestmark = [pytest.mark.slow, pytest.mark.skipif(SERVER is None, reason="nats-server is not installed")]

# A device on file whose first channel has a high limit of 900, in a county of its own folder.
_SEED = """
import django; django.setup()
from datetime import UTC, datetime, timedelta
from anlan.platform.scope import Scope
from anlan.sensing.services.devices import device_create
from anlan.sensing.services.rules import rule_create
scope = Scope("", "", "系统", frozenset({"sensing.device.change", "sensing.rule.change"}), "331003")
now = datetime(2026, 3, 1, tzinfo=UTC)
device = {"name": "烟气监测", "identity": "HY331003000001", "region": "331003001000", "place": "站房"}
device_create(scope=scope, values=device, now=now)
rule = {"name": "高限", "kind": "high", "metric": "a21001-Rtd", "limit": 900.0, "severity": "routine", "basis": "试验"}
rule_create(scope=scope, values=rule, now=now)
"""


def environment(data: Path, **given: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANLAN_", "DJANGO_"))}
    settings = {"ANLAN_DATA": str(data), "DJANGO_SETTINGS_MODULE": "anlan.config.settings", "PYTHONPATH": SOURCE}
    return kept | settings | given


class Worker:
    """`anlan worker` that takes parcels from a broker; ended with the test that started it."""

    running: ClassVar[list[Worker]] = []

    def __init__(self, data: Path, broker: Broker, name: str = "worker") -> None:
        self._log = data / f"{name}.log"
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "anlan.cli", "worker"], env=environment(data, **more(broker)), stdout=log, stderr=log
            )

        self.running.append(self)

    def said(self) -> str:
        return self._log.read_text()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


@pytest.fixture(autouse=True)
def _no_worker_stays() -> Iterator[None]:
    yield
    while Worker.running:
        Worker.running.pop().kill()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "county"
    command = [sys.executable, "-m", "anlan.cli", "init", "--data", str(folder)]
    subprocess.run(command, env=environment(folder), check=True, capture_output=True)
    subprocess.run([sys.executable, "-c", _SEED], env=environment(folder), check=True)
    return folder


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    running = Broker(tmp_path / "jetstream")
    running.start()
    yield running
    running.kill()


def rows(data: Path, sql: str, file: str = "readings.sqlite3") -> list[tuple]:
    if not (data / file).exists():
        return []
    with sqlite3.connect(f"file:{data / file}?mode=ro", uri=True, timeout=30) as held:
        try:
            return held.execute(sql).fetchall()
        except sqlite3.OperationalError:
            return []  # its tables are just being made


def stored(data: Path) -> int:
    return sum(n for (n,) in rows(data, "SELECT COUNT(*) FROM reading"))


def alarms(data: Path) -> list[float]:
    return [v for (v,) in rows(data, "SELECT value FROM sensing_alarm ORDER BY triggered_at", "anlan.sqlite3")]


def at(number: int, value: float) -> bytes:
    """A message whose time is its own, as each instant counts once."""
    stamp = f"2026030210{number // 60:02d}{number % 60:02d}"
    return frame(CP=f"DataTime={stamp};a21001-Rtd={value},a21001-Flag=N", asked=number)


def test_nothing_is_lost_or_twice_when_worker_and_broker_are_killed(tmp_path: Path, data: Path, broker: Broker) -> None:
    worker = Worker(data, broker)
    with gateway(tmp_path / "spool", "http://127.0.0.1:9", **more(broker)) as running:
        device = Device(running.address)

        def send(first: int, last: int, jumps: tuple[int, ...] = ()) -> None:
            for number in range(first, last):
                device.send(at(number, 950.0 if number in jumps else 1.0))
            assert len(device.hear(last)) == last

        send(0, 300, (10,))
        assert until(lambda: stored(data) > 0)
        worker.kill()
        send(300, 600, (310,))
        worker = Worker(data, broker)
        broker.kill()
        send(600, 900)
        assert until(lambda: "the stream can't be reached" in worker.said())
        broker.start()
        assert until(lambda: stored(data) == 900, 60)
        assert until(lambda: broker.messages() == [])
        assert running.stop() == 0
    # The jump at 310 fell while nobody judged: it is found, as a repetition of the alarm that nobody has answered yet.
    repeats = "SELECT strftime('%H:%M:%S', at) FROM sensing_alarmrepeat"
    assert until(lambda: rows(data, repeats, "anlan.sqlite3") == [("02:05:10",)])
    assert alarms(data) == [950.0]
    assert rows(data, "SELECT COUNT(*), COUNT(DISTINCT at) FROM reading") == [(900, 900)]
    assert worker.stop() == 0
    assert "Traceback" not in worker.said()


def test_of_two_workers_one_takes_and_the_other_follows_when_it_dies(tmp_path: Path, data: Path, broker: Broker) -> None:
    first = Worker(data, broker, "first")
    with gateway(tmp_path / "spool", "http://127.0.0.1:9", **more(broker)) as running:
        device = Device(running.address)
        device.send(at(0, 1.0))
        assert until(lambda: stored(data) == 1)
        second = Worker(data, broker, "second")
        assert until(second.said, 60)
        first.kill()
        device.send(at(1, 950.0))
        assert until(lambda: stored(data) == 2, 90)
        assert until(lambda: alarms(data) == [950.0])
        assert second.stop() == 0
        assert running.stop() == 0


def test_a_parcel_that_can_not_be_read_is_set_aside_and_those_behind_it_go_on(data: Path, broker: Broker) -> None:
    said = moments((("a21001-Rtd", 1772416800000, 1.5, "N"),))
    good = Report("g:1", "hj212", "HY331003000001", "2011", 1772416800000, "p", said)

    async def publish() -> None:
        from anlan.gateways.jetstream import open_stream

        client, stream = await open_stream(broker.address)
        for number, parcel in enumerate((b"[2,[7]]", pack([good]))):
            await stream.publish("anlan.33.10.03.sensing.parcel", parcel, headers={"Nats-Msg-Id": f"x{number}"})
        await client.close()

    worker = Worker(data, broker)
    assert until(lambda: asyncio.run(_tried(publish)), 20)
    assert until(lambda: stored(data) == 1)
    assert until(lambda: values(broker.messages()) == [])
    assert [f.read_bytes() for f in (data / "refused-parcels").iterdir()] == [b"[2,[7]]"]
    assert "telemetry.parcel.malformed" in worker.said()
    assert worker.stop() == 0


async def _tried(publish: object) -> bool:
    try:
        await publish()  # type: ignore[operator]
    except (OSError, TimeoutError, nats.errors.Error):
        return False
    return True
