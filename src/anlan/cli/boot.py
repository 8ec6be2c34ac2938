"""From the command line to a running Django, and whether the data folder can be used."""

from __future__ import annotations

import os
import sys

import click

from anlan.cli.folder import choose, data_dir, lock, make_keys, require_data
from anlan.cli.output import note
from anlan.kernel.errors import Unavailable

__all__ = ["choose", "data_dir", "django", "initialised", "lock", "make_keys", "pending", "ready", "require_data"]


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
    require_data()
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
