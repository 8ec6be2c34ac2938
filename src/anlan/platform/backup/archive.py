"""The tar of a backup: writing it so that it is whole or absent, and reading every byte of it back."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings

import anlan
from anlan.kernel.errors import AnlanError, BadInput, Unavailable
from anlan.platform.backup import dump

MANIFEST = "manifest.json"
FORMAT = 1
_DATABASES = frozenset({dump.SQLITE_MEMBER, dump.POSTGRES_MEMBER, dump.READINGS})
_SPARE_BYTES = 50 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. `files`: member -> [sha256, bytes]; `nodes`: (id, region, own)."""

    version: str
    made_at: str
    engine: str
    entries: int
    nodes: tuple[tuple[str, str, int], ...]
    files: dict[str, tuple[str, int]] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def size(self) -> int:
        """Bytes of all members together."""
        return sum(size for _, size in self.files.values())

    def as_dict(self) -> dict[str, Any]:
        """The command's answer: everything but the list of files."""
        values = asdict(self)
        values.pop("files")
        return values | {"files": len(self.files), "bytes": self.size}


def backup_make(target: Path, *, now: datetime) -> Manifest:
    """Write a backup to `target`, also while the server is writing; `target` is complete or does not exist.

    Raises:
        Unavailable: "platform.backup.disk_full", "platform.backup.not_written", "platform.backup.database_failed",
            "platform.backup.pg_tools_missing".
    """
    part = target.with_name(f".{target.name}.part")
    with _written(target), _workspace(settings.DATA_DIR) as folder:
        _require_space(target.parent)
        sqlite = dump.is_sqlite(settings.DATABASES["default"])
        member = dump.SQLITE_MEMBER if sqlite else dump.POSTGRES_MEMBER
        # The database first: attachments are on disk before a row names them, so none that it names can be missing.
        facts = dump.dump(settings.DATABASES["default"], folder / member)
        manifest = Manifest(
            anlan.__version__, now.isoformat(), "sqlite" if sqlite else "postgresql", facts.entries, facts.nodes
        )
        # Readings after the database: a device that they name is in it, and of an alarm in it the readings are there too.
        held = [folder / member]
        if sqlite and (settings.DATA_DIR / dump.READINGS).is_file():
            dump.copy_sqlite(settings.DATA_DIR / dump.READINGS, folder / dump.READINGS)
            held.append(folder / dump.READINGS)
        try:
            _write(part, manifest, held)
            os.replace(part, target)
            _sync_folder(target.parent)
        finally:
            part.unlink(missing_ok=True)
    return manifest


