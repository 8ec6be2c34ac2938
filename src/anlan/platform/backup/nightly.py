"""The nightly backup: kept here for a week, copied off this machine, and the copy read back as a restore would."""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from pathlib import Path

from django.conf import settings

from anlan.kernel.errors import Unavailable
from anlan.kernel.messages import render
from anlan.platform.backup.archive import backup_make, backup_verify
from anlan.platform.clock import SHANGHAI

KEPT_HERE, KEPT_AWAY = 7, 30


def nightly(now: datetime) -> str:
    """Back up, copy to ANLAN_BACKUP_COPY if it is set, check the last copy, drop what is older than we keep.

    Returns:
        One line for the list of jobs.
    Raises:
        Unavailable: "platform.backup.copy_unreachable" and those of `backup_make`.
        BadInput: "platform.backup.damaged" when the copy can't be read back.
    """
    here = settings.DATA_DIR / "backups"
    made = here / f"anlan-{now.astimezone(SHANGHAI):%Y%m%d-%H%M%S}.tar"
    manifest = backup_make(made, now=now)
    away = settings.ENV["ANLAN_BACKUP_COPY"]
    checked = _copy(made, Path(away)) if away else made
    backup_verify(checked)
    _prune(here, KEPT_HERE)
    if away:
        _prune(Path(away), KEPT_AWAY)
    code = "platform.backup.done_with_copy" if away else "platform.backup.done_here_only"
    size_mb = round(made.stat().st_size / 1048576, 1)
    return render(code, {"size_mb": size_mb, "entries": manifest.entries, "folder": away})


def _copy(made: Path, away: Path) -> Path:
    # The folder must exist: making it would fill the local disk whenever the network share is not mounted.
    if not away.is_dir():
        raise Unavailable("platform.backup.copy_unreachable", folder=str(away))
    target, part = away / made.name, away / f".{made.name}.part"
    try:
        shutil.copyfile(made, part)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(part, target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Unavailable("platform.backup.copy_failed", folder=str(away), reason=error.strerror) from error
    return target


def _prune(folder: Path, keep: int) -> None:
    for old in sorted(folder.glob("anlan-????????-??????.tar"))[:-keep]:
        old.unlink(missing_ok=True)
