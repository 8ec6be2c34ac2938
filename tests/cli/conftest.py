"""Each test of the commands gets its own copy of an initialised data folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def data(fresh_data: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(fresh_data, tmp_path / "data"))
