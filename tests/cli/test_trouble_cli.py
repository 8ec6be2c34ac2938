"""A full disk, a read-only folder, a locked database: one line of JSON and a sentence that says how to mend it, exit 1."""

from __future__ import annotations

import contextlib
import errno
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_process import anlan
from django.db import OperationalError

from anlan.cli.trouble import troubles, unavailable_of


class _Locked(Exception):
    sqlstate = "55P03"


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "code", "permanent"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/d/x"), "cli.trouble.disk_full", True),
        (OSError(errno.EDQUOT, "Disk quota exceeded", "/d/x"), "cli.trouble.disk_full", True),
        (PermissionError(errno.EACCES, "Permission denied", "/d/x"), "cli.trouble.read_only", True),
        (OSError(errno.EROFS, "Read-only file system", "/d/x"), "cli.trouble.read_only", True),
        (FileNotFoundError(errno.ENOENT, "No such file", "/d/x"), "cli.trouble.file", True),
        (OperationalError("database or disk is full"), "cli.trouble.disk_full", True),
        (OperationalError("attempt to write a readonly database"), "cli.trouble.read_only", True),
        (OperationalError("unable to open database file"), "cli.trouble.read_only", True),
        (sqlite3.OperationalError("database is locked"), "cli.trouble.locked", False),
        (OperationalError("disk I/O error"), "cli.trouble.disk_io", True),
        (caused(OperationalError("canceling statement"), _Locked()), "cli.trouble.locked", False),
        (OperationalError("connection refused"), "cli.trouble.database", True),
    ],
)
def test_each_trouble_has_its_code(error: Exception, code: str, permanent: bool) -> None:
    assert isinstance(error, troubles())
    refusal = unavailable_of(error, "/d")
    assert (refusal.code, refusal.permanent) == (code, permanent)
    assert "{" not in refusal.message


@contextlib.contextmanager
def mounted(folder: Path, size: str) -> Iterator[Path]:
    """A small disk of its own; skipped where this user may not mount one."""
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True)
    if done.returncode:
        pytest.skip("this user may not mount a file system")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


USER = ("user", "add", "li.si", "--name", "李四", "--role", "admin", "--organisation", "应急管理局")


@pytest.mark.slow
def test_a_full_disk_and_a_read_only_one_are_told_and_leave_what_was_there(data: Path, tmp_path: Path) -> None:
    used = sum(p.stat().st_size for p in data.rglob("*") if p.is_file()) // 1024
    with mounted(tmp_path / "disk", f"{used + 400}k") as disk:
        held = Path(shutil.copytree(data, disk / "data"))
        with contextlib.suppress(OSError), (disk / "filler").open("wb") as filler:
            while True:
                filler.write(b"x" * 65536)
                filler.flush()
        ran = anlan(*USER, "--data", held, "--json")
        assert (ran.code, ran.json["code"]) == (1, "cli.trouble.disk_full"), ran.err
        assert "磁盘已满" in ran.err and "Traceback" not in ran.err
        (disk / "filler").unlink()
        assert anlan("journal", "verify", "--data", held).code == 0
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        ran = anlan(*USER, "--data", held, "--json")
        assert (ran.code, ran.json["code"]) == (1, "cli.trouble.read_only"), ran.err
        assert "Traceback" not in ran.err


@pytest.mark.slow
def test_a_database_that_stays_locked_is_told(data: Path) -> None:
    with contextlib.closing(sqlite3.connect(data / "anlan.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        ran = anlan(*USER, "--data", data, "--json")
    assert (ran.code, ran.json["code"]) == (1, "cli.trouble.locked"), ran.err
    assert "占用" in ran.err and "Traceback" not in ran.err
