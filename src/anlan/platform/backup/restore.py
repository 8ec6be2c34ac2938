"""Putting a backup in place of what is there. What is there is moved aside, never deleted."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from anlan.kernel.errors import BadInput
from anlan.platform.backup import dump
from anlan.platform.backup.archive import Manifest, backup_verify
from anlan.platform.clock import SHANGHAI

UNFINISHED = "restore-unfinished"
INCARNATIONS = "incarnations"
_SQLITE_FILES = tuple(f"{name}{end}" for name in ("anlan.sqlite3", dump.READINGS) for end in ("", "-wal", "-shm"))

Nodes = Iterable[tuple[str, str, int]]


def restore_files(archive: Path, data_dir: Path, database: dict[str, Any], *, now: datetime) -> Manifest:
    """Check `archive`, move the present data to `before-restore-<time>`, put the archive's in its place.

    The caller holds the data folder's exclusive lock, and afterwards migrates and calls `incarnate`. While it is
    under way the folder holds the file `restore-unfinished`, and no other command starts on it.

    Raises:
        BadInput: those of `backup_verify`; "platform.restore.other_engine".
        Unavailable: "platform.backup.database_failed", "platform.backup.pg_tools_missing".
    """
    engine = "sqlite" if dump.is_sqlite(database) else "postgresql"
    unpacked = data_dir / f".restore-{os.getpid()}"
    data_dir.mkdir(parents=True, exist_ok=True)
    try:
        unpacked.mkdir(mode=0o700)
        manifest = backup_verify(archive, unpacked)
        if manifest.engine != engine:
            raise BadInput("platform.restore.other_engine", archive=manifest.engine, here=engine)
        _remember(data_dir, (*dump.live_nodes(database), *manifest.nodes))
        (data_dir / UNFINISHED).write_text(f"{archive.name}\n", encoding="utf-8")
        aside = data_dir / f"before-restore-{now.astimezone(SHANGHAI):%Y%m%d-%H%M%S-%f}"
        aside.mkdir(mode=0o700)
        if engine == "postgresql":
            if dump.live_nodes(database):
                dump.dump(database, aside / dump.POSTGRES_MEMBER)
            dump.load_postgres(database, unpacked / dump.POSTGRES_MEMBER)
        else:
            for name in _SQLITE_FILES:
                _move(data_dir / name, aside / name)
            _move(unpacked / dump.SQLITE_MEMBER, data_dir / _SQLITE_FILES[0])
            _move(unpacked / dump.READINGS, data_dir / dump.READINGS)
        for name in ("keys", "templates", "attachments"):
            _move(data_dir / name, aside / name)
            _move(unpacked / name, data_dir / name)
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)
    return manifest


def _move(source: Path, target: Path) -> None:
    if source.exists():
        os.replace(source, target)


def _remember(data_dir: Path, nodes: Nodes) -> None:
    """Keep every node id ever in force here outside the database, so that the letter counts on from the last restore's.

    That makes letters readable in one folder; what makes ids unique anywhere is the mark that `node.start` draws.
    """
    path = data_dir / INCARNATIONS
    held = set(path.read_text(encoding="ascii").split("\n")) if path.is_file() else set()
    held |= {f"{node_id} {region}" for node_id, region, own in nodes}
    part = path.with_suffix(".part")
    part.write_text("\n".join(sorted(h for h in held if h)) + "\n", encoding="ascii")
    os.replace(part, path)


def incarnate(data_dir: Path) -> str:
    """After a restore: end all sessions and start this server's node anew, past every incarnation that ever was.

    Returns:
        The new node's id.
    Raises:
        Unavailable: "journal.node.not_initialised" when the backup holds no node.
    """
    from django.contrib.sessions.models import Session

    from anlan.platform.database import writing
    from anlan.platform.journal import node
    from anlan.platform.journal.models import Node

    node.forget()
    region = node.own().region
    path = data_dir / INCARNATIONS
    with writing():
        for line in path.read_text(encoding="ascii").splitlines() if path.is_file() else ():
            node_id, _, of_region = line.partition(" ")
            if of_region == region:
                Node.objects.get_or_create(id=node_id, defaults={"own": 0, "region": of_region})
        Session.objects.all().delete()
        created = node.start(region)
        _remember(data_dir, [(created.id, region, 1)])
    (data_dir / UNFINISHED).unlink(missing_ok=True)
    return created.id
