"""The demo as a newcomer meets it: built by the command, built again, walked through HTTP by a real server process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.cli_process import anlan, environment

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


def answer(folder: Path, *arguments: str) -> dict[str, Any]:
    ran = anlan(*arguments, "--data", folder / "data", "--json")
    assert ran.code == 0, ran.err
    return ran.json


def test_the_demo_is_built_once_and_the_main_job_can_be_walked(folder: Path) -> None:
    built = answer(folder, "demo", "build")
    assert {k: built[k] for k in ("hazards", "closed", "enterprises")} == {
        "hazards": 120,
        "closed": 92,
        "enterprises": 60,
    }
    assert answer(folder, "demo", "build") == built
    if keep := os.environ.get("ANLAN_DEMO"):  # tests/tools/run.sh: the journey in the browser need not build another
        shutil.copytree(folder / "data", keep)
    walked = answer(folder, "demo", "check")
    assert [step["act"] for step in walked["steps"]] == [
        "inspect", "report", "order", "submit", "return", "submit", "close",
    ]  # fmt: skip
    before, after = walked["town"]["before"], walked["town"]["after"]
    assert (after["found"] - before["found"], after["closed"] - before["closed"]) == (1, 1)
    assert (walked["ok"], walked["auditor_entries"], walked["other_town_status"]) == (True, 6, 404)
    leak = walked["leak"]
    assert [step["act"] for step in leak["steps"]] == ["frame", "alarm", "called", "escalated", "answered", "to_hazard"]
    told = {step["act"]: step for step in leak["steps"]}
    assert told["called"]["who"] != told["escalated"]["who"] == told["answered"]["who"]
    assert (leak["calls"], leak["other_town_status"], told["to_hazard"]["state"]) == (2, 404, "found")
    assert answer(folder, "journal", "verify")["ok"] is True


def test_a_killed_demo_leaves_no_process_behind(folder: Path) -> None:
    command = [sys.executable, "-m", "anlan.cli", "demo", "serve", "--json", "--data", str(folder / "data")]
    free = ["--port", "0", "--devices-port", "0", "--phones-port", "0"]
    demo = subprocess.Popen([*command, *free], stdout=subprocess.PIPE, env=environment())
    try:
        assert demo.stdout is not None
        announced = json.loads(demo.stdout.readline())
        _wait(lambda: sorted(map(_said, _children(demo.pid))) == ["gateway", "simulate"])
        beside = _children(demo.pid)
        with urllib.request.urlopen(announced["phones"], timeout=10) as page:
            assert "氨泄漏" in page.read().decode()
    finally:
        demo.kill()
        demo.wait()
    _wait(lambda: not any(map(_said, beside)))


def _wait(met: Callable[[], bool]) -> None:
    """Until other processes have come or gone; a program that has just begun has no words yet."""
    end = time.monotonic() + 60
    while not met():
        assert time.monotonic() < end
        time.sleep(0.1)


def _children(pid: int) -> list[int]:
    files = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for file in files for child in file.read_text().split()]


def _said(pid: int) -> str:
    """The command line of one of ours, "" when it is gone."""
    file = Path(f"/proc/{pid}/cmdline")
    words = file.read_bytes().decode().split("\0") if file.exists() else []
    return next((word for word in words if word in {"gateway", "simulate"}), "")
