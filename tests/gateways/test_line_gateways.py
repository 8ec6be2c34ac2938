"""From the socket to the alarm through real processes that are killed, starved and fed twice: nothing lost, nothing double."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gateway_world import Device, encode_frame, payload, until
from line_world import READINGS, Insisting, Line, epoch
from own_postgres import Postgres

pytestmark = pytest.mark.slow
DEVICES, EACH = 8, 400
JUMPS = [50 + 40 * number for number in range(DEVICES)]


def values(number: int) -> list[float]:
    """A device's readings, a minute apart: quiet but for one jump."""
    return [50.0 if n == JUMPS[number] else 1.0 for n in range(EACH)]


WHOLE: dict[str, Any] = {
    f"D{number}": {
        "readings": EACH, "sum": EACH + 49.0, "skewed": 0, "doubted": False, "alarms": [[epoch(JUMPS[number]), 0, 1]],
    }
    for number in range(DEVICES)
}  # fmt: skip


@pytest.fixture(scope="module")
def entered(tmp_path_factory: pytest.TempPathFactory, fresh_data: Path) -> Line:
    """A data folder with everything entered; it is only copied."""
    made = Line(tmp_path_factory.mktemp("entered"))
    shutil.copytree(fresh_data, made.data)
    made.make(DEVICES)
    return made


@pytest.fixture(params=["sqlite", "postgresql"])
def line(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Line]:
    """Server and gateway, running."""
    database = None
    if request.param == "postgresql":
        # Where its user may go: pytest's own folders are closed to others.
        database = Postgres(Path(f"/tmp/anlan-line-{tmp_path.parent.name}-{tmp_path.name}"))
        if database.bin is None:
            pytest.skip("no PostgreSQL server: run tests/tools/ensure.sh")
        database.make()
        database.start()
    made = Line(tmp_path, database)
    try:
        if database is None:
            made.copy_of(request.getfixturevalue("entered"))
        else:
            made.make(DEVICES)
        made.serve()
        made.listen()
        yield made
    finally:
        made.end()
        if database is not None:
            database.kill()
            shutil.rmtree(database.folder, ignore_errors=True)


@contextlib.contextmanager
def sending(line: Line) -> Iterator[threading.Event]:
    """All devices send the first half; the rest when the event is set. Ends when every message was acknowledged."""
    gate = threading.Event()
    peers = [Insisting(line, f"D{n}", values(n), gate, EACH // 2) for n in range(DEVICES)]
    for peer in peers:
        peer.start()
    yield gate
    gate.set()
    for peer in peers:
        peer.join(120)
    assert not any(peer.is_alive() for peer in peers)


def drained(line: Line) -> bool:
    return bool(until(lambda: line.stored() == DEVICES * EACH, 120))


def test_killed_server_gateway_and_database_lose_nothing_and_count_nothing_twice(line: Line) -> None:
    with sending(line) as gate:
        assert until(lambda: line.stored() > 0)
        # One after the other in the middle of the burst: half of it can't have been sent yet.
        line.kill_server()
        if line.database is not None:
            line.database.kill()
            line.database.start()
        line.serve()
        assert until(lambda: line.stored() >= 100)
        assert line.gateway is not None
        line.gateway.kill()
        line.listen()
        gate.set()
        if line.database is not None:
            # This time under a server that goes on.
            assert until(lambda: line.stored() >= 200)
            line.database.kill()
            time.sleep(0.5)
            line.database.start()
    assert drained(line)
    assert line.gateway is not None
    assert line.worker("look") == WHOLE
    assert line.gateway.stop() == 0
    # Everything once more, from the first message on, into a server that was started anew: nothing is new.
    line.kill_server()
    line.serve()
    line.listen()
    again = [Insisting(line, f"D{n}", values(n), threading.Event(), EACH) for n in range(DEVICES)]
    for peer in again:
        peer.start()
    for peer in again:
        peer.join(120)
    assert line.gateway.stop() == 0
    assert line.worker("look") == WHOLE
    assert "Traceback" not in line.gateway.said()


@pytest.mark.parametrize("line", ["sqlite"], indirect=True)
def test_files_that_somebody_holds_for_half_a_minute_cost_nobody_a_reading(line: Line) -> None:
    names = [line.data / "anlan.sqlite3", line.data / READINGS]
    with sending(line) as gate:
        assert until(lambda: line.stored() > 0)
        holders = [sqlite3.connect(name, isolation_level=None) for name in names]
        for holder in holders:
            assert until(lambda held=holder: _holds(held))
        gate.set()
        time.sleep(31)
        for holder in holders:
            holder.execute("ROLLBACK")
            holder.close()
    assert drained(line)
    assert line.worker("look") == WHOLE


def _holds(holder: sqlite3.Connection) -> bool:
    try:
        holder.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return False
    return True


@pytest.mark.parametrize("line", ["sqlite"], indirect=True)
def test_clocks_that_are_years_off_and_two_with_one_identity(line: Line) -> None:
    odd = Device(f"127.0.0.1:{line.hj212}")
    for asked, when in enumerate(("19700101080000", "20990101080000")):
        odd.send(encode_frame(payload("D0", 500.0, asked, DataTime=when)))
    assert len(odd.hear(2)) == 2
    one, other = Device(f"127.0.0.1:{line.hj212}"), Device(f"127.0.0.1:{line.hj212}")
    for turn in range(4):
        for number, peer in enumerate((one, other)):
            peer.send(encode_frame(payload("D1", 1.0, turn * 2 + number, DataTime=f"2026030210{turn:02d}{number:02d}")))
            peer.hear(turn + 1)
    assert until(lambda: line.stored() == 8)
    assert until(lambda: line.worker("look")["D1"]["doubted"])
    found = line.worker("look")
    assert found["D0"] == {"readings": 0, "sum": 0.0, "skewed": 2, "alarms": [], "doubted": False}
    assert found["D1"] == {"readings": 8, "sum": 8.0, "skewed": 0, "alarms": [], "doubted": True}
