"""`anlan demo check` says so when its server does not start: the port is somebody else's."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from cli_process import anlan

pytestmark = pytest.mark.slow


def test_a_port_in_use_is_named(data: Path) -> None:
    (data / "demo-accounts.json").write_text("[]")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = anlan("demo", "check", "--port", taken.getsockname()[1], "--data", data, "--json")
    assert (refused.code, refused.json["code"]) == (1, "cli.demo.not_served")
