"""A disk with no room under the server: nothing acknowledged is lost, it is said once, and it goes on when there is room."""

from __future__ import annotations

import resource
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from gateway_world import Device, encode_frame, payload, until
from line_world import Line, epoch, stated

pytestmark = pytest.mark.slow

MESSAGES, JUMP = 300, 200


@pytest.fixture
def line(tmp_path: Path, fresh_data: Path) -> Iterator[Line]:
    """Server and gateway over SQLite, running."""
    made = Line(tmp_path)
    shutil.copytree(fresh_data, made.data)
    made.make(1)
    try:
        made.serve()
        made.listen()
        yield made
    finally:
        made.end()


def limit(line: Line, most: int) -> None:
    """No file of the server may grow beyond so many bytes: writing ends as it does on a full disk."""
    assert line.server is not None
    resource.prlimit(line.server.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


def test_without_room_under_the_readings_nothing_is_lost_and_it_goes_on_with_room(line: Line) -> None:
    assert line.gateway is not None
    device = Device(f"127.0.0.1:{line.hj212}")
    for number in range(MESSAGES):
        value = 50.0 if number == JUMP else 1.0
        device.send(encode_frame(payload("D0", value, number, DataTime=stated(number))))
        if number == MESSAGES // 3:
            device.hear(number + 1)
            assert until(lambda: line.stored() == MESSAGES // 3 + 1)
            limit(line, 4096)
    # The gateway has a disk of its own: it answers what it holds, and keeps it.
    assert len(device.hear(MESSAGES)) == MESSAGES
    assert until(lambda: "nobody takes parcels" in line.gateway.said())
    before = line.stored()
    assert before < MESSAGES
    limit(line, resource.RLIM_INFINITY)
    assert until(lambda: line.stored() == MESSAGES, 90)
    assert line.gateway.said().count("nobody takes parcels") == 1
    assert until(lambda: "handing on again" in line.gateway.said())
    found = line.worker("look")["D0"]
    assert found["alarms"] == [[epoch(JUMP), 0, 1]]
    assert (found["readings"], found["sum"], found["skewed"]) == (MESSAGES, MESSAGES + 49.0, 0)
    assert line.gateway.stop() == 0
