"""A backup is whole or absent, is read back byte by byte, and a restore never gives a number out twice."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import sqlite3
import tarfile
from collections import namedtuple
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connection

from anlan.kernel.entry import Draft
from anlan.kernel.errors import BadInput, Unavailable
from anlan.platform import backup
from anlan.platform.backup import archive, dump, restore
from anlan.platform.journal import node
from anlan.platform.journal.models import Node
from anlan.platform.journal.record import record
from anlan.platform.scope import SYSTEM

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:Overriding setting DATABASES"),
]

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def data(tmp_path: Path, settings: object) -> Path:
    """A data folder of its own: keys, one attachment with its thumbnail, the test's database."""
    folder = tmp_path / "data"
    (folder / "keys").mkdir(parents=True)
    (folder / "keys" / "secret.key").write_text("geheim")
    (folder / "templates").mkdir()
    (folder / "templates" / "inspection.order.docx").write_bytes(b"docx")
    photo = folder / "attachments" / "ab" / "cd" / ("abcd" + "0" * 60)
    photo.parent.mkdir(parents=True)
    photo.write_bytes(b"photo")
    thumb = folder / "attachments" / "thumbs" / "320" / "ab" / "x.jpg"
    thumb.parent.mkdir(parents=True)
    thumb.write_bytes(b"small")
    settings.DATA_DIR, settings.MEDIA_ROOT = folder, folder / "attachments"
    name = connection.settings_dict["NAME"]
    settings.DATABASES = {
        "default": {
            **connection.settings_dict,
            "NAME": Path(name) if dump.is_sqlite(connection.settings_dict) else name,
        }
    }
    return folder


def entry(number: int, now: datetime) -> None:
    draft = Draft(
        kind="platform.note.made", subject=f"platform.note/{number}", region="331003000000", data={"n": number}
    )
    record(draft, scope=SYSTEM, now=now, base=None)


def refused(path: Path) -> str:
    with pytest.raises(BadInput) as caught:
        backup.backup_verify(path)
    return caught.value.code


def test_a_backup_holds_database_keys_templates_and_attachments_but_no_thumbnails(data: Path, now: datetime) -> None:
    entry(1, now)
    entry(2, now)
    target = data / "b.tar"
    made = backup.backup_make(target, now=now)
    assert made.entries == 2
    assert made.nodes == (("331003a", "331003000000", 1),)
    with tarfile.open(target) as tar:
        names = tar.getnames()
    member = dump.SQLITE_MEMBER if made.engine == "sqlite" else dump.POSTGRES_MEMBER
    assert names == [
        member, "keys/secret.key", "templates/inspection.order.docx", "attachments/ab/cd/abcd" + "0" * 60, "manifest.json",
    ]  # fmt: skip
    assert target.stat().st_mode & 0o777 == 0o600
    assert backup.backup_verify(target).as_dict() == made.as_dict()
    assert sorted(p.name for p in data.iterdir()) == ["attachments", "b.tar", "keys", "templates"]


