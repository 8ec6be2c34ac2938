"""The linear algebra behind numpy works in one thread, unless whoever starts the program names another number."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

NAME = "OPENBLAS_NUM_THREADS"


@pytest.mark.parametrize(("given", "held"), [({}, "1"), ({NAME: "3"}, "3")], ids=["default", "named"])
def test_linear_algebra_takes_one_thread_unless_another_number_is_named(given: dict[str, str], held: str) -> None:
    around = {name: value for name, value in os.environ.items() if name != NAME}
    done = subprocess.run(
        [sys.executable, "-c", f"import os, anlan; print(os.environ[{NAME!r}])"],
        env={**around, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **given},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == held
