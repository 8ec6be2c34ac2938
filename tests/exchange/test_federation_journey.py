"""Hours of cut lines between real databases, as bench/federation.py plays days of them: nothing lost, nothing counted twice."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.once]


def _bench() -> ModuleType:
    path = Path(__file__).resolve().parents[2] / "bench" / "federation.py"
    spec = importlib.util.spec_from_file_location("bench_federation", path)
    assert spec and spec.loader
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_hours_of_cut_lines_lose_and_double_nothing(tmp_path: Path) -> None:
    found = _bench().run(seed=7, hours=14, towns=3, folder=tmp_path)
    assert (found["lost"], found["doubled"], found["digests_equal"], found["verified"]) == (0, 0, True, True), found
    assert found["contested"] == found["contested_queued"] and found["queued_otherwise"] == 0, found
    # A run in which nothing happened would prove nothing.
    assert found["hazards"] > 10 and found["contested"] > 0 and found["burnt"] > 0 and found["nodes"] == 5
