"""What `anlan doctor` and /readyz look at: disk, keys, tables, node, clock, jobs, backups. Each finding is one sentence."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from anlan.kernel.messages import render
from anlan.platform.backup.restore import UNFINISHED
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.database import is_sqlite
from anlan.platform.journal.forks import frozen_nodes
from anlan.platform.journal.models import Node, Unsequenced
from anlan.platform.scheduler.models import JobRun
from anlan.platform.search import index

MIN_FREE_BYTES = 1024**3
_BACKUP_AGE = timedelta(days=2)
_CLOCK_SLACK = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: its name, whether it is well, and the sentence for people."""

    check: str
    ok: bool
    message: str


def _found(check: str, ok: bool, **facts: object) -> Finding:
    return Finding(check, ok, render(f"platform.health.{check}.{'good' if ok else 'bad'}", facts))


def examine_all(data_dir: Path, now: datetime) -> list[Finding]:
    """Every check in a fixed order; those that need tables are left out where there are none."""
    found = [_restore(data_dir), _disk(data_dir), _keys(data_dir), _database()]
    if not found[-1].ok:
        return found
    found.append(_migrations())
    if not found[-1].ok:
        return found
    checks: tuple[Callable[[Path, datetime], Finding], ...] = (_node, _fork, _clock, _chain, _search, _jobs, _backup)
    return found + [check(data_dir, now) for check in checks]


def room_missing(data_dir: Path) -> str:
    """What every page tells people while the disk of the data folder is nearly full; "" while there is room."""
    finding = _disk(data_dir)
    if finding.ok:
        return ""
    return render("platform.health.no_room", {"free_mb": shutil.disk_usage(data_dir).free // 1024**2})


def _restore(data_dir: Path) -> Finding:
    return _found("restore", not (data_dir / UNFINISHED).exists())


def _disk(data_dir: Path) -> Finding:
    free = shutil.disk_usage(data_dir if data_dir.is_dir() else data_dir.parent).free
    return _found("disk", free >= MIN_FREE_BYTES, free_gb=round(free / 1024**3, 1), folder=data_dir)


def _keys(data_dir: Path) -> Finding:
    if settings.ENV["ANLAN_SECRET_KEY"] and settings.ENV["ANLAN_VAULT_KEY"]:
        return _found("keys", True)
    paths = [data_dir / "keys" / name for name in ("secret.key", "vault.key")]
    well = all(p.is_file() and not stat.S_IMODE(p.stat().st_mode) & 0o077 for p in paths)
    return _found("keys", well, folder=data_dir / "keys")


def _database() -> Finding:
    try:
        with connection.cursor() as cursor:
            if is_sqlite():
                cursor.execute("PRAGMA quick_check(1)")
                verdict = str(cursor.fetchone()[0])
                return _found("database", verdict == "ok", reason=verdict)
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return _found("database", False, reason=str(error).strip())
    return _found("database", True)


def _migrations() -> Finding:
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _found("migrations", not pending, count=len(pending))


def _node(data_dir: Path, now: datetime) -> Finding:
    own = Node.objects.filter(own=1).first()
    return _found("node", own is not None, node=own.id if own else "")


def _fork(data_dir: Path, now: datetime) -> Finding:
    frozen = frozen_nodes()
    return _found("fork", not frozen, nodes="、".join(f"{f.node}（第 {f.seq} 条）" for f in frozen))


def _clock(data_dir: Path, now: datetime) -> Finding:
    """A clock that was set back would date new entries before old ones; the journal's own clock then runs ahead."""
    last = Node.objects.filter(own=1).values_list("last_hlc", flat=True).first() or 0
    ahead = datetime.fromtimestamp((last >> 16) / 1000, UTC) - now
    return _found("clock", ahead <= _CLOCK_SLACK, minutes=int(ahead.total_seconds() // 60))


def _chain(data_dir: Path, now: datetime) -> Finding:
    waiting = Unsequenced.objects.count()
    return _found("chain", waiting < 10_000, waiting=waiting)


def _search(data_dir: Path, now: datetime) -> Finding:
    missing = sum(map(index.missing, CATALOGUE.projections))
    return _found("search", missing == 0, missing=missing)


def _jobs(data_dir: Path, now: datetime) -> Finding:
    failing = []
    for job in CATALOGUE.jobs.values():
        run = JobRun.objects.filter(job=job.id, finished_at__isnull=False).order_by("-due_at").first()
        if run is not None and run.error:
            failing.append(job.label)
    return _found("jobs", not failing, jobs="、".join(failing))


def _backup(data_dir: Path, now: datetime) -> Finding:
    """Whether a backup of the last two days lies here. A server younger than that needs none yet."""
    made = [p.stat().st_mtime for p in (data_dir / "backups").glob("anlan-*.tar")]
    first = JobRun.objects.order_by("due_at").values_list("due_at", flat=True).first()
    young = first is None or now - first < _BACKUP_AGE
    fresh = bool(made) and now - datetime.fromtimestamp(max(made), UTC) < _BACKUP_AGE
    return _found("backup", fresh or young, kept=len(made))
