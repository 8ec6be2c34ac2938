"""The data folder: which one it is, who holds it, its keys."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import sqlite3
from pathlib import Path
from typing import IO

from anlan.kernel.errors import Conflict, Unavailable

DATABASE = "anlan.sqlite3"
_LOCK = "in-use.lock"
_held: list[IO[str]] = []


def choose(data_dir: Path | None) -> None:
    """Fix the data folder of this process: --data, else $ANLAN_DATA, else ./var. Files are made for the owner only."""
    chosen = data_dir or Path(os.environ.get("ANLAN_DATA") or "var")
    os.environ["ANLAN_DATA"] = str(chosen.absolute())
    os.umask(0o077)


def data_dir() -> Path:
    """The folder that `choose` fixed."""
    return Path(os.environ["ANLAN_DATA"])


def embedded() -> bool:
    """Whether the database is the file in the data folder."""
    return not os.environ.get("ANLAN_DATABASE_URL") and not os.environ.get("ANLAN_DATABASE_URL_FILE")


def require_data() -> None:
    """Refuse a folder that `anlan init` did not make, before anything is opened: a mistyped --data must leave nothing.

    Opening an SQLite database makes it, and locking a folder puts a file into it.

    Raises:
        Unavailable: "cli.not_initialised".
    """
    folder = data_dir()
    if not ((folder / DATABASE).is_file() if embedded() else folder.is_dir()):
        raise Unavailable("cli.not_initialised", permanent=True, folder=str(folder))


def lock(*, alone: bool, make: bool = False) -> None:
    """Hold the data folder until this process ends: servers share it, `restore` and `upgrade` need it alone.

    Args:
        make: for `init` and `restore`, which may begin with a folder that is not there.
    Raises:
        Conflict: "cli.in_use". Unavailable: "cli.not_initialised".
    """
    folder = data_dir()
    if make:
        folder.mkdir(parents=True, exist_ok=True)
    else:
        require_data()
    file = (folder / _LOCK).open("a")
    try:
        fcntl.flock(file, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise Conflict("cli.in_use", folder=str(folder)) from error
    _held.append(file)


def make_keys() -> list[str]:
    """Make the keys that are missing, readable by the owner only; returns the names of those made.

    Raises:
        Unavailable: "cli.vault_key_lost" when the database exists and the key of its personal data does not.
    """
    folder = data_dir() / "keys"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    wanted = {
        "secret.key": ("ANLAN_SECRET_KEY", secrets.token_urlsafe(48)),
        "vault.key": ("ANLAN_VAULT_KEY", secrets.token_hex(32)),
    }
    made = []
    for name, (variable, value) in wanted.items():
        path = folder / name
        if path.is_file() or os.environ.get(variable) or os.environ.get(f"{variable}_FILE"):
            continue
        if name == "vault.key" and _has_tables(data_dir() / DATABASE):
            raise Unavailable("cli.vault_key_lost", permanent=True, file=str(path))
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(value)
            file.flush()
            os.fsync(file.fileno())
        made.append(name)
    return made


def _has_tables(database: Path) -> bool:
    """Whether an SQLite file holds anything; an empty one, as a mistyped --data once left behind, keeps nothing sealed."""
    if not database.is_file() or not database.stat().st_size:
        return False
    try:
        with contextlib.closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as held:
            return bool(held.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
    except sqlite3.Error:
        return True
