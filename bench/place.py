"""Where a bench runs: a data folder made by `anlan init` (a new temporary one, or one that is kept), Django started on it."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

# As the program itself (src/anlan/__init__.py), before numpy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
SOURCE = Path(__file__).resolve().parents[1] / "src"


def prepare(data: str | None, database: str | None) -> Path:
    """Initialise the folder (kept when named, else temporary) and start Django on it in this process."""
    folder = Path(data) if data else Path(tempfile.mkdtemp(prefix="anlan-bench-"))
    os.environ |= environment(folder, database)
    anlan(folder, "init")
    sys.path.insert(0, str(SOURCE))
    import django

    django.setup()
    return folder


def environment(folder: Path, database: str | None) -> dict[str, str]:
    """The variables under which this process and the server see the same folder and database."""
    path = os.pathsep.join(filter(None, (str(SOURCE), os.environ.get("PYTHONPATH"))))
    named = {"ANLAN_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "anlan.config.settings", "PYTHONPATH": path}
    return named | ({"ANLAN_DATABASE_URL": database} if database else {})


def anlan(folder: Path, *arguments: str) -> str:
    """Run one command of the program on the folder; what it printed."""
    command = [sys.executable, "-m", "anlan.cli", *arguments, "--data", str(folder)]
    done = subprocess.run(command, env=os.environ, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


def machine() -> dict[str, Any]:
    """What the figures were measured on. `loop_cpu_ms`: CPU time of a million additions, some 45 to 60 on an idle core of
    2.4 GHz; on a machine that is busy or throttled it is more, and every CPU figure is larger by the same factor."""
    start, total = time.process_time(), 0
    for n in range(1_000_000):
        total += n
    return {
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load_average": round(os.getloadavg()[0], 2),
        "loop_cpu_ms": round((time.process_time() - start) * 1000, 1),
    }


def note(text: str) -> None:
    """A line for people; standard output is kept for the one line of JSON."""
    print(text, file=sys.stderr, flush=True)
