"""backup and restore as an operator uses them, also when they are killed half-way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli_process import anlan, environment, serving

pytestmark = pytest.mark.slow


def add_user(data: Path, username: str) -> None:
    ran = anlan(
        *("user", "add", username, "--name", "测试员", "--role", "admin", "--organisation", "应急管理局"),
        *("--data", data, "--json"),
    )
    assert ran.code == 0, ran.err


def test_a_restore_brings_back_the_state_of_the_backup_as_a_new_incarnation(data: Path, tmp_path: Path) -> None:
    add_user(data, "before.backup")
    photo = data / "attachments" / "ab" / "cd" / ("abcd" + "0" * 60)
    photo.parent.mkdir(parents=True)
    photo.write_bytes(b"photo")
    made = anlan("backup", tmp_path / "b.tar", "--data", data, "--json")
    assert made.code == 0, made.err
    add_user(data, "after.backup")
    photo.unlink()
    restored = anlan("restore", tmp_path / "b.tar", "--data", data, "--json")
    assert restored.code == 0, restored.err
    assert (restored.json["node"][:7], restored.json["entries"]) == ("331003b", made.json["entries"])
    assert photo.read_bytes() == b"photo"
    aside = [p for p in data.iterdir() if p.name.startswith("before-restore-")]
    assert len(aside) == 1 and (aside[0] / "anlan.sqlite3").is_file()
    add_user(data, "after.backup")  # the name is free again
    assert anlan("journal", "verify", "--data", data, "--json").json["nodes"] == 2
    again = anlan("restore", tmp_path / "b.tar", "--data", data, "--json")
    assert again.json["node"][:7] == "331003c"


def test_a_restore_into_an_empty_folder_works(data: Path, tmp_path: Path) -> None:
    add_user(data, "someone")
    assert anlan("backup", tmp_path / "b.tar", "--data", data).code == 0
    ran = anlan("restore", tmp_path / "b.tar", "--data", tmp_path / "new", "--json")
    assert ran.code == 0, ran.err
    assert (tmp_path / "new" / "keys" / "vault.key").read_bytes() == (data / "keys" / "vault.key").read_bytes()
    assert anlan("doctor", "--data", tmp_path / "new").code == 0


def test_a_damaged_backup_changes_nothing(data: Path, tmp_path: Path) -> None:
    target = tmp_path / "b.tar"
    assert anlan("backup", target, "--data", data).code == 0
    raw = bytearray(target.read_bytes())
    raw[len(raw) // 2] ^= 1
    target.write_bytes(raw)
    before = (data / "anlan.sqlite3").read_bytes()
    ran = anlan("restore", target, "--data", data, "--json")
    assert (ran.code, ran.json["code"]) == (1, "platform.backup.damaged")
    assert (data / "anlan.sqlite3").read_bytes() == before
    assert [p.name for p in data.iterdir() if p.name.startswith(("before-restore", ".restore"))] == []


def test_a_backup_taken_while_serving_is_whole(data: Path, tmp_path: Path) -> None:
    with serving(data):
        made = anlan("backup", tmp_path / "b.tar", "--data", data, "--json")
    assert made.code == 0, made.err
    assert anlan("restore", "--check", tmp_path / "b.tar", "--data", data).code == 0


def test_a_killed_backup_leaves_no_file_that_looks_like_one(data: Path, tmp_path: Path) -> None:
    # Large enough that the writing takes a while; the moment of the kill is not the point, what is left is.
    big = data / "attachments" / "ee" / "ff" / ("eeff" + "0" * 60)
    big.parent.mkdir(parents=True)
    with big.open("wb") as file:
        file.truncate(400 * 1024 * 1024)
    target = tmp_path / "out" / "b.tar"
    running = subprocess.Popen(
        [sys.executable, "-m", "anlan.cli", "backup", str(target), "--data", str(data)],
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    part = target.with_name(f".{target.name}.part")
    while running.poll() is None and not part.exists():
        time.sleep(0.01)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    assert not target.exists()
    big.unlink()
    assert anlan("backup", target, "--data", data).code == 0
    assert sorted(p.name for p in target.parent.iterdir()) == ["b.tar"]
    assert [p for p in data.iterdir() if p.name.startswith("tmp-backup")] == []


def test_a_restore_that_did_not_end_blocks_everything_but_a_restore(data: Path, tmp_path: Path) -> None:
    assert anlan("backup", tmp_path / "b.tar", "--data", data).code == 0
    (data / "restore-unfinished").write_text("b.tar\n")
    ran = anlan("journal", "verify", "--data", data, "--json")
    assert (ran.code, ran.json["code"]) == (1, "platform.restore.unfinished")
    assert anlan("restore", tmp_path / "b.tar", "--data", data).code == 0
    assert anlan("journal", "verify", "--data", data).code == 0
