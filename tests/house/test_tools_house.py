"""The last line of `make test` is the sum of what pytest said, and never says less than it should."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

import total


def test_the_closing_lines_of_all_runs_are_added_up() -> None:
    runs = [
        "....\n120 passed, 2 skipped, 3 warnings in 10.50s",
        "F.\n1 failed, 40 passed, 1 skipped in 20.25s (0:00:20)",
        "no tests ran in 0.05s",
    ]
    counts, seconds = total.total(runs)
    assert (counts["passed"], counts["failed"], counts["skipped"], counts["error"]) == (160, 1, 3, 0)
    assert seconds == 30.8


def test_a_run_that_ended_without_a_closing_line_is_an_error() -> None:
    assert total.total(["Killed"])[0]["error"] == 1