def test_what_is_written_after_the_snapshot_is_not_in_the_backup(
    data: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry(1, now)
    plain = dump.dump

    def and_then_somebody_writes(*given: object) -> dump.DumpFacts:
        facts = plain(*given)
        entry(2, now)
        return facts

    monkeypatch.setattr(archive.dump, "dump", and_then_somebody_writes)
    assert backup.backup_make(data / "b.tar", now=now).entries == 1
    assert backup.backup_verify(data / "b.tar").entries == 1


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_one_changed_byte_is_found(data: Path, now: datetime, place: float) -> None:
    target = data / "b.tar"
    backup.backup_make(target, now=now)
    raw = bytearray(target.read_bytes())
    with tarfile.open(target) as tar:
        first = tar.getmembers()[0]
    raw[first.offset_data + int(first.size * place)] ^= 1
    target.write_bytes(raw)
    assert refused(target) == "platform.backup.damaged"


def test_a_backup_that_breaks_off_is_no_backup(data: Path, now: datetime) -> None:
    target = data / "b.tar"
    backup.backup_make(target, now=now)
    with tarfile.open(target) as tar:
        manifest = tar.getmember("manifest.json")
    whole = target.read_bytes()
    target.write_bytes(whole[: manifest.offset])
    assert refused(target) == "platform.backup.incomplete"
    target.write_bytes(whole[: len(whole) // 3])
    assert refused(target) == "platform.backup.damaged"
    assert refused(data / "none.tar") == "platform.backup.not_found"


@pytest.mark.parametrize("name", ["../evil", "/etc/passwd", "keys/../../evil", "keys/.hidden", "other.txt"])
def test_a_tar_from_elsewhere_reaches_nothing(data: Path, tmp_path: Path, name: str) -> None:
    target = tmp_path / "evil.tar"
    with tarfile.open(target, "w") as tar:
        payload = tmp_path / "payload"
        payload.write_text("x")
        tar.add(payload, arcname=name)
    assert refused(target) == "platform.backup.damaged"


def test_a_link_in_a_tar_is_refused(data: Path, tmp_path: Path) -> None:
    target = tmp_path / "evil.tar"
    with tarfile.open(target, "w") as tar:
        info = tarfile.TarInfo("keys/secret.key")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(info)
    assert refused(target) == "platform.backup.damaged"


def test_a_full_disk_refuses_and_leaves_nothing(data: Path, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive.shutil, "disk_usage", lambda path: Usage(1000, 1000, 0))
    with pytest.raises(Unavailable) as caught:
        backup.backup_make(data / "b.tar", now=now)
    assert caught.value.code == "platform.backup.disk_full"
    assert not (data / "b.tar").exists()


def test_a_disk_that_fills_while_writing_leaves_nothing(
    data: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(archive.os, "fsync", fails)
    with pytest.raises(Unavailable) as caught:
        backup.backup_make(data / "b.tar", now=now)
    assert caught.value.code == "platform.backup.disk_full"
    assert sorted(p.name for p in data.iterdir()) == ["attachments", "keys", "templates"]


def test_what_a_killed_backup_left_is_cleared_by_the_next(data: Path, now: datetime) -> None:
    (data / "tmp-backup-999999999-x").mkdir()
    (data / ".b.tar.part").write_bytes(b"half")
    backup.backup_make(data / "b.tar", now=now)
    assert sorted(p.name for p in data.iterdir()) == ["attachments", "b.tar", "keys", "templates"]


def test_every_restore_is_a_new_incarnation_even_from_one_backup(data: Path, now: datetime) -> None:
    target = data / "b.tar"
    backup.backup_make(target, now=now)
    held = [("331003a", "331003000000", 1)]
    archive_nodes = backup.backup_verify(target).nodes
    assert list(archive_nodes) == held

    def restored() -> str:
        """What a restore leaves in the database: only the nodes of the backup; then the new start."""
        from anlan.platform.backup import restore

        restore._remember(data, [(n.id, n.region, n.own) for n in Node.objects.all()])
        Node.objects.all().delete()
        Node.objects.create(id="331003a", own=1, region="331003000000")
        node.forget()
        return backup.incarnate(data)

    ids = [restored(), restored(), restored()]
    assert [i[:7] for i in ids] == ["331003b", "331003c", "331003d"]
    assert Node.objects.get(own=1).id == ids[2]


def test_one_backup_restored_into_two_empty_folders_gives_two_nodes(data: Path, tmp_path: Path, now: datetime) -> None:
    """Neither folder knows of the other; both numbered their work as 331003b and wrote 331003b/1."""

    def restored(folder: Path) -> str:
        folder.mkdir()
        Node.objects.all().delete()
        Node.objects.create(id="331003a", own=1, region="331003000000")
        node.forget()
        return backup.incarnate(folder)

    first = restored(tmp_path / "one")
    number = node.next_number("YH", 2026)[0]
    second = restored(tmp_path / "two")
    assert (first[:7], second[:7]) == ("331003b", "331003b")
    assert first != second
    assert number != node.next_number("YH", 2026)[0]
    assert re.fullmatch(r"YH-331003b[2-9a-z]{6}-2026-000001", number)


def test_the_nightly_copy_is_read_back_and_old_ones_go(
    data: Path, now: datetime, tmp_path: Path, settings: object
) -> None:
    away = tmp_path / "away"
    away.mkdir()
    settings.ENV = {**settings.ENV, "ANLAN_BACKUP_COPY": str(away)}
    for day in range(1, 10):
        (data / "backups").mkdir(exist_ok=True)
        (data / "backups" / f"anlan-2026020{day}-023000.tar").write_bytes(b"")
    line = backup.nightly(now)
    assert line.endswith(f"异机副本已写入 {away} 并完整读回核对。")
    assert [p.name for p in away.iterdir()] == ["anlan-20260302-100000.tar"]
    kept = sorted(p.name for p in (data / "backups").iterdir())
    assert len(kept) == 7
    assert kept[-1] == "anlan-20260302-100000.tar"


def test_a_share_that_is_not_mounted_is_reported(data: Path, now: datetime, tmp_path: Path, settings: object) -> None:
    settings.ENV = {**settings.ENV, "ANLAN_BACKUP_COPY": str(tmp_path / "not-mounted")}
    with pytest.raises(Unavailable) as caught:
        backup.nightly(now)
    assert caught.value.code == "platform.backup.copy_unreachable"
    assert not (tmp_path / "not-mounted").exists()
    assert len(list((data / "backups").glob("*.tar"))) == 1


def test_a_copy_that_can_not_be_read_back_is_reported(
    data: Path, now: datetime, tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = tmp_path / "away"
    away.mkdir()
    settings.ENV = {**settings.ENV, "ANLAN_BACKUP_COPY": str(away)}

    def cuts(source: Path, target: Path) -> None:
        Path(target).write_bytes(Path(source).read_bytes()[:5000])

    monkeypatch.setattr("shutil.copyfile", cuts)
    with pytest.raises(BadInput) as caught:
        backup.nightly(now)
    assert caught.value.code == "platform.backup.damaged"


def test_readings_are_copied_as_of_one_moment_and_put_back(data: Path, now: datetime, tmp_path: Path) -> None:
    """The embedded store of readings, also while a gateway writes into it; what is newer is set aside by a restore."""
    if not dump.is_sqlite(connection.settings_dict):
        pytest.skip("on PostgreSQL the readings are in the database")
    readings = data / "readings.sqlite3"
    with contextlib.closing(sqlite3.connect(readings)) as live:
        live.execute("PRAGMA journal_mode=WAL")
        live.execute("CREATE TABLE reading (at INTEGER PRIMARY KEY)")
        live.execute("INSERT INTO reading VALUES (1)")
        live.commit()
        made = backup.backup_make(tmp_path / "a.tar", now=now)
        live.execute("INSERT INTO reading VALUES (2)")
        live.commit()
    assert "readings.sqlite3" in made.files
    assert backup.backup_verify(tmp_path / "a.tar").as_dict() == made.as_dict()
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": data / "anlan.sqlite3"}
    restore.restore_files(tmp_path / "a.tar", data, database, now=now)
    assert _readings(readings) == [1]
    (aside,) = data.glob("before-restore-*")
    assert _readings(aside / "readings.sqlite3") == [1, 2]


def _readings(path: Path) -> list[int]:
    with contextlib.closing(sqlite3.connect(path)) as held:
        return [at for (at,) in held.execute("SELECT at FROM reading ORDER BY at")]