def _write(part: Path, manifest: Manifest, databases: list[Path]) -> None:
    with (
        os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw,
        tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for database in databases:
            manifest.files[database.name] = _add(tar, database, database.name)
        for name, path in _members():
            with contextlib.suppress(FileNotFoundError):  # blanked by a redaction a moment ago
                manifest.files[name] = _add(tar, path, name)
        body = json.dumps(asdict(manifest), ensure_ascii=False, sort_keys=True).encode()
        tar.addfile(_info(MANIFEST, len(body)), io.BytesIO(body))
        tar.close()
        raw.flush()
        os.fsync(raw.fileno())


def _members() -> Iterator[tuple[str, Path]]:
    """Keys, the office's own templates and attachments, by name; thumbnails and half-written files are left out."""
    own = [(top, settings.DATA_DIR / top) for top in ("keys", "templates")]
    for top, base in (*own, ("attachments", Path(settings.MEDIA_ROOT))):
        for path in sorted(base.rglob("*")) if base.is_dir() else ():
            inner = path.relative_to(base)
            if path.is_file() and inner.parts[0] != "thumbs" and not path.name.startswith("."):
                yield f"{top}/{inner.as_posix()}", path


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info


class _Hashed(io.RawIOBase):
    """A file that is hashed while it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.digest, self.size = file, hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        self.digest.update(data)
        self.size += len(data)
        return data


def _add(tar: tarfile.TarFile, path: Path, name: str) -> tuple[str, int]:
    with path.open("rb") as file:
        hashed = _Hashed(file)
        tar.addfile(_info(name, os.fstat(file.fileno()).st_size), hashed)
        return hashed.digest.hexdigest(), hashed.size


def backup_verify(path: Path, unpack_to: Path | None = None, *, deep: bool = True) -> Manifest:
    """Read a backup through: every member's hash, nothing missing or added, and (`deep`) the database itself.

    Args:
        unpack_to: an empty folder to unpack into while reading.
    Raises:
        BadInput: "platform.backup.not_found", "platform.backup.damaged" with the member, "platform.backup.incomplete",
            "platform.backup.newer_format".
    """
    if not path.is_file():
        raise BadInput("platform.backup.not_found", file=str(path))
    with tempfile.TemporaryDirectory(prefix="verify-", dir=_scratch()) as scratch:
        target = unpack_to or Path(scratch)
        seen, manifest = _read_through(path, target, keep_all=unpack_to is not None)
        if manifest is None:
            raise BadInput("platform.backup.incomplete", file=path.name)
        if manifest.format > FORMAT:
            raise BadInput("platform.backup.newer_format", version=manifest.version)
        for name in sorted(seen.keys() | manifest.files.keys()):
            if seen.get(name) != tuple(manifest.files.get(name, ())):
                raise BadInput("platform.backup.damaged", member=name)
        if deep:
            _check_database(target, manifest)
    return manifest


def _read_through(path: Path, target: Path, *, keep_all: bool) -> tuple[dict[str, tuple[str, int]], Manifest | None]:
    seen: dict[str, tuple[str, int]] = {}
    manifest, name = None, path.name
    try:
        with tarfile.open(path, mode="r:") as tar:
            for info in tar:
                name = info.name
                file = tar.extractfile(info) if info.isreg() and _is_ours(name) and name not in seen else None
                if file is None:
                    raise BadInput("platform.backup.damaged", member=name)
                if name == MANIFEST:
                    values = json.loads(file.read())
                    values["nodes"] = tuple(tuple(n) for n in values["nodes"])
                    manifest = Manifest(**values)
                else:
                    wanted = keep_all or name in _DATABASES
                    seen[name] = _unpack(file, target / name if wanted else None)
    except (tarfile.TarError, EOFError, ValueError, TypeError, KeyError) as error:
        raise BadInput("platform.backup.damaged", member=name) from error
    return seen, manifest


def _is_ours(name: str) -> bool:
    """Only names that a backup writes; a tar from elsewhere must not reach outside its folder."""
    parts = name.split("/")
    plain = all(p and not p.startswith(".") and "\\" not in p for p in parts)
    if parts[0] == "attachments":
        return plain and len(parts) == 4
    if parts[0] in {"keys", "templates"}:
        return plain and len(parts) == 2
    return name == MANIFEST or name in _DATABASES


def _unpack(file: IO[bytes], target: Path | None) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    if target is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
    sink = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600) if target else None
    with os.fdopen(sink, "wb") if sink is not None else contextlib.nullcontext() as out:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
            size += len(chunk)
            if out is not None:
                out.write(chunk)
        if out is not None:
            out.flush()
            os.fsync(out.fileno())
    return digest.hexdigest(), size


def _check_database(folder: Path, manifest: Manifest) -> None:
    if manifest.engine == "postgresql":
        dump.list_postgres(folder / dump.POSTGRES_MEMBER)
        return
    path = folder / dump.SQLITE_MEMBER
    try:
        whole = dump.sqlite_is_whole(path) and dump.sqlite_facts(path).entries == manifest.entries
    except sqlite3.Error:
        whole = False
    if not whole:
        raise BadInput("platform.backup.damaged", member=dump.SQLITE_MEMBER)
    if dump.READINGS in manifest.files and not dump.sqlite_is_whole(folder / dump.READINGS):
        raise BadInput("platform.backup.damaged", member=dump.READINGS)


@contextlib.contextmanager
def _workspace(data_dir: Path) -> Iterator[Path]:
    """A folder on the data's own disk, and the end of those that killed backups left."""
    for left in data_dir.glob("tmp-backup-*"):
        if not Path(f"/proc/{left.name.split('-')[2]}").exists():
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"tmp-backup-{os.getpid()}-", dir=data_dir) as name:
        yield Path(name)


def _scratch() -> Path:
    return settings.DATA_DIR if settings.DATA_DIR.is_dir() else Path(tempfile.gettempdir())


def _require_space(target: Path) -> None:
    """Refuse before writing gigabytes: the tar on its disk, the database's copy on the data's disk."""
    database = settings.DATABASES["default"]
    held = (Path(database["NAME"]), settings.DATA_DIR / dump.READINGS) if dump.is_sqlite(database) else ()
    size = sum(path.stat().st_size for path in held if path.is_file())
    files = sum(path.stat().st_size for _, path in _members())
    if (
        shutil.disk_usage(target).free < size + files + _SPARE_BYTES
        or shutil.disk_usage(settings.DATA_DIR).free < size + _SPARE_BYTES
    ):
        raise Unavailable("platform.backup.disk_full", folder=str(target))


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _written(target: Path) -> Iterator[None]:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield
    except AnlanError:
        raise
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        code = "platform.backup.disk_full" if full else "platform.backup.not_written"
        raise Unavailable(code, folder=str(target.parent), reason=error.strerror) from error
