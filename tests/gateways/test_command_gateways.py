"""`anlan gateway`, `anlan simulate` and the gateway beside `anlan serve`, as commands."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from gateway_world import SOURCE, Device, Gateway, Ingest, frame, gateway, until

pytestmark = pytest.mark.slow


def environment(**more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANLAN_", "DJANGO_"))}
    return kept | {"PYTHONPATH": SOURCE} | more


def anlan(*arguments: object, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "anlan.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=environment(**more), timeout=120)


def code(ran: subprocess.CompletedProcess[str]) -> tuple[int, str]:
    return ran.returncode, json.loads(ran.stdout)["code"]


def test_what_can_not_be_served_is_refused_with_its_code(tmp_path: Path, ingest: Ingest) -> None:
    common = ("--json", "--spool", tmp_path / "spool")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        where = f"hj212=127.0.0.1:{taken.getsockname()[1]}"
        assert code(anlan("gateway", "--listen", where, *common)) == (1, "gateways.listen.taken")
    assert code(anlan("gateway", "--listen", "hj212", *common)) == (1, "gateways.listen.malformed")
    assert code(anlan("gateway", "--listen", "modem=127.0.0.1:0", *common)) == (1, "gateways.listen.protocol")
    here = ("--listen", "hj212=127.0.0.1:0", *common)
    assert code(anlan("gateway", "--ingest", "mars", *here)) == (1, "gateways.ingest.address")
    with gateway(tmp_path / "spool", ingest.address):
        assert code(anlan("gateway", *here)) == (1, "gateways.spool.in_use")
    nothing = anlan("gateway", *common)
    assert (nothing.returncode, "ANLAN_HJ212_LISTEN" in nothing.stderr) == (2, True)
    wrong = anlan("gateway", *here, ANLAN_SPOOL_MB="much")
    assert (wrong.returncode, "ANLAN_SPOOL_MB" in wrong.stderr) == (2, True)


def test_nats_without_its_package_is_named(tmp_path: Path) -> None:
    (tmp_path / "nats.py").write_text("raise ImportError")
    ran = anlan(
        "gateway", "--json", "--listen", "hj212=127.0.0.1:0", "--spool", tmp_path / "spool",
        ANLAN_NATS="nats://127.0.0.1:9", PYTHONPATH=f"{SOURCE}:{tmp_path}",
    )  # fmt: skip
    assert code(ran) == (1, "gateways.nats.missing")


def test_with_a_parent_it_ends_when_that_is_gone(tmp_path: Path, ingest: Ingest) -> None:
    command = [sys.executable, "-m", "anlan.cli", "gateway", "--json", "--with-parent", "--listen", "hj212=127.0.0.1:0"]
    running = subprocess.Popen(
        [*command, "--spool", str(tmp_path / "spool"), "--ingest", ingest.address],
        env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert running.stdin is not None
    assert running.stdout is not None
    assert json.loads(running.stdout.readline())["ok"] is True
    running.stdin.close()
    assert running.wait(60) == 0


@pytest.mark.parametrize(("scenario", "devices"), [("quiet", 12), ("power-cut", 10), ("liar", 4)])
def test_a_simulated_fleet_is_heard_whole(tmp_path: Path, ingest: Ingest, scenario: str, devices: int) -> None:
    with gateway(tmp_path / "spool", ingest.address) as running:
        ran = anlan(
            "simulate", "--devices", devices, "--seconds", 4, "--interval", 1,
            "--scenario", scenario, "--to", running.address, "--json",
        )  # fmt: skip
        said = json.loads(ran.stdout)
        cut = 4 if scenario == "power-cut" else 0
        assert (ran.returncode, said["messages"], said["acknowledged"]) == (0, 4 * devices - cut, 4 * devices - cut)
        assert until(lambda: len(ingest.of("readings")) == said["messages"])
        assert said["readings"] == 10 * said["messages"]
        assert said["connections"] == devices + cut // 2
        assert {r.identity for r in ingest.of("up")} == {f"331003SIM{n + 1:015d}" for n in range(devices)}
        warned = {w for r in ingest.of("readings") for w in r.warnings}
        assert warned == ({"gateways.time.ahead", "gateways.time.behind"} if scenario == "liar" else set())


def test_a_fleet_that_nobody_hears_says_so() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        to = f"127.0.0.1:{closed.getsockname()[1]}"
    ran = anlan("simulate", "--devices", 1, "--seconds", 0.5, "--to", to, "--json")
    assert (ran.returncode, json.loads(ran.stdout)["ok"]) == (1, False)
    assert anlan("simulate", "--to", "nowhere").returncode == 2
    assert code(anlan("simulate", "--profile", "atlantis", "--json")) == (1, "simulator.profile.unknown")


class Served:
    """`anlan serve` with its gateway."""

    def __init__(self, data: Path) -> None:
        command = [sys.executable, "-m", "anlan.cli", "serve", "--json", "--port", "0", "--data", str(data)]
        log = (data / "serve.log").open("ab")
        self.process = subprocess.Popen(
            command, env=environment(ANLAN_HJ212_LISTEN="127.0.0.1:0"), stdout=subprocess.PIPE, stderr=log
        )
        assert self.process.stdout is not None
        self.facts: dict[str, Any] = json.loads(self.process.stdout.readline())
        self.address = self.facts["listen"]["hj212"]

    def gateway(self) -> int:
        """Process of the gateway, 0 while there is none."""
        children = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        found = [int(pid) for file in children for pid in file.read_text().split()]
        return next((p for p in found if b"gateway" in Path(f"/proc/{p}/cmdline").read_bytes()), 0)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    assert anlan("init", "--data", folder).returncode == 0
    return folder


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists() and b"gateway" in Path(f"/proc/{pid}/cmdline").read_bytes()


def test_serve_starts_a_gateway_again_that_died_and_takes_it_along_when_it_ends(data: Path) -> None:
    served = Served(data)
    try:
        device = Device(served.address)
        device.send(frame(asked=1))
        assert len(device.hear(1)) == 1
        died = served.gateway()
        os.kill(died, signal.SIGKILL)
        assert until(lambda: served.gateway() not in (0, died))
        assert until(lambda: _dials(served.address))
        device = Device(served.address)
        device.send(frame(asked=2))
        assert len(device.hear(1)) == 1
        born = served.gateway()
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(60) == 0
        assert not alive(born)
    finally:
        served.process.kill()


def test_a_killed_server_leaves_no_gateway_behind(data: Path) -> None:
    served = Served(data)
    pid = served.gateway()
    served.process.kill()
    served.process.wait()
    assert until(lambda: not alive(pid))


def _dials(address: str) -> bool:
    try:
        Device(address).close()
    except OSError:
        return False
    return True


def test_a_gateway_of_its_own_machine_works_with_the_key_that_it_was_made(data: Path, tmp_path: Path) -> None:
    server = subprocess.Popen(
        [sys.executable, "-m", "anlan.cli", "serve", "--json", "--port", "0", "--data", str(data)],
        env=environment(), stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert server.stdout is not None
        address = json.loads(server.stdout.readline())["address"]
        made = json.loads(anlan("gateway", "token", "make", "站房一号", "--data", data, "--json").stdout)
        with gateway(tmp_path / "edge", address, ANLAN_GATEWAY_TOKEN=made["token"]) as running:
            device = Device(running.address)
            device.send(frame(asked=1))
            assert len(device.hear(1)) == 1
            assert until(lambda: _strangers(data) == 1)
        new = json.loads(anlan("gateway", "token", "rotate", "站房一号", "--keep-hours", 0, "--data", data, "--json").stdout)
        listed = json.loads(anlan("gateway", "token", "list", "--data", data, "--json").stdout)["tokens"]
        assert [t["id"] for t in listed] == [new["id"]]
        assert new["token"] not in json.dumps(listed)
        assert anlan("gateway", "token", "revoke", new["id"], "--data", data).returncode == 0
        again = anlan("gateway", "token", "revoke", new["id"], "--data", data, "--json")
        assert code(again) == (1, "sensing.gateway.not_found")
    finally:
        server.kill()
        server.wait()


def _strangers(data: Path) -> int:
    """How many unknown identities the platform has heard of."""
    with sqlite3.connect(f"file:{data / 'anlan.sqlite3'}?mode=ro", uri=True) as database:
        return int(database.execute("SELECT count(*) FROM sensing_quarantined WHERE identity <> ''").fetchone()[0])


def test_the_gateway_needs_no_django(tmp_path: Path, ingest: Ingest) -> None:
    (tmp_path / "django").mkdir()
    (tmp_path / "django" / "__init__.py").write_text("raise ImportError('no Django on this box')")
    running = Gateway(tmp_path / "spool", ingest.address, PYTHONPATH=f"{tmp_path}:{SOURCE}")
    assert running.stop() == 0
