"""What stops a backup or a restore, by code: a share that fails, a database that does not answer, another engine."""

from __future__ import annotations

import errno
import io
import json
import os
import tarfile
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from anlan.kernel.errors import AnlanError
from anlan.platform.backup import archive, dump
from anlan.platform.backup.nightly import _copy
from anlan.platform.backup.restore import restore_files

NOBODY = {
    "ENGINE": "django.db.backends.postgresql",
    "NAME": "anlan",
    "USER": "",
    "PASSWORD": "",
    "HOST": "",
    "PORT": "",
}


def code_of(call: Any, *args: Any, **given: Any) -> str:
    with pytest.raises(AnlanError) as error:
        call(*args, **given)
    return error.value.code


def manifest(target: Path, **values: Any) -> Path:
    """A backup that holds its manifest only."""
    full = {
        "format": archive.FORMAT, "version": "9.9.9", "made_at": "2026-03-02T02:00:00+00:00", "engine": "sqlite",
        "entries": 0, "nodes": [], "files": {},
    }  # fmt: skip
    known = {f: v for f, v in (full | values).items() if f in archive.Manifest.__dataclass_fields__}
    body = json.dumps(known).encode()
    with tarfile.open(target, "w") as tar:
        info = tarfile.TarInfo(archive.MANIFEST)
        info.size = len(body)
        tar.addfile(info, io.BytesIO(body))
    return target


def test_a_share_that_fails_while_copying_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, away = tmp_path / "a.tar", tmp_path / "away"
    made.write_bytes(b"backup")
    away.mkdir()

    def fails(descriptor: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fails)
    assert code_of(_copy, made, away) == "platform.backup.copy_failed"
    assert list(away.iterdir()) == []


def test_a_backup_of_a_newer_program_is_not_read(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path
    newer = manifest(tmp_path / "b.tar", format=archive.FORMAT + 1)
    assert code_of(archive.backup_verify, newer, deep=False) == "platform.backup.newer_format"


def test_a_database_that_is_none_is_not_copied(tmp_path: Path) -> None:
    broken = {"ENGINE": "django.db.backends.sqlite3", "NAME": tmp_path / "none" / "x.sqlite3"}
    assert code_of(dump.dump, broken, tmp_path / "copy.sqlite3") == "platform.backup.database_failed"


def test_a_server_that_does_not_answer_and_tools_that_are_missing_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert code_of(dump.connect, NOBODY | {"HOST": "127.0.0.1", "PORT": "1"}) == "platform.backup.database_failed"
    monkeypatch.setattr(dump.shutil, "which", lambda name: None)
    monkeypatch.setattr(dump, "Path", lambda *parts: tmp_path)
    assert code_of(dump.run_tool, NOBODY, "pg_dump", []) == "platform.backup.pg_tools_missing"


def test_a_backup_of_the_other_engine_changes_nothing(
    tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    shallow = partial(archive.backup_verify, deep=False)
    monkeypatch.setitem(restore_files.__globals__, "backup_verify", shallow)
    tar = manifest(tmp_path / "b.tar", engine="postgresql")
    given = {"data_dir": data, "database": {"ENGINE": "django.db.backends.sqlite3", "NAME": data / "x"}, "now": now}
    assert code_of(restore_files, tar, **given) == "platform.restore.other_engine"
    assert [p.name for p in data.iterdir()] == []
