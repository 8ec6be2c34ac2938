"""From the command line to a running Django: the data folder, its lock, its keys, and whether it can be used."""

from __future__ import annotations

import fcntl
import os
import secrets
import sys
from pathlib import Path
from typing import IO

import click

from anlan.cli.output import note
from anlan.kernel.errors import Conflict, Unavailable

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


def django() -> None:
    """Start Django on the chosen data folder. A wrong environment variable is a usage error (exit 2)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.config.settings")
    from anlan.config.env import EnvError

    try:
        import django as framework

        framework.setup()
    except EnvError as error:
        note(str(error))
        sys.exit(click.UsageError.exit_code)


def ready() -> None:
    """Start Django and require that `anlan init` was done and that the program and its tables fit together.

    Raises:
        Unavailable: "cli.not_initialised", "cli.upgrade_needed", "platform.restore.unfinished".
    """
    from anlan.platform.backup.restore import UNFINISHED

    if (data_dir() / UNFINISHED).exists():
        raise Unavailable("platform.restore.unfinished", permanent=True)
    embedded = not os.environ.get("ANLAN_DATABASE_URL") and not os.environ.get("ANLAN_DATABASE_URL_FILE")
    # Opening an SQLite database makes it; a wrong --data must not leave an empty one behind.
    if embedded and not (data_dir() / "anlan.sqlite3").is_file():
        raise Unavailable("cli.not_initialised", permanent=True, folder=str(data_dir()))
    django()
    if pending():
        code = "cli.upgrade_needed" if initialised() else "cli.not_initialised"
        raise Unavailable(code, permanent=True, folder=str(data_dir()))
    if not initialised():
        raise Unavailable("cli.not_initialised", permanent=True, folder=str(data_dir()))


def pending() -> list[str]:
    """Migrations of this program that the database lacks."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def initialised() -> bool:
    """Whether this server has its node."""
    from django.db import connection

    from anlan.platform.journal.models import Node

    if Node._meta.db_table not in connection.introspection.table_names():
        return False
    return Node.objects.filter(own=1).exists()


def lock(*, alone: bool) -> None:
    """Hold the data folder until this process ends: servers share it, `restore` and `upgrade` need it alone.

    Raises:
        Conflict: "cli.in_use".
    """
    folder = data_dir()
    folder.mkdir(parents=True, exist_ok=True)
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
        if name == "vault.key" and (data_dir() / "anlan.sqlite3").is_file():
            raise Unavailable("cli.vault_key_lost", permanent=True, file=str(path))
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(value)
            file.flush()
            os.fsync(file.fileno())
        made.append(name)
    return made
