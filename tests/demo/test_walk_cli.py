"""The demo as a newcomer meets it: built by the command, built again, walked through HTTP by a real server process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cli.cli_process import anlan

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
    walked = answer(folder, "demo", "check")
    assert [step["act"] for step in walked["steps"]] == [
        "inspect", "report", "order", "submit", "return", "submit", "close",
    ]  # fmt: skip
    before, after = walked["town"]["before"], walked["town"]["after"]
    assert (after["found"] - before["found"], after["closed"] - before["closed"]) == (1, 1)
    assert (walked["ok"], walked["auditor_entries"], walked["other_town_status"]) == (True, 6, 404)
    assert answer(folder, "journal", "verify")["ok"] is True
