"""kill -9 in the middle of a loop step: the step is whole or has not happened, and the journal is intact."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cli_process import anlan, environment

pytestmark = pytest.mark.slow

TESTS = Path(__file__).resolve().parents[1]
STEP = """
import os, signal, sys
from datetime import timedelta
from pathlib import Path
from anlan.cli import boot
boot.choose(Path(sys.argv[1]))
boot.ready()
from anlan.inspection.services.hazards import SubmitInput, hazard_submit
from anlan.platform.journal import record
from inspection.factories import NOW, make_world

world = make_world()
key = world.ordered()
item = SubmitInput(hazard_id=key, note="x", photos=(world.photo("enterprise"),), once="one-click")
print(key, flush=True)
name = sys.argv[2]
real = getattr(record, name)
def and_die(*given):
    if name == "write_rows":
        real(*given)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(record, name, and_die)
hazard_submit(scope=world.scope["enterprise"], item=item, now=NOW + timedelta(days=1))
"""


@pytest.mark.parametrize(
    ("moment", "state", "version"),
    [
        ("load_rows", "ordered", 2),  # read, nothing written
        ("write_rows", "ordered", 2),  # entry, chain, head and row written, not committed
        ("_after_commit", "submitted", 3),  # committed, nobody told yet
    ],
)
def test_a_step_that_is_killed_happened_or_did_not(data: Path, moment: str, state: str, version: int) -> None:
    source = environment()["PYTHONPATH"]
    killed = subprocess.run(
        [sys.executable, "-c", STEP, str(data), moment],
        env=environment(PYTHONPATH=f"{source}:{TESTS}"),
        capture_output=True,
        text=True,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    subject = f"inspection.hazard/{killed.stdout.strip()}"
    shown = anlan("journal", "show", subject, "--data", data, "--json")
    assert (shown.json["state"], shown.json["version"]) == (state, version)
    assert anlan("journal", "verify", "--data", data).code == 0
    assert anlan("journal", "rebuild", "--check", "--shuffle", "3", "--data", data).code == 0
