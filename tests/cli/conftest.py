"""One initialised data folder a session; each test gets its own copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cli_process import anlan


@pytest.fixture(scope="session")
def _fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fresh") / "data"
    ran = anlan("init", "--data", folder)
    assert ran.code == 0, ran.err
    return folder


@pytest.fixture
def data(_fresh: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(_fresh, tmp_path / "data"))
